"""The ideal queue: users are served in turn, and a free slot is used at once."""

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class IdealRing:
    """Simulates `users` with `each` requests, `slots` in all and `concurrency` slots a user.

    `durations` are the seconds of the tasks, in the order in which they start.
    """

    durations: Iterator[float]
    slots: int
    concurrency: int
    waiting: dict[int, int]
    _now: float = 0.0
    _started: int = 0
    _ring: deque[int] = field(default_factory=deque)
    _running: list[tuple[float, int]] = field(default_factory=list)

    def newcomer_waits(self, arrivals: Sequence[int]) -> list[float]:
        """Return the waits of newcomers with one request each. They arrive after so many starts of tasks."""
        self._ring.extend(self.waiting)
        arrived_at: list[float] = []
        waits: dict[int, float] = {}
        while len(waits) < len(arrivals):
            while len(arrived_at) < len(arrivals) and self._started >= arrivals[len(arrived_at)]:
                newcomer = -1 - len(arrived_at)
                self.waiting[newcomer] = 1
                self._ring.append(newcomer)
                arrived_at.append(self._now)
            if len(self._running) < self.slots and self._ring:
                user = self._start_next()
                if user < 0:
                    waits[user] = self._now - arrived_at[-1 - user]
            else:
                self._end_next()
        return [waits[-1 - number] for number in range(len(arrivals))]

    def _start_next(self) -> int:
        user = self._ring.popleft()
        self.waiting[user] -= 1
        heapq.heappush(self._running, (self._now + next(self.durations), user))
        self._started += 1
        self._join(user)
        return user

    def _end_next(self) -> None:
        self._now, user = heapq.heappop(self._running)
        self._join(user)

    def _join(self, user: int) -> None:
        """Add a user to the ring, once, if the user has a waiting request and a free slot."""
        own = sum(runner == user for _, runner in self._running)
        if self.waiting[user] and own < self.concurrency and user not in self._ring:
            self._ring.append(user)
