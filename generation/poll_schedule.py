"""The times at which a task is polled, learned from the durations of earlier tasks.

For a known distribution of durations, dynamic programming finds the times of least cost: a call costs `CALL_SECONDS`,
and each second for which a finished picture stays unnoticed costs one. For a lognormal distribution with median 8 s and
sigma 0.35, no times chosen in advance wait less than 0.45 s at 5.4 calls; these come within 2 % of that.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from core.clock import Clock
from generation.drawing_estimate import DrawingEstimate
from generation.duration_model import DurationModel
from generation.interval_fit import LognormalComponent
from storage.durations import Interval

SHORTEST_GAP = 0.4
"""Shortest time in seconds between two polls of a task."""
LONGEST_GAP = 8.0
"""Longest time in seconds between two polls of a task."""
CALL_SECONDS = 0.085
"""Cost of one call in seconds of waiting: a higher value means fewer calls and later pictures."""

_POINTS = 420
_FINEST = 0.05
_SLOWEST_STRETCH = 8.0


def plan(components: Sequence[LognormalComponent], call_cost: float = CALL_SECONDS) -> list[float]:
    """Return the ages in seconds, ascending, at which to poll a task.

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
        # The later the age, the later the best next poll: a later one weighs more against tasks that ended already.
        latest = following[i + 1] if i + 1 < count else count
        for j in range(min(i + nearest, count), min(i + farthest, latest) + 1):
            cost = settled[j] + later[j] - ages[j] * b
            if cost < best:
                best, best_j = cost, j
        later[i] = best + m + call_cost * (1 - b)
        following[i] = best_j
    moments = []
    at = 0
    while at < count:
        at = following[at]
        moments.append(ages[at])
    return moments


def _horizon(components: Sequence[LognormalComponent]) -> float:
    """Return the age in seconds that about one task in a thousand exceeds."""
    high = 1.0
    while sum(h.weight * h.below(high) for h in components) < 0.999 and high < 600:
        high *= 1.05
    return high


class PollSchedule:
    """Decides the time of each poll, and slows all polls down together when the provider asks for fewer calls."""

    def __init__(self, clock: Clock, *, known: Iterable[Interval] = ()) -> None:
        self._clock = clock
        self._model = DurationModel(known)
        self._plan = plan(self._model.components)
        self._estimate = DrawingEstimate(self._model.components)
        self._stretch = 1.0
        self._quiet_until = 0.0

    def restore(self, intervals: Iterable[Interval]) -> None:
        """Replace everything learned by the durations of an earlier process."""
        self._model = DurationModel(intervals)
        self._plan = plan(self._model.components)
        self._estimate = DrawingEstimate(self._model.components)

    def watch(self) -> "WatchedTask":
        """Return a new task to learn from. That it still runs counts, too."""
        return WatchedTask(poll_schedule=self, model=self._model)

    def on_finished(self, *, fitted: bool) -> None:
        """Plan anew if the model was fitted again, and poll faster again after a pause."""
        if fitted:
            self._plan = plan(self._model.components)
            self._estimate = DrawingEstimate(self._model.components)
        self._stretch = max(1.0, self._stretch * 0.9)

    def usual(self) -> float:
        """Return the usual duration of a task in seconds."""
        return self._model.median()

    def estimate(self) -> DrawingEstimate:
        """Return the expectation for a picture that is drawn now."""
        return self._estimate

    def next_poll(self, age: float) -> float:
        """Return the age at which to poll a task that is not done at `age`, without regard to pauses. In seconds."""
        gap = self._next_moment(age) - age
        return age + min(max(gap, SHORTEST_GAP), LONGEST_GAP) * self._stretch

    def _next_moment(self, age: float) -> float:
        index = bisect_right(self._plan, age + SHORTEST_GAP / 2)
        if index < len(self._plan):
            return self._plan[index]
        return age * 1.12  # later than nearly all tasks: growing intervals

    async def wait(self, age: float, at_most: float) -> None:
        """Wait until the next poll of a task that is not done at `age`, for at most `at_most` seconds."""
        start = self._clock.monotonic()
        until = start + self.next_poll(age) - age
        last = start + at_most
        while (left := min(last, max(until, self._quiet_until)) - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def slow_down(self, retry_after: float | None) -> None:
        """Pause all polls for `retry_after` seconds, then poll more slowly, because the provider asks for fewer calls.

        Each finished task then brings the pace back by a tenth.
        """
        now = self._clock.monotonic()
        if now < self._quiet_until:
            return  # part of the same burst of refusals
        self._stretch = min(_SLOWEST_STRETCH, self._stretch * 1.5)
        self._quiet_until = now + (retry_after if retry_after is not None else self._stretch)


class WatchedTask:
    """A task that a poll schedule learns from, from the first age (seconds) on at which it is known to run."""

    def __init__(self, *, poll_schedule: PollSchedule, model: DurationModel) -> None:
        self._poll_schedule = poll_schedule
        self._model = model
        self._number: int | None = None
        self._age = 0.0

    def still_runs(self, age: float) -> None:
        """Record that the task runs at `age`."""
        self._age = age
        if self._number is None:
            self._number = self._model.begin(age)
        else:
            self._model.still_runs(self._number, age)

    def interval(self, age: float) -> Interval | None:
        """Return the duration of a task that is finished at `age`, or None if it was never known to run."""
        return None if self._number is None else Interval(self._age, age)

    def finish(self, age: float) -> None:
        """Learn the duration of a task that is finished at `age`, if it was known to run."""
        if self._number is not None:
            fitted = self._model.finish(self._number, Interval(self._age, age))
            self._poll_schedule.on_finished(fitted=fitted)

    def drop(self) -> None:
        """Learn nothing more from the task, because it is not polled any more. Does nothing after `finish`."""
        if self._number is not None:
            self._model.drop(self._number)
