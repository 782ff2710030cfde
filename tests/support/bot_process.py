"""The bot in a process of its own, for end-to-end tests."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from tests.support.process_launcher import DEADLINE, ROOT, ChildProcess, ForkServer, run_command

CHECK_SECONDS = 0.25
"""Time after which a wait checks its condition again without an event: the ledger changes without one."""

Launch = Callable[[dict[str, str]], Awaitable[ChildProcess]]
"""Starts a bot with these settings, its log on stderr."""


@dataclass(slots=True)
class BotProcess:
    """A bot process that can be started again and again. It logs JSON to stderr, which is parsed line by line.

    `folder` is its working directory. `log` holds the log events of the current run, `lines` all lines of all runs.
    With a `fork_server`, starts are faster, and the next start can have hooks (tests.support.fork_server): `die_at`
    names the failpoint at which the process kills itself, `clock` is the file with the seconds by which its clock is
    set forward. `root` is the source tree; one of its own has no fork server. `launch` starts it in another way.
    """

    fork_server: ClassVar[ForkServer | None] = None
    settings: dict[str, str]
    folder: Path
    die_at: str = ""
    clock: Path | None = None
    root: Path = ROOT
    launch: Launch | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    _process: ChildProcess | None = None
    _reader: asyncio.Task[None] | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self, *, until: str | None = "ready", **settings: str) -> None:
        """Start the process and wait for a log event."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.root), "LOG_FORMAT": "json"}
        self.log.clear()
        environment |= self.settings | settings
        if self.launch is not None:
            self._process = await self.launch(self.settings | settings)
        elif self.fork_server is None or self.root != ROOT:
            assert not self.die_at
            assert self.clock is None
            self._process = await run_command(environment, self.folder)
        else:
            self._process = await self.fork_server.spawn(
                "run", environment=environment, folder=self.folder, die_at=self.die_at, clock=self.clock
            )
            self.die_at = ""
        self._reader = asyncio.create_task(self._read_log())
        if until is not None:
            await self.wait_for_log(until)

    async def wait_for_log(self, event: str) -> dict[str, Any]:
        """Wait for a log event of the current run and return its line."""

        def found() -> dict[str, Any] | None:
            return next((line for line in self.log if line.get("event") == event), None)

        await self.wait_until(lambda: found() or self.ended)
        line = found()
        assert line is not None, f"the process ended without {event!r}:\n" + "\n".join(self.lines[-20:])
        return line

    async def wait_until(self, ready: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Wait until a condition holds, checked at each log line and every `CHECK_SECONDS`. Raises TimeoutError."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not ready():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), CHECK_SECONDS)
        except TimeoutError as error:
            state = "has ended" if self.ended else "runs"
            error.add_note("\n".join([f"The process {state}. The last lines of its log:", *self.lines[-20:]]))
            raise

    @property
    def ended(self) -> bool:
        """Return whether the process has ended and its log is read."""
        return self._reader is None or self._reader.done()

    @property
    def tracebacks(self) -> list[str]:
        """The lines of all runs with an exception, as text or as JSON: an error that nobody expected."""
        return [line for line in self.lines if "Traceback" in line or '"exception":' in line]

    @property
    def child(self) -> ChildProcess:
        """Return the running process."""
        assert self._process is not None
        return self._process

    @property
    def pid(self) -> int:
        return self.child.pid

    async def address(self) -> str:
        """Return the address of the web server."""
        return f"http://{(await self.wait_for_log('listening'))['address']}"

    async def kill(self) -> None:
        """Send SIGKILL and wait for the end."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Send SIGTERM, wait for the end and return the exit code. Raises TimeoutError."""
        async with asyncio.timeout(DEADLINE):
            return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            if not self.ended:
                self._process.send_signal(number)
        code = await self._process.wait()
        if self._reader is not None:
            await self._reader
        self._process = None
        return code

    async def _read_log(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        async for raw in self._process.stderr:
            line = raw.decode().rstrip()
            self.lines.append(line)
            try:
                self.log.append(json.loads(line))
            except ValueError:
                self.log.append({"event": line})
            async with self._changed:
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def fork_server(folder: Path) -> AsyncIterator[None]:
    """Fork all bots from one process that has imported everything."""
    server = BotProcess.fork_server = await ForkServer.open(folder)
    try:
        yield
    finally:
        BotProcess.fork_server = None
        await server.close()
