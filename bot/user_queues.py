"""The stored updates in memory: handled one at a time for each user, many at once in total."""

import asyncio
import bisect
import json
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from bot.chat_slots import ChatSlots
from bot.failed_payments import FailedPayments
from bot.handler_pause import HandlerPause
from bot.notices import Notice, Notices
from bot.raw_updates import RawUpdate, chat_id_of, is_press, user_id_of
from bot.update_handler import Outcome, UpdateHandler
from core.background import Background
from core.clock import Clock
from core.retries import backoff
from core.turns import Turns
from storage.database_errors import StorageUnavailable
from storage.inbox import Inbox, PutUpdate, StoredUpdate

HANDLED_AT_ONCE = 64
BEGUN_AT_ONCE = 4
"""Updates whose handlers begin in one pass of the event loop, in which each takes about a millisecond."""
MOST_IN_MEMORY = 1_000
"""Updates in memory. Further ones wait in the inbox, and are read once half of these are handled."""
LONGEST_RETRY = 10.0
"""Longest time in seconds between two tries while the disk refuses writes."""
_FIRST_LOOK, _LONGEST_LOOK = 0.05, 1.0
"""Seconds between two looks at an earlier update that another replica handles."""


class QueueKey(NamedTuple):
    """The messages or presses of a user or, without one, of a chat. A press does not wait for a message."""

    subject_id: int
    press: bool

    @property
    def name(self) -> str:
        """The name of the queue in the inbox."""
        return f"{self.subject_id}{' presses' if self.press else ''}"


def queue_key(update: RawUpdate) -> QueueKey:
    """Return the queue of an update."""
    return QueueKey(user_id_of(update) or chat_id_of(update), is_press(update))


class UserQueues:
    """Handles updates in the order of their ids for each user, and records each as handled.

    A payment whose handler failed goes to `failed_payments`, and the next update of its user follows.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        handler: UpdateHandler,
        failed_payments: FailedPayments,
        pause: HandlerPause,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._handler = handler
        self._failed_payments = failed_payments
        self._pause = pause
        self._notices = notices
        self._clock = clock
        # Presses have slots of their own, so that a backlog of messages does not delay them.
        self._slots = {press: asyncio.Semaphore(HANDLED_AT_ONCE) for press in (True, False)}
        self._turns = Turns(BEGUN_AT_ONCE)
        self._chat_slots = ChatSlots()
        self._queues: dict[QueueKey, deque[PutUpdate]] = {}
        self._background = Background()
        self.ids: set[int] = set()
        """The updates that wait or are handled."""
        self.half_empty = asyncio.Event()
        self.half_empty.set()

    @property
    def room(self) -> int:
        """The number of updates that may be added. It may be negative."""
        return MOST_IN_MEMORY - len(self.ids)

    def add(self, updates: Sequence[PutUpdate]) -> None:
        """Handle updates in the background, except those that wait or are handled already."""
        for put in updates:
            if put.update.update_id in self.ids:
                continue
            self.ids.add(put.update.update_id)
            key = queue_key(json.loads(put.update.payload))
            queue = self._queues.get(key)
            if queue is None:
                self._queues[key] = deque([put])
                self._background.start(self._run(key))
            elif queue and queue[-1].update.update_id > put.update.update_id:
                bisect.insort(queue, put)  # an adopted update may be earlier than those that wait
            else:
                queue.append(put)
        if len(self.ids) > MOST_IN_MEMORY // 2:
            self.half_empty.clear()

    async def stop(self, patience: float) -> None:
        """Wait up to `patience` seconds for running handlers. The rest stays in the inbox."""
        self._queues.clear()
        await self._background.stop(patience)

    async def _run(self, key: QueueKey) -> None:
        looks = 0
        while queue := self._queues.get(key):
            if queue[0].waits and await self._must_wait(queue[0].update, key):
                looks += 1
                await self._clock.sleep(backoff(looks, first=_FIRST_LOOK, longest=_LONGEST_LOOK))
                continue  # an adopted update may be the first now
            looks = 0
            first = queue.popleft().update
            await self._process_until_recorded(first, key)
            self.ids.discard(first.update_id)
            if len(self.ids) <= MOST_IN_MEMORY // 2:
                self.half_empty.set()
        self._queues.pop(key, None)

    async def _must_wait(self, first: StoredUpdate, key: QueueKey) -> bool:
        """Return whether an earlier update than the first of a queue here is not handled, or if that is unknown."""
        try:
            return await self._inbox.has_earlier(first.update_id, key.name)
        except StorageUnavailable:
            return True

    async def _process_until_recorded(self, stored: StoredUpdate, key: QueueKey) -> None:
        """Handle an update and record that, with retries while the disk refuses writes."""
        outcome, tries = None, 0
        update = json.loads(stored.payload)
        chat_id = chat_id_of(update)
        while True:
            try:
                async with self._chat_slots.hold(chat_id, key.press), self._slots[key.press]:
                    await self._pause.wait()
                    if outcome is None:
                        await self._turns.take()
                        outcome = await self._handler.handle(stored)
                    if outcome is Outcome.FAILED:
                        await self._failed_payments.add(stored)
                    else:
                        # The next update of the queue waits for this write.
                        await self._inbox.handled(stored.update_id, patient=not self._queues.get(key))
            except StorageUnavailable:
                tries += 1
                if tries == 1 and outcome is None and not self._handler.must_succeed(update):
                    await self._notices.send(update, Notice.WAITS)
                await self._clock.sleep(backoff(tries, longest=LONGEST_RETRY))
            else:
                return
