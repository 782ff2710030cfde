"""What every handler is handed with an update: who speaks, in which language they are answered, and where."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram import BaseMiddleware, F, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import CallbackQuery, ErrorEvent, InaccessibleMessage, Message, TelegramObject, User

from chat.errors import SendError
from chat.members import Members
from chat.sender import Sender
from chat.translations import Translations
from core.reply_target import ReplyTarget
from storage.bans import Ban, Bans
from storage.database import StorageUnavailable
from storage.preferences import Preferences

log = structlog.get_logger(__name__)

IN_PRIVATE = F.chat.type == "private"


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """Who is answered. An anonymous admin and a channel count as the chat they write for: a negative id."""

    id: int
    language_code: str | None
    name: str


def place_of(message: Message | InaccessibleMessage) -> ReplyTarget:
    """Return where an answer to this message goes."""
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread_id = message.message_thread_id if isinstance(message, Message) and in_topic else None
    return ReplyTarget(message.chat.id, thread_id, message.message_id)


def key_of(message: Message) -> str:
    """Return the key of what this message causes: the same message is the same cause. An album is one cause."""
    if message.media_group_id:
        return f"g:{message.chat.id}:{message.media_group_id}"
    return f"m:{message.chat.id}:{message.message_id}"


def speaker(event: TelegramObject) -> UserIdentity | None:
    """Return who is behind an update; None for another bot and for a channel's post that came by itself."""
    user: User | None = getattr(event, "from_user", None)
    if isinstance(event, Message):
        if event.is_automatic_forward:
            return None
        if event.sender_chat is not None:
            return UserIdentity(event.sender_chat.id, None, event.sender_chat.title or "")
    if user is None or user.is_bot:
        return None
    return UserIdentity(user.id, user.language_code, user.first_name)


async def may_press(owner_id: int, query: CallbackQuery, members: Members) -> bool:
    """Say whether a button is the presser's: their own, or their group's where they run it."""
    if owner_id == query.from_user.id:
        return True
    if owner_id > 0 or query.message is None:
        return False
    return await members.is_admin(query.message.chat.id, query.from_user.id)


class UserContextMiddleware(BaseMiddleware):
    """Hands a handler `person` and `texts`. An update without a person, or of a blocked one, goes no further."""

    def __init__(self, translations: Translations, preferences: Preferences, bans: Bans) -> None:
        self._translations = translations
        self._bans = bans
        self._preferences = preferences

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        user = speaker(event)
        if user is None:
            return None
        message = event.message if isinstance(event, CallbackQuery) else event
        chat_id = message.chat.id if isinstance(message, Message | InaccessibleMessage) else user.id
        if {str(user.id), str(chat_id)} & await self._bans.of(Ban.SUBJECT):
            return None
        language = (await self._preferences.of(chat_id)).language if chat_id < 0 else None
        language = language or (await self._preferences.of(user.id)).language or user.language_code
        data["user"] = user
        data["translate"] = self._translations.of(language)
        return await handler(event, data)


async def failed(event: ErrorEvent, sender: Sender, translations: Translations) -> object:
    """Write down what went wrong, and tell the person that it did and what to do.

    What the disk did not take is left to who handed the update in: it is handled again.
    """
    if isinstance(event.exception, StorageUnavailable):
        return UNHANDLED
    if isinstance(event.exception, SendError):
        log.warning("answer not sent", update=event.update.update_id, error=str(event.exception))
        return None
    log.error("handler failed", update=event.update.update_id, exc_info=event.exception)
    message, query = event.update.message, event.update.callback_query
    try:
        if query is not None:
            await sender.toast(query.id, translations.of(query.from_user.language_code).raw("trouble"))
        elif message is not None and (user := speaker(message)) is not None:
            await sender.send_text(place_of(message), translations.of(user.language_code)("trouble"))
    except SendError as error:
        log.warning("trouble not told", update=event.update.update_id, error=str(error))
    return None


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="errors")
    router.errors.register(failed)
    return router
