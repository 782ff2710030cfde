"""`imagine-bot demo`: runs the real bot against the two stand-ins and serves a page with its chats."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bot import stop_signals
from playground import scene
from playground.media import Media
from playground.serve import KEY, TOKEN, served, stand_ins
from playground.server import PlaygroundServer
from playground.telegram import Telegram

USUAL_PORT = 8642
"""The default port of the page; fixed, so that a bookmark keeps working. A free port is used if it is in use."""
LONG_STOP_SECONDS = 660.0
"""More than `ASK_AFTER_MINUTES`, so that the owners of waiting requests are asked whether they still want them."""
DEMO_SETTINGS = {
    "LISTEN": "127.0.0.1:0",
    "LOG_LEVEL": "WARNING",
    "GENERATION_TIMEOUT": "120",
    "FIRST_PICTURE_EFFECT": "5046509860389126442",
}
PAGE_SETTINGS = {"ADMIN_IDS": str(scene.ADMIN), "STARS": "true", "STARS_SUBSCRIPTION": "300:450"}
"""Settings of the bot with a page, whose users can buy pictures and ask an admin for refunds."""


def clean_environment() -> dict[str, str]:
    """Return the environment without settings of the bot, so that the demo never connects to a real bot."""
    from bot.settings import Settings  # noqa: PLC0415 - needed only here

    names = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name.upper() not in names}


class LaunchedBot(Protocol):
    """A running bot: its exit code once it has ended, its end, and the two signals."""

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


async def launch_bot(environment: dict[str, str], folder: Path) -> LaunchedBot:
    """Start `python -m bot run` in a folder, so that no `.env` of another one is read."""
    with stop_signals.blocked():
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"), env=environment, cwd=folder
        )


class BotProcess:
    """Runs `python -m bot run` as a child process that can be killed and started again (BotControl).

    `server`, if set, shows the state of the process on its page.
    """

    def __init__(self, settings: dict[str, str], folder: Path) -> None:
        self._environment = (
            clean_environment()
            | settings
            | DEMO_SETTINGS
            | {"DATABASE_URL": f"sqlite:///{folder}/bot.sqlite3"}
        )
        self._file = folder / "bot.sqlite3"
        self._process: LaunchedBot | None = None
        self._monitor: asyncio.Task[None] | None = None
        self.server: PlaygroundServer | None = None

    async def start(self) -> None:
        """Start the process unless it is running."""
        if self._process is not None and self._process.returncode is None:
            return
        self._note_state("starting")
        environment = self._environment | {"PYTHONPATH": str(Path(__file__).parent.parent)}
        self._process = await launch_bot(environment, self._file.parent)
        self._monitor = asyncio.create_task(self._watch(self._process))

    async def kill(self) -> None:
        """Send SIGKILL and wait for the end of the process."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def start_later(self) -> None:
        """Start the process as if it had been down for `LONG_STOP_SECONDS`. A running one is killed before.

        The ledger is changed instead of the clock: the waiting requests and the last time at which pictures could be
        started are older then (storage.interruptions).
        """
        await self.kill()
        if self._file.exists():
            with contextlib.closing(sqlite3.connect(self._file, timeout=5)) as file:
                file.execute(
                    "UPDATE requests SET accepted_at = accepted_at - ? WHERE closed_at IS NULL",
                    (LONG_STOP_SECONDS,),
                )
                row = file.execute("SELECT value FROM key_values WHERE name = 'interruptions'").fetchone()
                if row is not None:
                    known = json.loads(row[0])
                    known["available_at"] -= LONG_STOP_SECONDS
                    changed = (json.dumps(known),)
                    file.execute("UPDATE key_values SET value = ? WHERE name = 'interruptions'", changed)
                file.commit()
        await self.start()

    async def stop(self) -> None:
        """Send SIGTERM and wait for the end of the process."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        if self._monitor is not None:
            await self._monitor

    async def wait_until_polling(self, telegram: Telegram) -> None:
        """Wait for the first getUpdates of the process, or for its end."""
        assert self._process is not None, "start() has run"  # noqa: S101
        await _poll_or_end(telegram, self._process, polls=0)

    @property
    def ended(self) -> bool:
        """Return whether the process was started and has ended."""
        return self._process is not None and self._process.returncode is not None

    def quotas(self) -> Mapping[int, int]:
        """Return the pictures of today by user and group, read from the database file."""
        if not self._file.exists():
            return {}
        with contextlib.closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=1)) as file:
            try:
                return dict(file.execute("SELECT subject_id, used FROM quotas WHERE day = ?", (_today(),)))
            except sqlite3.Error:  # the bot has not created the table yet
                return {}

    def leave_quota(self, subject_id: int, left: int) -> None:
        """Set the pictures of today so that a user or a group has `left` more.

        Only the demo writes into the ledger of a running bot, because using up a day's pictures takes too long.
        """
        if not self._file.exists():
            return
        from bot.settings import Settings  # noqa: PLC0415 - needed only here

        daily = Settings.model_fields["group_daily_quota" if subject_id < 0 else "daily_quota"].default
        with (
            contextlib.closing(sqlite3.connect(self._file, timeout=5)) as file,
            contextlib.suppress(sqlite3.Error),
        ):
            file.execute(
                "INSERT INTO quotas (subject_id, day, used) VALUES (?, ?, ?) "
                "ON CONFLICT (subject_id, day) DO UPDATE SET used = excluded.used",
                (subject_id, _today(), max(0, daily - left)),
            )
            file.commit()

    async def _watch(self, process: LaunchedBot) -> None:
        """Note the state `running` after the first getUpdates of the process, and `down` after its end."""
        telegram = self.server.telegram if self.server is not None else None
        if telegram is not None and await _poll_or_end(telegram, process, polls=telegram.calls["getUpdates"]):
            self._note_state("running")
        await process.wait()
        self._note_state("down")

    def _note_state(self, state: str) -> None:
        if self.server is not None:
            self.server.note_bot(state)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


async def _poll_or_end(telegram: Telegram, process: LaunchedBot, *, polls: int) -> bool:
    """Wait until there were more than `polls` getUpdates, or the process has ended. Return False if it has ended."""
    ended = asyncio.create_task(process.wait())
    while telegram.calls["getUpdates"] <= polls and not ended.done():
        await asyncio.wait([ended], timeout=0.05)
    return not ended.done()


async def show_page(*, browser: bool, port: int | None = None) -> int:
    """Serve the page until SIGINT or SIGTERM and return the exit code. `port` None means 8642, or a free port."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    telegram, media = Telegram(TOKEN), Media(KEY)
    scene.set_up(telegram)
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="imagine-demo-"))
        settings = await stack.enter_async_context(stand_ins(telegram, media))
        bot = BotProcess(settings | PAGE_SETTINGS, Path(folder))
        server = bot.server = PlaygroundServer(telegram=telegram, media=media, control=bot, admin=scene.ADMIN)
        address = await stack.enter_async_context(_serve_page(server, port))
        print(f"Imagine’s playground: {address}  (Ctrl+C ends it)", flush=True)
        await bot.start()
        if browser:
            await asyncio.to_thread(webbrowser.open, address)
        await stopping.wait()
        await bot.stop()
    return 0


@contextlib.asynccontextmanager
async def _serve_page(server: PlaygroundServer, port: int | None) -> AsyncIterator[str]:
    async with contextlib.AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(
                served(server.app(), USUAL_PORT if port is None else port)
            )
        except OSError:
            if port is not None:
                raise
            address = await stack.enter_async_context(served(server.app()))
        yield address
