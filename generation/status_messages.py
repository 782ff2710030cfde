"""Status messages: the position in the queue, then the time a picture has been drawn for. One ticker updates them all.

A status message has the lowest priority and is tried once. Nothing waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

import structlog

from chat import keyboards
from chat.deletion_scheduler import DeletionScheduler
from chat.errors import Rejected, SendError, Unreachable
from chat.inline_messages import InlineMessages
from chat.inline_results import with_prompt
from chat.limits import Priority
from chat.sender import Sender
from chat.translations import Translations
from core.background import Background
from core.clock import Clock
from core.model import FINAL, SENDING, Request, State
from generation.drawing_estimate import DrawingEstimate
from generation.lost_status import LostStatusFinder
from generation.shielded_tasks import ShieldedTasks
from generation.shown_status import ShownStatus
from generation.status_content import Content, Phase, content_of, filled_of, text_of
from generation.status_sharing import StatusSharing
from storage.database_errors import StorageUnavailable
from storage.requests import Requests

log = structlog.get_logger(__name__)
QueuePositions = Callable[[], Awaitable[Mapping[int, int]]]
"""Returns the position, from 1, of each waiting request. Raises StorageUnavailable."""

TICK_SECONDS = 1.0
EDIT_SECONDS = 5.0
"""Shortest time between two edits of one status message."""
INLINE_EDIT_SECONDS = 10.0
"""The same for an inline message: each edit shows in a chat with other users."""
SEEN = "👀"
"""The reaction to a request in a group, in place of a status message."""
SENDING_AT_ONCE = 4
"""Status messages in flight together: a thousand that are due at once must not stall the event loop."""

CHECKED_AT_ONCE = 20
"""Status messages that a tick checks, and whose updates it starts, before the event loop does other work."""


class StatusMessages:
    """Shows the progress of requests.

    `estimate` returns the expectation for a picture that is drawn now, `paused` whether none starts. Only replicas have
    a `sharing`.
    """

    def __init__(
        self,
        *,
        sender: Sender,
        inline_messages: InlineMessages,
        requests: Requests,
        translations: Translations,
        tasks: ShieldedTasks,
        clock: Clock,
        lost_status_finder: LostStatusFinder,
        deletion_scheduler: DeletionScheduler,
        estimate: Callable[[], DrawingEstimate],
        paused: Callable[[], bool] = lambda: False,
        sharing: StatusSharing | None = None,
    ) -> None:
        self._sharing = sharing
        self._sender = sender
        self._inline_messages = inline_messages
        self._requests = requests
        self._translations = translations
        self._tasks = tasks
        self._clock = clock
        self._lost_status_finder = lost_status_finder
        self._deletion_scheduler = deletion_scheduler
        self._estimate = estimate
        self._paused = paused
        self._by_id: dict[int, ShownStatus] = {}
        self._positions: QueuePositions = _no_positions
        self._changed = asyncio.Event()
        """Set when a request is added or changes its phase, to wake the ticker."""
        self._background = Background()
        self._slots = asyncio.Semaphore(SENDING_AT_ONCE)

    def start(self, queue_positions: QueuePositions) -> None:
        """Start the ticker."""
        self._positions = queue_positions
        self._background.start(self._tick_forever())

    async def stop(self) -> None:
        """Stop the ticker. The next start resumes every status message from its row.

        A message in flight is a shielded task, which stores its id.
        """
        await self._background.stop()
        self._by_id.clear()

    def resume(self, request: Request) -> None:
        """Take over a request of an earlier process, which may have sent a status message without storing its id."""
        if request.is_member:
            return
        self._lost_status_finder.add(request)
        if request.state not in FINAL:
            self.show(request)

    def show(self, request: Request) -> None:
        """Start to show the progress of a request. The head of a batch stands for all requests of it."""
        if request.is_member:
            return
        phase = Phase.WAITING if request.state is State.QUEUED else Phase.DRAWING
        since = self._clock.monotonic()
        if request.started_at is not None:
            since -= max(0.0, self._clock.now() - request.started_at)
        self._by_id[request.id] = ShownStatus(
            request_id=request.id,
            prompt=request.prompt,
            place=request.place,
            translate=self._translations.for_language(request.language),
            phase=Phase.SENDING if request.state in SENDING and request.batch_id is None else phase,
            since=since,
            message_id=request.status_message_id,
            reaction_only=request.place.in_group and request.status_message_id is None,
            of_batch=request.batch_id is not None,
        )
        self._changed.set()

    def adopt(self, request: Request) -> None:
        """Show a request that another replica has shown so far. Without other replicas there is none."""
        if self._sharing is None or request.id in self._by_id or request.is_member:
            return
        self.show(request)
        status = self._by_id[request.id]
        status.adopted_at = self._clock.monotonic()
        if status.reaction_only:
            status.shown_at = float("inf")  # the other replica has reacted

    def shows(self, request_id: int) -> bool:
        """Return whether this process shows a request."""
        return request_id in self._by_id

    def has_message(self, request_id: int) -> bool:
        """Return whether a status message of this process is in the chat."""
        status = self._by_id.get(request_id)
        return status is not None and (status.message_id is not None or status.is_inline)

    async def forget(self, request_id: int) -> None:
        """Stop to show a request, because another replica continues it or has closed it."""
        status = self._by_id.get(request_id)
        if status is not None:
            await self._end_updates(status)
            self._by_id.pop(request_id, None)
        self._lost_status_finder.drop(request_id)

    def drop_waiting(self, *, kept: Collection[int]) -> None:
        """Leave the requests that wait to another replica, but for the kept ones."""
        for status in list(self._by_id.values()):
            if status.phase is Phase.WAITING and status.update is None and status.request_id not in kept:
                del self._by_id[status.request_id]

    def waiting(self, request_id: int) -> None:
        """Show that a request waits again, because creates are held back."""
        status = self._by_id.get(request_id)
        if status is not None and status.phase is Phase.DRAWING:
            status.phase = Phase.WAITING
            self._changed.set()

    def drawing(self, request_id: int) -> None:
        """Show that a request is being drawn."""
        status = self._by_id.get(request_id)
        if status is not None and status.phase is Phase.WAITING:
            status.phase, status.since = Phase.DRAWING, self._clock.monotonic()
            self._changed.set()

    def sending(self, request_id: int) -> None:
        """Show that a picture is being sent, but only if that takes long, so that no edit races the picture."""
        status = self._by_id.get(request_id)
        if status is not None and status.phase is not Phase.SENDING:
            status.phase, status.since = Phase.SENDING, self._clock.monotonic()
            status.shown_at = max(status.shown_at, self._clock.monotonic())
            self._changed.set()

    def progress(self, head: Request, ready: int) -> None:
        """Show how many pictures of a batch are ready, while others are drawn or wait. The head may have failed."""
        if head.id not in self._by_id:
            self.show(head)
        status = self._by_id[head.id]
        if status.ready != ready:
            status.ready = ready
            self._changed.set()

    async def take_down(self, request: Request) -> int | None:
        """Stop updating a request's status and return its message id, if there is one, for the caller to finish."""
        message_id = request.status_message_id
        status = self._by_id.get(request.id)
        if status is not None:
            await self._end_updates(status)
            self._by_id.pop(request.id, None)
            message_id = status.message_id or message_id
        if message_id is not None:
            self._lost_status_finder.drop(request.id)
        else:
            translate = self._translations.for_language(request.language)
            message_id = await self._lost_status_finder.find(request.id, request.place, translate)
        return message_id

    async def _end_updates(self, status: ShownStatus) -> None:
        status.shown_at = float("inf")  # the ticker skips it from now on
        if status.update is not None:
            if not status.sending:
                status.update.cancel()
            await asyncio.wait([status.update])

    def update_now(self, request_id: int) -> None:
        """Update one status message now instead of at the next tick."""
        status = self._by_id.get(request_id)
        if status is not None and status.update is None:
            self._start_update(status)

    async def tick(self) -> None:
        """Update every status message with new content."""
        waits = any(status.phase is Phase.WAITING for status in self._by_id.values())
        try:
            positions = await self._positions() if waits else {}
        except StorageUnavailable:
            return  # the next tick tries again
        now, paused = self._clock.monotonic(), self._paused()
        for number, status in enumerate(list(self._by_id.values()), start=1):
            if number % CHECKED_AT_ONCE == 0:
                await asyncio.sleep(0)
            if self._by_id.get(status.request_id) is not status:
                continue  # it ended in between
            if self._is_leaders(status):
                del self._by_id[status.request_id]
                continue
            if paused and status.reaction_only and status.phase is Phase.WAITING:
                # A reaction alone would not explain a long wait.
                status.reaction_only, status.shown_at = False, float("-inf")
            pause = INLINE_EDIT_SECONDS if status.is_inline else EDIT_SECONDS
            if status.update is not None or now - status.shown_at < pause:
                continue
            if self._content(status, positions) != status.shown or status.ready != status.shown_ready:
                self._start_update(status)

    def _is_leaders(self, status: ShownStatus) -> bool:
        """Return whether the leader, which is another replica, shows a request from now on."""
        if self._sharing is None or self._sharing.leads() or status.phase is not Phase.WAITING:
            return False
        return status.update is None and status.shown_at > float("-inf")

    async def _tick_forever(self) -> None:
        while True:
            await self.tick()
            await self._clock.sleep(TICK_SECONDS)
            if all(status.is_steady for status in self._by_id.values()):
                self._changed.clear()
                await self._changed.wait()

    def _start_update(self, status: ShownStatus) -> None:
        status.update = self._background.start(self._update(status))

    async def _update(self, status: ShownStatus) -> None:
        if not await self._confirm(status):
            soon = self._clock.monotonic() - EDIT_SECONDS + TICK_SECONDS
            status.shown_at, status.update = max(status.shown_at, soon), None
            return
        reactions_rejected = False
        try:
            if not status.reaction_only:  # a reaction is not a message and needs no slot
                await self._adopt_lost(status)
                await self._sender.acquire_slot(status.place.chat_id, Priority.STATUS)
                if not await self._confirm(status):  # another replica may have begun to draw during the wait
                    return
            async with self._slots:
                status.sending = True
                await self._tasks.run(self._send(status))
        except Unreachable:
            self._by_id.pop(status.request_id, None)
        except Rejected as error:
            # The chat allows no reactions: it gets a message, as a private chat does.
            reactions_rejected, status.reaction_only = status.reaction_only, False
            log.info(
                "status not shown",
                request=status.request_id,
                error=str(error),
                reactions_rejected=reactions_rejected,
            )
        except (SendError, StorageUnavailable) as error:
            log.info("status not shown", request=status.request_id, error=str(error))
        finally:
            status.shown_at = max(status.shown_at, self._clock.monotonic())
            status.sending = False
            status.update = None
        if reactions_rejected:
            self.update_now(status.request_id)

    async def _confirm(self, status: ShownStatus) -> bool:
        """Return whether to show a request now, by its row. Without other replicas it is always to be shown."""
        sharing = self._sharing
        if sharing is None:
            return True
        waits = status.adopted_at is not None and status.phase is Phase.WAITING
        try:
            request = await sharing.read(status.request_id, waits=waits)
        except StorageUnavailable:
            return False
        if request is None:
            self._by_id.pop(status.request_id, None)
            return False
        if status.message_id is None and request.status_message_id is not None:
            status.message_id, status.reaction_only = request.status_message_id, False
        known = status.message_id is not None or status.reaction_only or status.is_inline
        if known or status.adopted_at is None:
            return True
        if not sharing.may_send_first(status.adopted_at):
            return False
        # The replica that accepted it may have ended between the first message and its id.
        self._lost_status_finder.add(request)
        return True

    async def _adopt_lost(self, status: ShownStatus) -> None:
        """Continue the status message of an earlier process instead of sending a second one."""
        if status.message_id is None:
            found = await self._lost_status_finder.find(status.request_id, status.place, status.translate)
            if found is not None:
                status.message_id, status.stored = found, False

    async def _send(self, status: ShownStatus) -> None:
        if status.reaction_only:
            await self._sender.set_reaction(status.place.chat_id, status.place.require_reply_to(), SEEN)
            status.shown_at = float("inf")
            return
        positions = await self._positions() if status.phase is Phase.WAITING else {}
        content = self._content(status, positions)
        estimate = self._estimate()
        filled = status.next_filled(content, filled_of(content, estimate))
        size, ready = 1, status.ready
        if status.of_batch:
            size, ready = await self._count_ready(status)
        text = text_of(content, status.translate, estimate=estimate, filled=filled, size=size, ready=ready)
        keyboard = None
        if status.phase is not Phase.SENDING:
            keyboard = keyboards.cancel(status.translate, status.request_id, batch=status.of_batch)
        if status.is_inline:
            text = with_prompt(status.translate, status.prompt, text)
            await self._inline_messages.edit_status(status.place, text, keyboard=keyboard)
        elif status.message_id is None:
            status.message_id = await self._sender.send_status(status.place, text, keyboard=keyboard)
            status.stored = False
        else:
            await self._sender.edit_status(status.place.chat_id, status.message_id, text, keyboard=keyboard)
        status.shown, status.filled = content, filled
        status.shown_ready = ready
        if not status.stored and status.message_id is not None:
            await self._store(status, status.message_id)

    async def _store(self, status: ShownStatus, message_id: int) -> None:
        """Store the id of a message that was sent, however often that fails. Delete a surplus message."""
        status.stored = await self._tasks.retry_until_written(
            lambda: self._requests.set_status_message(status.request_id, message_id)
        )
        if not status.stored:  # another replica has sent one, or has closed the request
            self._by_id.pop(status.request_id, None)
            await self._deletion_scheduler.schedule(status.place.chat_id, message_id, 0.0)

    async def _count_ready(self, status: ShownStatus) -> tuple[int, int]:
        """Return the number of requests of a batch, and of those that are ready or further."""
        states = await self._requests.batch_states(status.request_id)
        status.ready = sum(state in SENDING or state is State.DELIVERED for state in states)
        return len(states), status.ready

    def _content(self, status: ShownStatus, positions: Mapping[int, int]) -> Content:
        return content_of(
            status.phase,
            position=positions.get(status.request_id, 1),
            elapsed=self._clock.monotonic() - status.since,
            estimate=self._estimate(),
            paused=self._paused(),
        )


async def _no_positions() -> Mapping[int, int]:
    return {}
