"""Every kind of message goes to the topic of its place, and a refused one delays the next ones of its chat only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup

from chat.api_calls import ApiCaller
from chat.errors import TryLater
from chat.limits import Priority
from chat.picture_sender import PictureSender
from chat.rate_limiter import LocalRateLimiter
from chat.sender import Sender, make_bot
from chat.sticker_sets import StickerSets
from core.metrics import Metrics
from core.model import FileKind
from core.reply_target import ReplyTarget
from tests.support.fake_apis import DispatcherTelegram, KillSwitch
from tests.support.virtual_loop import LoopClock, virtual_time

TOPIC = ReplyTarget(-1_000_000_000_005, 33, 9)
FILE = BufferedInputFile(b"x", "x.jpg")
NO_BUTTONS = InlineKeyboardMarkup(inline_keyboard=[])


class _Telegram(DispatcherTelegram):
    """The Bot API. `methods` are the calls."""

    def __init__(self) -> None:
        super().__init__(KillSwitch())
        self.methods: list[TelegramMethod[Any]] = []

    def perform(self, method: TelegramMethod[Any]) -> Any:
        self.methods.append(method)
        if type(method).__name__ == "SendSticker":
            return self._add_message(TOPIC.chat_id)
        return super().perform(method)


class _Senders:
    """Everything that sends messages, over one fake of the Bot API."""

    def __init__(self) -> None:
        self.telegram = _Telegram()
        clock = LoopClock()
        caller = ApiCaller(
            bot=make_bot("1:token", self.telegram),
            rate_limiter=LocalRateLimiter(rate=1_000, clock=clock),
            clock=clock,
            metrics=Metrics(),
        )

        async def covers(_chat_id: int) -> bool:
            return False

        self.texts, self.stickers = Sender(caller), StickerSets(caller)
        self.pictures = PictureSender(caller, covers=covers)

    async def show_action(self) -> None:
        """Show a chat action, which is sent in the background."""
        self.pictures.show_chat_action(TOPIC)
        await asyncio.sleep(1.0)


SENDS: dict[str, Callable[[_Senders], Awaitable[object]]] = {
    "text": lambda s: s.texts.send_text(TOPIC, "hello"),
    "status": lambda s: s.texts.send_status(TOPIC, "hello"),
    "ephemeral": lambda s: s.texts.send_ephemeral(TOPIC, 7, "hello"),
    "quote": lambda s: s.texts.quoted_buttons(TOPIC, 1, ""),
    "photo": lambda s: s.pictures.send_photo(TOPIC, b"x", "x.jpg", "a fox"),
    "document": lambda s: s.pictures.send_document(TOPIC, FILE),
    "file": lambda s: s.pictures.send_file(TOPIC, FILE),
    "known photo": lambda s: s.pictures.send_by_file_id(TOPIC, "f", FileKind.PHOTO, "a fox", None),
    "known document": lambda s: s.pictures.send_by_file_id(TOPIC, "f", FileKind.DOCUMENT, "a fox", None),
    "picture": lambda s: s.pictures.send_picture(TOPIC, FILE, FileKind.PHOTO, "a fox", None),
    "sticker": lambda s: s.stickers.send(TOPIC, "f", NO_BUTTONS),
    "chat action": lambda s: s.show_action(),
}


@pytest.mark.parametrize("send", SENDS.values(), ids=SENDS)
@virtual_time
async def test_a_message_goes_to_the_topic_of_its_place(
    send: Callable[[_Senders], Awaitable[object]],
) -> None:
    senders = _Senders()
    await send(senders)
    sent = senders.telegram.methods[0]
    assert (getattr(sent, "chat_id", None), getattr(sent, "message_thread_id", None)) == (TOPIC.chat_id, 33)


@virtual_time
async def test_a_refusal_because_of_the_rate_delays_the_next_messages_of_its_chat_only() -> None:
    senders, clock = _Senders(), LoopClock()
    senders.telegram.photo_outcomes = ["too fast"]
    with pytest.raises(TryLater):
        await senders.pictures.send_photo(ReplyTarget(7), b"x", "x.jpg", "a fox")
    refused_at = clock.monotonic()
    await senders.texts.acquire_slot(8, Priority.ANSWER)
    assert clock.monotonic() - refused_at < 0.5
    await senders.texts.acquire_slot(7, Priority.ANSWER)
    assert clock.monotonic() - refused_at >= 2.0
