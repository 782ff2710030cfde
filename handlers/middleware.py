"""Gives every handler the user and the translator, and stops updates without a user or of a banned one.

A ban does not stop updates about payments, nor /paysupport: what a banned user paid counts, and can be returned.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import TelegramObject

from chat.languages import LanguageResolver
from handlers.identity import is_about_payment, message_of, user_of
from handlers.pay_support import seeks_refund
from storage.bans import Ban, Bans


class UserContextMiddleware(BaseMiddleware):
    """Adds `user` (UserIdentity) and `translate` (Translator) to the handler's arguments."""

    def __init__(self, *, languages: LanguageResolver, bans: Bans, sells: bool) -> None:
        self._languages = languages
        self._bans = bans
        self._sells = sells

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        user = user_of(event)
        if user is None:
            return UNHANDLED if is_about_payment(event) else None
        message = message_of(event)
        chat_id = message.chat.id if message is not None else user.id
        if (
            not is_about_payment(event)
            and {str(user.id), str(chat_id)} & await self._bans.of_kind(Ban.SUBJECT)
            and not (self._sells and seeks_refund(event, data["bot"]))
        ):
            return None
        data["user"] = user
        data["translate"] = await self._languages.translator(user.id, user.language_code, chat_id=chat_id)
        return await handler(event, data)
