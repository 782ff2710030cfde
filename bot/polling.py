"""Long polling: asks Telegram for updates; asking for what comes after some acknowledges them."""

import asyncio
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods.base import TelegramMethod

from bot.raw_updates import ALLOWED
from bot.update_queue import UpdateQueue
from core.clock import Clock
from generation.shielded_tasks import backoff
from storage.database import StorageUnavailable

log = structlog.get_logger(__name__)

LONG_POLL = 30
"""Seconds Telegram holds a getUpdates that has nothing to give."""
AFTER_CONFLICT = 5.0


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates with the updates as they came: kept so, and read by aiogram only when they are handled."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = LONG_POLL
    allowed_updates: tuple[str, ...] = ALLOWED


class Polling:
    """Asks Telegram for updates until stopped."""

    def __init__(self, bot: Bot, update_queue: UpdateQueue, clock: Clock) -> None:
        self._bot = bot
        self._update_queue = update_queue
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin. What waited at Telegram while this bot was away is kept (`drop_pending_updates` stays off)."""
        self._task = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def alive(self) -> bool:
        """Whether updates are being asked for."""
        return self._task is not None and not self._task.done()

    async def _poll(self) -> None:
        offset: int | None = None
        webhook = True
        troubles = 0
        while True:
            try:
                if webhook:
                    await self._bot.delete_webhook(drop_pending_updates=False)
                    webhook = False
                updates = await self._bot(GetRawUpdates(offset=offset), request_timeout=LONG_POLL + 15)
                await self._update_queue.put(updates)
            except TelegramConflictError as error:
                if not troubles:
                    log.error("another instance asks for this bot's updates; waiting", error=error.message)
                troubles += 1
                await self._clock.sleep(AFTER_CONFLICT)
            except Exception as error:
                troubles += 1
                known = isinstance(error, AiogramError | StorageUnavailable)
                log.warning("no updates", tries=troubles, error=str(error), exc_info=not known)
                named = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
                await self._clock.sleep(max(named, backoff(troubles)))
            else:
                if troubles:
                    log.info("updates come again")
                troubles = 0
                if updates:
                    offset = max(int(update["update_id"]) for update in updates) + 1
