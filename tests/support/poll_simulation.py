"""A simulation of the poll schedule: tasks with random durations, polled until each is found finished."""

import heapq
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.clock import SystemClock
from generation.poll_schedule import PollSchedule

DurationLaw = Callable[[random.Random], float]
"""Draws the duration of a task in seconds."""


@dataclass(frozen=True, slots=True)
class PollStatistics:
    """The means of many tasks: seconds from done to noticed, and result calls. Also the shortest gap between polls."""

    late: float
    calls: float
    shortest_gap: float


def finish_task(poll_schedule: PollSchedule, *, last_seen: float, finished: float) -> None:
    """Let the schedule learn from one task that still runs at the first age and is finished at the second."""
    task = poll_schedule.watch()
    task.still_runs(last_seen)
    task.finish(finished)


def simulate(poll_schedule: PollSchedule, law: DurationLaw, tasks: int, seed: int) -> PollStatistics:
    """Poll tasks one after the other. The schedule learns from each."""
    dice = random.Random(seed)
    late, calls, shortest = 0.0, 0, float("inf")
    for _ in range(tasks):
        duration = law(dice)
        age = before = 0.0
        while age < duration:
            before = age
            age = poll_schedule.next_poll(age)
            calls += 1
            shortest = min(shortest, age - before)
        late += age - duration
        finish_task(poll_schedule, last_seen=before, finished=age)
    return PollStatistics(late / tasks, calls / tasks, shortest)


def simulate_at_once(
    poll_schedule: PollSchedule, law: DurationLaw, tasks: int, seed: int, spread: float = 0.0
) -> PollStatistics:
    """Poll tasks that all begin within `spread` seconds. The schedule learns from each as it is found finished."""
    dice = random.Random(seed)
    begins = sorted(dice.uniform(0.0, spread) for _ in range(tasks))
    durations = [law(dice) for _ in range(tasks)]
    watched = [poll_schedule.watch() for _ in range(tasks)]
    late, calls, shortest = 0.0, 0, float("inf")
    polls = [(begin, number, 0.0) for number, begin in enumerate(begins)]
    while polls:
        at, number, age = heapq.heappop(polls)
        if age >= durations[number]:
            late += age - durations[number]
            watched[number].finish(age)
            continue
        watched[number].still_runs(age)
        following = poll_schedule.next_poll(age)
        calls += 1
        shortest = min(shortest, following - age)
        heapq.heappush(polls, (at + following - age, number, following))
    return PollStatistics(late / tasks, calls / tasks, shortest)


def lognormal(median: float, sigma: float) -> DurationLaw:
    """Return a log-normal law; the bars of the benchmarks use a median of 8 s and a sigma of 0.35."""
    return lambda dice: median * dice.lognormvariate(0.0, sigma)


def two_humped(dice: random.Random) -> float:
    """Draw from a law under which half of the tasks are fast and half are slow."""
    return (4.0 if dice.random() < 0.5 else 16.0) * dice.lognormvariate(0.0, 0.2)


def untrained_schedule() -> PollSchedule:
    """Return a schedule that has learned nothing."""
    return PollSchedule(SystemClock())


def mean(runs: Sequence[PollStatistics]) -> PollStatistics:
    """Return the means over several runs, and the shortest gap of all."""
    return PollStatistics(
        statistics.mean(run.late for run in runs),
        statistics.mean(run.calls for run in runs),
        min(run.shortest_gap for run in runs),
    )


def trained_statistics() -> PollStatistics:
    """Simulate 1,000 tasks after 200 that the schedule learned from, with six seeds, so that luck averages out."""
    law, runs = lognormal(8, 0.35), []
    for seed in range(6):
        poll_schedule = untrained_schedule()
        simulate(poll_schedule, law, 200, seed)
        runs.append(simulate(poll_schedule, law, 1_000, seed + 100))
    return mean(runs)
