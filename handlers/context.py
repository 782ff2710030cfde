"""What every handler is handed with an update: the texts in its person's language; and what is not for this bot yet."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import BaseMiddleware, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, ErrorEvent, Message, TelegramObject, User

from chat.sender import Place, Sender, SendError
from chat.texts import Library

log = structlog.get_logger(__name__)


def place_of(message: Message) -> Place:
    """Return where an answer to this message goes."""
    thread_id = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, thread_id, message.message_id)


def key_of(message: Message) -> str:
    """Return the key of what this message causes: the same message is the same cause."""
    return f"m:{message.chat.id}:{message.message_id}"


class Speaks(BaseMiddleware):
    """Hands a handler `texts` and `person`. An update without a person goes no further."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        person: User | None = data.get("event_from_user")
        if person is None or person.is_bot:
            return None
        data["person"] = person
        data["texts"] = self._library.of(person.language_code)
        return await handler(event, data)


class PrivateOnly(BaseMiddleware):
    """Groups hear one sentence in answer to /imagine, and nothing else."""

    def __init__(self, sender: Sender, library: Library) -> None:
        self._sender = sender
        self._library = library

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        if not isinstance(event, Message) or event.chat.type == ChatType.PRIVATE:
            return await handler(event, data)
        if (event.text or "").startswith("/imagine") and event.from_user is not None:
            texts = self._library.of(event.from_user.language_code)
            await self._sender.text(place_of(event), texts("private-only"))
        return None


async def failed(event: ErrorEvent, sender: Sender, library: Library) -> None:
    """Write down what went wrong, and tell the person that it did and what to do."""
    if isinstance(event.exception, SendError):
        log.warning("answer not sent", update=event.update.update_id, error=str(event.exception))
        return
    log.error("handler failed", update=event.update.update_id, exc_info=event.exception)
    message, query = event.update.message, event.update.callback_query
    try:
        if query is not None:
            await _toast_trouble(query, sender, library)
        elif message is not None and message.from_user is not None:
            await sender.text(place_of(message), library.of(message.from_user.language_code)("trouble"))
    except SendError as error:
        log.warning("trouble not told", update=event.update.update_id, error=str(error))


async def _toast_trouble(query: CallbackQuery, sender: Sender, library: Library) -> None:
    await sender.toast(query.id, library.of(query.from_user.language_code).raw("trouble"))


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="errors")
    router.errors.register(failed)
    return router
