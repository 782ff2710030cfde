"""Calls Telegram: in turn, again where that is of use, and with every refusal told by what it means."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
import tenacity
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramMigrateToChat
from aiogram.methods.base import TelegramMethod

from chat.captions import plain
from chat.errors import Rejected, TryLater, Unsure, is_harmless, translate
from chat.limits import Priority, RateLimiter
from core.clock import Clock

T = TypeVar("T")
log = structlog.get_logger(__name__)

PATIENCE = 60.0
"""Seconds an answer is tried for, Telegram's own `retry_after` included."""


def _retry_wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TryLater) and error.retry_after is not None:
        return error.retry_after
    return float(min(10.0, 0.5 * 2**state.attempt_number))


def _plainer(method: TelegramMethod[T], error: AiogramError) -> TelegramMethod[T] | None:
    """Return the same without what Telegram could not make sense of, or None where it was not that."""
    if not isinstance(error, TelegramBadRequest):
        return None
    if "message to be replied not found" in error.message and getattr(method, "reply_parameters", None):
        return method.model_copy(update={"reply_parameters": None})
    if "can't parse entities" in error.message and getattr(method, "parse_mode", None) is not None:
        shown = {name: plain(text) for name in ("text", "caption") if (text := getattr(method, name, None))}
        return method.model_copy(update={"parse_mode": None, **shown})
    return None


class ApiCaller:
    """What every call has in common."""

    def __init__(self, bot: Bot, rate_limiter: RateLimiter, clock: Clock) -> None:
        self._bot = bot
        self._rate_limiter = rate_limiter
        self._clock = clock

    async def acquire_slot(self, chat_id: int, priority: Priority) -> None:
        """Wait until one message may go to this chat.

        For pictures and statuses, whose content is made only once they may go: `photo`, `document`, `status` and
        `edit_status` take no turn of their own; all others do.
        """
        await self._rate_limiter.acquire(chat_id, priority)

    async def call_ignoring_no_ops(self, method: TelegramMethod[T], chat_id: int | None) -> None:
        """Call a method once; that what it wants is so already, or cannot matter any more, is as good as done."""
        try:
            await self.call(method, chat_id)
        except Rejected as error:
            if not is_harmless(error):
                raise

    async def call(self, method: TelegramMethod[T], chat_id: int | None) -> T:
        """Call a method once: in the chat's new id where it has moved, plainer where Telegram trips over a detail.

        Raises SendError by kind.
        """
        try:
            return await self._bot(method)
        except TelegramMigrateToChat as error:
            moved = method.model_copy(update={"chat_id": error.migrate_to_chat_id})
            return await self.call(moved, error.migrate_to_chat_id)
        except AiogramError as error:
            plainer = _plainer(method, error)
            if plainer is not None:
                log.error("sent plainer", method=type(method).__name__, error=str(error))
                return await self.call(plainer, chat_id)
            translated = translate(error)
            if isinstance(translated, TryLater) and translated.retry_after and chat_id is not None:
                self._rate_limiter.freeze(chat_id, translated.retry_after)
            raise translated from error

    async def with_retries(self, act: Callable[[], Awaitable[T]]) -> T:
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
