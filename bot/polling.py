"""Long polling. A request for the updates after some id acknowledges all earlier ones (Bot API, getUpdates)."""

from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods.base import TelegramMethod

from bot.update_queue import FULL_BATCH, NotStored, UpdateQueue
from core.clock import Clock
from core.retries import backoff
from storage.database_errors import StorageUnavailable

log = structlog.get_logger(__name__)

LONG_POLL = 30
"""Seconds for which Telegram holds a getUpdates call without updates."""
CONFLICT_SECONDS = 5.0
SHORT_POLL = 0.5
"""An answer without a new update that comes within these seconds was not held, as by some proxies and servers."""
NOT_HELD_SECONDS = 1.0
"""Seconds until the next call then. Telegram itself holds each call, so it never comes to this."""


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates with raw updates, which are stored as they are and parsed when they are handled."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = FULL_BATCH
    timeout: int = LONG_POLL
    allowed_updates: tuple[str, ...] = ()


class Polling:
    """Receives updates of the kinds `allowed` by long polling."""

    def __init__(
        self, *, bot: Bot, update_queue: UpdateQueue, clock: Clock, allowed: tuple[str, ...]
    ) -> None:
        self._bot = bot
        self._allowed = allowed
        self._update_queue = update_queue
        self._clock = clock
        self.is_alive = False
        """Whether polling was started and has not ended."""

    async def run(self) -> None:
        """Receive updates until cancelled. Updates that Telegram has kept are not dropped."""
        self.is_alive = True
        try:
            await self._poll()
        finally:
            self.is_alive = False

    async def _poll(self) -> None:
        offset: int | None = None
        has_webhook = True
        errors = 0
        while True:
            try:
                if has_webhook:
                    await self._bot.delete_webhook(drop_pending_updates=False)
                    has_webhook = False
                asked_at = self._clock.monotonic()
                call = GetRawUpdates(offset=offset, allowed_updates=self._allowed)
                updates = await self._bot(call, request_timeout=LONG_POLL + 15)
                was_held = self._clock.monotonic() - asked_at >= SHORT_POLL
                await self._update_queue.put(updates)
            except TelegramConflictError as error:
                if not errors:
                    log.error("another instance polls this bot's updates", error=error.message)
                errors += 1
                await self._clock.sleep(CONFLICT_SECONDS)
            except Exception as error:
                errors += 1
                if isinstance(error, NotStored):  # the updates before it are acknowledged
                    offset = max(offset or 0, error.first_id)
                known = isinstance(error, AiogramError | StorageUnavailable)
                log.warning("updates not received", tries=errors, error=str(error), exc_info=not known)
                retry_after = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
                await self._clock.sleep(max(retry_after, backoff(errors)))
            else:
                if errors:
                    log.info("updates received again")
                errors = 0
                last_id = max((int(update["update_id"]) for update in updates), default=-1)
                if last_id >= (offset or 0):
                    offset = last_id + 1
                elif not was_held:
                    await self._clock.sleep(NOT_HELD_SECONDS)
