"""`imagine-bot demo --once`: runs one /imagine, prints the chat to the terminal and saves the picture."""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path

from aiogram.types import Message

from bot.demo import BotProcess
from playground.chats import Chats, Event
from playground.media import Media
from playground.serve import KEY, TOKEN, stand_ins
from playground.telegram import Telegram

START_SECONDS = 300.0
"""Time for the bot to start, which takes seconds unless the machine is very busy."""
TIMEOUT = 300.0
"""Seconds to wait for the picture, which takes ten unless the machine is very busy."""
STATUS_SECONDS = 60.0
"""Time for the bot to delete the status message after the picture."""


async def draw_once(prompt: str, out: Path) -> int:
    """Run one generation, save its picture in the folder `out` and return the exit code."""
    telegram, media = Telegram(TOKEN), Media(KEY, duration=lambda: 4.0)
    ann = telegram.chats.add_user(1001, name="Ann")
    with tempfile.TemporaryDirectory(prefix="imagine-demo-") as scratch:
        async with stand_ins(telegram, media) as settings:
            bot = BotProcess(settings, Path(scratch))
            await bot.start()
            printer = _Printer(telegram.chats)
            try:
                if not await _has_started(bot, telegram):
                    return 1
                telegram.say(ann, f"/imagine {prompt}")
                await printer.print_during(_wait(telegram.chats, bot))
                return _save(telegram.chats, out)
            except TimeoutError:
                print("No picture arrived within five minutes; the output above shows why.", file=sys.stderr)
                return 1
            finally:
                await bot.stop()


async def _has_started(bot: BotProcess, telegram: Telegram) -> bool:
    try:
        async with asyncio.timeout(START_SECONDS):
            await bot.wait_until_polling(telegram)
    except TimeoutError:
        print("The bot did not start within five minutes; the output above shows why.", file=sys.stderr)
        return False
    return True


def _picture(chats: Chats) -> Message | None:
    return next((m for m in chats.messages.values() if m.photo or m.document), None)


async def _wait(chats: Chats, bot: BotProcess) -> None:
    """Wait for the picture, for a message that ends the generation without one, or for the end of the bot."""

    def status_shown() -> bool:
        last = chats.of_bot(1001)
        return bool(last) and any(mark in (last[-1].text or "") for mark in "⏳🎨")

    def finished() -> bool:
        answered = bool(chats.of_bot(1001)) and not status_shown()
        return _picture(chats) is not None or answered or bot.ended

    await chats.until(finished, TIMEOUT)
    with contextlib.suppress(TimeoutError):
        await chats.until(lambda: _picture(chats) is None or not _texts(chats), STATUS_SECONDS)


def _texts(chats: Chats) -> list[str]:
    return [message.text for message in chats.of_bot(1001) if message.text]


class _Printer:
    """Prints each event of the chat with its time in seconds. Menus and descriptions are in no chat."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._begin = asyncio.get_running_loop().time()
        self._printed = 0

    async def print_during(self, work: Coroutine[None, None, None]) -> None:
        """Await a coroutine, and print the events as they happen until it ends."""
        printing = asyncio.create_task(self._print_all())
        try:
            await work
        finally:
            printing.cancel()
            self._print_new()

    async def _print_all(self) -> None:
        while True:
            self._print_new()
            with contextlib.suppress(TimeoutError):
                await self._chats.until(lambda: len(self._chats.events) > self._printed, 1.0)

    def _print_new(self) -> None:
        for event in self._chats.events[self._printed :]:
            if event.chat_id:
                print(f"{max(0.0, event.at - self._begin):6.1f} s  {_line(event)}", flush=True)
        self._printed = len(self._chats.events)


def _line(event: Event) -> str:
    message = event.message
    by_bot = message is not None and message.from_user is not None and message.from_user.is_bot
    author = "Imagine" if by_bot or message is None else "Ann"
    text = " / ".join(event.text.splitlines())
    if event.kind == "deleted":
        return f"{author:8} (takes away: {text})"
    if event.kind == "edited":
        return f"{author:8} (now says)  {text}"
    if event.kind == "action":
        return f"{author:8} (is sending a photo…)"
    if message is not None and message.photo:
        size = message.photo[-1]
        return f"{author:8} [photo {size.width}×{size.height}]  {text}"
    return f"{author:8} {text}"


def _save(chats: Chats, out: Path) -> int:
    message = _picture(chats)
    if message is None:
        return 1
    file_id = (
        message.photo[-1].file_id if message.photo else message.document.file_id if message.document else ""
    )
    out.mkdir(parents=True, exist_ok=True)
    path = out / "picture.jpg"
    path.write_bytes(chats.files[file_id])
    print(f"\nThe picture: {path.resolve()}")
    return 0
