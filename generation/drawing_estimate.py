"""The time that a picture still needs, as the learned durations let expect, and a progress bar that agrees with it."""

from collections.abc import Sequence

from generation.interval_fit import LognormalComponent, quantile

CELLS = 8
"""Cells of the progress bar."""
_FULL, _EMPTY = "▰", "▱"
_LATE_SHARE = 0.9
"""A picture that takes longer than this share of all is said to take longer than usual."""
_LATE_FACTOR = 1.5
"""It also takes longer than this many times the usual seconds, for durations that are nearly equal."""
_FEWEST = 1e-9
"""Share of all pictures below which the durations tell nothing about the rest of a picture."""
_STEP, _LONG_STEP, _LONG = 5, 60, 60
"""Seconds from one shown duration to the next: before a minute, and afterwards."""
_LONGEST = 3_600
"""Seconds after which the expectation stays as it is."""


def shown_step(elapsed: float) -> int:
    """Return the elapsed seconds as they are shown: in multiples of 5, from a minute on of 60."""
    step = _STEP if elapsed < _LONG else _LONG_STEP
    return int(elapsed) // step * step


class DrawingEstimate:
    """The expectation of one state of the duration model. All times are in seconds from the start of a drawing."""

    def __init__(self, components: Sequence[LognormalComponent]) -> None:
        self._components = components
        self.usual = quantile(components, 0.5)
        self.late_after = max(quantile(components, _LATE_SHARE), _LATE_FACTOR * self.usual)
        self._left: dict[int, float] = {}

    def is_late(self, elapsed: float) -> bool:
        """Return whether a picture that still is drawn takes longer than usual."""
        return elapsed > self.late_after

    def left(self, step: int) -> float:
        """Return the seconds that a picture needs from a shown step on. They never grow with the step.

        Of the pictures that are not done at the step, half need at most so long (the conditional median). That of a
        later step may be larger, if a few pictures need very long; then the smallest one so far is the answer.
        """
        step = min(step, _LONGEST)
        if step not in self._left:
            needed = self._median_rest(step)
            earlier = step - (_STEP if step <= _LONG else _LONG_STEP)
            self._left[step] = min(needed, self.left(earlier)) if step > 0 else needed
        return self._left[step]

    def filled(self, step: int) -> int:
        """Return the filled cells of the bar at a shown step: the elapsed share of the whole time, but never all."""
        return min(CELLS - 1, int(CELLS * step / (step + self.left(step))))

    def _median_rest(self, step: int) -> float:
        done = sum(part.weight * part.below(step) for part in self._components)
        if 1 - done < _FEWEST:
            return max(1.0, self.usual)
        return max(1.0, quantile(self._components, done + (1 - done) / 2) - step)


def bar(filled: int) -> str:
    """Return the bar with so many filled cells."""
    return _FULL * filled + _EMPTY * (CELLS - filled)
