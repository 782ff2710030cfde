"""The status messages: place in line, then how long it is being drawn. One ticker for all of them.

A status is worth less than anything else: it goes last, is tried once, and nothing ever waits for it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import structlog

from chat import keyboards
from chat.errors import Rejected, SendError, Unreachable
from chat.limits import Priority
from chat.sender import Sender
from chat.translations import Translations, Translator
from core.clock import Clock
from core.model import SENDING, Request, State
from core.reply_target import ReplyTarget
from storage.database import StorageUnavailable
from storage.requests import Requests

log = structlog.get_logger(__name__)

TICK = 1.0
BETWEEN_EDITS = 5.0
"""A status is edited at most this often, in seconds."""
SEEN = "👀"
"""A group is shown this on the request instead of a message."""
AT_ONCE = 4
"""Statuses on the wire together: a thousand that fall due in one moment must not stall the loop."""
_EVERY = 5
"""Seconds of drawing are told in steps of this."""


class Phase(Enum):
    """What a status speaks of."""

    WAITING = "waiting"
    PAUSED = "paused"
    DRAWING = "drawing"
    SENDING = "sending"


Said = tuple[Phase, int]


@dataclass(slots=True)
class _Entry:
    request_id: int
    place: ReplyTarget
    translate: Translator
    phase: Phase
    since: float
    message_id: int | None
    said: Said | None = None
    said_at: float = float("-inf")
    kept: bool = True
    quiet: bool = False
    speaking: asyncio.Task[None] | None = None
    on_wire: bool = field(default=False)


class StatusMessages:
    """Shows how far each request is. `usual` gives the seconds a picture usually takes; while `paused` none begins."""

    def __init__(
        self,
        sender: Sender,
        requests: Requests,
        translations: Translations,
        clock: Clock,
        usual: Callable[[], float],
        paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._sender = sender
        self._requests = requests
        self._translations = translations
        self._clock = clock
        self._usual = usual
        self._paused = paused
        self._entries: dict[int, _Entry] = {}
        self._places: Callable[[], Mapping[int, int]] = dict
        self._ticker: asyncio.Task[None] | None = None
        self._on_wire = asyncio.Semaphore(AT_ONCE)

    def start(self, places: Callable[[], Mapping[int, int]]) -> None:
        """Begin to speak. `places` gives each waiting request's place in line, from 1."""
        self._places = places
        self._ticker = asyncio.create_task(self._tick_on())

    async def stop(self) -> None:
        """Fall silent: a start goes on with every status from its row."""
        tasks = [entry.speaking for entry in self._entries.values() if entry.speaking]
        tasks += [self._ticker] if self._ticker else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._entries.clear()

    def show(self, request: Request) -> None:
        """Begin to tell how far a request is."""
        phase = Phase.WAITING if request.state is State.QUEUED else Phase.DRAWING
        since = self._clock.monotonic()
        if request.started_at is not None:
            since -= max(0.0, self._clock.now() - request.started_at)
        self._entries[request.id] = _Entry(
            request_id=request.id,
            place=ReplyTarget(request.chat_id, request.thread_id, request.message_id),
            translate=self._translations.of(request.language),
            phase=Phase.SENDING if request.state in SENDING else phase,
            since=since,
            message_id=request.status_message_id,
            quiet=request.in_group and request.status_message_id is None,
        )

    def waiting(self, request_id: int) -> None:
        """A request that had its turn waits again: nobody's is begun."""
        entry = self._entries.get(request_id)
        if entry is not None and entry.phase is Phase.DRAWING:
            entry.phase = Phase.WAITING

    def drawing(self, request_id: int) -> None:
        """A request has its turn."""
        entry = self._entries.get(request_id)
        if entry is not None and entry.phase is Phase.WAITING:
            entry.phase, entry.since = Phase.DRAWING, self._clock.monotonic()

    def sending(self, request_id: int) -> None:
        """A request's picture is there. Told only where it then takes long, so no edit races the picture."""
        entry = self._entries.get(request_id)
        if entry is not None and entry.phase is not Phase.SENDING:
            entry.phase, entry.since = Phase.SENDING, self._clock.monotonic()
            entry.said_at = max(entry.said_at, self._clock.monotonic())

    async def take_down(self, request: Request) -> int | None:
        """Say no more about a request and return its status message, where there is one, for the caller to end."""
        entry = self._entries.get(request.id)
        if entry is None:
            return request.status_message_id
        entry.said_at = float("inf")  # the ticker leaves it alone from here on
        if entry.speaking is not None:
            if not entry.on_wire:
                entry.speaking.cancel()
            await asyncio.wait([entry.speaking])
        self._entries.pop(request.id, None)
        return entry.message_id or request.status_message_id

    def speak(self, request_id: int) -> None:
        """Let one status speak now instead of at the next tick."""
        entry = self._entries.get(request_id)
        if entry is not None and entry.speaking is None:
            entry.speaking = asyncio.create_task(self._speak(entry))

    async def _tick_on(self) -> None:
        while True:
            self.tick()
            await self._clock.sleep(TICK)

    def tick(self) -> None:
        """Let every status speak that has something new to say."""
        now = self._clock.monotonic()
        places, paused = self._places(), self._paused()
        for entry in self._entries.values():
            if paused and entry.quiet and entry.phase is Phase.WAITING:
                entry.quiet, entry.said_at = False, float("-inf")  # eyes alone would not explain a long wait
            if entry.speaking is not None or now - entry.said_at < BETWEEN_EDITS:
                continue
            if self._to_say(entry, places) != entry.said:
                entry.speaking = asyncio.create_task(self._speak(entry))

    def _to_say(self, entry: _Entry, places: Mapping[int, int]) -> Said:
        if entry.phase is Phase.WAITING and self._paused():
            return Phase.PAUSED, 0
        if entry.phase is Phase.WAITING:
            return entry.phase, places.get(entry.request_id, 1)
        if entry.phase is Phase.SENDING:
            return entry.phase, 0
        elapsed = int(self._clock.monotonic() - entry.since)
        return entry.phase, elapsed - elapsed % (_EVERY if elapsed < 60 else 60)

    def _words(self, entry: _Entry, said: Said) -> str:
        phase, number = said
        if phase is Phase.WAITING:
            return (
                entry.translate("status-next")
                if number == 1
                else entry.translate("status-place", place=number)
            )
        if phase is Phase.SENDING:
            return entry.translate("status-sending")
        if phase is Phase.PAUSED:
            return entry.translate("status-paused")
        if number >= 60:
            return entry.translate("status-drawing-minutes", elapsed=number // 60)
        if number:
            return entry.translate("status-drawing-for", elapsed=number)
        return entry.translate("status-drawing", usual=round(self._usual()))

    async def _speak(self, entry: _Entry) -> None:
        loud = False
        try:
            if not entry.quiet:  # a reaction is no message, and takes no turn
                await self._sender.acquire_slot(entry.place.chat_id, Priority.STATUS)
            async with self._on_wire:
                entry.on_wire = True
                await self._say(entry)
        except Unreachable:
            self._entries.pop(entry.request_id, None)
        except Rejected as error:
            # No reactions there: the status as in a private chat.
            loud, entry.quiet = entry.quiet, False
            log.info("status not shown", request=entry.request_id, error=str(error), loud=loud)
        except (SendError, StorageUnavailable) as error:
            log.info("status not shown", request=entry.request_id, error=str(error))
        except Exception:
            log.exception("status not shown", request=entry.request_id)
        finally:
            entry.said_at = max(entry.said_at, self._clock.monotonic())
            entry.on_wire = False
            entry.speaking = None
        if loud:
            self.speak(entry.request_id)

    async def _say(self, entry: _Entry) -> None:
        if entry.quiet:
            await self._sender.set_reaction(entry.place.chat_id, entry.place.reply_to or 0, SEEN)
            entry.said_at = float("inf")
            return
        said = self._to_say(entry, self._places())
        text = self._words(entry, said)
        keyboard = None
        if entry.phase is not Phase.SENDING:
            keyboard = keyboards.cancel(entry.translate, entry.request_id)
        if entry.message_id is None:
            entry.message_id = await self._sender.send_status(entry.place, text, keyboard=keyboard)
            entry.kept = False
        else:
            await self._sender.edit_status(entry.place.chat_id, entry.message_id, text, keyboard=keyboard)
        entry.said = said
        if not entry.kept and entry.message_id is not None:
            await self._requests.set_status_message(entry.request_id, entry.message_id)
            entry.kept = True
