"""The distribution of task durations: a mixture of one or two lognormal components, fitted to intervals.

A duration is only known to lie between two polls, so the fit is the EM algorithm for interval data: each interval
counts with its expectation under the components, not with its middle.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.durations import Interval

REMEMBERED = 600
"""Tasks used by the fit while the distribution does not change."""
RECENT = 25
"""Latest tasks that are compared with the model to detect a change."""
CHANGED = 18.0
"""Threshold for twice the gain in log-likelihood of a fit to the latest tasks over the model. Without a change the gain
has a chi-squared distribution with two degrees of freedom and exceeds 18 once in 8,000 comparisons."""

_SQRT2 = math.sqrt(2)
_NORMAL = 1 / math.sqrt(2 * math.pi)
_NARROWEST, _WIDEST = 0.06, 1.5
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class LognormalComponent:
    """One lognormal component: `weight` among all tasks, `location` and `scale` of the logarithm of seconds."""

    weight: float
    location: float
    scale: float

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


PRIOR = LognormalComponent(1.0, math.log(9.0), 0.8)
"""The component without any data: usually 5 to 15 s (docs/media-api.md)."""
_PRIOR_TASKS = 2.0
"""Weight of the prior in tasks. It keeps unexpected durations possible."""


class DurationModel:
    """The expected distribution of the next task's duration. The weights of `components` sum to one."""

    def __init__(self, known: Iterable[Interval] = ()) -> None:
        self._known: deque[Interval] = deque(known, maxlen=REMEMBERED)
        self._fitted: tuple[LognormalComponent, ...] = ()
        self._unfitted = 0
        self.components: tuple[LognormalComponent, ...] = (PRIOR,)
        if self._known:
            self._fit()

    def learn(self, interval: Interval) -> bool:
        """Add a task. Return True if the components were fitted again, as happens for each tenth more of tasks."""
        self._known.append(interval)
        self._unfitted += 1
        if self._unfitted < max(1, min(len(self._known), 250) // 10):
            return False
        self._fit()
        return True

    def median(self) -> float:
        """Return the median duration in seconds."""
        low, high = 0.01, 10_000.0
        while high / low > 1.01:
            middle = math.sqrt(low * high)
            if sum(component.weight * component.below(middle) for component in self.components) < 0.5:
                low = middle
            else:
                high = middle
        return high

    def _fit(self) -> None:
        self._unfitted = 0
        self._forget_if_changed()
        known = list(self._known)
        one = _maximise(known, [_moments(known)], rounds=6)
        self._fitted = one
        if len(known) >= RECENT:
            start = self._two_to_start(known)
            two = _maximise(known, start, rounds=12)
            # Three more parameters must improve the fit enough (Bayesian information criterion).
            if 2 * (_likelihood(known, two) - _likelihood(known, one)) > 3 * math.log(len(known)):
                self._fitted = two
        share = len(known) / (len(known) + _PRIOR_TASKS)
        self.components = (
            *(
                LognormalComponent(component.weight * share, component.location, component.scale)
                for component in self._fitted
            ),
            LognormalComponent(1 - share, PRIOR.location, PRIOR.scale),
        )

    def _forget_if_changed(self) -> None:
        if not self._fitted or len(self._known) < 2 * RECENT:
            return
        recent = list(self._known)[-RECENT:]
        own = _maximise(recent, [_moments(recent)], rounds=6)
        if 2 * (_likelihood(recent, own) - _likelihood(recent, self._fitted)) > CHANGED:
            self._known = deque(recent, maxlen=REMEMBERED)

    def _two_to_start(self, known: Sequence[Interval]) -> list[LognormalComponent]:
        if len(self._fitted) == 2:
            return list(self._fitted)
        ordered = sorted(known, key=_middle)
        half = len(ordered) // 2
        lower, upper = _moments(ordered[:half]), _moments(ordered[half:])
        return [
            LognormalComponent(0.5, lower.location, lower.scale),
            LognormalComponent(0.5, upper.location, upper.scale),
        ]


def _middle(interval: Interval) -> float:
    return math.log(max(0.05, (interval.shortest + interval.longest) / 2))


def _moments(known: Sequence[Interval]) -> LognormalComponent:
    """Return a first estimate: mean and deviation of the middles of the intervals."""
    middles = [_middle(interval) for interval in known]
    location = sum(middles) / len(middles)
    variance = sum((m - location) ** 2 for m in middles) / len(middles)
    return LognormalComponent(1.0, location, min(max(math.sqrt(variance), 2 * _NARROWEST), _WIDEST))


def _chance(interval: Interval, component: LognormalComponent) -> float:
    return max(component.below(interval.longest) - component.below(interval.shortest), 0.0)


def _likelihood(known: Sequence[Interval], components: Sequence[LognormalComponent]) -> float:
    return sum(math.log(max(_TINY, sum(h.weight * _chance(i, h) for h in components))) for i in known)


def _maximise(
    known: Sequence[Interval], start: Sequence[LognormalComponent], rounds: int
) -> tuple[LognormalComponent, ...]:
    """Return the components after a few rounds of the EM algorithm."""
    components = tuple(start)
    for _ in range(rounds):
        sums = [[0.0, 0.0, 0.0] for _ in components]
        for interval in known:
            chances = [component.weight * _chance(interval, component) for component in components]
            total = sum(chances)
            if total <= _TINY:
                continue
            for component, chance, acc in zip(components, chances, sums, strict=True):
                share = chance / total
                if share < 1e-6:
                    continue
                first, second = _expected(interval, component, chance / component.weight)
                acc[0] += share
                acc[1] += share * first
                acc[2] += share * second
        components = tuple(
            _component(acc, len(known)) if acc[0] > 1 else h for h, acc in zip(components, sums, strict=True)
        )
        weight = sum(component.weight for component in components)
        components = tuple(LognormalComponent(h.weight / weight, h.location, h.scale) for h in components)
    return components


def _component(acc: Sequence[float], tasks: int) -> LognormalComponent:
    location = acc[1] / acc[0]
    variance = acc[2] / acc[0] - location**2
    return LognormalComponent(
        acc[0] / tasks, location, min(max(math.sqrt(max(variance, 0.0)), _NARROWEST), _WIDEST)
    )


def _expected(interval: Interval, component: LognormalComponent, chance: float) -> tuple[float, float]:
    """Return the expectations of the logarithm of the duration and of its square, given the interval."""

    def edge(seconds: float) -> tuple[float, float]:
        if seconds <= 0:
            return 0.0, 0.0
        z = (math.log(seconds) - component.location) / component.scale
        bell = _NORMAL * math.exp(-z * z / 2)
        return bell, z * bell

    low, low_z = edge(interval.shortest)
    high, high_z = edge(interval.longest)
    first = (low - high) / chance
    second = 1 + (low_z - high_z) / chance
    location, scale = component.location, component.scale
    return location + scale * first, location**2 + 2 * location * scale * first + scale**2 * second
