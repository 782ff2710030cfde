"""Updates about payments whose handler failed: tried again until it succeeds."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.update_handler import Outcome
from core.background import Background
from core.clock import Clock
from core.retries import backoff
from storage.database_errors import StorageUnavailable
from storage.inbox import Inbox, StoredUpdate

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds between two tries of one update."""
TRIED_AT_ONCE = 4


class FailedPayments:
    """Tries failed updates again, with growing pauses, beside all other updates of their users.

    They stay unhandled in the inbox, so the next start tries them again, too. `handle` handles an update. `on_failure`
    is called after each failed try.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        handle: Callable[[StoredUpdate], Awaitable[Outcome]],
        clock: Clock,
        on_failure: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._handle = handle
        self._clock = clock
        self._on_failure = on_failure
        self._slots = asyncio.Semaphore(TRIED_AT_ONCE)
        self._background = Background()
        self.ids: set[int] = set()
        """The updates that wait for their next try."""

    async def add(self, failed: StoredUpdate) -> None:
        """Try an update again in the background. Raises StorageUnavailable if its user's updates still wait for it."""
        await self._inbox.leave_queue(failed.update_id)
        self.ids.add(failed.update_id)
        self._on_failure()
        self._background.start(self._try_again(failed))

    async def stop(self) -> None:
        """Stop the tries. The updates stay in the inbox."""
        await self._background.stop()

    async def _try_again(self, failed: StoredUpdate) -> None:
        tries = 1
        while True:
            await self._clock.sleep(backoff(tries, first=FIRST_PAUSE, longest=LONGEST_PAUSE))
            try:
                async with self._slots:
                    if await self._handle(failed) is Outcome.HANDLED:
                        await self._inbox.handled(failed.update_id)
                        break
                self._on_failure()
            except StorageUnavailable as error:
                log.info("payment waits for the database", update=failed.update_id, error=str(error))
            tries += 1
        self.ids.discard(failed.update_id)
        log.info("payment handled after all", update=failed.update_id, tries=tries)
