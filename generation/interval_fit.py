"""Fits lognormal components to durations that are only known to lie in intervals, by the EM algorithm.

Each interval counts with its expectation under the components, not with its middle. The edges of the intervals are
rounded, so that many tasks share few edges and few intervals, and a round costs little without any library.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from storage.durations import Interval

Bins = Mapping[tuple[int, int], int]
"""The number of tasks for each interval between two edges, given by the numbers of the edges."""

_SQRT2 = math.sqrt(2)
_NORMAL = 1 / math.sqrt(2 * math.pi)
_NARROWEST, _WIDEST = 0.06, 1.5
_TINY = 1e-300
_SHORTEST, _EDGE_STEP = 0.05, 0.02
"""Edge 0 is at 0 s for durations up to 0.05 s. Each further edge is 2 % above the one before, from 0.05 s on."""
_INFINITY = 1_000_000
"""The number of the edge at infinity."""
_MOST_ROUNDS = 40
_CONVERGED = 1e-3
"""The fit ends when no location and no scale moves more than this in a round."""

_Table = Mapping[int, tuple[float, float, float]]
"""For each edge: the probability below it, the density, and the first moment of the density, in units of the scale."""


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


def count_bins(intervals: Iterable[Interval]) -> Bins:
    """Return the number of intervals by their rounded edges."""
    bins: Counter[tuple[int, int]] = Counter()
    for interval in intervals:
        low = _edge(interval.shortest)
        bins[low, max(_edge(interval.longest), low + 1)] += 1
    return bins


def likelihood(bins: Bins, components: Sequence[LognormalComponent]) -> float:
    """Return the log-likelihood of the components."""
    tables = [(component.weight, table) for component, table in _with_tables(bins, components)]
    return sum(
        count * math.log(max(_TINY, sum(weight * (t[high][0] - t[low][0]) for weight, t in tables)))
        for (low, high), count in bins.items()
    )


def maximise(
    bins: Bins,
    start: Sequence[LognormalComponent],
    *,
    prior: LognormalComponent | None = None,
    pull: float = 0.0,
) -> tuple[LognormalComponent, ...]:
    """Return the components of greatest likelihood near `start`. `pull` is the weight of `prior` in tasks."""
    components = tuple(start)
    for _ in range(_MOST_ROUNDS):
        following = tuple(
            _component(component, expected, prior, pull)
            for component, expected in _expectations(bins, components)
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


@dataclass(slots=True)
class _Expected:
    """The tasks of one component: their number, and the sums of their logarithms (in units of the scale, from the
    location) and of the squares."""

    tasks: float = 0.0
    first: float = 0.0
    second: float = 0.0


def _expectations(
    bins: Bins, components: Sequence[LognormalComponent]
) -> list[tuple[LognormalComponent, _Expected]]:
    parts = [(component, table, _Expected()) for component, table in _with_tables(bins, components)]
    for (low, high), count in bins.items():
        chances = [table[high][0] - table[low][0] for _, table, _ in parts]
        total = sum(c.weight * chance for (c, _, _), chance in zip(parts, chances, strict=True))
        if total <= _TINY:
            continue
        for (component, table, expected), chance in zip(parts, chances, strict=True):
            share = count * component.weight * chance / total
            if share < 1e-6:
                continue
            _, low_bell, low_z = table[low]
            _, high_bell, high_z = table[high]
            expected.tasks += share
            expected.first += share * (low_bell - high_bell) / chance
            expected.second += share * (1 + (low_z - high_z) / chance)
    return [(component, expected) for component, _, expected in parts]


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


def _with_tables(
    bins: Bins, components: Sequence[LognormalComponent]
) -> list[tuple[LognormalComponent, _Table]]:
    edges = {edge for pair in bins for edge in pair} - {0, _INFINITY}
    return [(component, _table(edges, component)) for component in components]


def _table(edges: Iterable[int], component: LognormalComponent) -> _Table:
    table = {0: (0.0, 0.0, 0.0), _INFINITY: (1.0, 0.0, 0.0)}
    location, scale = component.location - math.log(_SHORTEST), component.scale
    for edge in edges:
        z = (edge * _EDGE_STEP - location) / scale
        bell = _NORMAL * math.exp(-z * z / 2)
        table[edge] = 0.5 * math.erfc(-z / _SQRT2), bell, z * bell
    return table
