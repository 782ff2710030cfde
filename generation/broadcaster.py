"""Sends broadcasts: one after the other, and each to one user at a time, after everything that is more urgent."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from aiogram.types import InlineKeyboardMarkup

from chat import broadcast_keyboards
from chat.broadcast_panel import BroadcastPanel
from chat.errors import OriginalDeleted, Rejected, SendError, TryLater, Unreachable, Unsure
from chat.limits import Priority
from chat.sender import Sender
from chat.translations import Translations
from core.background import Background
from core.clock import Clock
from core.metrics import Metrics
from core.retries import backoff
from generation.shielded_tasks import ShieldedTasks
from storage.audience import Audience
from storage.broadcasts import Broadcast, Broadcasts, BroadcastState, Outcome
from storage.database_errors import StorageUnavailable
from storage.users import Users

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 10.0
"""Time between two edits of the panel while a broadcast is sent."""
MOST_REFUSED = 20
"""Refusals in a row after which a broadcast ends: the message is refused for everybody."""
_PAUSE_SECONDS = 30.0
_LONGEST_PAUSE = 300.0
_LONG_SECONDS = 0.2
"""Time that the last outcome may wait to be stored together with the next user."""
_DRAIN_SECONDS = 3.0


@dataclass(slots=True)
class _Position:
    """A broadcast as this process knows it.

    `outcome` is that of the message to the user on record, which the next write stores. `users` are the next ones with
    their languages, and `read_to` the last user that was read. `failures` counts the errors of the connection in a row,
    and `refusals` those of the message itself. `pause` in seconds and `end` follow the last message. `cancelled` says
    that nothing else stores the outcome.
    """

    broadcast: Broadcast
    outcome: Outcome | None
    users: deque[tuple[int, str]]
    read_to: int
    failures: int = 0
    refusals: int = 0
    pause: float = 0.0
    end: BroadcastState | None = None
    cancelled: bool = False
    shown_at: float = 0.0
    keyboards: dict[str, InlineKeyboardMarkup] = field(default_factory=dict)


class _Ended(Exception):
    """The broadcast has ended."""


class _Lost(Exception):
    """Another process went on with the broadcast, or the answer to a write was lost."""


class Broadcaster:
    """Sends the broadcasts that are due.

    `look_seconds` is the time between two looks for broadcasts that other replicas began, None for a single process.
    `wait_for_lease` returns once no other process can have taken over what is recorded here.
    """

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        audience: Audience,
        users: Users,
        panel: BroadcastPanel,
        sender: Sender,
        translations: Translations,
        metrics: Metrics,
        clock: Clock,
        wait_for_lease: Callable[[], Awaitable[None]],
        look_seconds: float | None,
    ) -> None:
        self._broadcasts = broadcasts
        self._audience = audience
        self._users = users
        self._panel = panel
        self._sender = sender
        self._translations = translations
        self._metrics = metrics
        self._clock = clock
        self._wait_for_lease = wait_for_lease
        self._look_seconds = look_seconds
        self._tasks = ShieldedTasks(clock)
        self._background = Background()
        self._showing: asyncio.Task[object] | None = None
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Look for a broadcast now."""
        self._changed.set()

    async def run(self) -> None:
        """Send the broadcasts that are due, until cancelled."""
        while True:
            self._changed.clear()
            try:
                await self._show_ends()
                broadcast = await self._broadcasts.next_due()
                if broadcast is not None:
                    await self._send(broadcast)
                    continue
                pause = await self._seconds_to_next()
            except StorageUnavailable:
                pause = _PAUSE_SECONDS
            except Exception:
                log.exception("broadcast failed")
                pause = _PAUSE_SECONDS
            await self._wait_for_change(pause)

    async def stop(self) -> None:
        """Wait a moment for the message that is being sent."""
        await self._background.stop()
        await self._tasks.drain(_DRAIN_SECONDS)

    async def _seconds_to_next(self) -> float | None:
        """Return the seconds to the next look, or None to wait for `wake` only."""
        due_at = await self._broadcasts.next_due_at()
        seconds = [] if due_at is None else [max(0.0, due_at - self._clock.now())]
        return min([*seconds, *([self._look_seconds] if self._look_seconds else [])], default=None)

    async def _wait_for_change(self, seconds: float | None) -> None:
        changed = asyncio.ensure_future(self._changed.wait())
        late = {asyncio.ensure_future(self._clock.sleep(seconds))} if seconds is not None else set()
        try:
            await asyncio.wait({changed} | late, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (changed, *late):
                waiting.cancel()

    async def _show_ends(self) -> None:
        for ended in await self._broadcasts.not_shown():
            try:
                await self._panel.edit(ended)
            except SendError as error:
                log.warning("end of a broadcast not shown", broadcast=ended.id, error=str(error))
            await self._broadcasts.shown(ended.id)

    async def _send(self, broadcast: Broadcast) -> None:
        """Begin or continue a broadcast, and send it until it ends."""
        if broadcast.state is BroadcastState.WAITING:
            counts = await self._panel.counts()
            total = sum(counts.get(language, 0) for language in broadcast.languages)
            begun = await self._broadcasts.begin(broadcast.id, total)
            if begun is None:
                return
            broadcast = begun
            log.info("broadcast begun", broadcast=broadcast.id, users=total)
        # A user who is on record now is one whose outcome an earlier process did not record.
        outcome = None if broadcast.sending_user_id is None else Outcome.UNKNOWN
        position = _Position(broadcast, outcome, deque(), broadcast.sending_user_id or broadcast.last_user_id)
        if outcome is not None:
            log.warning("message of a broadcast perhaps sent", broadcast=broadcast.id)
        position.shown_at = self._clock.monotonic() - PROGRESS_SECONDS
        try:
            await self._record(position)
            while (user := await self._next_user(position)) is not None:
                await self._send_to(position, *user)
            await self._end(position, BroadcastState.DONE)
        except _Ended:
            pass
        except _Lost:  # two leaders that go on at once would only count each other's messages as unknown
            log.warning("broadcast lost", broadcast=broadcast.id)
            await self._clock.sleep(_PAUSE_SECONDS)
        except asyncio.CancelledError:
            position.cancelled = True
            await self._record_last(position)
            raise
        await self._settle_progress()

    async def _next_user(self, position: _Position) -> tuple[int, str] | None:
        """Return the next user with their language, or None after the last one."""
        while not position.users:
            read = await self._audience.after(position.read_to)
            if not read:
                return None
            position.read_to = read[-1][0]
            for user_id, tag in read:
                language = self._translations.for_language(tag).language
                if language in position.broadcast.languages:
                    position.users.append((user_id, language))
        return position.users[0]

    async def _send_to(self, position: _Position, user_id: int, language: str) -> None:
        """Send the message to one user, and keep the outcome. Raises _Ended."""
        self._show(position)
        await self._acquire_slot(position, user_id)
        await self._tasks.run(self._claim_and_copy(position, user_id, language))
        if position.end is not None:
            await self._end(position, position.end)
        if position.pause:
            await self._record(position)
            await self._clock.sleep(position.pause)

    async def _acquire_slot(self, position: _Position, user_id: int) -> None:
        """Wait for a slot. If that takes some time, the last outcome is stored first, so that a kill loses none."""
        slot = asyncio.ensure_future(self._sender.acquire_slot(user_id, Priority.BROADCAST))
        try:
            await asyncio.wait({slot}, timeout=_LONG_SECONDS)
            if not slot.done():
                await self._record(position)
            await slot
        finally:
            slot.cancel()

    async def _claim_and_copy(self, position: _Position, user_id: int, language: str) -> None:
        """Record the user, and send the message. Shielded, so that a stop does not cut it in half."""
        position.pause = 0.0
        claimed = await self._store(position, user_id)
        if claimed.sending_user_id == user_id:
            await self._wait_for_lease()
            position.outcome = await self._copy(position, user_id, language)
        if position.outcome is not Outcome.NOT_SENT:
            position.users.popleft()
        if position.cancelled:
            await self._record(position)

    async def _copy(self, position: _Position, user_id: int, language: str) -> Outcome:
        """Send the message to one user, and return the outcome. Sets the pause after it, and the end."""
        broadcast, keyboard = position.broadcast, self._keyboard(position, language)
        try:
            await self._sender.copy_message(
                user_id, broadcast.admin_id, broadcast.message_id, keyboard=keyboard
            )
        except OriginalDeleted:
            position.end = BroadcastState.GONE
            return Outcome.NOT_SENT
        except (TryLater, Unsure) as error:
            position.failures += 1
            pause = backoff(position.failures, first=1.0, longest=_LONGEST_PAUSE)
            retry_after = error.retry_after if isinstance(error, TryLater) else None
            position.pause = pause if retry_after is None else retry_after
            log.warning("broadcast pauses", broadcast=broadcast.id, seconds=position.pause, error=str(error))
            return Outcome.UNKNOWN if isinstance(error, Unsure) else Outcome.NOT_SENT
        except Unreachable:
            self._users.note_block(user_id)
            return Outcome.UNREACHABLE
        except Rejected as error:
            position.refusals += 1
            log.info("broadcast refused for a user", broadcast=broadcast.id, error=str(error))
            if position.refusals >= MOST_REFUSED:
                position.end = BroadcastState.REFUSED
            return Outcome.REFUSED
        position.failures = position.refusals = 0
        return Outcome.SENT

    def _keyboard(self, position: _Position, language: str) -> InlineKeyboardMarkup:
        """Return the buttons of the message in a language."""
        if language not in position.keyboards:
            rows = broadcast_keyboards.load(position.broadcast.keyboard)
            translate = self._translations.for_language(language)
            position.keyboards[language] = broadcast_keyboards.of_message(translate, rows)
        return position.keyboards[language]

    async def _record(self, position: _Position) -> None:
        """Store the outcome of the last message, if it is not stored yet. Raises _Ended."""
        if position.outcome is not None:
            await self._store(position, None)

    async def _record_last(self, position: _Position) -> None:
        """Store the last outcome before a stop, if the database takes it within a moment."""
        if position.outcome is not None:
            recording = asyncio.ensure_future(self._tasks.run(self._record(position)))
            await asyncio.wait({recording}, timeout=_DRAIN_SECONDS)
            if recording.done():
                recording.exception()  # the message on its way may have been quicker

    async def _store(self, position: _Position, user_id: int | None) -> Broadcast:
        """Store the outcome of the last message and the next user, and return the row. Raises _Ended or _Lost."""
        known, outcome = position.broadcast, position.outcome
        now = await self._tasks.retry_until_written(lambda: self._broadcasts.claim(known, user_id, outcome))
        if now is None:
            raise _Lost
        if outcome is not None and outcome is not Outcome.NOT_SENT:
            self._metrics.broadcast_messages.labels(outcome).inc()
        position.broadcast, position.outcome = now, None
        if now.state is not BroadcastState.SENDING:
            raise _Ended
        return now

    async def _end(self, position: _Position, state: BroadcastState) -> None:
        """End the broadcast. Raises _Ended."""
        await self._record(position)
        ended = await self._broadcasts.end(position.broadcast.id, state, only=[BroadcastState.SENDING])
        if ended is not None:
            log.info(
                "broadcast ended",
                broadcast=ended.id,
                state=state.value,
                sent=ended.sent,
                unreachable=ended.unreachable,
                refused=ended.refused,
                unknown=ended.unknown,
            )
        raise _Ended

    def _show(self, position: _Position) -> None:
        """Show the progress in the background, once each `PROGRESS_SECONDS` at most."""
        now = self._clock.monotonic()
        busy = self._showing is not None and not self._showing.done()
        if not busy and now - position.shown_at >= PROGRESS_SECONDS:
            position.shown_at = now
            self._showing = self._background.start(self._show_progress(position.broadcast))

    async def _settle_progress(self) -> None:
        """Wait a moment for an edit of the panel that is on its way, so that it does not come after the end."""
        if self._showing is not None:
            await asyncio.wait({self._showing}, timeout=_DRAIN_SECONDS)
            self._showing.cancel()

    async def _show_progress(self, broadcast: Broadcast) -> None:
        try:
            await self._panel.show_progress(broadcast)
        except SendError as error:
            log.info("progress of a broadcast not shown", broadcast=broadcast.id, error=str(error))
