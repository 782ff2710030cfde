"""Regular work on the ledger: rows that are not needed any more, requests that nothing drives."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from core.clock import Clock
from generation.engine import Engine
from generation.poll_schedule import PollSchedule
from storage.database_errors import StorageUnavailable
from storage.durations import Durations
from storage.interruptions import RECORD_SECONDS, Interruptions

PRUNE_SECONDS = 3600.0
REPAIR_SECONDS = 30.0
RELEARN_SECONDS = 600.0


async def prune_hourly(prunes: Sequence[Callable[[], Awaitable[None]]], clock: Clock) -> None:
    """Call each of these functions, which delete old rows or sum them up, now and every hour, until cancelled."""
    while True:
        with contextlib.suppress(StorageUnavailable):  # the next hour is early enough
            for prune in prunes:
                await prune()
        await clock.sleep(PRUNE_SECONDS)


async def record_availability(
    interruptions: Interruptions, clock: Clock, *, is_available: Callable[[], bool]
) -> None:
    """Record again and again that pictures can be started, while `is_available` returns True, until cancelled."""
    while True:
        if is_available():
            with contextlib.suppress(StorageUnavailable):  # nothing can be started then
                await interruptions.record_available()
        await clock.sleep(RECORD_SECONDS)


async def relearn_regularly(durations: Durations, poll_schedule: PollSchedule, clock: Clock) -> None:
    """Learn from the tasks of all replicas every ten minutes, until cancelled. The start has done it once."""
    while True:
        await clock.sleep(RELEARN_SECONDS)
        with contextlib.suppress(StorageUnavailable):  # the next time is early enough
            poll_schedule.restore(await durations.recent())


async def repair_regularly(engine: Engine, clock: Clock) -> None:
    """Let the engine continue requests that nothing drives, until cancelled. The start has done it once."""
    while True:
        await clock.sleep(REPAIR_SECONDS)
        with contextlib.suppress(StorageUnavailable):  # the next time is early enough
            await engine.repair()
