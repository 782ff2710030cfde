"""Figures of days: outcomes, errors, sums and the time within which a share of the pictures came."""

import pytest

from core.model import State
from core.statistics import DayFigures, add_days

MONDAY = DayFigures(
    "2026-09-21",
    {
        (State.DELIVERED, ""): 5,
        (State.FAILED, "timeout"): 2,
        (State.FAILED, "moderated"): 2,
        (State.UNDELIVERABLE, ""): 3,
        (State.CANCELLED, ""): 7,
        (State.QUEUED, ""): 1,
        (State.RUNNING, ""): 4,
    },
    22.5,
    {20: 3, 40: 1, 1_200: 1},
)
TUESDAY = DayFigures(
    "2026-09-22", {(State.DELIVERED, ""): 2, (State.FAILED, "timeout"): 1}, 9.0, {40: 1, 0: 1}
)


def test_requests_are_counted_by_their_end() -> None:
    assert (MONDAY.requests, MONDAY.failed, MONDAY.pending) == (24, 7, 5)
    assert MONDAY.of_state(State.DELIVERED, State.CANCELLED) == 12
    assert MONDAY.errors == [("blocked", 3), ("moderated", 2), ("timeout", 2)]


@pytest.mark.parametrize(
    ("share", "seconds"),
    [(0.0, 10.25), (0.5, 10.25), (0.6, 10.25), (0.61, 20.25), (0.8, 20.25), (1.0, 600.25)],
)
def test_a_quantile_is_the_middle_of_its_half_second(share: float, seconds: float) -> None:
    assert MONDAY.quantile(share) == seconds


def test_a_day_without_pictures_has_no_quantile() -> None:
    assert DayFigures("2026-09-21").quantile(0.5) is None
    assert TUESDAY.quantile(0.5) == 0.25


def test_days_are_added_under_the_first_one() -> None:
    total = add_days([MONDAY, TUESDAY])
    assert (total.day, total.requests, total.roubles) == ("2026-09-21", 27, 31.5)
    assert (total.of_state(State.DELIVERED), dict(total.errors)["timeout"]) == (7, 3)
    assert dict(total.seconds) == {0: 1, 20: 3, 40: 2, 1_200: 1}
