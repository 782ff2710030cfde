"""Fits lognormal components to durations that are only known to lie in intervals, by the EM algorithm.

Each interval counts with its expectation under the components, not with its middle. The edges of the intervals are
rounded, so that many tasks share few edges and few intervals, and a round costs little without any library.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Self

from storage.durations import Interval

_SQRT2 = math.sqrt(2)
_NORMAL = 1 / math.sqrt(2 * math.pi)
_NARROWEST, _WIDEST = 0.06, 1.5
_TINY = 1e-300
_SHORTEST, _EDGE_STEP = 0.05, 0.02
"""Edge 0 is at 0 s for durations up to 0.05 s. Each further edge is 2 % above the one before, from 0.05 s on."""
_INFINITY = 1_000_000
"""The number of the edge at infinity."""
MOST_ROUNDS = 40
"""Rounds after which a fit ends at the latest."""
_CONVERGED = 1e-3
"""The fit ends when no location and no scale moves more than this in a round."""


@dataclass(frozen=True, slots=True)
class Bins:
    """The number of tasks for each interval between two edges.

    `edges` are the logarithms of the edges between 0 s and infinity, in seconds and ascending. An interval is the two
    positions of its edges in the list that has 0 s before these and infinity after them.
    """

    edges: Sequence[float]
    intervals: Sequence[tuple[int, int]]
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class LognormalComponent:
    """One lognormal component: `weight` among all tasks, `location` and `scale` of the logarithm of seconds."""

    weight: float
    location: float
    scale: float

    @classmethod
    def of_logarithms(cls, weight: float, logarithms: Sequence[float]) -> Self:
        """Return the component with the mean and the deviation of these logarithms, a start for a fit."""
        location = sum(logarithms) / len(logarithms)
        variance = sum((value - location) ** 2 for value in logarithms) / len(logarithms)
        return cls(weight, location, min(max(math.sqrt(variance), 2 * _NARROWEST), _WIDEST))

    def below(self, seconds: float) -> float:
        """Return the probability of a duration of at most `seconds`, not weighted."""
        if seconds <= 0:
            return 0.0
        return 0.5 * math.erfc((self.location - math.log(seconds)) / (self.scale * _SQRT2))

    def mean_below(self, seconds: float) -> float:
        """Return the partial expectation of the durations up to `seconds`, not weighted."""
        if seconds <= 0:
            return 0.0
        z = (math.log(seconds) - self.location) / self.scale - self.scale
        return math.exp(self.location + self.scale**2 / 2) * 0.5 * math.erfc(-z / _SQRT2)


def quantile(components: Sequence[LognormalComponent], share: float) -> float:
    """Return the duration in seconds that so large a share of a mixture does not exceed, from 0.01 to 10,000."""
    low, high = 0.01, 10_000.0
    while high / low > 1.01:
        middle = math.sqrt(low * high)
        if sum(component.weight * component.below(middle) for component in components) < share:
            low = middle
        else:
            high = middle
    return high


def count_bins(durations: Iterable[Interval]) -> Bins:
    """Return the number of durations by their rounded edges."""
    counts: Counter[tuple[int, int]] = Counter()
    for duration in durations:
        low = _edge(duration.shortest)
        counts[low, max(_edge(duration.longest), low + 1)] += 1
    edges = sorted({edge for pair in counts for edge in pair} - {0, _INFINITY})
    positions = {edge: position for position, edge in enumerate((0, *edges, _INFINITY))}
    return Bins(
        edges=[math.log(_SHORTEST) + edge * _EDGE_STEP for edge in edges],
        intervals=[(positions[low], positions[high]) for low, high in counts],
        counts=list(counts.values()),
    )


def likelihood(bins: Bins, components: Sequence[LognormalComponent]) -> float:
    """Return the log-likelihood of the components."""
    moments = [_moments(bins, component) for component in components]
    return sum(
        count * math.log(max(_TINY, total))
        for count, total in zip(bins.counts, _totals(components, moments), strict=True)
    )


def maximise(
    bins: Bins,
    start: Sequence[LognormalComponent],
    *,
    prior: LognormalComponent | None = None,
    pull: float = 0.0,
    rounds: int = MOST_ROUNDS,
) -> tuple[LognormalComponent, ...]:
    """Return the components of greatest likelihood near `start`. `pull` is the weight of `prior` in tasks."""
    components = tuple(start)
    for _ in range(rounds):
        following = tuple(
            _component(component, expected, prior, pull)
            for component, expected in zip(components, _expectations(bins, components), strict=True)
        )
        weight = sum(component.weight for component in following)
        if weight <= 0:
            break  # all durations are impossible under the components
        following = tuple(LognormalComponent(c.weight / weight, c.location, c.scale) for c in following)
        moved = max(
            max(abs(new.location - old.location), abs(new.scale - old.scale))
            for new, old in zip(following, components, strict=True)
        )
        components = following
        if moved < _CONVERGED:
            break
    return components


_Moments = tuple[Sequence[float], Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class _Expected:
    """The tasks of one component: their number, and the sums of their logarithms (in units of the scale, from the
    location) and of the squares."""

    tasks: float
    first: float
    second: float


def _expectations(bins: Bins, components: Sequence[LognormalComponent]) -> list[_Expected]:
    moments = [_moments(bins, component) for component in components]
    totals = _totals(components, moments)
    rates = [
        count / total if total > _TINY else 0.0 for count, total in zip(bins.counts, totals, strict=True)
    ]
    expected = []
    for component, (chances, firsts, seconds) in zip(components, moments, strict=True):
        tasks = component.weight * sum(map(mul, rates, chances))
        first = component.weight * sum(map(mul, rates, firsts))
        second = tasks + component.weight * sum(map(mul, rates, seconds))
        expected.append(_Expected(tasks, first, second))
    return expected


def _component(
    before: LognormalComponent, expected: _Expected, prior: LognormalComponent | None, pull: float
) -> LognormalComponent:
    """Return the component that fits the expected tasks. Its weight is their number."""
    if expected.tasks <= 1 and prior is None:
        return LognormalComponent(expected.tasks, before.location, before.scale)
    location, scale = before.location, before.scale
    tasks = expected.tasks
    first = tasks * location + scale * expected.first
    second = tasks * location**2 + 2 * location * scale * expected.first + scale**2 * expected.second
    if prior is not None:
        tasks += pull
        first += pull * prior.location
        second += pull * (prior.location**2 + prior.scale**2)
    location = first / tasks
    deviation = math.sqrt(max(second / tasks - location**2, 0.0))
    return LognormalComponent(expected.tasks, location, min(max(deviation, _NARROWEST), _WIDEST))


def _edge(seconds: float) -> int:
    """Return the number of the edge nearest to a duration."""
    if seconds <= _SHORTEST:
        return 0
    return _INFINITY if seconds == math.inf else round(math.log(seconds / _SHORTEST) / _EDGE_STEP)


def _totals(components: Sequence[LognormalComponent], moments: Sequence[_Moments]) -> list[float]:
    """Return the probability of each interval."""
    weighted = [
        [component.weight * chance for chance in chances]
        for component, (chances, _, _) in zip(components, moments, strict=True)
    ]
    return list(map(sum, zip(*weighted, strict=True)))


def _moments(bins: Bins, component: LognormalComponent) -> _Moments:
    """Return three values for each interval, under one component and in units of its scale from its location.

    They are the probability, the first moment, and the second moment minus the probability. All are 0 for an interval
    so far away that its probability cannot be told from 0.
    """
    location, scale = component.location, component.scale
    places = [(edge - location) / scale for edge in bins.edges]
    below = [0.0, *(0.5 * math.erfc(-z / _SQRT2) for z in places), 1.0]
    bell = [0.0, *(_NORMAL * math.exp(-z * z / 2) for z in places), 0.0]
    slope = [0.0, *map(mul, places, bell[1:-1]), 0.0]
    chances = [below[high] - below[low] for low, high in bins.intervals]
    near = [
        (low, high) if chance > 0 else (0, 0)
        for chance, (low, high) in zip(chances, bins.intervals, strict=True)
    ]
    return (
        chances,
        [bell[low] - bell[high] for low, high in near],
        [slope[low] - slope[high] for low, high in near],
    )
