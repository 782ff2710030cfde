"""The stored updates that wait in the inbox because memory has no room for them."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import structlog

from bot.failed_payments import FailedPayments
from bot.user_queues import LONGEST_RETRY, UserQueues
from core.background import Background
from core.clock import Clock
from core.retries import backoff
from storage.database_errors import StorageUnavailable
from storage.inbox import Inbox, PutUpdate

log = structlog.get_logger(__name__)


class Backlog:
    """Passes stored updates to the user queues: new ones at once, or all through the inbox while some wait there.

    So an update never overtakes an earlier one, and memory holds a bounded number. `owner` is the id of this replica.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        user_queues: UserQueues,
        failed_payments: FailedPayments,
        clock: Clock,
        owner: str | None,
    ) -> None:
        self._inbox = inbox
        self._user_queues = user_queues
        self._failed_payments = failed_payments
        self._clock = clock
        self._owner = owner
        self._storing: Counter[int] = Counter()
        self._background = Background()
        self._loader: asyncio.Task[object] | None = None
        self._has_more = False
        """Whether updates may have been stored since the last read of the inbox began."""

    @contextmanager
    def storing(self, update_ids: Collection[int]) -> Iterator[None]:
        """Leave updates to the caller, who stores them inside and then passes the new ones to `take`."""
        self._storing.update(update_ids)
        try:
            yield
        finally:
            self._storing.subtract(update_ids)
            self._storing = +self._storing

    def take(self, fresh: Sequence[PutUpdate]) -> None:
        """Pass on updates that were stored just now, or leave them in the inbox for later."""
        if self._loader is not None or len(fresh) > self._user_queues.room:
            self.look()
        else:
            self._user_queues.add(fresh)

    def look(self) -> None:
        """Read the inbox in the background, in parts, until it has no further update for this process."""
        self._has_more = True
        if self._loader is None:
            self._loader = self._background.start(self._load())

    async def stop(self) -> None:
        """Stop reading. The updates stay in the inbox."""
        await self._background.stop()

    async def _load(self) -> None:
        tries = 0
        while self._has_more:
            await self._user_queues.half_empty.wait()
            self._has_more = False
            try:
                is_complete = await self._load_part()
                tries = 0
            except Exception as error:
                is_complete, tries = False, tries + 1
                log.warning(
                    "inbox not read", error=str(error), exc_info=not isinstance(error, StorageUnavailable)
                )
                await self._clock.sleep(backoff(tries, longest=LONGEST_RETRY))
            self._has_more = self._has_more or not is_complete
        self._loader = None

    async def _load_part(self) -> bool:
        """Pass on the first updates of the inbox. Return whether they were all."""
        room = self._user_queues.room
        known = len(self._user_queues.ids) + len(self._failed_payments.ids) + len(self._storing)
        first = await self._inbox.unhandled_ids(self._owner, room + known)
        unknown = [update_id for update_id in first if not self._knows(update_id)]
        # Read again: those that ended during the first read are handled by now.
        updates = await self._inbox.unhandled(unknown[:room]) if unknown else []
        found = [PutUpdate(u, self._owner is not None) for u in updates if not self._knows(u.update_id)]
        self._user_queues.add(found)
        if found:
            log.info("updates loaded", updates=len(found))
        return len(first) < room + known and len(unknown) <= room

    def _knows(self, update_id: int) -> bool:
        return (
            update_id in self._user_queues.ids
            or update_id in self._failed_payments.ids
            or update_id in self._storing
        )
