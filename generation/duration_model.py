"""The distribution of task durations: a mixture of one or two lognormal components, fitted to intervals.

A duration is only known to lie between two polls, so the fit is the EM algorithm for interval data
(generation.interval_fit). A running task counts, too: its duration lies between its last poll and infinity (a
right-censored observation). Tasks that run at the same time finish in the order of their durations, so a model of the
finished ones alone would learn first from the short ones, and a test of the latest finished ones would find them long.
"""

import itertools
import math
from collections.abc import Iterable

from generation.interval_fit import (
    MOST_ROUNDS,
    Bins,
    LognormalComponent,
    count_bins,
    likelihood,
    maximise,
    quantile,
)
from storage.durations import Interval

REMEMBERED = 600
"""Finished tasks used by the fit while the distribution does not change."""
RECENT = 25
"""Finished tasks among the latest ones that are compared with the model to detect a change."""
CHANGED = 18.0
"""Threshold for twice the gain in log-likelihood of a fit to the latest tasks over the model before them. Without a
change the gain has a chi-squared distribution with two degrees of freedom and exceeds 18 once in 8,000 comparisons."""
STILL_CHANGED = 6.0
"""Threshold for the same gain over a model that knows the latest tasks: a first, imprecise model is no evidence."""

PRIOR = LognormalComponent(1.0, math.log(9.0), 0.8)
"""The component without any data: usually 5 to 15 s (docs/media-api.md)."""
_PRIOR_TASKS = 0.5
"""Weight of the prior in tasks. It keeps unexpected durations possible."""
_PULL = 0.3
"""Weight of the prior in tasks within the fit of one component, which few tasks or only running ones leave open."""

_FIRST_ROUNDS = 8
"""Rounds of a fit of two components after which they have to be half as good as needed."""


class DurationModel:
    """The expected distribution of the next task's duration. The weights of `components` sum to one."""

    def __init__(self, known: Iterable[Interval] = ()) -> None:
        self._tasks: dict[int, Interval] = dict(enumerate(known))
        """The tasks in the order in which they began. A running one is an interval up to infinity."""
        self._finished = len(self._tasks)
        # Stored tasks are in the order in which they finished, which is no evidence of a change.
        self._first_ordered = self._finished
        self._numbers = itertools.count(self._first_ordered)
        self._fitted: tuple[LognormalComponent, ...] = ()
        self._unfitted = 0
        self.components: tuple[LognormalComponent, ...] = (PRIOR,)
        self._median = quantile(self.components, 0.5)
        if self._tasks:
            self._fit()

    def begin(self, age: float = 0.0) -> int:
        """Add a task that still runs at `age` (seconds) and return its number."""
        number = next(self._numbers)
        self._tasks[number] = Interval(age, math.inf)
        return number

    def still_runs(self, number: int, age: float) -> None:
        """Record that a task still runs at `age` (seconds)."""
        if number in self._tasks:
            self._tasks[number] = Interval(age, math.inf)

    def drop(self, number: int) -> None:
        """Remove a running task that ended in another way, or that is not polled any more."""
        if number in self._tasks and self._tasks[number].longest == math.inf:
            del self._tasks[number]

    def finish(self, number: int, interval: Interval) -> bool:
        """Record the duration of a task. Return True if the components were fitted again.

        They are for each tenth more of tasks. A task that began before the last change does not count.
        """
        if number not in self._tasks:
            return False
        self._tasks[number] = interval
        self._finished += 1
        if self._finished > REMEMBERED:
            del self._tasks[next(n for n, task in self._tasks.items() if task.longest < math.inf)]
            self._finished -= 1
        self._unfitted += 1
        if self._unfitted < max(1, min(self._finished, 250) // 10):
            return False
        self._fit()
        return True

    def median(self) -> float:
        """Return the median duration in seconds."""
        return self._median

    def _fit(self) -> None:
        self._unfitted = 0
        before = self._fitted
        self._fit_all()
        if before and self._forget_if_changed(before):
            self._fit_all()
        share = self._finished / (self._finished + _PRIOR_TASKS)
        self.components = (
            *(
                LognormalComponent(component.weight * share, component.location, component.scale)
                for component in self._fitted
            ),
            LognormalComponent(1 - share, PRIOR.location, PRIOR.scale),
        )
        self._median = quantile(self.components, 0.5)

    def _fit_all(self) -> None:
        bins, before = count_bins(self._tasks.values()), self._fitted
        one = self._fit_one(bins, before if len(before) == 1 else _single(self._tasks.values()))
        self._fitted = one
        if self._finished >= RECENT:
            two = self._fit_two(bins, before if len(before) == 2 else _halves(self._tasks.values()), one)
            self._fitted = two or one

    def _fit_one(self, bins: Bins, start: tuple[LognormalComponent, ...]) -> tuple[LognormalComponent, ...]:
        return maximise(bins, start, prior=PRIOR, pull=_PULL)

    def _fit_two(
        self, bins: Bins, start: tuple[LognormalComponent, ...], one: tuple[LognormalComponent, ...]
    ) -> tuple[LognormalComponent, ...] | None:
        """Return two components, or None if they do not fit enough better than `one`.

        That is three parameters more (Bayesian information criterion). Two components that are far from it after a few
        rounds are given up: on tasks of one kind they only move slowly.
        """
        needed, one_fits = 3 * math.log(self._finished), likelihood(bins, one)
        two = start
        for rounds, share in ((_FIRST_ROUNDS, 0.5), (MOST_ROUNDS - _FIRST_ROUNDS, 1.0)):
            two = maximise(bins, two, rounds=rounds)
            if 2 * (likelihood(bins, two) - one_fits) <= share * needed:
                return None
        return two

    def _forget_if_changed(self, before: tuple[LognormalComponent, ...]) -> bool:
        """Forget all tasks that began before the latest ones, if these follow neither model. Return whether."""
        recent: dict[int, Interval] = {}
        finished = 0
        for number, task in reversed(self._tasks.items()):
            if finished == RECENT or number < self._first_ordered:
                break
            recent[number] = task
            finished += task.longest < math.inf
        if finished < RECENT or self._finished < 2 * RECENT:
            return False
        bins = count_bins(recent.values())
        own = self._fit_one(bins, _single(recent.values()))
        best = likelihood(bins, own)
        if 2 * (best - likelihood(bins, before)) <= CHANGED:
            return False
        if 2 * (best - likelihood(bins, self._fitted)) <= STILL_CHANGED:
            return False
        self._tasks = dict(sorted(recent.items()))
        self._finished = finished
        self._fitted = own
        return True


def _single(tasks: Iterable[Interval]) -> tuple[LognormalComponent, ...]:
    """Return a start for the fit of one component."""
    middles = _middles(tasks)
    return (LognormalComponent.of_logarithms(1.0, middles),) if middles else (PRIOR,)


def _halves(tasks: Iterable[Interval]) -> tuple[LognormalComponent, ...]:
    """Return a start for the fit of two components: the shorter and the longer half of the finished tasks."""
    middles = sorted(_middles(tasks))
    half = len(middles) // 2
    return tuple(LognormalComponent.of_logarithms(0.5, part) for part in (middles[:half], middles[half:]))


def _middles(tasks: Iterable[Interval]) -> list[float]:
    """Return the logarithms of the middles of the finished tasks' intervals."""
    return [math.log(max(0.05, sum(task) / 2)) for task in tasks if task.longest < math.inf]
