"""Downloads a picture from the link in the provider's answer, without the key and never from a private address.

This module resolves the host, vets all its addresses and connects to the vetted ones, one after the other, so a name
that resolves differently a moment later changes nothing. The same holds behind a proxy: it is asked for a vetted
address, never for the name, which it might resolve to an address in its own network. Only the host of the API itself,
and with `allow_private` every host, is connected to by name. Errors: provider.errors, DownloadError.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import httpx

from core.proxies import ProxyRules
from core.tls import tls_context
from provider.connections import WARM_SECONDS, Dialer, DialingTransport, by_name, no_cookies
from provider.errors import DownloadRefused, LinkExpired, LinkUnavailable
from provider.http_answer import close

LARGEST_PICTURE = 25 * 1024 * 1024
MOST_REDIRECTS = 3
TIMEOUT = httpx.Timeout(connect=10.0, read=15.0, write=10.0, pool=30.0)
WHOLE_DOWNLOAD = 90.0
"""The longest time in seconds for one picture, against a store that drips bytes."""
_GONE = frozenset({401, 403, 404, 410})
_LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=WARM_SECONDS)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""The addresses by which a network without IPv4 reaches IPv4 (RFC 6052)."""


class Downloads:
    """Downloads pictures. Open it with `async with`, once per process."""

    def __init__(
        self,
        api_url: str,
        *,
        allow_private: bool = False,
        proxies: ProxyRules | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._api_host = httpx.URL(api_url).host
        self._allow_private = allow_private
        self._proxies = proxies or ProxyRules()
        context = tls_context()
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            cookies=no_cookies(),
            verify=context,  # for the transport that `mounts` replaces, which would read the authorities again
            mounts={
                f"{scheme}://": transport or self._transport(scheme, context) for scheme in ("http", "https")
            },
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
            if url.scheme != "https" and not (url.scheme == "http" and url.host == self._api_host):
                raise DownloadRefused("the link is not https")
            request = self._client.build_request("GET", url.copy_with(username=None, password=None))
            response = await self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await _body(response)
                target = url.join(response.headers["location"])
            finally:
                await close(response)
            if target.scheme != url.scheme:
                raise DownloadRefused("the link leads to another scheme")
            url = target
        raise DownloadRefused("the link leads in circles")

    def _transport(self, scheme: str, context: ssl.SSLContext) -> DialingTransport:
        dialer = Dialer(
            proxy_for=functools.partial(self._proxies.for_host, scheme),
            resolve=functools.partial(self._addresses, scheme),
        )
        return DialingTransport(dialer, context=context, limits=_LIMITS)

    async def _addresses(self, scheme: str, host: str, port: int) -> Sequence[str]:
        """Return the vetted addresses of a host. Raises DownloadRefused if one of them is private."""
        if host == self._api_host or self._allow_private:
            return await by_name(host, port)
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            proxy = self._proxies.for_host(scheme, host, port)
            hint = "; MEDIA_HOSTS_ALLOW_PRIVATE=true lets the proxy resolve it" if proxy else ""
            raise LinkUnavailable(f"this machine cannot resolve the picture's host{hint}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not all(is_public(address) for address in addresses):
            raise DownloadRefused("the link leads to a private address")
        return addresses


def is_public(address: str) -> bool:
    """Return whether an IP address is public: not private, loopback, link-local or otherwise special."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


async def _body(response: httpx.Response) -> bytes:
    status = response.status_code
    if status in _GONE:
        raise LinkExpired(f"the picture's store answers {status}")
    if status != 200:
        raise LinkUnavailable(f"the picture's store answers {status}")
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > LARGEST_PICTURE:
            raise DownloadRefused("the picture is larger than 25 MiB")
    return bytes(data)
