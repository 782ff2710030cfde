"""The only way out to Telegram: every message takes its turn, every refusal becomes one of four errors.

SendError
 ├── Unreachable   the person blocked the bot, or the chat cannot be written to: no use trying again
 ├── Rejected      Telegram will not take this message, now or later
 ├── TryLater      surely not sent; `retry_after` in seconds where Telegram named it
 └── Unsure        the connection broke: sent or not, nobody knows
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
import tenacity
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, ForceReply, InlineKeyboardMarkup, Message, ReplyParameters
from aiohttp import ClientConnectorError

from chat.limits import Limiter, Priority
from storage.clock import Clock

T = TypeVar("T")
Keyboard = InlineKeyboardMarkup | ForceReply
log = structlog.get_logger(__name__)

PATIENCE = 60.0
"""Seconds an answer is tried for, Telegram's own `retry_after` included."""
_UNREACHABLE = (
    "chat not found",
    "user is deactivated",
    "user not found",
    "bot was kicked",
    "bot was blocked",
    "bot is not a member",
    "peer_id_invalid",
    "group chat was deactivated",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
)
_HARMLESS = (
    "message is not modified",
    "message to delete not found",
    "message to edit not found",
    "message can't be deleted",
    "message can't be edited",
    "query is too old",
    "query id is invalid",
)


class SendError(Exception):
    """A message did not reach the chat for sure. The text never holds what was to be sent."""


class Unreachable(SendError):
    """The chat cannot be written to."""


class Rejected(SendError):
    """Telegram does not take this message."""


class TryLater(SendError):
    """Surely not sent."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unsure(SendError):
    """Sent or not: the answer was lost."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a chat, a topic in it, and the message it answers."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None

    @property
    def reply(self) -> ReplyParameters | None:
        """An answer to a message that is gone by then is sent all the same."""
        if self.reply_to is None:
            return None
        return ReplyParameters(message_id=self.reply_to, allow_sending_without_reply=True)


@dataclass(frozen=True, slots=True)
class SentPicture:
    """What Telegram made of a picture."""

    message_id: int
    file_id: str


def make_bot(token: str, session: BaseSession) -> Bot:
    """Return the Bot API client with the product's defaults: HTML, no link previews."""
    defaults = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
    return Bot(token, session=session, default=defaults)


def _translate(error: AiogramError) -> SendError:
    name = type(error).__name__
    if isinstance(error, TelegramRetryAfter):
        return TryLater(f"Telegram asks to wait {error.retry_after} s", float(error.retry_after))
    if isinstance(error, TelegramNetworkError):
        if isinstance(error.__cause__, ClientConnectorError):
            return TryLater("Telegram cannot be reached")
        return Unsure("the connection to Telegram broke")
    if isinstance(error, ClientDecodeError):
        return Unsure("Telegram's answer cannot be read")
    if isinstance(error, TelegramForbiddenError):
        return Unreachable(f"{name}: {error.message}")
    if isinstance(error, TelegramServerError):
        return TryLater(f"{name}: {error.message}")
    if isinstance(error, TelegramBadRequest | TelegramEntityTooLarge):
        known = any(words in error.message.lower() for words in _UNREACHABLE)
        return Unreachable(error.message) if known else Rejected(error.message)
    message = error.message if isinstance(error, TelegramAPIError) else str(error)
    return Rejected(f"{name}: {message}")


def _harmless(error: AiogramError) -> bool:
    return isinstance(error, TelegramBadRequest) and any(w in error.message.lower() for w in _HARMLESS)


def _retry_wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TryLater) and error.retry_after is not None:
        return error.retry_after
    return float(min(10.0, 0.5 * 2**state.attempt_number))


class Sender:
    """Sends, edits and deletes messages at the pace Telegram allows."""

    def __init__(self, bot: Bot, limiter: Limiter, clock: Clock) -> None:
        self._bot = bot
        self._limiter = limiter
        self._clock = clock

    async def turn(self, chat_id: int, priority: Priority) -> None:
        """Wait until one message may go to this chat.

        For pictures and statuses, whose content is made only once they may go: `photo`, `document`, `status` and
        `edit_status` take no turn of their own; all others do.
        """
        await self._limiter.turn(chat_id, priority)

    async def text(self, place: Place, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send an answer in HTML and return its message id. Tried again for up to `PATIENCE` seconds."""
        method = self._text(place, text, keyboard, silent=False)

        async def once() -> Message:
            await self._limiter.turn(place.chat_id, Priority.ANSWER)
            return await self._call(method, place.chat_id)

        return (await self._patiently(once)).message_id

    async def status(self, place: Place, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send a silent status text, once, and return its message id: a later one says more."""
        method = self._text(place, text, keyboard, silent=True)
        return (await self._call(method, place.chat_id)).message_id

    async def edit_status(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Change a status text, once."""
        method = EditMessageText(chat_id=chat_id, message_id=message_id, text=text, reply_markup=keyboard)
        await self._gently(method, chat_id)

    async def edit(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Change a text of the bot's; one that already reads so, or is gone, is left as it is."""

        async def once() -> None:
            await self._limiter.turn(chat_id, Priority.ANSWER)
            await self.edit_status(chat_id, message_id, text, keyboard=keyboard)

        await self._patiently(once)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Take a message of the bot's away. Takes no turn: Telegram's rates are for messages sent."""
        method = DeleteMessage(chat_id=chat_id, message_id=message_id)
        await self._patiently(lambda: self._gently(method, chat_id))

    async def toast(self, query_id: str, text: str | None = None) -> None:
        """Answer a button press at once. A press whose answer is lost stays a press: errors are only logged."""
        method = AnswerCallbackQuery(callback_query_id=query_id, text=text)
        try:
            await self._gently(method, None)
        except SendError as error:
            log.info("toast not shown", error=str(error))

    async def photo(self, place: Place, data: bytes, filename: str, caption: str) -> SentPicture:
        """Send a picture as a photo, once, with an HTML caption. The turn was taken by `turn`."""
        file = BufferedInputFile(data, filename)
        method = SendPhoto(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            photo=file,
            caption=caption,
            reply_parameters=place.reply,
        )
        message = await self._call(method, place.chat_id)
        if not message.photo:
            raise Unsure("Telegram's answer names no photo")
        return SentPicture(message.message_id, message.photo[-1].file_id)

    async def document(self, place: Place, data: bytes, filename: str, caption: str) -> SentPicture:
        """Send a picture as a file, once, with an HTML caption. The turn was taken by `turn`."""
        method = SendDocument(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            document=BufferedInputFile(data, filename),
            caption=caption,
            disable_content_type_detection=True,
            reply_parameters=place.reply,
        )
        message = await self._call(method, place.chat_id)
        if message.document is None:
            raise Unsure("Telegram's answer names no document")
        return SentPicture(message.message_id, message.document.file_id)

    @staticmethod
    def _text(place: Place, text: str, keyboard: Keyboard | None, *, silent: bool) -> SendMessage:
        return SendMessage(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            text=text,
            reply_markup=keyboard,
            reply_parameters=place.reply,
            disable_notification=silent or None,
        )

    async def _gently(self, method: TelegramMethod[T], chat_id: int | None) -> None:
        try:
            await self._call(method, chat_id)
        except Rejected as error:
            if not (isinstance(error.__cause__, AiogramError) and _harmless(error.__cause__)):
                raise

    async def _call(self, method: TelegramMethod[T], chat_id: int | None) -> T:
        try:
            return await self._bot(method)
        except TelegramMigrateToChat as error:
            moved = method.model_copy(update={"chat_id": error.migrate_to_chat_id})
            return await self._call(moved, error.migrate_to_chat_id)
        except AiogramError as error:
            translated = _translate(error)
            if isinstance(translated, TryLater) and translated.retry_after and chat_id is not None:
                self._limiter.freeze(chat_id, translated.retry_after)
            raise translated from error

    async def _patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        """Repeat what was surely not sent while it is worth waiting; repeat once what may have been."""

        def again(state: tenacity.RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, Unsure):
                return state.attempt_number == 1
            return isinstance(error, TryLater) and (error.retry_after or 0.0) <= PATIENCE

        retrying = tenacity.AsyncRetrying(
            sleep=self._clock.sleep,
            retry=again,
            wait=_retry_wait,
            stop=tenacity.stop_before_delay(PATIENCE),
            reraise=True,
        )

        async def once() -> T:  # tenacity awaits only what is declared `async`
            return await act()

        return await retrying(once)
