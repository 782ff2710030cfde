"""Keeps the bytes of an answer beside httpx, which drops those that contradict the headers.

A wrong Content-Length, a status without a body or a damaged header hides the part of an answer that names a paid task.
"""

import contextlib
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import httpcore
from httpcore._utils import is_socket_readable

_LARGEST = 1024 * 1024
_STATUS = re.compile(rb"HTTP/\d\S* (\d{3})")
_CHUNK_SIZE = re.compile(rb"(?:^|\r\n)[0-9a-fA-F]{1,6}(?:;[^\r\n]*)?\r\n")
_received: ContextVar[bytearray | None] = ContextVar("received", default=None)


class ReceivedBytes:
    """The bytes that one call received, without those of TLS."""

    def __init__(self, raw: bytearray) -> None:
        self._raw = raw

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


@contextlib.contextmanager
def received_bytes() -> Iterator[ReceivedBytes]:
    """Keep the bytes that the current task receives through a `RecordingBackend`, at most 1 MiB."""
    raw = bytearray()
    token = _received.set(raw)
    try:
        yield ReceivedBytes(raw)
    finally:
        _received.reset(token)


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
        self._socket: socket.socket | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        data = await self._stream.read(max_bytes, timeout)
        raw = _received.get()
        if raw is not None and len(raw) < _LARGEST:
            raw += data
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
        if info != "is_readable":
            return self._stream.get_extra_info(info)
        # The pool asks every connection at every call, and anyio would ask the socket for all that it knows.
        if self._socket is None:
            self._socket = self._stream.get_extra_info("socket")
        return is_socket_readable(self._socket)
