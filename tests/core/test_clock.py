"""The clock: steady for durations, the machine's for calendar days, in UTC whatever the zone of the machine."""

import asyncio
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from core.clock import TOLERATED_SECONDS, SystemClock, iso, seconds_to_next_day, utc_day
from tests.support.virtual_loop import virtual_time

NOON = 1_790_078_400.0
"""2026-09-22 12:00 UTC."""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the times that the machine shows; the test changes them."""
    shown = SimpleNamespace(wall=NOON, monotonic=50.0)
    clock = SimpleNamespace(time=lambda: shown.wall, monotonic=lambda: shown.monotonic)
    monkeypatch.setattr("core.clock.time", clock)
    return shown


@pytest.fixture
def zone_of_auckland(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_jump_of_the_machine_s_clock_changes_only_the_wall_time(machine: SimpleNamespace) -> None:
    clock = SystemClock()
    assert (clock.now(), clock.wall(), clock.monotonic()) == (NOON, NOON, 50.0)
    machine.wall, machine.monotonic = NOON - 3_600, 57.0
    assert (clock.now(), clock.wall(), clock.monotonic()) == (NOON + 7, NOON - 3_600, 57.0)


@pytest.mark.parametrize("ahead", [0.25, -0.25, 90.0, -90.0])
def test_a_clock_agrees_with_the_one_that_it_follows(machine: SimpleNamespace, ahead: float) -> None:
    clock = SystemClock()
    clock.follow(NOON + ahead)
    assert clock.now() == clock.wall() == NOON + ahead
    clock.follow(NOON + ahead + TOLERATED_SECONDS)  # the answer was on its way
    clock.follow(NOON + ahead - TOLERATED_SECONDS)
    assert clock.now() == NOON + ahead
    machine.monotonic += 10
    clock.follow(NOON + ahead + 12)
    assert clock.now() == clock.wall() == NOON + ahead + 12
    clock.follow(NOON + ahead + 9)
    assert clock.now() == NOON + ahead + 9


@virtual_time
async def test_a_clock_sleeps_for_its_seconds_and_not_at_all_for_fewer_than_none() -> None:
    loop, slept = asyncio.get_running_loop(), list[float]()
    for seconds in (-5.0, 0.0, 0.25, 7.0):
        before = loop.time()
        await SystemClock().sleep(seconds)
        slept.append(loop.time() - before)
    assert slept == [0.0, 0.0, 0.25, 7.0]


@pytest.mark.usefixtures("zone_of_auckland")
def test_days_and_times_are_those_of_utc() -> None:
    assert (utc_day(NOON), utc_day(NOON + 43_199.9), utc_day(NOON + 43_200)) == (
        "2026-09-22",
        "2026-09-22",
        "2026-09-23",
    )
    assert (iso(NOON + 0.75), iso(None)) == ("2026-09-22T12:00:00+00:00", None)


@pytest.mark.parametrize(("after_noon", "left"), [(0, 43_200), (43_199.5, 0.5), (43_200, 86_400)])
def test_quotas_renew_at_the_next_midnight(after_noon: float, left: float) -> None:
    assert seconds_to_next_day(NOON + after_noon) == left
