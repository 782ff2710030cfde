"""The daily copy of an SQLite ledger (BACKUP_DIR), made in a thread while the bot runs."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from core.clock import Clock
from core.metrics import Metrics
from storage.backup_folder import BackupFolder
from storage.database_errors import DatabaseError

log = structlog.get_logger(__name__)

HOUR_OF_DAY = 2
"""The hour, in UTC, from which a copy of the day is due: night in Europe and Africa, early morning further east."""
LOOK_SECONDS = 300.0
RETRY_SECONDS = 3 * 3600.0
"""Time between a failed copy and the next try."""


class Backups:
    """Makes a copy a day. `on_failure` is called after each one that failed."""

    def __init__(
        self, *, folder: BackupFolder, clock: Clock, metrics: Metrics, on_failure: Callable[[], None]
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._metrics = metrics
        self._on_failure = on_failure

    async def run(self) -> None:
        """Make a copy whenever one is due, until cancelled: at once if the last night has none."""
        while True:
            pause = LOOK_SECONDS
            now = self._now()
            newest = self._folder.newest(now)
            self._metrics.backup_made.set(newest.timestamp() if newest else 0)
            if newest is None or newest < _due(now):
                pause = LOOK_SECONDS if await self._back_up(now) else RETRY_SECONDS
            await self._clock.sleep(pause)

    async def _back_up(self, now: datetime) -> bool:
        stopped = threading.Event()
        try:
            copy = await asyncio.to_thread(self._folder.back_up, now, stopped.is_set)
        except DatabaseError as error:
            log.error("backup failed", error=str(error))
            self._metrics.backup_failures.inc()
            self._on_failure()
            return False
        finally:
            stopped.set()  # a cancelled caller does not wait for the thread, which ends soon
        log.info("ledger backed up", file=str(copy.path), requests=copy.requests, bytes=copy.size)
        self._metrics.backup_made.set(now.timestamp())
        return True

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.wall(), UTC)


def _due(now: datetime) -> datetime:
    """Return the last time at which a copy became due."""
    today = now.replace(hour=HOUR_OF_DAY, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)
