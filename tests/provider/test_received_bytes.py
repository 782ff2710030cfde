"""The bytes of an answer as they were received: their parts, their bound, and everything passed on unchanged."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from provider.received_bytes import ReceivedBytes, RecordingBackend, received_bytes

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("raw", "status", "payload"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nfox\r\n\r\nhen", 200, b"fox\r\n\r\nhen"),
        (b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 502 No\r\n\r\nfox", 502, b"fox"),
        (b"HTTP/1.1 102 Wait\r\n\r\n", 102, b""),
        (b"HTTP/1.1 102 Wait\r\n\r\nfox", 102, b"fox"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 No\r\n\r\n", 200, b"HTTP/1.1 500 No\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nA: b", 200, b""),
        (b"HTTP/2 204\r\n\r\n", 204, b""),
        (b"HTTP/1.1 20", 0, b""),
        (b"SSH-2.0\r\n\r\nHTTP/1.1 200", 0, b"HTTP/1.1 200"),
        (b"", 0, b""),
    ],
)
def test_an_answer_has_a_status_and_what_stands_behind_its_headers(
    raw: bytes, status: int, payload: bytes
) -> None:
    received = ReceivedBytes(bytearray(raw))
    assert (received.status(), received.payload()) == (status, payload)


def test_sizes_of_chunks_are_taken_out() -> None:
    received = ReceivedBytes(bytearray(b"HTTP/1.1 200 OK\r\n\r\n1f;x=y\r\nfox\r\n2\r\nhe\r\n0\r\n\r\n"))
    assert received.unchunked() == b"foxhe\r\n"


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that notes each call of it and gives one answer to all reads."""

    def __init__(self, calls: list[tuple[object, ...]], data: bytes = b"fox") -> None:
        self.calls, self.data = calls, data

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        self.calls.append(("read", max_bytes, timeout))
        return self.data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self.calls.append(("write", buffer, timeout))

    async def aclose(self) -> None:
        self.calls.append(("close",))

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        self.calls.append(("tls", ssl_context, server_hostname, timeout))
        return _Stream(self.calls, b"secret fox")

    def get_extra_info(self, info: str) -> Any:
        return info


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, stream: _Stream) -> None:
        self.stream = stream

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.stream.calls.append(("connect", host, port, timeout, local_address, socket_options))
        return self.stream

    async def sleep(self, seconds: float) -> None:
        self.stream.calls.append(("sleep", seconds))


async def test_a_connection_is_used_as_asked_and_all_that_it_gives_is_kept() -> None:
    calls: list[tuple[object, ...]] = []
    context, options = ssl.create_default_context(), [(1, 2, 3)]
    backend = RecordingBackend(_Backend(_Stream(calls)))
    with received_bytes() as received:
        plain = await backend.connect_tcp("media.example", 443, 1.0, "::1", options)
        assert await plain.read(10, 2.0) == b"fox"
        await plain.write(b"hen", 3.0)
        tls = await plain.start_tls(context, "media.example", 4.0)
        assert await tls.read(20) == b"secret fox"
        assert plain.get_extra_info("ssl_object") == "ssl_object"
        await plain.aclose()
        await backend.sleep(5.0)
        assert bytes(received._raw) == b"foxsecret fox"
    await plain.read(30)
    assert bytes(received._raw) == b"foxsecret fox"
    assert calls == [
        ("connect", "media.example", 443, 1.0, "::1", options),
        ("read", 10, 2.0),
        ("write", b"hen", 3.0),
        ("tls", context, "media.example", 4.0),
        ("read", 20, None),
        ("close",),
        ("sleep", 5.0),
        ("read", 30, None),
    ]


async def test_no_more_than_a_mebibyte_is_kept() -> None:
    stream = await RecordingBackend(_Backend(_Stream([], bytes(MIB // 2)))).connect_tcp("x", 1)
    with received_bytes() as received:
        for _ in range(5):
            await stream.read(MIB)
        assert len(received._raw) == MIB
