"""Time, injected, so that tests decide it."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Steady time for timestamps and durations, wall time for calendar days."""

    def now(self) -> float:
        """Return seconds since the Unix epoch (UTC). A change of the machine's clock shows only after a restart."""

    def wall(self) -> float:
        """Return the machine's current seconds since the Unix epoch (UTC), which may jump: only for calendar days."""

    def monotonic(self) -> float:
        """Return seconds that never decrease, from an arbitrary start."""

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds of the monotonic clock."""


TOLERATED_SECONDS = 1.0
"""Difference to a followed clock that is not corrected: the way of its answer takes time."""


class SystemClock:
    """The machine's clock, read once at the start: a later change of it must not expire everything in flight."""

    def __init__(self) -> None:
        self._epoch = time.time() - time.monotonic()
        self._follows = False

    def now(self) -> float:
        return self._epoch + time.monotonic()

    def wall(self) -> float:
        return self.now() if self._follows else time.time()

    def follow(self, now: float) -> None:
        """Agree with another clock that shows `now`: replicas on several machines follow the clock of the database."""
        if not self._follows or abs(now - self.now()) > TOLERATED_SECONDS:
            self._epoch = now - time.monotonic()
        self._follows = True

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def iso(at: float | None) -> str | None:
    """Return a Unix time in ISO 8601, in seconds and UTC."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def utc_day(now: float) -> str:
    """Return the UTC day of a Unix time as `YYYY-MM-DD`. Quotas are counted by it."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def seconds_to_next_day(now: float) -> float:
    """Return the seconds until the next UTC midnight, the time at which quotas renew."""
    return 86_400 - now % 86_400
