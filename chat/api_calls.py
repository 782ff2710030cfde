"""Calls the Bot API: rate limited, retried if that is safe, with errors translated to chat.errors."""

import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from aiogram.methods import (
    CopyMessage,
    EditMessageCaption,
    EditMessageMedia,
    EditMessageText,
    SendDocument,
    SendInvoice,
    SendMessage,
    SendPhoto,
    SendSticker,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import Message

from chat.button_extras import ButtonExtras
from chat.captions import strip_html, without_times
from chat.errors import Rejected, TryLater, Unsure, is_no_op, to_send_error
from chat.limits import Priority
from chat.rate_limiter import RateLimiter
from core.clock import Clock
from core.metrics import Metrics
from core.retries import backoff

T = TypeVar("T")
log = structlog.get_logger(__name__)

_LIMITED = (
    *(SendMessage, SendPhoto, SendDocument, SendSticker, SendInvoice, CopyMessage),
    *(EditMessageText, EditMessageCaption, EditMessageMedia),
)
"""Methods that count as a message to a chat, and so need a slot."""
RETRY_SECONDS = 90.0
"""Time within which a call is retried, Telegram's own `retry_after` included."""
UNSURE_SECONDS = 60.0
"""Shortest time between two calls that may both have sent a message, after the first repeat."""


class ApiCaller:
    """Calls methods of the Bot API. `on_blocked` gets each user whose private chat refuses a message."""

    def __init__(
        self,
        *,
        bot: Bot,
        rate_limiter: RateLimiter,
        clock: Clock,
        metrics: Metrics,
        on_blocked: Callable[[int], None] = lambda _user_id: None,
    ) -> None:
        self._bot = bot
        self._on_blocked = on_blocked
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._metrics = metrics
        self._button_extras = ButtonExtras()

    async def acquire_slot(self, chat_id: int, priority: Priority) -> None:
        """Wait until the rate limits allow one more message to a chat."""
        await self._rate_limiter.acquire(chat_id, priority)

    async def call(self, method: TelegramMethod[T], chat_id: int | None, *, seconds: int | None = None) -> T:
        """Call a method once and return its result. Raises a subclass of SendError.

        `seconds` is the time for the call, None for that of all calls.

        Repeats the call for the new id of a chat that was upgraded to a supergroup, and without a reply, a formatting,
        an effect or a part of a button that Telegram rejects.
        """
        method = self._button_extras.fit(method)
        try:
            async with self._in_slot(method, chat_id):
                return await self._call_and_count(method, seconds)
        except TelegramMigrateToChat as error:
            moved = method.model_copy(update={"chat_id": error.migrate_to_chat_id})
            return await self.call(moved, error.migrate_to_chat_id, seconds=seconds)
        except AiogramError as error:
            plain = self._button_extras.after_refusal(method, error)
            if plain is not None:
                result = await self.call(plain, chat_id, seconds=seconds)
                self._button_extras.note_refusal()
                return result
            simpler = _simplify(method, error)
            if simpler is not None:
                log.error("message simplified", method=type(method).__name__, error=str(error))
                return await self.call(simpler, chat_id, seconds=seconds)
            translated = to_send_error(error)
            if isinstance(translated, TryLater) and translated.retry_after and chat_id is not None:
                self._rate_limiter.freeze(chat_id, translated.retry_after)
            if isinstance(error, TelegramForbiddenError) and chat_id is not None and chat_id > 0:
                self._on_blocked(chat_id)
            raise translated from error

    async def _call_and_count(self, method: TelegramMethod[T], seconds: int | None) -> T:
        calls, name = self._metrics.telegram_calls, method.__api_method__
        try:
            result = await self._bot(method, request_timeout=seconds)
        except AiogramError as error:
            calls.labels(name, type(to_send_error(error)).__name__).inc()
            raise
        calls.labels(name, "ok").inc()
        return result

    def _in_slot(self, method: TelegramMethod[T], chat_id: int | None) -> AbstractAsyncContextManager[None]:
        if chat_id is None or not isinstance(method, _LIMITED):
            return contextlib.nullcontext()
        return self._rate_limiter.sending(chat_id)

    async def call_ignoring_no_ops(
        self, method: TelegramMethod[T], chat_id: int | None, *, seconds: int | None = None
    ) -> None:
        """Call a method once. A refusal that means "already so" or "too late to matter" counts as success."""
        try:
            await self.call(method, chat_id, seconds=seconds)
        except Rejected as error:
            if not is_no_op(error):
                raise

    async def send_answer(self, method: TelegramMethod[Message], chat_id: int) -> Message:
        """Send a message that answers a user, with retries. Acquires a slot before each try."""

        async def attempt() -> Message:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            return await self.call(method, chat_id)

        return await self.with_retries(attempt)

    async def with_retries(
        self,
        action: Callable[[], Awaitable[T]],
        *,
        repeatable: bool = False,
        seconds: float = RETRY_SECONDS,
    ) -> T:
        """Run an action, and again for some seconds while it raises TryLater or Unsure.

        After Unsure it is repeated at once and then every `UNSURE_SECONDS`, because each run may have sent a message. A
        `repeatable` action has no further effect when it runs again, so Unsure is then the same as TryLater.
        """
        deadline = self._clock.monotonic() + seconds
        tries = unsure = 0
        while True:
            try:
                return await action()
            except (TryLater, Unsure) as error:
                tries += 1
                unsure += isinstance(error, Unsure) and not repeatable
                pause = backoff(tries, first=1.0, longest=10.0)
                if isinstance(error, TryLater):
                    pause = pause if error.retry_after is None else error.retry_after
                elif unsure > 1:
                    pause = UNSURE_SECONDS
                if self._clock.monotonic() + pause >= deadline:
                    raise
            await self._clock.sleep(pause)


def _without_times(method: TelegramMethod[T]) -> TelegramMethod[T] | None:
    """Return a method without the times in its text or caption, or None if it has none.

    A server older than Bot API 9.5 rejects them.
    """
    changed: dict[str, object] = {}
    for name in ("text", "caption"):
        if "tg-time" in (text := getattr(method, name, None) or ""):
            changed[name] = without_times(text)
    media = getattr(method, "media", None)
    if media is not None and "tg-time" in (media.caption or ""):
        changed["media"] = media.model_copy(update={"caption": without_times(media.caption)})
    return method.model_copy(update=changed) if changed else None


def _simplify(method: TelegramMethod[T], error: AiogramError) -> TelegramMethod[T] | None:
    """Return the method without the part that Telegram rejects, or None if no part can be left out."""
    if not isinstance(error, TelegramBadRequest):
        return None
    reply = getattr(method, "reply_parameters", None)
    words = error.message or ""
    if "message to be replied not found" in words and reply and reply.allow_sending_without_reply:
        return method.model_copy(update={"reply_parameters": None})
    if "effect" in words.lower() and getattr(method, "message_effect_id", None) is not None:
        return method.model_copy(update={"message_effect_id": None})
    if "can't parse entities" in words and (timeless := _without_times(method)) is not None:
        return timeless
    if "can't parse entities" in words and getattr(method, "parse_mode", None) is not None:
        plain = {n: strip_html(text) for n in ("text", "caption") if (text := getattr(method, n, None))}
        return method.model_copy(update={"parse_mode": None, **plain})
    return None
