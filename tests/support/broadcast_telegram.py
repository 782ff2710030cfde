"""The Bot API in virtual time, with the copies, the blocks and the strict limits of the stand-in."""

import asyncio
from collections import Counter
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from aiogram.methods import CopyMessage
from aiogram.methods.base import TelegramMethod
from aiogram.types import MessageId

from playground.call import ApiError, Call
from playground.copying import copy_message
from playground.flood import Flood
from playground.telegram import Telegram
from tests.support.fake_apis import EngineTelegram, KillSwitch

ADMIN = 5


class BroadcastTelegram(EngineTelegram):
    """The Bot API for broadcasts of the message `original`, which `ADMIN` wrote.

    `received` counts the copies by user. The answers to copies for `unanswered` users are lost.
    """

    def __init__(self, *, rate: int = 30) -> None:
        super().__init__(KillSwitch())
        self.flood = Flood(rate, strict=True, now=lambda: asyncio.get_running_loop().time())
        self.stand_in = Telegram("1:token", flood=self.flood)
        self.chats = self.stand_in.chats
        self.received: Counter[int] = Counter()
        self.unanswered: set[int] = set()
        self.answer_seconds = 0.02
        self._copies, self._awaited, self._reached = 0, 0, asyncio.Event()
        self.original = self.chats.add(ADMIN, self.chats.add_user(ADMIN), text="News")

    def add_users(self, *user_ids: int) -> None:
        """Add users with a private chat with the bot."""
        for user_id in user_ids:
            self.chats.add_user(user_id)

    async def wait_for_copies(self, count: int) -> None:
        """Wait until so many copies have arrived in all."""
        self._awaited, self._reached = count, asyncio.Event()
        if self._copies < count:
            await self._reached.wait()

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        answer = await super().make_request(bot, method, timeout)
        if isinstance(method, CopyMessage) and method.chat_id in self.unanswered:
            raise TelegramNetworkError(method, "Connection lost")
        return answer

    def perform(self, method: TelegramMethod[Any]) -> Any:
        if not isinstance(method, CopyMessage):
            return super().perform(method)
        parameters = {
            "chat_id": method.chat_id,
            "from_chat_id": method.from_chat_id,
            "message_id": method.message_id,
            "reply_markup": method.reply_markup
            and method.reply_markup.model_dump(mode="json", exclude_none=True),
        }
        call = Call(
            method="copyMessage",
            parameters=parameters,
            files={},
            chats=self.chats,
            flood=self.flood,
            presses=self.stand_in.presses,
            inline=self.stand_in.inline,
            stars=self.stand_in.stars,
        )
        try:
            copy = copy_message(call)
        except ApiError as error:
            raise _refusal(method, error) from None
        self.received[int(method.chat_id)] += 1
        self._copies += 1
        if self._copies >= self._awaited:
            self._reached.set()
        return MessageId(**copy)


def _refusal(method: TelegramMethod[Any], error: ApiError) -> Exception:
    if error.code == 429:
        return TelegramRetryAfter(method, error.description, error.parameters["retry_after"])
    kind = TelegramForbiddenError if error.code == 403 else TelegramBadRequest
    return kind(method, error.description)
