"""Containers of the image, as processes of a test."""

import asyncio
import itertools
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.image_engines import Engine
from tests.support.kernel_events import catches, wait_for
from tests.support.process_launcher import DEADLINE
from tests.support.runc_bundle import Container

USER = 10001


@dataclass(frozen=True, slots=True)
class ContainerProcess:
    """Process 1 of a running container. Its output comes through the engine's own process."""

    engine: Engine
    name: str
    command: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.engine.pid(self.name)

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        return self.command.stdout

    @property
    def stderr(self) -> asyncio.StreamReader | None:
        return self.command.stderr

    async def wait(self) -> int:
        return await self.command.wait()

    def send_signal(self, signal: int) -> None:
        """Send a signal to process 1. The error of an engine for a process that has just ended is left out."""
        subprocess.run(self.engine.kill(self.name, _name(signal)), capture_output=True, check=False)

    async def execute(self, *command: str) -> tuple[int, str]:
        """Run another process in the container; return its exit code and its output."""
        process = await asyncio.create_subprocess_exec(
            *self.engine.execute(self.name, *command),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
        return process.returncode or 0, output.decode()

    async def wait_until_it_obeys(self) -> None:
        """Wait until process 1 is the bot and has a handler for SIGTERM: before that, Linux ignores it."""
        await wait_for(lambda: "running" in self.engine.state(self.name))
        pid = self.pid
        await wait_for(lambda: b"imagine-bot" in Path(f"/proc/{pid}/cmdline").read_bytes())
        await wait_for(lambda: catches(pid, signal.SIGTERM))


@dataclass(frozen=True, slots=True)
class Containers:
    """Starts containers of the image. `data` is the folder that each of them has as /data, of user 10001."""

    engine: Engine
    data: Path
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        os.chown(self.data, USER, USER)

    def container(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        entrypoint: str | None = None,
        user: str | None = None,
    ) -> Container:
        """Return a container of the image with a name of its own. DATABASE_URL is that of the image."""
        name = f"imagine-{os.getpid()}-{self.data.name}-{next(self._numbers)}"
        variables = {k: v for k, v in (environment or {}).items() if k != "DATABASE_URL"}
        return Container(name, self.data, arguments, variables, entrypoint, user)

    async def start(self, container: Container) -> ContainerProcess:
        """Start a container; the test reads its stderr."""
        command = await asyncio.create_subprocess_exec(
            *self.engine.run(container),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        return ContainerProcess(self.engine, container.name, command)

    async def run_to_end(self, container: Container, stdin: bytes = b"") -> tuple[int, str]:
        """Run a container to its end; return its exit code and its output, with its errors if it fails."""
        process = await asyncio.create_subprocess_exec(
            *self.engine.run(container),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        output, errors = await asyncio.wait_for(process.communicate(stdin), DEADLINE)
        return process.returncode or 0, (output if process.returncode == 0 else output + errors).decode()


def _name(number: int) -> str:
    return signal.Signals(number).name.removeprefix("SIG")
