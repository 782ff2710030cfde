"""Keeps the bytes of an answer beside aiohttp and httpcore, which drop those that contradict the headers.

A wrong Content-Length, a status without a body or a damaged header hides the part of an answer that names a paid task.
"""

import contextlib
import functools
import re
import ssl
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import aiohttp
import httpcore
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from httpcore._utils import is_socket_readable

_LARGEST = 1024 * 1024
_STATUS = re.compile(rb"HTTP/\d\S* (\d{3})")
_CHUNK_SIZE = re.compile(rb"(?:^|\r\n)[0-9a-fA-F]{1,6}(?:;[^\r\n]*)?\r\n")


class ReceivedBytes:
    """The bytes that one call received, without those of TLS, at most 1 MiB.

    `has_excess` says that more than the answer came. The connection then serves no other call, which would read the
    rest as its answer.
    """

    def __init__(self) -> None:
        self._raw = bytearray()
        self._is_over = False
        self.has_excess = False

    def add(self, data: bytes) -> None:
        """Keep bytes that arrive during the call, and notice those that arrive behind it."""
        if self._is_over:
            self.has_excess = True
        elif len(self._raw) < _LARGEST:
            self._raw += data

    def end(self) -> None:
        """Keep no more bytes."""
        self._is_over = True

    def status(self) -> int:
        """Return the HTTP status, or 0 if it cannot be read."""
        found = _STATUS.match(self._head_and_payload()[0])
        return int(found[1]) if found else 0

    def payload(self) -> bytes:
        """Return everything behind the headers."""
        return self._head_and_payload()[1]

    def unchunked(self) -> bytes:
        """Return everything behind the headers without the sizes of chunks."""
        return _CHUNK_SIZE.sub(b"", self.payload())

    def _head_and_payload(self) -> tuple[bytes, bytes]:
        head, _, payload = bytes(self._raw).partition(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 1") and payload.startswith(b"HTTP/"):  # an interim answer
            head, _, payload = payload.partition(b"\r\n\r\n")
        return head, payload


_received: ContextVar[ReceivedBytes | None] = ContextVar("received", default=None)


@contextlib.contextmanager
def received_bytes() -> Iterator[ReceivedBytes]:
    """Keep the bytes that the current task receives through a `RecordingConnector` or a `RecordingBackend`."""
    received = ReceivedBytes()
    token = _received.set(received)
    try:
        yield received
    finally:
        received.end()
        _received.reset(token)


class RecordingConnector(aiohttp.TCPConnector):
    """Opens connections of aiohttp. The calls inside `received_bytes` see all that they receive.

    An idle connection may have ended before the event loop has noticed, and the outcome of a paid call on it would be
    unknown. So its socket is asked first.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # aiohttp has no parameter for the protocol of its connections.
        self._factory = functools.partial(_RecordingProtocol, loop=self._loop)  # type: ignore[assignment]

    async def connect(self, *args: Any, **options: Any) -> Connection:
        """Return a connection that can serve a call."""
        while True:
            connection = await super().connect(*args, **options)
            protocol = connection.protocol
            if not isinstance(protocol, _RecordingProtocol):
                raise TypeError("aiohttp makes connections that do not record")
            if protocol.begin(_received.get()):
                return connection
            connection.close()


class _RecordingProtocol(ResponseHandler):
    _received: ReceivedBytes | None = None
    """The bytes of the latest call."""

    def begin(self, received: ReceivedBytes | None) -> bool:
        """Begin a call. Return False if the connection has ended or holds a part of an earlier answer."""
        earlier, self._received = self._received, received
        if earlier is None:
            return True
        transport = self.transport
        return not (
            transport is None
            or earlier.has_excess
            or self.should_close
            or is_socket_readable(transport.get_extra_info("socket"))
        )

    def data_received(self, data: bytes) -> None:
        if self._received is not None:
            self._received.add(data)
        super().data_received(data)


class RecordingBackend(httpcore.AsyncNetworkBackend):
    """Opens connections through another backend. The calls inside `received_bytes` see all that they receive."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore declares it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection of the other backend that records."""
        return _RecordingStream(
            await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._backend.sleep(seconds)


class _RecordingStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._received: ReceivedBytes | None = None
        """The bytes of the latest call."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        data = await self._stream.read(max_bytes, timeout)
        self._received = _received.get()
        if self._received is not None:
            self._received.add(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return _RecordingStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        # The pool closes an idle connection that is readable.
        has_excess = self._received is not None and self._received.has_excess
        return (info == "is_readable" and has_excess) or self._stream.get_extra_info(info)
