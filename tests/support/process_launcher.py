"""Two ways to start a bot process: the command itself, or a fork of a process that has imported everything."""

import asyncio
import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parent.parent.parent
DEADLINE = 300.0
"""Seconds after which a wait of a test fails. Only a failing test waits so long, so a busy machine fails none."""


class ChildProcess(Protocol):
    """A running bot: its pid, its stderr, and its exit code once it has ended."""

    @property
    def pid(self) -> int: ...

    @property
    def stderr(self) -> asyncio.StreamReader | None: ...

    async def wait(self) -> int: ...


async def run_command(environment: dict[str, str], folder: Path) -> ChildProcess:
    """Start `python -m bot run`."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"), env=environment, stderr=asyncio.subprocess.PIPE, cwd=folder
    )


@dataclass(slots=True)
class _ForkedProcess:
    pid: int
    stderr: asyncio.StreamReader
    exit_code: asyncio.Task[int]

    async def wait(self) -> int:
        return await asyncio.shield(self.exit_code)


@dataclass(slots=True)
class ForkServer:
    """The client of a fork server (tests.support.fork_server), which it starts and stops."""

    path: str
    process: asyncio.subprocess.Process

    @classmethod
    async def open(cls, folder: Path) -> "ForkServer":
        """Start the server and wait until it has imported everything."""
        path = str(folder / "socket")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.fork_server", path),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), DEADLINE) == b"ready\n"
        return cls(path, process)

    async def close(self) -> None:
        """Kill the server."""
        self.process.kill()
        await self.process.wait()

    async def spawn(
        self, environment: dict[str, str], folder: Path, *, die_at: str = "", clock: Path | None = None
    ) -> ChildProcess:
        """Fork a bot with test hooks (tests.support.fork_server)."""
        read_end, write_end = os.pipe()
        link = socket.socket(socket.AF_UNIX)
        link.connect(self.path)
        request = {
            "environment": environment,
            "folder": str(folder),
            "die_at": die_at,
            "clock": str(clock or ""),
        }
        socket.send_fds(link, [json.dumps(request).encode()], [write_end])
        os.close(write_end)
        stderr = asyncio.StreamReader(limit=2**20)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stderr), os.fdopen(read_end, "rb"))
        reader, writer = await asyncio.open_unix_connection(sock=link)
        pid = int(await reader.readline())

        async def exit_code() -> int:
            code = int(await reader.readline())
            writer.close()
            return code

        return _ForkedProcess(pid, stderr, asyncio.create_task(exit_code()))
