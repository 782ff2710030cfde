"""Downloads a picture from the link in the provider's answer, without the key and never from a private address.

This module resolves the host, vets its addresses and connects to a vetted address, so a name that resolves differently
a moment later changes nothing. Errors: provider.errors, DownloadError.
"""

import asyncio
import ipaddress
import socket
import ssl
from types import TracebackType
from typing import Self

import httpx

from provider.errors import DownloadRefused, LinkGone, LinkUnavailable

LARGEST_PICTURE = 25 * 1024 * 1024
MOST_REDIRECTS = 3
TIMEOUT = httpx.Timeout(connect=10.0, read=15.0, write=10.0, pool=30.0)
WHOLE_DOWNLOAD = 90.0
"""The longest time in seconds for one picture, against a store that drips bytes."""
_GONE = frozenset({401, 403, 404, 410})


class Downloads:
    """Downloads pictures. Open it with `async with`, once for the life of the process."""

    def __init__(
        self,
        api_url: str,
        *,
        allow_private: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._api_host = httpx.URL(api_url).host
        self._allow_private = allow_private
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            verify=ssl.create_default_context(),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def fetch(self, link: str) -> bytes:
        """Return the bytes of a picture, at most `LARGEST_PICTURE`. Raises a subclass of DownloadError."""
        try:
            async with asyncio.timeout(WHOLE_DOWNLOAD):
                return await self._follow(httpx.URL(link))
        except TimeoutError as error:
            raise LinkUnavailable("the picture came too slowly") from error
        except httpx.InvalidURL as error:
            raise DownloadRefused("the link is not a URL") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise LinkUnavailable(f"the picture's store: {type(error).__name__}") from error

    async def _follow(self, url: httpx.URL) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            request = await self._request(url)
            response = await self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await _body(response)
                target = url.join(response.headers["location"])
            finally:
                await response.aclose()
            if target.scheme != url.scheme:
                raise DownloadRefused("the link leads to another scheme")
            url = target
        raise DownloadRefused("the link leads in circles")

    async def _request(self, url: httpx.URL) -> httpx.Request:
        """Return a request to a vetted address of the URL's host."""
        own = url.host == self._api_host
        if url.scheme != "https" and not (url.scheme == "http" and own):
            raise DownloadRefused("the link is not https")
        address = await self._address(url, own=own)
        # The `Host` header and the TLS server name keep the URL's host; only the address is replaced.
        return self._client.build_request(
            "GET",
            url.copy_with(host=address, username=None, password=None) if address else url,
            headers={"Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.host},
        )

    async def _address(self, url: httpx.URL, *, own: bool) -> str | None:
        """Return the vetted address. None means no vetting: the API's own host, or private addresses are allowed."""
        if own or self._allow_private:
            return None
        loop = asyncio.get_running_loop()
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise LinkUnavailable("the picture's host has no address") from error
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not is_public(address):
                raise DownloadRefused("the link leads to a private address")
        return addresses[0]


def is_public(address: str) -> bool:
    """Return whether an IP address is public: not private, loopback, link-local or otherwise special."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            ip = inner
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


async def _body(response: httpx.Response) -> bytes:
    status = response.status_code
    if status in _GONE:
        raise LinkGone(f"the picture's store answers {status}")
    if status != 200:
        raise LinkUnavailable(f"the picture's store answers {status}")
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > LARGEST_PICTURE:
            raise DownloadRefused("the picture is larger than 25 MiB")
    return bytes(data)
