"""A transport of httpx over aiohttp, without a proxy, for calls that are safe to repeat.

The URL is sent with exactly the host, path and query that httpx has read and its caller has checked: a signed link need
not survive that aiohttp writes it anew. Every address can be checked before it is connected to. All errors of aiohttp
are errors of httpx.
"""

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses to try for a host and a port. Its errors reach the caller of httpx."""
AddressCheck = Callable[[str], None]
"""Raises the error for an address that must not be connected to."""
_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError | httpx.InvalidURL]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.InvalidURL, httpx.InvalidURL),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ClientError, httpx.ReadError),
    (UnicodeError, httpx.RemoteProtocolError),
    (ValueError, httpx.InvalidURL),
)
"""The first row that fits counts."""


class DirectTransport(httpx.AsyncBaseTransport):
    """Makes calls over connections of its own, in the event loop of the first call.

    With `resolve`, names are resolved by it. `check` sees every address before it is connected to, also one that stands
    in a URL.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext,
        limits: httpx.Limits,
        timeout: httpx.Timeout,
        resolve: Resolve | None = None,
        check: AddressCheck | None = None,
    ) -> None:
        self._context = context
        self._limits = limits
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=timeout.pool, sock_connect=timeout.connect, sock_read=timeout.read
        )
        self._resolve = resolve
        self._check = check
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make a call and return the response, whose body is not read yet."""
        session = self._session
        if session is None:
            session = self._session = self._open()
        with _translated_errors():
            response = await session.request(
                request.method,
                _url(request.url),
                headers=request.headers.multi_items(),
                data=request.content or None,
                allow_redirects=False,
            )
        return httpx.Response(
            response.status, headers=response.raw_headers, stream=_Body(response), request=request
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        options: dict[str, Any] = {}
        if self._resolve is not None:
            options |= {"resolver": _Resolver(self._resolve), "use_dns_cache": False}
        if self._check is not None:
            options |= {"socket_factory": _checked_socket(self._check)}
        connector = aiohttp.TCPConnector(
            limit=self._limits.max_connections or 0,
            keepalive_timeout=self._limits.keepalive_expiry,
            ssl=self._context,
            **options,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )


class _Resolver(AbstractResolver):
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - an address tells its family
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._resolve(host, port)
        ]

    async def close(self) -> None:
        """Do nothing."""


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated_errors():
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        # A connection with a rest of a body is closed.
        self._response.release()


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, ValueError) as error:
        for kind, translated in _ERRORS:
            if isinstance(error, kind):
                raise translated(str(error)) from error
        raise


def _url(url: httpx.URL) -> URL:
    """Return a URL with exactly the host, path and query that httpx has read."""
    host = url.raw_host.decode("ascii")
    path, _, query = url.raw_path.decode("ascii").partition("?")
    return URL.build(
        scheme=url.scheme,
        host=f"[{host}]" if ":" in host else host,
        port=url.port,
        path=path,
        query_string=query,
        encoded=True,
    )


def _checked_socket(check: AddressCheck) -> Callable[[Any], socket.socket]:
    def create(entry: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
        """Return the socket for an entry as `getaddrinfo` returns it."""
        family, kind, protocol, _, address = entry
        check(str(address[0]))
        return socket.socket(family, kind, protocol)

    return create
