"""Gives every handler the user and the translator, notes the user, and stops updates without one or of a banned one.

A ban does not stop updates about payments: what a banned user paid counts, and can be returned.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated, TelegramObject, User

from chat.languages import LanguageResolver
from handlers.identity import is_about_payment, message_of, user_of
from storage.bans import Ban, Bans
from storage.users import Users


class UserContextMiddleware(BaseMiddleware):
    """Adds `user` (UserIdentity) and `translate` (Translator) to the handler's arguments."""

    def __init__(self, *, languages: LanguageResolver, bans: Bans, users: Users) -> None:
        self._languages = languages
        self._bans = bans
        self._users = users

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
        if not is_about_payment(event) and {str(user.id), str(chat_id)} & await self._bans.of_kind(
            Ban.SUBJECT
        ):
            return None
        account: User | None = getattr(event, "from_user", None)
        if account is not None and account.id == user.id:
            _note(self._users, account, private=message is not None and message.chat.id == user.id)
        data["user"] = user
        data["translate"] = await self._languages.translator(user.id, user.language_code, chat_id=chat_id)
        return await handler(event, data)


class MembershipMiddleware(BaseMiddleware):
    """Notes the users who open a private chat, block the bot or no longer block it (Bot API, `my_chat_member`)."""

    def __init__(self, users: Users) -> None:
        self._users = users

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        if isinstance(event, ChatMemberUpdated) and not event.from_user.is_bot:
            in_private = event.chat.type == ChatType.PRIVATE
            _note(self._users, event.from_user, private=in_private)
            if in_private and event.new_chat_member.status == ChatMemberStatus.KICKED:
                self._users.note_block(event.from_user.id)
        return await handler(event, data)


def _note(users: Users, account: User, *, private: bool) -> None:
    users.note(account.id, account.language_code, account.full_name, account.username, private=private)
