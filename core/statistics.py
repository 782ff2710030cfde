"""Figures of a UTC day and of several: outcomes of requests, times to the picture, roubles, users and Stars."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.model import Failure, State

BUCKETS_A_SECOND = 2
LONGEST_BUCKET = 1_200
"""Times to the picture are counted in buckets of half a second. The last one holds all of ten minutes and more."""

Outcomes = Mapping[tuple[State, str], int]
"""Numbers of requests by state and failure. The failure is empty for all states but `failed`."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The requests that were accepted on one UTC day (`YYYY-MM-DD`), as they are now.

    `roubles` is the cost that the provider named. `seconds` counts delivered requests by the bucket of their time.
    """

    day: str
    outcomes: Outcomes = field(default_factory=dict)
    roubles: float = 0.0
    seconds: Mapping[int, int] = field(default_factory=dict)

    def of_state(self, *states: State) -> int:
        """Return the number of requests in some states."""
        return sum(count for (state, _), count in self.outcomes.items() if state in states)

    @property
    def requests(self) -> int:
        """The number of requests."""
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        """The number of requests that ended without a picture, and were not cancelled."""
        return self.of_state(State.FAILED, State.UNDELIVERABLE)

    @property
    def pending(self) -> int:
        """The number of requests that have not ended."""
        ended = (State.DELIVERED, State.FAILED, State.CANCELLED, State.UNDELIVERABLE)
        return self.requests - self.of_state(*ended)

    @property
    def errors(self) -> list[tuple[str, int]]:
        """The failures with their numbers, the most frequent first. A refused message counts as `blocked`."""
        found: Counter[str] = Counter()
        for (state, failure), count in self.outcomes.items():
            if state in {State.FAILED, State.UNDELIVERABLE}:
                found[failure or Failure.BLOCKED.value] += count
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    def quantile(self, share: float) -> float | None:
        """Return the time in seconds within which a share of the pictures came, to half a second. None without any."""
        wanted = share * sum(self.seconds.values())
        passed = 0
        for bucket, count in sorted(self.seconds.items()):
            passed += count
            if passed >= wanted:
                return (bucket + 0.5) / BUCKETS_A_SECOND
        return None


def add_days(days: Sequence[DayFigures]) -> DayFigures:
    """Return the figures of several days together, under the first one of them."""
    outcomes: Counter[tuple[State, str]] = Counter()
    seconds: Counter[int] = Counter()
    for day in days:
        outcomes.update(day.outcomes)
        seconds.update(day.seconds)
    return DayFigures(days[0].day, outcomes, sum(day.roubles for day in days), seconds)


@dataclass(frozen=True, slots=True)
class UserCounts:
    """Users of a period: who wrote to the bot in it, and of these who is new, and who was known before."""

    active: int
    new: int
    returning: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigures:
    """The figures of the last days up to today. `users` is None for the figures of one user.

    `stars` are those that arrived, without what was refunded in the period and what went to affiliates.
    """

    total: DayFigures
    users: UserCounts | None
    stars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of each of the last days, the oldest first, and of three periods: today, 7 days and 30 days.

    `stars` are those that arrived on each of the days.
    """

    days: Sequence[DayFigures]
    stars: Sequence[int]
    periods: Sequence[PeriodFigures]
