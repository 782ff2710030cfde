"""The fit of durations converges, also on rare and mixed ones."""

import math

from hypothesis import given
from hypothesis import strategies as st

from generation.interval_fit import LognormalComponent, count_bins, likelihood, maximise
from storage.durations import Interval


def _narrow(first: float, second: float) -> list[LognormalComponent]:
    return [LognormalComponent(0.5, math.log(seconds), 0.06) for seconds in (first, second)]


def test_a_task_between_two_narrow_kinds_does_not_throw_the_fit_off() -> None:
    durations = [Interval(8.0, 8.4)] * 50 + [Interval(60.0, 60.4)] * 50 + [Interval(20.0, 20.4)]
    bins = count_bins(durations)
    fitted = maximise(bins, _narrow(8.2, 60.2))
    assert all(math.log(5) < component.location < math.log(100) for component in fitted)
    assert likelihood(bins, fitted) > -400


@given(st.lists(st.floats(0.2, 600.0), min_size=2, max_size=60), st.floats(1.0, 100.0), st.floats(1.0, 600.0))
def test_a_fit_stays_within_what_was_seen(seconds: list[float], first: float, second: float) -> None:
    bins = count_bins(Interval(duration * 0.98, duration * 1.02) for duration in seconds)
    lowest, highest = math.log(min(*seconds, first, second)), math.log(max(*seconds, first, second))
    for component in maximise(bins, _narrow(first, second)):
        assert lowest - 0.2 <= component.location <= highest + 0.2
