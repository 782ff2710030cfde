"""Telegram's rate limits for a bot, as a scheduler of slots: a slot is the permission to send one message.

About 30 messages a second over all, one a second a private chat (bursts of three pass), 20 a minute a group
(core.telegram.org/bots/faq, "My bot is hitting limits"). Within these, pictures go before answers, answers before
statuses, and broadcasts go last: they leave a third of the rate and all of a burst to the others. No library offers
priorities and an injected clock. `SlotScheduler` is pure, chat.rate_limiter runs it.

Telegram counts a message when it arrives, which is some time between the call and its answer. So a slot is in use until
a second after the answer, less the fastest answer seen, which is the part of that time that every message needs. Slots
are granted evenly: many at once would arrive late and meet the next ones.
"""

import asyncio
import heapq
import itertools
import math
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

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
_BROADCAST_PART = 2 / 3
"""The part of the rate that broadcasts may use, so that all other messages find slots as if there were none."""
_BURSTS_A_SECOND = 4
"""Slots are granted evenly, except for bursts of this part of the rate."""
_KEPT_CHATS = 2_000


class Priority(IntEnum):
    """The order in which waiting messages get a slot."""

    PICTURE = 0
    ANSWER = 1
    STATUS = 2
    BROADCAST = 3


@dataclass(slots=True, eq=False)
class Ticket:
    """A message that waits for a slot, and then the slot. All times are monotonic seconds.

    The slot is `in_use` until `free_at`. `counted_at` is the latest known time at which the message may have arrived.
    A `renewed` ticket waits for a second slot, because the first one lapsed; its chat's limit has counted it.
    """

    chat_id: int
    priority: Priority
    number: int = 0
    withdrawn: bool = False
    renewed: bool = False
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
    sent: list[Ticket] = field(default_factory=list)
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
                del self.sent[0]
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
        self._frozen_until = 0.0
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
        """Add a message again after its slot lapsed. It goes before all others."""
        ticket.renewed = True
        self._renewals.append(ticket)

    def set_rate(self, rate: int) -> None:
        """Change the rate from now on."""
        self._rate = rate

    def freeze(self, chat_id: int | None, until: float) -> None:
        """Grant no slots for a chat, or for all chats, before a time that Telegram named."""
        if chat_id is None:
            self._frozen_until = max(self._frozen_until, until)
            return
        chat = self._chats.setdefault(chat_id, _Chat(group=chat_id < 0))
        chat.frozen_until = max(chat.frozen_until, until)

    def grant(self, now: float) -> list[Ticket]:
        """Return the messages that may be sent now, the most urgent first."""
        granted: list[Ticket] = []
        while (ticket := self.most_urgent(now)) is not None:
            if (taken := self.take(ticket, now)) is not None:
                granted.append(taken)
        return granted

    def most_urgent(self, now: float) -> Ticket | None:
        """Return the most urgent message that may be sent now, and leave it waiting."""
        while self._later and self._later[0][0] <= now:
            _, chat_id = heapq.heappop(self._later)
            if chat_id in self._chats:
                self._schedule(chat_id, self._chats[chat_id], now)
        while self._renewals and self._renewals[0].withdrawn:
            self._renewals.popleft()
        if self._free_at(now) > now:
            return None
        if self._renewals:
            return self._renewals[0]
        while self._ready:
            key, chat_id = self._ready[0]
            chat = self._chats.get(chat_id)
            if chat is not None and chat.waiting and chat.waiting[0][0] == key:
                ticket = chat.waiting[0][1]
                if not ticket.withdrawn and chat.free_at() <= now:
                    return None if self._spare_at(ticket.priority, now) > now else ticket
                if ticket.withdrawn:
                    heapq.heappop(chat.waiting)
                heapq.heappop(self._ready)
                self._schedule(chat_id, chat, now)
            else:  # a more urgent message has replaced it, or it is granted already
                heapq.heappop(self._ready)
        return None

    def take(self, ticket: Ticket, now: float) -> Ticket | None:
        """Grant a slot to a message that `most_urgent` returned, or to one of its chat that became more urgent since.

        Return the granted message, or None if it was withdrawn meanwhile and its chat has no other.
        """
        if ticket.renewed:
            if ticket.withdrawn:
                return None
            self._renewals.remove(ticket)
            self._record(ticket, now)
            return ticket
        chat = self._chats[ticket.chat_id]
        while chat.waiting:
            first = heapq.heappop(chat.waiting)[1]
            if not first.withdrawn:
                self._record(first, now)
                chat.record(first, now)
                self._schedule(ticket.chat_id, chat, now)
                return first
        return None

    def next_at(self, now: float) -> float | None:
        """Return the next time at which `grant` may return a message, or None if none waits."""
        times = [self._free_at(now)] if self._renewals else []
        if self._ready:
            # An outdated entry is never less urgent than the first that is not.
            times.append(max(self._free_at(now), self._spare_at(Priority(self._ready[0][0][0]), now)))
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
        burst = max(1, self._rate // _BURSTS_A_SECOND)
        evenly = max(self._frozen_until, self._full_at - (burst - 1) / self._rate)
        if self._in_use < self._rate:
            return evenly
        return max(evenly, self._freeing[0][0])

    def _spare_at(self, priority: Priority, now: float) -> float:
        """Return the earliest time at which slots are spare enough for a priority: at once for all but broadcasts."""
        if priority is not Priority.BROADCAST:
            return now
        if self._in_use < max(1, int(self._rate * _BROADCAST_PART)):
            return self._full_at
        return max(self._full_at, self._freeing[0][0])

    def _record(self, ticket: Ticket, now: float) -> None:
        self._full_at = max(self._full_at, now) + 1 / self._rate
        ticket.counted_at = now
        self._free_later(ticket, now + LAPSE_SECONDS)

    def _free_later(self, ticket: Ticket, at: float) -> None:
        self._in_use += not ticket.in_use
        ticket.in_use, ticket.free_at = True, at
        heapq.heappush(self._freeing, (at, next(self._freeing_numbers), ticket))
