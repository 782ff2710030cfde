"""When to ask whether a task is done: learned from how long tasks take, instead of every N seconds.

With the durations' law known, the moments that cost least are found by dynamic programming: a call costs
`CALL_SECONDS`, a second in which a finished picture lies unnoticed costs one. For a lognormal law with median 8 s and
sigma 0.35 no moments chosen ahead can do better than 0.45 s of waiting at 5.4 calls; these come within 2 % of that.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from core.clock import Clock
from generation.duration_model import DurationModel, LognormalComponent
from storage.durations import Interval

SHORTEST_GAP = 0.4
"""No task is asked about more often than this, in seconds."""
LONGEST_GAP = 8.0
"""Nor left alone for longer than this, however unlikely an answer is."""
CALL_SECONDS = 0.085
"""What one call is worth in seconds of waiting: the knob between quick and frugal."""

_POINTS = 420
_FINEST = 0.05
_SLOWEST_STRETCH = 8.0


def plan(components: Sequence[LognormalComponent], price: float = CALL_SECONDS) -> list[float]:
    """Return the ages in seconds, rising, at which a task is best asked about.

    Past the last of them the task is later than nearly all (one in a thousand).
    """
    horizon = _horizon(components)
    step = max(_FINEST, horizon / _POINTS)
    count = int(horizon / step) + 1
    ages = [i * step for i in range(count + 1)]
    below = [sum(h.weight * h.below(age) for h in components) for age in ages]
    mean = [sum(h.weight * h.mean_below(age) for h in components) for age in ages]
    nearest = math.ceil(SHORTEST_GAP / step - 1e-9)
    farthest = max(nearest, int(LONGEST_GAP / step))
    # later[i]: least cost from age i on, over the tasks still running then. With a poll next at j, those that end
    # between wait (age j - their end) each: age_j * (below_j - below_i) - (mean_j - mean_i).
    settled = [age * b - m for age, b, m in zip(ages, below, mean, strict=True)]
    later = [0.0] * (count + 1)
    following = [count] * (count + 1)
    for i in range(count - 1, -1, -1):
        b, m = below[i], mean[i]
        best, best_j = math.inf, count
        for j in range(min(i + nearest, count), min(i + farthest, count) + 1):
            cost = settled[j] + later[j] - ages[j] * b
            if cost < best:
                best, best_j = cost, j
        later[i] = best + m + price * (1 - b)
        following[i] = best_j
    moments = []
    at = 0
    while at < count:
        at = following[at]
        moments.append(ages[at])
    return moments


def _horizon(components: Sequence[LognormalComponent]) -> float:
    """Return the age that about one task in a thousand exceeds."""
    high = 1.0
    while sum(h.weight * h.below(high) for h in components) < 0.999 and high < 600:
        high *= 1.05
    return high


class PollSchedule:
    """Says when a task is asked about next, and slows all down together when the provider says so."""

    def __init__(self, clock: Clock, known: Iterable[Interval] = ()) -> None:
        self._clock = clock
        self._model = DurationModel(known)
        self._plan = plan(self._model.components)
        self._stretch = 1.0
        self._quiet_until = 0.0

    def learn(self, interval: Interval) -> None:
        """Take note of a finished task."""
        if self._model.learn(interval):
            self._plan = plan(self._model.components)
        self._stretch = max(1.0, self._stretch * 0.9)

    def usual(self) -> float:
        """Return how many seconds a picture usually takes."""
        return self._model.median()

    def next_poll(self, age: float) -> float:
        """Return the age at which a task still running at `age` is asked about next, pauses left aside."""
        gap = self._next_moment(age) - age
        return age + min(max(gap, SHORTEST_GAP), LONGEST_GAP) * self._stretch

    def _next_moment(self, age: float) -> float:
        index = bisect_right(self._plan, age + SHORTEST_GAP / 2)
        if index < len(self._plan):
            return self._plan[index]
        return age * 1.12  # later than nearly all: ever more patiently

    async def wait(self, age: float, at_most: float) -> None:
        """Wait until a task still running at `age` is to be asked about, but no longer than `at_most` seconds."""
        start = self._clock.monotonic()
        until = start + self.next_poll(age) - age
        last = start + at_most
        while (left := min(last, max(until, self._quiet_until)) - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def slow_down(self, retry_after: float | None) -> None:
        """The provider asks for fewer calls: nobody polls for that long, then all poll more slowly for a while.

        Each finished task then brings the pace back by a tenth.
        """
        now = self._clock.monotonic()
        if now < self._quiet_until:
            return  # the same wave of refusals: one answer to it is enough
        self._stretch = min(_SLOWEST_STRETCH, self._stretch * 1.5)
        self._quiet_until = now + (retry_after if retry_after is not None else self._stretch)
