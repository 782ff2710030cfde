"""A relay before a PostgreSQL server's socket, which can lose every packet, as a partition of the network does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class Relay:
    """Relays connections to a server. While `lost` is set nothing passes, and nothing is closed."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def lose(self) -> None:
        """Let no byte pass from now on, in either direction."""
        self._open.clear()

    def restore(self) -> None:
        """Let bytes pass again, also those that were held back."""
        self._open.set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection."""
        await self._open.wait()
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self._server / SOCKET)
        except OSError:
            writer.close()
            return
        for source, target in ((reader, server_writer), (server_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                while data := await source.read(65_536):
                    await self._open.wait()
                    target.write(data)
                    await target.drain()
        finally:
            target.close()


@asynccontextmanager
async def relay_to(server: Path, folder: Path) -> AsyncIterator[Relay]:
    """Yield a relay that listens in a folder like a server with its socket there."""
    relay = Relay(server)
    listener = await asyncio.start_unix_server(relay.handle, folder / SOCKET)
    try:
        yield relay
    finally:
        listener.close()
        await relay.close()
