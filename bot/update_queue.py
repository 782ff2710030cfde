"""Updates from Telegram: stored, then acknowledged, then handled, in order for each user.

The receiver of an update (bot.polling, bot.web) acknowledges it once `put` returns. By then the update is stored,
ignored as irrelevant, or rejected with a message to its sender. A stored update that is not handled before the process
ends is handled after the next start, or by another replica. `put` waits for no handler: updates for which memory has no
room wait in the inbox (bot.backlog), so that a pre-checkout query behind them is received.

Replicas keep the order of a user's updates, too: Telegram sends an update of a chat after the one before is
acknowledged, so an earlier update is stored by then, and a later one waits until that is handled.
"""

import asyncio
import json
from collections.abc import Callable, Sequence

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError

from bot.backlog import Backlog
from bot.failed_payments import FailedPayments
from bot.fleeting_updates import FleetingUpdates
from bot.handler_pause import HandlerPause
from bot.notices import Notice, Notices
from bot.raw_updates import (
    RawUpdate,
    expects_answer,
    is_checkout,
    is_inline_query,
    is_press,
    is_relevant,
    kind_of,
    user_id_of,
    written_at,
)
from bot.throttle import Decision, Throttle
from bot.update_handler import UpdateHandler
from bot.user_queues import UserQueues, queue_key
from core.background import Background
from core.clock import Clock
from storage.database_errors import StorageUnavailable, StorageUnreachable
from storage.inbox import KEPT_SECONDS, Inbox, QueuedUpdate, StoredUpdate
from storage.urgency import urgent

log = structlog.get_logger(__name__)

FULL_BATCH = 100
"""The most updates that one getUpdates returns (Bot API). After so many, more may wait at Telegram."""
REFUSED_AT_ONCE = 200
"""Notices of the throttle on the way at once."""


class NotStored(StorageUnavailable):
    """The database refuses updates that must not be lost. All others that came with them are dealt with."""

    def __init__(self, first_id: int) -> None:
        super().__init__("an update about a payment is not stored")
        self.first_id = first_id
        """The first update that Telegram has to repeat."""


class UpdateQueue:
    """Receives updates, stores them and passes them on: each user's to a queue, queries to handlers at once.

    `owner` is the id of this replica, or None for a single process. With `stars`, updates about payments are received,
    and `on_failed_payment` is called when the handler of one fails.
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
        stars: bool = False,
        on_failed_payment: Callable[[], None] = lambda: None,
    ) -> None:
        self._owner = owner
        self._inbox = inbox
        self._bot = bot
        self._clock = clock
        self._throttle = throttle
        self._notices = notices
        self._stars = stars
        self._background = Background()
        self._handler = UpdateHandler(dispatcher=dispatcher, bot=bot, notices=notices, stars=stars)
        self._failed_payments = FailedPayments(
            inbox=inbox, handle=self._handler.handle, clock=clock, on_failure=on_failed_payment
        )
        self._pause = HandlerPause(clock)
        self._user_queues = UserQueues(
            inbox=inbox,
            handler=self._handler,
            failed_payments=self._failed_payments,
            pause=self._pause,
            notices=notices,
            clock=clock,
        )
        self._backlog = Backlog(
            inbox=inbox,
            user_queues=self._user_queues,
            failed_payments=self._failed_payments,
            clock=clock,
            owner=owner,
        )
        self._inline_queries = FleetingUpdates(
            self._handler.answer_query, key=user_id_of, background=self._background, clock=clock
        )
        self._checkouts = FleetingUpdates(
            self._answer_checkout, key=update_id_of, background=self._background, clock=clock
        )
        self._refusals: set[asyncio.Task[object]] = set()
        self._finished: set[int] = set()
        """The updates that Telegram is going to repeat only because it repeats a payment before them."""

    @property
    def failed_payments(self) -> int:
        """The number of updates about payments whose handler failed, and which wait for the next try."""
        return len(self._failed_payments.ids)

    async def start(self) -> None:
        """Handle the updates that an earlier process stored and did not handle. The engine must run."""
        await self.adopt()

    async def adopt(self) -> None:
        """Handle the updates that dead replicas left, and those that this one has stored without knowing it."""
        if self._owner is not None and (adopted := await self._inbox.adopt(self._owner)):
            log.warning("updates adopted", updates=adopted)
        self._backlog.look()

    async def put(self, updates: Sequence[RawUpdate]) -> None:
        """Store updates, which may then be acknowledged. They are handled in the background.

        Raises NotStored if the database refuses updates about payments, StorageUnavailable if it cannot be reached, or
        if it refuses updates and not every sender could be informed. Telegram then repeats them.
        """
        self._pause_if_more(len(updates))
        unfinished = [update for update in updates if update_id_of(update) not in self._finished]
        admitted = [update for update in unfinished if self._admits(update)]
        to_store = [update for update in admitted if not self._answers_at_once(update)]
        now = self._clock.now()
        stored = [StoredUpdate(update_id_of(u), json.dumps(u), now) for u in to_store]
        if not stored:
            return
        queued = [QueuedUpdate(s, queue_key(u).name) for s, u in zip(stored, to_store, strict=True)]
        with self._backlog.storing([update.update_id for update in stored]):
            try:
                fresh = await self._inbox.put(queued, self._owner)
            except StorageUnreachable:
                # They may be stored all the same: no sender is told that they are not, and a look finds them.
                self._backlog.look()
                raise
            except StorageUnavailable:
                await self._reject(to_store)
                self._leave_payments(updates)
                return
            self._finished.clear()
            self._backlog.take(fresh)
            if len(fresh) < len({update.update_id for update in stored}):
                # A dead process stored the others, perhaps after the last look, or a look left them to this call.
                self._backlog.look()

    async def stop(self, patience: float) -> None:
        """Wait up to `patience` seconds for running handlers. The rest stays in the inbox."""
        await self._backlog.stop()
        await self._failed_payments.stop()
        await self._pause.stop()
        await asyncio.gather(self._user_queues.stop(patience), self._background.stop(patience))

    def _admits(self, update: RawUpdate) -> bool:
        """Return whether to handle an update: not an irrelevant one, nor one that exceeds the throttle.

        The throttle counts by the time of writing, so a backlog after an outage is not a flood. It does not count
        checkouts and payments.
        """
        if not is_relevant(update, self._bot.id, stars=self._stars):
            return False
        if is_checkout(update) or self._handler.must_succeed(update):
            return True
        age = self._clock.now() - (written_at(update) or self._clock.now())
        at = self._clock.monotonic() - min(max(0.0, age), KEPT_SECONDS)
        decision = self._throttle.decide(user_id_of(update), at, kind_of(update))
        warned = decision is Decision.WARN and not is_inline_query(update)
        if warned or (decision is Decision.IGNORE and is_press(update)):
            self._refuse(update)
        return decision is Decision.HANDLE

    def _answers_at_once(self, update: RawUpdate) -> bool:
        """Pass a query on and return True, or return False for an update that is stored."""
        if is_checkout(update):
            self._checkouts.put(update)
        elif is_inline_query(update):
            self._inline_queries.put(update)
        else:
            return False
        return True

    async def _answer_checkout(self, update: RawUpdate) -> None:
        with self._pause.during(update_id_of(update)), urgent():
            await self._handler.answer_checkout(update)

    def _pause_if_more(self, received: int) -> None:
        """Receive what waits at Telegram before it is handled: a checkout may be behind it."""
        if received >= FULL_BATCH and self._stars:
            self._pause.begin("receipt")
        else:
            self._pause.end("receipt")

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

    def _leave_payments(self, updates: Sequence[RawUpdate]) -> None:
        """Leave rejected updates about payments to Telegram, and remember that all others are finished.

        Telegram repeats the others, too, because an acknowledgement ends all earlier updates (Bot API, getUpdates).
        Raises NotStored if there are such updates.
        """
        payments = {update_id_of(update) for update in updates if self._handler.must_succeed(update)}
        if payments:
            self._finished |= {update_id_of(update) for update in updates} - payments
            raise NotStored(min(payments))


def update_id_of(update: RawUpdate) -> int:
    """Return the id of an update."""
    return int(update["update_id"])
