"""A TCP server that answers HTTP requests with bytes as they are, also with those that no HTTP library sends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence


class RawServer:
    """Answers the first request with the first answer, the second with the second, and the last one from then on.

    An answer is a sequence of parts, each sent in a segment of its own. `keeps_open` leaves the connection open.
    `requests` are the requests that arrived.
    """

    def __init__(self, answers: Sequence[Sequence[bytes]], *, keeps_open: bool) -> None:
        self._answers = answers
        self._keeps_open = keeps_open
        self.requests: list[bytes] = []
        self.url = ""
        self._connections: set[asyncio.Task[None] | None] = set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self._connections.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                self.requests.append(await _request(reader))
                number = min(len(self.requests), len(self._answers)) - 1
                for part in self._answers[number]:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.01)  # a segment of its own
                if not self._keeps_open:
                    break
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def close(self) -> None:
        """Close all connections."""
        tasks = [task for task in self._connections if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.splitlines()
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    return head + await reader.readexactly(length)


@contextlib.asynccontextmanager
async def raw_server(*answers: Sequence[bytes], keeps_open: bool = False) -> AsyncIterator[RawServer]:
    """Serve answers at `url`, the base address of the media API."""
    stand_in = RawServer(answers, keeps_open=keeps_open)
    server = await asyncio.start_server(stand_in.handle, "127.0.0.1", 0)
    stand_in.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield stand_in
    finally:
        server.close()
        await stand_in.close()


def http(
    body: bytes, *headers: str, status: str = "200 OK", length: int | str | None = None, chunked: bool = False
) -> bytes:
    """Return an HTTP answer. `length` replaces the true Content-Length; `chunked` sends none."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if not chunked:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    else:
        lines.append("Transfer-Encoding: chunked")
    return "\r\n".join([*lines, "", ""]).encode() + body
