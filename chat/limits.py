"""Telegram's rate limits for a bot, as a scheduler of slots: a slot is the permission to send one message.

About 30 messages a second over all, one a second a private chat (bursts of three pass), 20 a minute a group
(core.telegram.org/bots/faq, "My bot is hitting limits"). Within these, pictures go before answers, and answers before
statuses. No library offers priorities and an injected clock. `SlotScheduler` is pure, `RateLimiter` runs it.
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
WINDOW_MARGIN = 1.03
"""Factor by which windows are longer than Telegram's, because messages do not arrive as evenly as they are sent."""
_KEPT_CHATS = 2_000


class Priority(IntEnum):
    """The order in which waiting messages get a slot."""

    PICTURE = 0
    ANSWER = 1
    STATUS = 2


@dataclass(slots=True)
class Ticket:
    """A message that waits for a slot."""

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

    def free_at(self) -> float:
        if self.group:
            full = len(self.sent) >= GROUP_MESSAGES
            return max(self.frozen_until, self.sent[0] + GROUP_SECONDS * WINDOW_MARGIN if full else 0.0)
        burst = (PRIVATE_BURST - 1) * PRIVATE_SECONDS * WINDOW_MARGIN
        return max(self.frozen_until, self.full_at - burst)

    def record(self, now: float) -> None:
        if self.group:
            self.sent.append(now)
            if len(self.sent) > GROUP_MESSAGES:
                self.sent.popleft()
        else:
            # The generic cell rate algorithm: `full_at` is the time at which the whole burst is available again.
            self.full_at = max(self.full_at, now) + PRIVATE_SECONDS * WINDOW_MARGIN

    def idle(self, now: float) -> bool:
        used = self.sent[-1] + GROUP_SECONDS * WINDOW_MARGIN if self.sent else self.full_at
        return not self.waiting and max(used, self.frozen_until) <= now


class SlotScheduler:
    """Decides which messages may be sent. `now` is a monotonic time in seconds, `rate` is messages per second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._sent: deque[float] = deque()
        self._chats: dict[int, _Chat] = {}
        self._ready: list[tuple[tuple[int, int], int]] = []
        self._later: list[tuple[float, int]] = []
        self._number = 0

    def enqueue(self, ticket: Ticket, now: float) -> None:
        """Add a waiting message."""
        self._number += 1
        ticket.number = self._number
        chat = self._chats.get(ticket.chat_id)
        if chat is None:
            if len(self._chats) >= _KEPT_CHATS:
                self._chats = {key: kept for key, kept in self._chats.items() if not kept.idle(now)}
            chat = self._chats[ticket.chat_id] = _Chat(group=ticket.chat_id < 0)
        heapq.heappush(chat.waiting, (ticket.key, ticket))
        self._schedule(ticket.chat_id, chat, now)

    def freeze(self, chat_id: int, until: float) -> None:
        """Grant no slots for a chat before a time that Telegram named."""
        chat = self._chats.setdefault(chat_id, _Chat(group=chat_id < 0))
        chat.frozen_until = max(chat.frozen_until, until)

    def grant(self, now: float) -> list[Ticket]:
        """Return the messages that may be sent now, the most urgent first."""
        while self._later and self._later[0][0] <= now:
            _, chat_id = heapq.heappop(self._later)
            if chat_id in self._chats:
                self._schedule(chat_id, self._chats[chat_id], now)
        granted: list[Ticket] = []
        while self._ready and self._free_at() <= now:
            key, chat_id = heapq.heappop(self._ready)
            chat = self._chats.get(chat_id)
            if chat is None or not chat.waiting or chat.waiting[0][0] != key:
                continue  # a more urgent message has replaced it, or it is granted already
            if chat.waiting[0][1].withdrawn:
                heapq.heappop(chat.waiting)
            elif chat.free_at() <= now:
                granted.append(heapq.heappop(chat.waiting)[1])
                chat.record(now)
                self._record(now)
            self._schedule(chat_id, chat, now)
        return granted

    def next_at(self) -> float | None:
        """Return the next time at which `grant` may return a message, or None if none waits."""
        times = [self._free_at()] if self._ready else []
        if self._later:
            times.append(self._later[0][0])
        return min(times, default=None)

    def _schedule(self, chat_id: int, chat: _Chat, now: float) -> None:
        if not chat.waiting:
            return
        free_at = chat.free_at()
        if free_at <= now:
            heapq.heappush(self._ready, (chat.waiting[0][0], chat_id))
        else:
            heapq.heappush(self._later, (free_at, chat_id))

    def _free_at(self) -> float:
        return self._sent[0] + WINDOW_MARGIN if len(self._sent) >= self._rate else 0.0

    def _record(self, now: float) -> None:
        self._sent.append(now)
        if len(self._sent) > self._rate:
            self._sent.popleft()


class RateLimiter:
    """Grants slots as their time comes."""

    def __init__(self, rate: int, clock: Clock) -> None:
        self._scheduler = SlotScheduler(rate)
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, chat_id: int, priority: Priority) -> None:
        """Wait until one message may be sent to a chat."""
        ticket = Ticket(chat_id, priority, granted=asyncio.get_running_loop().create_future())
        self._scheduler.enqueue(ticket, self._clock.monotonic())
        self._grant_due()
        assert ticket.granted is not None  # noqa: S101 - created above
        try:
            await ticket.granted
        except asyncio.CancelledError:
            ticket.withdrawn = True
            raise

    def freeze(self, chat_id: int, seconds: float) -> None:
        """Grant no slots for a chat for some seconds."""
        self._scheduler.freeze(chat_id, self._clock.monotonic() + seconds)

    def _grant_due(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.monotonic()
        for ticket in self._scheduler.grant(now):
            if ticket.granted is not None and not ticket.granted.done():
                ticket.granted.set_result(None)
        next_at = self._scheduler.next_at()
        if next_at is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.001, next_at - now), self._grant_due)
