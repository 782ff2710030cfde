"""Ways to start a bot process: the command itself, or a fork of one that has imported all (tests.support.fork_server)."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parent.parent.parent


class Child(Protocol):
    """A running bot: its pid, what it writes to stderr, and its exit code once it has one."""

    @property
    def pid(self) -> int: ...

    @property
    def stderr(self) -> asyncio.StreamReader | None: ...

    async def wait(self) -> int: ...


async def by_command(environment: dict[str, str], folder: Path) -> Child:
    """Run `python -m bot run`."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"), env=environment, stderr=asyncio.subprocess.PIPE, cwd=folder
    )


@dataclass(slots=True)
class _Forked:
    pid: int
    stderr: asyncio.StreamReader
    ended: asyncio.Task[int]

    async def wait(self) -> int:
        return await asyncio.shield(self.ended)


@dataclass(slots=True)
class ForkServer:
    """The process that forks bots, on a socket of its own."""

    path: str
    process: asyncio.subprocess.Process

    @classmethod
    async def open(cls, folder: Path) -> "ForkServer":
        """Start it and wait until it has imported everything."""
        path = str(folder / "nursery")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.fork_server", path),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
        return cls(path, process)

    async def close(self) -> None:
        """End it."""
        self.process.kill()
        await self.process.wait()

    async def spawn(self, environment: dict[str, str], folder: Path, kill_switch: Mapping[str, str]) -> Child:
        """Fork a bot with a fate (tests.support.fork_server)."""
        read_end, write_end = os.pipe()
        link = socket.socket(socket.AF_UNIX)
        link.connect(self.path)
        asked = json.dumps({"environment": environment, "folder": str(folder), "fate": kill_switch})
        socket.send_fds(link, [asked.encode()], [write_end])
        os.close(write_end)
        errors = asyncio.StreamReader(limit=2**20)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(errors), os.fdopen(read_end, "rb"))
        reader, writer = await asyncio.open_unix_connection(sock=link)
        pid = int(await reader.readline())

        async def end() -> int:
            code = int(await reader.readline())
            writer.close()
            return code

        return _Forked(pid, errors, asyncio.create_task(end()))
