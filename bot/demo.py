"""`imagine-bot demo`: the real bot between the two stand-ins, on a page in a browser or once in the terminal."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from playground import scene
from playground.media import Media
from playground.serve import KEY, TOKEN, served, stand_ins
from playground.server import PlaygroundServer
from playground.telegram import Telegram

USUAL_PORT = 8642
"""Where the page is, unless something else is there: a bookmark keeps working."""
DEMO_SETTINGS = {
    "LISTEN": "127.0.0.1:0",
    "LOG_LEVEL": "WARNING",
    "ADMIN_IDS": "",
    "GENERATION_TIMEOUT": "120",
}


def clean_environment() -> dict[str, str]:
    """Return the environment without the reader's own settings: the demo must not touch a real bot."""
    from bot.settings import Settings  # noqa: PLC0415 - needed here only

    names = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name.upper() not in names}


class BotProcess:
    """`python -m bot run` as a child of the demo's, which can be killed and started again."""

    def __init__(self, settings: dict[str, str], folder: Path) -> None:
        self._environment = (
            clean_environment()
            | settings
            | DEMO_SETTINGS
            | {"DATABASE_URL": f"sqlite:///{folder}/bot.sqlite3"}
        )
        self._file = folder / "bot.sqlite3"
        self._process: asyncio.subprocess.Process | None = None
        self._task_poller: asyncio.Task[None] | None = None
        self.room: PlaygroundServer | None = None

    async def start(self) -> None:
        """Start the process, unless it runs."""
        if self._process is not None and self._process.returncode is None:
            return
        self._tell("starting")
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            # In its own folder, where no `.env` of the reader's is.
            env=self._environment | {"PYTHONPATH": str(Path(__file__).parent.parent)},
            cwd=self._file.parent,
        )
        self._task_poller = asyncio.create_task(self._watch(self._process))

    async def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and wait."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        if self._task_poller is not None:
            await self._task_poller

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process is not None and self._process.returncode is not None

    def quotas(self) -> Sequence[dict[str, Any]]:
        """Return the rows of the quota table, read as any other program could."""
        if not self._file.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=1)) as file:
            try:
                rows = file.execute("SELECT subject_id, day, used FROM quotas ORDER BY day DESC LIMIT 50")
                return [{"who": who, "day": day, "used": used} for who, day, used in rows]
            except sqlite3.Error:  # not made yet
                return []

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Tell the page when the bot asks for updates, and when it is gone."""
        telegram = self.room.telegram if self.room is not None else None
        polls = telegram.calls["getUpdates"] if telegram is not None else 0
        ended = asyncio.create_task(process.wait())
        while telegram is not None and telegram.calls["getUpdates"] == polls and not ended.done():
            await asyncio.wait([ended], timeout=0.05)
        if not ended.done():
            self._tell("running")
        await ended
        self._tell("down")

    def _tell(self, state: str) -> None:
        if self.room is not None:
            self.room.note_bot(state)


async def show_page(*, browser: bool, port: int | None = None) -> int:
    """Serve the page until interrupted and return the exit code. `port` None takes the usual one where it is free."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    telegram, media = Telegram(TOKEN), Media(KEY)
    scene.set_up(telegram)
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="imagine-demo-"))
        settings = await stack.enter_async_context(stand_ins(telegram, media))
        bot = BotProcess(settings, Path(folder))
        room = bot.room = PlaygroundServer(telegram, media, bot)
        address = await stack.enter_async_context(_page(room, port))
        print(f"Imagine’s playground: {address}  (Ctrl+C ends it)", flush=True)
        await bot.start()
        if browser:
            await asyncio.to_thread(webbrowser.open, address)
        await stopping.wait()
        await bot.stop()
    return 0


@contextlib.asynccontextmanager
async def _page(room: PlaygroundServer, port: int | None) -> AsyncIterator[str]:
    async with contextlib.AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(
                served(room.app(), USUAL_PORT if port is None else port)
            )
        except OSError:
            if port is not None:
                raise
            address = await stack.enter_async_context(served(room.app()))
        yield address
