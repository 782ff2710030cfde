"""Starts the processes of tests: a bot, as the command itself or as a fork of a process that has imported everything,
and other commands, which end with the test.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parent.parent.parent
_FORK_SERVER = """
import sys
import tests.support.deferred_aiogram
from tests.support.fork_server import serve

serve(sys.argv[1])
"""
DEADLINE = 300.0
"""Seconds after which a wait of a test fails. Only a failing test waits so long, so a busy machine fails none."""


class ChildProcess(Protocol):
    """A running command: its pid, its output, and its exit code once it has ended."""

    @property
    def pid(self) -> int: ...

    @property
    def stdout(self) -> asyncio.StreamReader | None: ...

    @property
    def stderr(self) -> asyncio.StreamReader | None: ...

    async def wait(self) -> int: ...

    def send_signal(self, signal: int) -> None: ...


async def run_command(environment: dict[str, str], folder: Path) -> ChildProcess:
    """Start `python -m bot run` of the source tree in PYTHONPATH."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"), env=environment, stderr=asyncio.subprocess.PIPE, cwd=folder
    )


@asynccontextmanager
async def started(
    *command: str, env: dict[str, str], folder: Path, stdout: int | None = None, stderr: int | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a command in a process group of its own. At the end, kill it and its children, which may hold a pipe."""
    process = await asyncio.create_subprocess_exec(
        *command, env=env, cwd=folder, stdout=stdout, stderr=stderr, start_new_session=True
    )
    try:
        yield process
    finally:
        await kill_group(process)


async def kill_group(process: ChildProcess) -> None:
    """Kill a process and its children, and wait for its end."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


@dataclass(slots=True)
class _ForkedProcess:
    pid: int
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader
    exit_code: asyncio.Task[int]

    async def wait(self) -> int:
        return await asyncio.shield(self.exit_code)

    def send_signal(self, signal: int) -> None:
        os.kill(self.pid, signal)


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
            *(sys.executable, "-c", _FORK_SERVER, path),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), DEADLINE) == b"ready\n"
        return cls(path, process)

    async def close(self) -> None:
        """End the server and its bots."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()

    async def spawn(
        self,
        *arguments: str,
        environment: dict[str, str],
        folder: Path,
        die_at: str = "",
        clock: Path | None = None,
    ) -> ChildProcess:
        """Fork a command of the command line with test hooks (tests.support.fork_server)."""
        (stdout, write_stdout), (stderr, write_stderr) = await _output_pipe(), await _output_pipe()
        link = socket.socket(socket.AF_UNIX)
        link.connect(self.path)
        request = {
            "arguments": arguments,
            "environment": environment,
            "folder": str(folder),
            "die_at": die_at,
            "clock": str(clock or ""),
        }
        socket.send_fds(link, [json.dumps(request).encode()], [write_stdout, write_stderr])
        os.close(write_stdout)
        os.close(write_stderr)
        reader, writer = await asyncio.open_unix_connection(sock=link)
        pid = int(await reader.readline())

        async def exit_code() -> int:
            code = int(await reader.readline())
            writer.close()
            return code

        return _ForkedProcess(pid, stdout, stderr, asyncio.create_task(exit_code()))


async def _output_pipe() -> tuple[asyncio.StreamReader, int]:
    """Return the reader of a new pipe and the descriptor of its writing end."""
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb")
    )
    return reader, write_end
