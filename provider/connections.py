"""TCP connections for httpx: directly or through a proxy, to one address of a host after the other.

httpx connects to the first address of a name that its own resolver chooses, and a CONNECT of httpx names the host, so
that the proxy resolves it. A `Dialer` gets the addresses from its owner, who vets them.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence

import anyio.abc
import httpcore
import httpx
import python_socks
from httpcore._backends.anyio import AnyIOStream
from python_socks.async_.asyncio import Proxy as ProxyClient

from core.proxies import Proxy
from provider.received_bytes import RecordingBackend

ROUTE_SECONDS = 3.0
"""Longest time in seconds for an address that is not the last one: a broken IPv6 route must not cost the whole time."""
WARM_SECONDS = 30.0
"""Time in seconds for which an idle connection is kept for calls that are safe to repeat. A paid call must not meet a
connection that the server is about to close, because its outcome would be unknown: its pool keeps the 5 s of httpx."""
COMMON_HEADERS = {"Accept": "*/*", "User-Agent": f"python-httpx/{httpx.__version__}"}
"""The headers of httpx's client, for calls that go to a transport without it."""
_NOT_CONNECTED = (httpcore.ConnectError, httpcore.ConnectTimeout)

ProxyChoice = Callable[[str, int], Proxy | None]
"""Returns the proxy for a host and a port, or None for a direct connection."""
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses to try for a host and a port, in order, at least one. Its errors reach the caller of httpx."""


class Dialer(httpcore.AsyncNetworkBackend):
    """Opens connections for a pool. Raises httpcore.ConnectError or ConnectTimeout if no address can be reached."""

    def __init__(self, *, proxy_for: ProxyChoice, resolve: Resolve) -> None:
        self._proxy_for = proxy_for
        self._resolve = resolve
        self._direct = httpcore.AnyIOBackend()
        self._reached: dict[str, str] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore declares it
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the first address that can be reached, beginning with the one reached last."""
        addresses = list(await self._resolve(host, port))
        addresses.sort(key=lambda address: address != self._reached.get(host))
        for address in addresses[:-1]:
            with contextlib.suppress(*_NOT_CONNECTED):
                return await self._connect(host, address, port, min(timeout or ROUTE_SECONDS, ROUTE_SECONDS))
        return await self._connect(host, addresses[-1], port, timeout)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _connect(
        self, host: str, address: str, port: int, seconds: float | None
    ) -> httpcore.AsyncNetworkStream:
        proxy = self._proxy_for(host, port)
        if proxy is None:
            stream = await self._direct.connect_tcp(address, port, seconds)
        else:
            stream = await _tunnel(proxy, address, port, seconds)
        self._reached = {host: address}
        return stream


async def _tunnel(proxy: Proxy, host: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
    """Return a connection through a proxy. Raises ConnectError or ConnectTimeout: no request was sent."""
    try:
        connected = await ProxyClient.from_url(proxy.url, rdns=True).connect(host, port, seconds)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"{proxy.setting}: too slow") from error
    except (python_socks.ProxyError, OSError) as error:
        raise httpcore.ConnectError(f"{proxy.setting}: {error}") from error
    return AnyIOStream(await anyio.abc.SocketStream.from_socket(connected))


class DialingTransport(httpx.AsyncHTTPTransport):
    """The transport of httpx with a `Dialer`, or another way to connect, in its pool."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, *, context: ssl.SSLContext, limits: httpx.Limits
    ) -> None:
        super().__init__(verify=context, limits=limits)
        # httpx has no parameter for the network backend of its pool.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=backend,
        )


def recording_transport(
    proxy: Proxy | None, *, context: ssl.SSLContext, limits: httpx.Limits
) -> httpx.AsyncBaseTransport:
    """Return a transport, through a proxy if there is one, for calls inside `received_bytes`."""
    backend: httpcore.AsyncNetworkBackend = httpcore.AnyIOBackend()
    if proxy is not None:
        backend = Dialer(proxy_for=lambda _host, _port: proxy, resolve=by_name)
    return DialingTransport(RecordingBackend(backend), context=context, limits=limits)


def transport_through(
    proxy: Proxy | None, *, context: ssl.SSLContext, limits: httpx.Limits
) -> httpx.AsyncBaseTransport:
    """Return a transport that uses a proxy, if there is one, for every host."""
    if proxy is None:
        return httpx.AsyncHTTPTransport(verify=context, limits=limits)
    dialer = Dialer(proxy_for=lambda _host, _port: proxy, resolve=by_name)
    return DialingTransport(dialer, context=context, limits=limits)


async def by_name(host: str, _port: int) -> Sequence[str]:
    """Return the host itself: the proxy, or anyio for a direct connection, resolves it and tries its addresses."""
    return [host]
