"""Telegram's rates for a bot as a scheduler of turns: whose message goes next, and when.

About 30 messages a second over all, one a second a private chat (bursts of three pass), 20 a minute a group
(core.telegram.org/bots/faq, "My bot is hitting limits"). Within these, pictures go before answers, answers before
statuses. No library has priorities and a clock one can hand in, so this is ours; `Turns` is pure and `Limiter` runs it.
"""

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from core.clock import Clock

PRIVATE_SECONDS = 1.0
PRIVATE_BURST = 3
GROUP_MESSAGES = 20
GROUP_SECONDS = 60.0
MARGIN = 1.03
"""Windows are this much longer than Telegram's: messages do not arrive as evenly as they are sent."""
_KEPT_CHATS = 2_000


class Priority(IntEnum):
    """Who goes first when there is not room for all."""

    PICTURE = 0
    ANSWER = 1
    STATUS = 2


@dataclass(slots=True)
class Ticket:
    """A wish to send one message to a chat."""

    chat_id: int
    priority: Priority
    number: int = 0
    withdrawn: bool = False
    granted: asyncio.Future[None] | None = None

    @property
    def key(self) -> tuple[int, int]:
        return self.priority, self.number


@dataclass(slots=True)
class _Chat:
    group: bool
    waiting: list[tuple[tuple[int, int], Ticket]] = field(default_factory=list)
    sent: deque[float] = field(default_factory=deque)
    full_at: float = 0.0
    frozen_until: float = 0.0

    def ready_at(self) -> float:
        if self.group:
            full = len(self.sent) >= GROUP_MESSAGES
            return max(self.frozen_until, self.sent[0] + GROUP_SECONDS * MARGIN if full else 0.0)
        burst = (PRIVATE_BURST - 1) * PRIVATE_SECONDS * MARGIN
        return max(self.frozen_until, self.full_at - burst)

    def note(self, now: float) -> None:
        if self.group:
            self.sent.append(now)
            if len(self.sent) > GROUP_MESSAGES:
                self.sent.popleft()
        else:
            # The generic cell rate algorithm: `full_at` is when the whole burst is there again.
            self.full_at = max(self.full_at, now) + PRIVATE_SECONDS * MARGIN

    def idle(self, now: float) -> bool:
        used = self.sent[-1] + GROUP_SECONDS * MARGIN if self.sent else self.full_at
        return not self.waiting and max(used, self.frozen_until) <= now


class SlotScheduler:
    """The scheduler. `now` is any clock that only grows, in seconds; rates are per second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._sent: deque[float] = deque()
        self._chats: dict[int, _Chat] = {}
        self._ready: list[tuple[tuple[int, int], int]] = []
        self._later: list[tuple[float, int]] = []
        self._number = 0

    def ask(self, ticket: Ticket, now: float) -> None:
        """Put a ticket in line."""
        self._number += 1
        ticket.number = self._number
        chat = self._chats.get(ticket.chat_id)
        if chat is None:
            if len(self._chats) >= _KEPT_CHATS:
                self._chats = {key: kept for key, kept in self._chats.items() if not kept.idle(now)}
            chat = self._chats[ticket.chat_id] = _Chat(group=ticket.chat_id < 0)
        heapq.heappush(chat.waiting, (ticket.key, ticket))
        self._place(ticket.chat_id, chat, now)

    def freeze(self, chat_id: int, until: float) -> None:
        """Nothing goes to this chat before then: Telegram said so."""
        chat = self._chats.setdefault(chat_id, _Chat(group=chat_id < 0))
        chat.frozen_until = max(chat.frozen_until, until)

    def grant(self, now: float) -> list[Ticket]:
        """Return the tickets that may go now, the most urgent first."""
        while self._later and self._later[0][0] <= now:
            _, chat_id = heapq.heappop(self._later)
            if chat_id in self._chats:
                self._place(chat_id, self._chats[chat_id], now)
        granted: list[Ticket] = []
        while self._ready and self._room_at() <= now:
            key, chat_id = heapq.heappop(self._ready)
            chat = self._chats.get(chat_id)
            if chat is None or not chat.waiting or chat.waiting[0][0] != key:
                continue  # its place was taken by a more urgent one, or it went already
            if chat.waiting[0][1].withdrawn:
                heapq.heappop(chat.waiting)
            elif chat.ready_at() <= now:
                granted.append(heapq.heappop(chat.waiting)[1])
                chat.note(now)
                self._note(now)
            self._place(chat_id, chat, now)
        return granted

    def next_at(self) -> float | None:
        """Return when `grant` may have something to give; None when nobody waits."""
        times = [self._room_at()] if self._ready else []
        if self._later:
            times.append(self._later[0][0])
        return min(times, default=None)

    def _place(self, chat_id: int, chat: _Chat, now: float) -> None:
        if not chat.waiting:
            return
        ready_at = chat.ready_at()
        if ready_at <= now:
            heapq.heappush(self._ready, (chat.waiting[0][0], chat_id))
        else:
            heapq.heappush(self._later, (ready_at, chat_id))

    def _room_at(self) -> float:
        return self._sent[0] + MARGIN if len(self._sent) >= self._rate else 0.0

    def _note(self, now: float) -> None:
        self._sent.append(now)
        if len(self._sent) > self._rate:
            self._sent.popleft()


class RateLimiter:
    """Hands out turns as their time comes."""

    def __init__(self, rate: int, clock: Clock) -> None:
        self._turns = SlotScheduler(rate)
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, chat_id: int, priority: Priority) -> None:
        """Wait until one message may go to this chat."""
        ticket = Ticket(chat_id, priority, granted=asyncio.get_running_loop().create_future())
        self._turns.ask(ticket, self._clock.monotonic())
        self._serve()
        assert ticket.granted is not None  # noqa: S101 - made two lines above
        try:
            await ticket.granted
        except asyncio.CancelledError:
            ticket.withdrawn = True
            raise

    def freeze(self, chat_id: int, seconds: float) -> None:
        """Send nothing to this chat for so long."""
        self._turns.freeze(chat_id, self._clock.monotonic() + seconds)

    def _serve(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.monotonic()
        for ticket in self._turns.grant(now):
            if ticket.granted is not None and not ticket.granted.done():
                ticket.granted.set_result(None)
        next_at = self._turns.next_at()
        if next_at is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.001, next_at - now), self._serve)
