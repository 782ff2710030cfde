"""Telegram's rate limits for a bot, as a scheduler of slots: a slot is the permission to send one message.

About 30 messages a second over all, one a second a private chat (bursts of three pass), 20 a minute a group
(core.telegram.org/bots/faq, "My bot is hitting limits"). Within these, pictures go before answers, and answers before
statuses. No library offers priorities and an injected clock. `SlotScheduler` is pure, `RateLimiter` runs it.

Telegram counts a message when it arrives, which is some time between the call and its answer. So a slot is in use until
a second after the answer, less the fastest answer seen, which is the part of that time that every message needs. Slots
are granted evenly: many at once would arrive late and meet the next ones.
"""

import asyncio
import heapq
import itertools
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum

from core.clock import Clock

PRIVATE_SECONDS = 1.0
PRIVATE_BURST = 3
GROUP_MESSAGES = 20
GROUP_SECONDS = 60.0
WINDOW_MARGIN = 1.03
"""Factor by which windows are longer than Telegram's, because messages do not arrive as evenly as they are sent."""
LAPSE_SECONDS = 1.03
"""A slot that is not used within this time lapses; the message then needs another one."""
WIRE_SECONDS = 5.0
"""Longest time for which a slot is in use without an answer, so that calls that hang hold up no other message."""
_ANSWERED_SECONDS = 1.005
"""Time for which a slot is in use after the answer, less most of the fastest answer seen, and 0.25 s at most."""
_CERTAIN, _MOST_CERTAIN = 0.9, 0.25
_MEASURED = 30
"""Answers after which the fastest one counts: the first ones may all be slow."""
_BURSTS_A_SECOND = 4
"""Slots are granted evenly, except for bursts of this part of the rate."""
_KEPT_CHATS = 2_000


class Priority(IntEnum):
    """The order in which waiting messages get a slot."""

    PICTURE = 0
    ANSWER = 1
    STATUS = 2


@dataclass(slots=True, eq=False)
class Ticket:
    """A message that waits for a slot, and then the slot. All times are monotonic seconds.

    The slot is `in_use` until `free_at`. `counted_at` is the latest known time at which the message may have arrived.
    """

    chat_id: int
    priority: Priority
    number: int = 0
    withdrawn: bool = False
    granted: asyncio.Future[None] | None = None
    in_use: bool = False
    free_at: float = 0.0
    counted_at: float = 0.0
    sent_at: float = 0.0

    @property
    def key(self) -> tuple[int, int]:
        return self.priority, self.number


@dataclass(slots=True)
class _Chat:
    group: bool
    waiting: list[tuple[tuple[int, int], Ticket]] = field(default_factory=list)
    sent: deque[Ticket] = field(default_factory=deque)
    unused: list[Ticket] = field(default_factory=list)
    full_at: float = 0.0
    frozen_until: float = 0.0

    def free_at(self) -> float:
        if self.group:
            full = len(self.sent) >= GROUP_MESSAGES
            first = self.sent[0].counted_at + GROUP_SECONDS * WINDOW_MARGIN if full else 0.0
            return max(self.frozen_until, first)
        burst = (PRIVATE_BURST - 1) * PRIVATE_SECONDS * WINDOW_MARGIN
        return max(self.frozen_until, self.full_at - burst)

    def record(self, ticket: Ticket, now: float) -> None:
        self.unused = [kept for kept in self.unused if kept.free_at > now]
        self.unused.append(ticket)
        if self.group:
            self.sent.append(ticket)
            if len(self.sent) > GROUP_MESSAGES:
                self.sent.popleft()
        else:
            # The generic cell rate algorithm: `full_at` is the time at which the whole burst is available again.
            self.full_at = max(self.full_at, now) + PRIVATE_SECONDS * WINDOW_MARGIN

    def idle(self, now: float) -> bool:
        used = self.sent[-1].counted_at + GROUP_SECONDS * WINDOW_MARGIN if self.sent else self.full_at
        return not self.waiting and max(used, self.frozen_until) <= now


class SlotScheduler:
    """Decides which messages may be sent. `now` is a monotonic time in seconds, `rate` is messages per second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._burst = max(1, rate // _BURSTS_A_SECOND)
        self._full_at = 0.0
        """The time at which the whole burst is available again."""
        self._in_use = 0
        self._freeing: list[tuple[float, int, Ticket]] = []
        self._freeing_numbers = itertools.count()
        self._fastest = math.inf
        self._answers = 0
        self._chats: dict[int, _Chat] = {}
        self._renewals: deque[Ticket] = deque()
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

    def renew(self, ticket: Ticket) -> None:
        """Add a message again after its slot lapsed. It goes before all others, and its chat's limit has counted it."""
        self._renewals.append(ticket)

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
        while self._renewals and self._free_at(now) <= now:
            ticket = self._renewals.popleft()
            if not ticket.withdrawn:
                self._record(ticket, now)
                granted.append(ticket)
        while self._ready and self._free_at(now) <= now:
            key, chat_id = heapq.heappop(self._ready)
            chat = self._chats.get(chat_id)
            if chat is None or not chat.waiting or chat.waiting[0][0] != key:
                continue  # a more urgent message has replaced it, or it is granted already
            if chat.waiting[0][1].withdrawn:
                heapq.heappop(chat.waiting)
            elif chat.free_at() <= now:
                ticket = heapq.heappop(chat.waiting)[1]
                self._record(ticket, now)
                chat.record(ticket, now)
                granted.append(ticket)
            self._schedule(chat_id, chat, now)
        return granted

    def next_at(self, now: float) -> float | None:
        """Return the next time at which `grant` may return a message, or None if none waits."""
        times = [self._free_at(now)] if self._ready or self._renewals else []
        if self._later:
            times.append(self._later[0][0])
        return min(times, default=None)

    def granted_to(self, chat_id: int, now: float) -> Ticket:
        """Return the unused slot of a chat, for the message that is sent now. It may have lapsed."""
        chat = self._chats.get(chat_id)
        unused = chat.unused if chat is not None else []
        ticket = next((kept for kept in unused if kept.free_at > now), unused[-1] if unused else None)
        if ticket is None:
            return Ticket(chat_id, Priority.PICTURE)
        unused.remove(ticket)
        return ticket

    def begin(self, ticket: Ticket, now: float) -> None:
        """Record that the message of a slot is on the wire."""
        ticket.sent_at = now
        self._free_later(ticket, now + WIRE_SECONDS)

    def end(self, ticket: Ticket, now: float, *, answered: bool) -> None:
        """Record that the message of a slot was answered, or that its answer is lost."""
        if answered:
            self._answers += 1
            self._fastest = min(self._fastest, now - ticket.sent_at)
        measured = answered and self._answers > _MEASURED
        certain = min(self._fastest * _CERTAIN, _MOST_CERTAIN) if measured else 0.0
        ticket.counted_at = now
        self._free_later(ticket, now + _ANSWERED_SECONDS - certain)

    def _schedule(self, chat_id: int, chat: _Chat, now: float) -> None:
        if not chat.waiting:
            return
        free_at = chat.free_at()
        if free_at <= now:
            heapq.heappush(self._ready, (chat.waiting[0][0], chat_id))
        else:
            heapq.heappush(self._later, (free_at, chat_id))

    def _free_at(self, now: float) -> float:
        """Return the time at which the next slot is free."""
        while self._freeing and (
            self._freeing[0][2].free_at != self._freeing[0][0] or self._freeing[0][0] <= now
        ):
            free_at, _, ticket = heapq.heappop(self._freeing)
            if ticket.free_at == free_at:  # otherwise another entry frees the slot
                ticket.in_use = False
                self._in_use -= 1
        evenly = self._full_at - (self._burst - 1) / self._rate
        if self._in_use < self._rate:
            return evenly
        return max(evenly, self._freeing[0][0])

    def _record(self, ticket: Ticket, now: float) -> None:
        self._full_at = max(self._full_at, now) + 1 / self._rate
        ticket.counted_at = now
        self._free_later(ticket, now + LAPSE_SECONDS)

    def _free_later(self, ticket: Ticket, at: float) -> None:
        self._in_use += not ticket.in_use
        ticket.in_use, ticket.free_at = True, at
        heapq.heappush(self._freeing, (at, next(self._freeing_numbers), ticket))


class RateLimiter:
    """Grants slots as their time comes."""

    def __init__(self, *, rate: int, clock: Clock) -> None:
        self._scheduler = SlotScheduler(rate)
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, chat_id: int, priority: Priority) -> None:
        """Wait until one message may be sent to a chat. The next `sending` to this chat uses the slot."""
        ticket = Ticket(chat_id, priority)
        self._scheduler.enqueue(ticket, self._clock.monotonic())
        await self._wait(ticket)

    @asynccontextmanager
    async def sending(self, chat_id: int) -> AsyncIterator[None]:
        """Use a slot of a chat for one message that is sent inside, after a wait for another one if it has lapsed."""
        now = self._clock.monotonic()
        ticket = self._scheduler.granted_to(chat_id, now)
        if ticket.free_at <= now:
            self._scheduler.renew(ticket)
            await self._wait(ticket)
        self._scheduler.begin(ticket, self._clock.monotonic())
        answered = False
        try:
            yield
            answered = True
        finally:
            self._scheduler.end(ticket, self._clock.monotonic(), answered=answered)
            self._grant_due()

    def freeze(self, chat_id: int, seconds: float) -> None:
        """Grant no slots for a chat for some seconds."""
        self._scheduler.freeze(chat_id, self._clock.monotonic() + seconds)

    async def _wait(self, ticket: Ticket) -> None:
        ticket.granted = asyncio.get_running_loop().create_future()
        self._grant_due()
        try:
            await ticket.granted
        except asyncio.CancelledError:
            ticket.withdrawn = True
            raise

    def _grant_due(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.monotonic()
        for ticket in self._scheduler.grant(now):
            if ticket.granted is not None and not ticket.granted.done():
                ticket.granted.set_result(None)
        next_at = self._scheduler.next_at(now)
        if next_at is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.001, next_at - now), self._grant_due)
