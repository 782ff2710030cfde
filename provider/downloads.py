"""Downloads a picture from the link in the provider's answer, without the key and never from a private address.

This module resolves the host, vets all its addresses and connects to the vetted ones, one after the other, so a name
that resolves differently a moment later changes nothing. The same holds behind a proxy: it is asked for a vetted
address, never for the name, which it might resolve to an address in its own network. Only the host of the API itself,
and with `allow_private` every host, is connected to by name. Errors: provider.errors, DownloadError.

A download goes to a transport of httpx without its client, which follows no redirect and has neither cookies nor a key.
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
from provider.connections import COMMON_HEADERS, WARM_SECONDS, Dialer, DialingTransport, by_name
from provider.direct_transport import DirectTransport
from provider.errors import DownloadRefused, LinkExpired, LinkUnavailable
from provider.http_answer import ACCEPTED_ENCODINGS, close

LARGEST_PICTURE = 25 * 1024 * 1024
MOST_REDIRECTS = 3
TIMEOUT = httpx.Timeout(connect=10.0, read=15.0, write=10.0, pool=30.0)
WHOLE_DOWNLOAD = 90.0
"""The longest time in seconds for one picture, against a store that drips bytes."""
_TIMEOUTS = {"timeout": TIMEOUT.as_dict()}
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
        self._direct = transport or DirectTransport(
            context=context, limits=_LIMITS, timeout=TIMEOUT, resolve=self._vetted, check=_check
        )
        self._by_name = transport or DirectTransport(context=context, limits=_LIMITS, timeout=TIMEOUT)
        self._tunnels = {scheme: transport or self._tunnel(scheme, context) for scheme in ("http", "https")}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in (self._direct, self._by_name, *self._tunnels.values()):
            await transport.aclose()

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
            response = await self._transport(url).handle_async_request(_request(url))
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

    def _transport(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        if self._proxies.for_host(url.scheme, url.host, url.port) is not None:
            return self._tunnels[url.scheme]
        return self._by_name if self._trusts(url.host) else self._direct

    def _tunnel(self, scheme: str, context: ssl.SSLContext) -> DialingTransport:
        dialer = Dialer(proxy_for=functools.partial(self._proxies.for_host, scheme), resolve=self._addresses)
        return DialingTransport(dialer, context=context, limits=_LIMITS)

    def _trusts(self, host: str) -> bool:
        """Return whether a host is connected to whatever its addresses are."""
        return self._allow_private or host == self._api_host

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses that a proxy is asked for. Raises DownloadRefused if one of them is private."""
        if self._trusts(host):
            return await by_name(host, port)
        return await self._vetted(host, port, "; MEDIA_HOSTS_ALLOW_PRIVATE=true lets the proxy resolve it")

    async def _vetted(self, host: str, port: int, hint: str = "") -> Sequence[str]:
        """Return the addresses of a host. Raises DownloadRefused if one of them is private."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise LinkUnavailable(f"this machine cannot resolve the picture's host{hint}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            _check(address)
        return addresses


def _check(address: str) -> None:
    """Raise DownloadRefused for a private address, or for a number in a link that is written in an odd way."""
    try:
        public = is_public(address)
    except ValueError:
        public = False
    if not public:
        raise DownloadRefused("the link leads to a private address")


def _request(url: httpx.URL) -> httpx.Request:
    headers = {**COMMON_HEADERS, "Accept-Encoding": ACCEPTED_ENCODINGS}
    without_login = url.copy_with(username=None, password=None) if url.userinfo else url
    return httpx.Request("GET", without_login, headers=headers, extensions=_TIMEOUTS)


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
