"""Time as every floor reads it: one injected clock, so a test decides what time it is."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Steady time for what is stored and measured, wall time for what people call a day."""

    def now(self) -> float:
        """Return seconds since the Unix epoch (UTC). Setting the machine's clock shows only after a restart."""

    def wall(self) -> float:
        """Return seconds since the Unix epoch (UTC) as the machine has them now: for days alone, as it may jump."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow, with an arbitrary start."""

    async def sleep(self, seconds: float) -> None:
        """Wait this long on the monotonic clock."""


class SystemClock:
    """The machine's clock, read once: were it set anew in mid-flight, everything would be an hour late at once."""

    def __init__(self) -> None:
        self._began = time.time() - time.monotonic()

    def now(self) -> float:
        return self._began + time.monotonic()

    def wall(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def utc_day(now: float) -> str:
    """Return the UTC day of a Unix time as `YYYY-MM-DD`: the day a quota belongs to."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def seconds_to_next_day(now: float) -> float:
    """Return the seconds until the next UTC midnight, when quotas renew."""
    return 86_400 - now % 86_400
