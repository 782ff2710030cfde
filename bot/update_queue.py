"""Updates from Telegram: stored, then acknowledged, then handled, in order for each user.

The receiver of an update (bot.polling, bot.web) acknowledges it once `put` returns. By then the update is stored,
ignored as irrelevant, or rejected with a message to its sender. A stored update that is not handled before the process
ends is handled after the next start, or by another replica.

Replicas keep the order of a user's updates, too: Telegram sends an update of a chat after the one before is
acknowledged, so an earlier update is stored by then, and a later one waits until that is handled.
"""

import asyncio
import bisect
import contextlib
import itertools
import json
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import AiogramError

from bot.chat_slots import ChatSlots
from bot.fleeting_updates import FleetingUpdates
from bot.notices import Notice, Notices
from bot.raw_updates import (
    RawUpdate,
    chat_id_of,
    expects_answer,
    is_fleeting,
    is_press,
    is_relevant,
    kind_of,
    user_id_of,
    written_at,
)
from bot.throttle import Decision, Throttle
from bot.update_parsing import UnreadableUpdate, parse_update
from core import json_text
from core.background import Background
from core.clock import Clock
from core.retries import backoff
from core.turns import Turns
from storage.database_errors import StorageUnavailable, StorageUnreachable
from storage.inbox import KEPT_SECONDS, Inbox, PutUpdate, QueuedUpdate, StoredUpdate

log = structlog.get_logger(__name__)

HANDLED_AT_ONCE = 64
BEGUN_AT_ONCE = 4
"""Updates whose handlers begin in one pass of the event loop, in which each takes about a millisecond."""
LARGEST_BACKLOG = 1_000
"""Updates in memory. A receiver waits if there are more, and Telegram keeps the rest."""
REFUSED_AT_ONCE = 200
"""Notices of the throttle on the way at once."""
_FIRST_LOOK, _LONGEST_LOOK = 0.05, 1.0
"""Seconds between two looks at an earlier update that another replica handles."""
_LONGEST_RETRY = 10.0
"""Longest time in seconds between two tries while the disk refuses writes."""


class UpdateQueue:
    """Stores updates and gives them to the dispatcher: one at a time per user, many at once in total.

    `owner` is the id of this replica, or None for a single process.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        dispatcher: Dispatcher,
        bot: Bot,
        clock: Clock,
        throttle: Throttle,
        notices: Notices,
        owner: str | None = None,
    ) -> None:
        self._owner = owner
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._bot = bot
        self._clock = clock
        self._throttle = throttle
        self._notices = notices
        # Presses have slots of their own, so that a backlog of messages does not delay them.
        self._slots = {press: asyncio.Semaphore(HANDLED_AT_ONCE) for press in (True, False)}
        self._turns = Turns(BEGUN_AT_ONCE)
        self._chat_slots = ChatSlots()
        self._user_queues: dict[_QueueKey, deque[PutUpdate]] = {}
        self._known: set[int] = set()
        """The updates that are being stored, that wait here, or that are being handled here."""
        self._background = Background()
        self._fleeting = FleetingUpdates(self._answer, background=self._background, clock=clock)
        self._refusals: set[asyncio.Task[object]] = set()
        self._backlog = 0
        self._below_limit = asyncio.Event()
        self._below_limit.set()

    async def start(self) -> None:
        """Handle the updates that an earlier process stored and did not handle. The engine must run."""
        if self._owner is None:
            self._enqueue_stored(await self._inbox.unhandled())
        else:
            await self.adopt()

    async def adopt(self) -> None:
        """Handle the updates that dead replicas left, and those that this one has stored without knowing it."""
        if self._owner is not None and (adopted := await self._inbox.adopt(self._owner)):
            log.warning("updates adopted", updates=len(adopted))
            self._enqueue_stored(adopted)
        if lost := await self._inbox.unhandled_ids(self._owner) - self._known:
            # Read again: those that ended during the first read are handled by now.
            found = [u for u in await self._inbox.unhandled(lost) if u.update_id not in self._known]
            log.warning("stored updates found", updates=len(found))
            self._enqueue_stored(found)

    async def put(self, updates: Sequence[RawUpdate]) -> None:
        """Store updates, which may then be acknowledged. They are handled in the background.

        Raises StorageUnavailable if the database cannot be reached, or if it refuses them and not every sender could be
        informed. Telegram then repeats them.
        """
        admitted = [update for update in updates if self._admits(update)]
        for fleeting in (update for update in admitted if is_fleeting(update)):
            self._fleeting.put(fleeting)
        admitted = [update for update in admitted if not is_fleeting(update)]
        if not admitted:
            return
        await self._below_limit.wait()
        stored = [StoredUpdate(int(u["update_id"]), json.dumps(u)) for u in admitted]
        queued = [QueuedUpdate(update, _queue_key(update).name) for update in stored]
        begun = {update.update_id for update in stored} - self._known
        self._known |= begun
        try:
            fresh = await self._inbox.put(queued, self._owner)
            begun.difference_update(put.update.update_id for put in fresh)
        except StorageUnreachable:
            # They may be stored all the same: no sender is told that they are not, and `adopt` finds them.
            if self._owner is None:
                self._background.start(self._adopt_when_reachable())
            raise
        except StorageUnavailable:
            await self._reject(admitted)
            return
        finally:
            self._known -= begun
        self._enqueue(fresh)

    async def _adopt_when_reachable(self) -> None:
        for tries in itertools.count(1):
            await self._clock.sleep(backoff(tries, longest=_LONGEST_RETRY))
            with contextlib.suppress(StorageUnavailable):
                await self.adopt()
                return

    async def stop(self, patience: float) -> None:
        """Wait up to `patience` seconds for running handlers. The rest stays in the inbox."""
        self._user_queues.clear()
        await self._background.stop(patience)

    def _admits(self, update: RawUpdate) -> bool:
        """Return whether to store an update: not an irrelevant one, nor one that exceeds the throttle.

        The throttle counts by the time of writing, so a backlog after an outage is not a flood.
        """
        if not is_relevant(update, self._bot.id):
            return False
        age = self._clock.now() - (written_at(update) or self._clock.now())
        at = self._clock.monotonic() - min(max(0.0, age), KEPT_SECONDS)
        decision = self._throttle.decide(user_id_of(update), at, kind_of(update))
        warned = decision is Decision.WARN and not is_fleeting(update)
        if warned or (decision is Decision.IGNORE and is_press(update)):
            self._refuse(update)
        return decision is Decision.HANDLE

    async def _answer(self, update: RawUpdate) -> None:
        """Handle an update that is not stored: by the next start, its answer would be too late."""
        try:
            await self._feed(StoredUpdate(int(update["update_id"]), json.dumps(update)))
        except Exception as error:
            log.warning("query not answered", update=update["update_id"], error=repr(error))

    def _refuse(self, update: RawUpdate) -> None:
        """Send the notice about too many updates, unless too many of these notices are on the way.

        A press is always answered, or its button would show the progress of a call for a while (Bot API,
        CallbackQuery). A flood of presses costs one call each, and none beyond `REFUSED_AT_ONCE`.
        """
        if len(self._refusals) < REFUSED_AT_ONCE:
            task = self._background.start(self._notices.send(update, Notice.TOO_FAST))
            self._refusals.add(task)
            task.add_done_callback(self._refusals.discard)

    async def _reject(self, updates: Sequence[RawUpdate]) -> None:
        """Inform every sender that the disk refuses writes. Raises StorageUnavailable if one could not be informed."""
        try:
            me = await self._bot.me()
        except AiogramError as error:
            raise StorageUnavailable("the senders cannot be informed either") from error
        waiting = [update for update in updates if expects_answer(update, me)]
        log.warning("updates rejected", updates=len(updates), informed=len(waiting))
        informed = await asyncio.gather(*(self._notices.send(update, Notice.NOT_KEPT) for update in waiting))
        if not all(informed):
            raise StorageUnavailable("not every sender could be informed")

    def _enqueue_stored(self, updates: Sequence[StoredUpdate]) -> None:
        # An earlier version stored lone surrogates, which `json_text.loads` replaces.
        readable = [StoredUpdate(u.update_id, json.dumps(json_text.loads(u.payload))) for u in updates]
        self._enqueue([PutUpdate(update, self._owner is not None) for update in readable])

    def _enqueue(self, updates: Sequence[PutUpdate]) -> None:
        for put in updates:
            self._backlog += 1
            self._known.add(put.update.update_id)
            key = _queue_key(put.update)
            queue = self._user_queues.get(key)
            if queue is None:
                self._user_queues[key] = deque([put])
                self._background.start(self._run_user_queue(key))
            elif queue and queue[-1].update.update_id > put.update.update_id:
                bisect.insort(queue, put)  # an adopted update may be earlier than those that wait
            else:
                queue.append(put)
        self._update_limit()

    def _update_limit(self) -> None:
        if self._backlog < LARGEST_BACKLOG:
            self._below_limit.set()
        else:
            self._below_limit.clear()

    async def _run_user_queue(self, key: "_QueueKey") -> None:
        looks = 0
        while queue := self._user_queues.get(key):
            if queue[0].waits and await self._must_wait(queue[0].update, key):
                looks += 1
                await self._clock.sleep(backoff(looks, first=_FIRST_LOOK, longest=_LONGEST_LOOK))
                continue  # an adopted update may be the first now
            looks = 0
            first = queue.popleft().update
            await self._process_until_recorded(first, key)
            self._known.discard(first.update_id)
            self._backlog -= 1
            self._update_limit()
        self._user_queues.pop(key, None)

    async def _must_wait(self, first: StoredUpdate, key: "_QueueKey") -> bool:
        """Return whether an earlier update than the first of a queue here is not handled, or if that is unknown."""
        try:
            return await self._inbox.has_earlier(first.update_id, key.name)
        except StorageUnavailable:
            return True

    async def _process_until_recorded(self, stored: StoredUpdate, key: "_QueueKey") -> None:
        """Handle an update and record that, with retries while the disk refuses writes."""
        handled, tries = False, 0
        chat_id = chat_id_of(json.loads(stored.payload))
        while True:
            try:
                async with self._chat_slots.hold(chat_id, key.press), self._slots[key.press]:
                    if not handled:
                        await self._turns.take()
                        await self._handle(stored)
                        handled = True
                    # The next update of the queue waits for this write.
                    await self._inbox.handled(stored.update_id, patient=not self._user_queues.get(key))
            except StorageUnavailable:
                tries += 1
                if tries == 1 and not handled:
                    await self._notices.send(json.loads(stored.payload), Notice.WAITS)
                await self._clock.sleep(backoff(tries, longest=_LONGEST_RETRY))
            else:
                return

    async def _handle(self, stored: StoredUpdate) -> None:
        """Handle an update, or answer that it cannot be read. Logs all errors but StorageUnavailable."""
        try:
            unreadable = await self._feed(stored)
            if unreadable is not None:
                log.error("update not understood", update=stored.update_id, part=unreadable)
                await self._answer_unreadable(json.loads(stored.payload))
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("update not handled", update=stored.update_id)

    async def _feed(self, stored: StoredUpdate) -> str | None:
        """Give an update to its handler. If a damaged part prevents an answer, return the part's name."""
        try:
            parsed = parse_update(stored.payload, self._bot)
        except UnreadableUpdate as error:
            return str(error)
        if parsed.left_out:
            log.warning("update understood in part", update=stored.update_id, left_out=parsed.left_out)
        outcome = await self._dispatcher.feed_update(self._bot, parsed.update)
        if not parsed.left_out or outcome is not UNHANDLED:
            return None
        is_for_bot = expects_answer(json.loads(stored.payload), await self._bot.me())
        return ", ".join(parsed.left_out) if is_for_bot else None

    async def _answer_unreadable(self, update: RawUpdate) -> None:
        if expects_answer(update, await self._bot.me()):
            await self._notices.send(update, Notice.UNREADABLE)


class _QueueKey(NamedTuple):
    """The messages or presses of a user or, without one, of a chat. A press does not wait for a message."""

    subject_id: int
    press: bool

    @property
    def name(self) -> str:
        """The name of the queue in the inbox."""
        return f"{self.subject_id}{' presses' if self.press else ''}"


def _queue_key(update: StoredUpdate) -> _QueueKey:
    content = json.loads(update.payload)
    return _QueueKey(user_id_of(content) or chat_id_of(content), is_press(content))
