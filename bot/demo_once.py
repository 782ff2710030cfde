"""`imagine-bot demo --once`: a person sends /imagine, the terminal shows the chat, the picture lands on the disk."""

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from aiogram.types import Message

from bot.demo import BotProcess
from playground.chats import Chats, Event
from playground.media import Media
from playground.serve import KEY, TOKEN, stand_ins
from playground.telegram import Telegram

PATIENCE = 60.0


async def draw_once(prompt: str, out: Path) -> int:
    """Play one generation and return the exit code. The picture lands in `out`."""
    telegram, media = Telegram(TOKEN), Media(KEY, duration=lambda: 4.0)
    ann = telegram.chats.person(1001, name="Ann")
    with tempfile.TemporaryDirectory(prefix="imagine-demo-") as scratch:
        async with stand_ins(telegram, media) as settings:
            bot = BotProcess(settings, Path(scratch))
            await bot.start()
            shown = asyncio.create_task(_show(telegram.chats))
            try:
                telegram.say(ann, f"/imagine {prompt}")
                await _wait(telegram.chats, bot)
                await asyncio.sleep(0.2)  # the status goes just after the picture comes
                return _keep(telegram.chats, out)
            except TimeoutError:
                print("No picture came in a minute; the lines above say why.", file=sys.stderr)
                return 1
            finally:
                shown.cancel()
                await bot.stop()


def _picture(chats: Chats) -> Message | None:
    return next((m for m in chats.messages.values() if m.photo or m.document), None)


async def _wait(chats: Chats, bot: BotProcess) -> None:
    """Wait for the picture, or for a question or an answer that ends the story without one."""

    def over() -> bool:
        last = chats.of_bot(1001)
        answered = bool(last) and not any(mark in (last[-1].text or "") for mark in "⏳🎨")
        return _picture(chats) is not None or answered or bot.ended

    await chats.until(over, PATIENCE)


async def _show(chats: Chats) -> None:
    """Print what the chat sees, as it happens."""
    begin = asyncio.get_running_loop().time()
    told = 0
    while True:
        for event in chats.events[told:]:
            print(f"{max(0.0, event.at - begin):6.1f} s  {_line(event)}", flush=True)
        told = len(chats.events)
        with contextlib.suppress(TimeoutError):
            await chats.until(lambda: len(chats.events) > told, 1.0)  # noqa: B023 - read while waiting


def _line(event: Event) -> str:
    message = event.message
    by_bot = message is not None and message.from_user is not None and message.from_user.is_bot
    who = "Imagine" if by_bot or message is None else "Ann"
    words = " / ".join(event.text.splitlines())
    if event.kind == "deleted":
        return f"{who:8} (takes away: {words})"
    if event.kind == "edited":
        return f"{who:8} (now says)  {words}"
    if event.kind == "action":
        return f"{who:8} (is sending a photo…)"
    if message is not None and message.photo:
        size = message.photo[-1]
        return f"{who:8} [photo {size.width}×{size.height}]  {words}"
    return f"{who:8} {words}"


def _keep(chats: Chats, out: Path) -> int:
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
