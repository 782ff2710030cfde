"""The poll schedule: late by at most 450 ms at 5.5 calls a task, measured over many tasks and seeds."""

import random

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from generation.duration_model import DurationModel
from generation.poll_schedule import LONGEST_GAP, SHORTEST_GAP, PollSchedule
from storage.database import Database
from storage.durations import Durations, Interval, record_duration
from tests.support.manual_clock import ManualClock
from tests.support.poll_simulation import (
    DurationLaw,
    finish_task,
    lognormal,
    mean,
    simulate,
    simulate_at_once,
    trained_statistics,
    two_humped,
    untrained_schedule,
)


@pytest.mark.long(12)
@pytest.mark.slow
def test_after_200_tasks_a_picture_is_noticed_within_450_ms_at_5_5_calls() -> None:
    statistics = trained_statistics()
    assert statistics.late <= 0.45
    assert statistics.calls <= 5.5
    assert statistics.shortest_gap >= SHORTEST_GAP


@pytest.mark.long(20)
@pytest.mark.slow
@pytest.mark.parametrize("law", [lognormal(16, 0.35), two_humped], ids=["doubled", "two-humped"])
def test_a_hundred_tasks_after_a_change_the_new_durations_are_learned(law: DurationLaw) -> None:
    adapted, settled = [], []
    for seed in range(6):
        poll_schedule = untrained_schedule()
        simulate(poll_schedule, lognormal(8, 0.35), 300, seed)
        simulate(poll_schedule, law, 100, seed + 50)
        adapted.append(simulate(poll_schedule, law, 300, seed + 100))
        known = untrained_schedule()
        simulate(known, law, 600, seed + 150)
        settled.append(simulate(known, law, 300, seed + 100))
    after_change, best = mean(adapted), mean(settled)
    # As good as a schedule that never knew other durations. No price of a call improves the product of both.
    assert after_change.late * after_change.calls <= best.late * best.calls * 1.1
    assert after_change.late <= best.late * 1.15
    assert after_change.calls <= best.calls * 1.15


def test_tasks_that_run_at_the_same_time_are_learned_without_bias() -> None:
    learned, medians = [], []
    for seed in range(6):
        poll_schedule = untrained_schedule()
        simulate_at_once(poll_schedule, lognormal(8, 0.35), 200, seed)
        learned.append(simulate_at_once(poll_schedule, lognormal(8, 0.35), 200, seed + 100))
        medians.append(poll_schedule.usual())
    statistics = mean(learned)
    assert statistics.late <= 0.5
    assert statistics.calls <= 5.6
    assert all(7.5 < median < 8.5 for median in medians)


@pytest.mark.parametrize("spread", [0.0, 2.0, 60.0])
def test_the_order_in_which_concurrent_tasks_finish_is_no_change(spread: float) -> None:
    for seed in range(4):
        poll_schedule = untrained_schedule()
        for part in range(2):
            simulate_at_once(poll_schedule, lognormal(8, 0.35), 200, seed + 10 * part, spread)
        assert poll_schedule.usual() == pytest.approx(8.0, rel=0.06)
        assert poll_schedule._model._finished == 400  # nothing was forgotten


def test_a_change_is_learned_from_concurrent_tasks() -> None:
    poll_schedule = untrained_schedule()
    simulate_at_once(poll_schedule, lognormal(8, 0.35), 200, 1)
    simulate_at_once(poll_schedule, lognormal(16, 0.35), 100, 2)
    assert poll_schedule.usual() == pytest.approx(16.0, rel=0.1)


def test_stored_durations_in_the_order_of_their_end_are_no_change() -> None:
    dice = random.Random(3)
    durations = sorted(8 * dice.lognormvariate(0, 0.35) for _ in range(200))
    model = DurationModel([Interval(d - 0.4, d + 0.4) for d in durations])
    for _ in range(60):
        duration = 8 * dice.lognormvariate(0, 0.35)
        model.finish(model.begin(), Interval(duration - 0.4, duration + 0.4))
    assert model.median() == pytest.approx(8.0, rel=0.06)


def test_a_task_that_is_not_polled_any_more_leaves_no_trace() -> None:
    poll_schedule = untrained_schedule()
    for _ in range(100):
        task = poll_schedule.watch()
        task.still_runs(500.0)
        task.drop()
    finish_task(poll_schedule, last_seen=7.5, finished=8.5)
    assert poll_schedule.usual() < 12


@given(
    known=st.lists(st.tuples(st.floats(0, 300), st.floats(0.01, 60)), max_size=60),
    ages=st.lists(st.floats(0, 900), min_size=1, max_size=20),
)
def test_after_any_learning_the_gap_to_the_next_poll_is_within_its_bounds(
    known: list[tuple[float, float]], ages: list[float]
) -> None:
    poll_schedule = PollSchedule(ManualClock(), known=[Interval(low, low + width) for low, width in known])
    for age in ages:
        gap = poll_schedule.next_poll(age) - age
        assert SHORTEST_GAP - 1e-6 <= gap <= LONGEST_GAP + 1e-6


async def test_a_429_pauses_all_polls_and_makes_them_rarer_for_a_while(clock: ManualClock) -> None:
    poll_schedule = PollSchedule(clock)
    before = poll_schedule.next_poll(0.0)
    poll_schedule.slow_down(7.0)
    poll_schedule.slow_down(7.0)  # a second 429 of the same moment
    await poll_schedule.wait(0.0, 100.0)
    assert clock.monotonic() >= 7.0
    assert poll_schedule.next_poll(0.0) == pytest.approx(before * 1.5)
    for _ in range(20):
        finish_task(poll_schedule, last_seen=7.0, finished=8.0)
    assert poll_schedule.next_poll(0.0) < poll_schedule.usual()


async def test_a_pause_ends_at_the_deadline_of_the_request(clock: ManualClock) -> None:
    poll_schedule = PollSchedule(clock)
    poll_schedule.slow_down(60.0)
    await poll_schedule.wait(0.0, 3.0)
    assert clock.monotonic() == pytest.approx(3.0)


async def test_learned_durations_survive_a_restart(database: Database, clock: ManualClock) -> None:
    intervals = [Interval(20.0 + n / 100, 20.5 + n / 100) for n in range(120)]

    def learn_all(connection: sa.Connection) -> None:
        for interval in intervals:
            record_duration(connection, interval)

    await database.write(learn_all)
    known = await Durations(database).recent()
    assert known == intervals
    assert 19.5 < PollSchedule(clock, known=known).usual() < 22.0


def test_the_median_follows_the_learned_durations() -> None:
    model = DurationModel()
    for _ in range(100):
        model.finish(model.begin(), Interval(29.5, 30.5))
    assert 28 < model.median() < 32
