"""Tasks whose durations are drawn from a law, watched by a pollster: how late each is noticed, at how many calls."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import SystemClock
from generation.poll_schedule import PollSchedule
from storage.durations import Interval

Law = Callable[[random.Random], float]


@dataclass(frozen=True, slots=True)
class Measured:
    """Means over the watched tasks: seconds from done to noticed, result calls; and the shortest gap of all."""

    late: float
    calls: float
    shortest_gap: float


def watch(poll_schedule: PollSchedule, law: Law, tasks: int, seed: int) -> Measured:
    """Watch so many tasks, one after the other, and learn from each."""
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
        poll_schedule.learn(Interval(before, age))
    return Measured(late / tasks, calls / tasks, shortest)


def lognormal(median: float, sigma: float) -> Law:
    """The law of the bar: median 8 s, sigma 0.35."""
    return lambda dice: median * dice.lognormvariate(0.0, sigma)


def two_humped(dice: random.Random) -> float:
    """Half of the tasks are quick, half slow."""
    return (4.0 if dice.random() < 0.5 else 16.0) * dice.lognormvariate(0.0, 0.2)


def fresh() -> PollSchedule:
    """A pollster that knows nothing."""
    return PollSchedule(SystemClock())
