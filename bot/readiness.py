"""Whether this process can take traffic: the database, the engine and the receipt of updates."""

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum

import structlog

from core.background import Background
from storage.database import Database
from storage.database_errors import StorageUnavailable
from storage.requests import Requests

log = structlog.get_logger(__name__)

DATABASE_SECONDS = 2.0
"""Seconds within which the database must answer."""


class Unready(StrEnum):
    """A part that is not ready, named in the answer of /readyz."""

    ENDING = "ending"
    DATABASE = "database"
    ENGINE = "engine"
    UPDATES = "updates"


class Readiness:
    """Looks at each part. `receives_updates` also returns true in a replica that leaves the receipt to another one."""

    def __init__(
        self,
        *,
        database: Database,
        requests: Requests,
        is_ending: Callable[[], bool],
        engine_runs: Callable[[], bool],
        receives_updates: Callable[[], bool],
    ) -> None:
        self._database = database
        self._requests = requests
        self._is_ending = is_ending
        self._engine_runs = engine_runs
        self._receives_updates = receives_updates
        self._background = Background()
        self._read: asyncio.Task[object] | None = None
        self._last: tuple[Unready, ...] = ()

    async def stop(self) -> None:
        """End a read that the database does not answer."""
        await self._background.stop()

    async def unready(self) -> Sequence[Unready]:
        """Return the parts that are not ready, and log a change. Writes nothing to the ledger."""
        is_ready = {
            Unready.ENDING: not self._is_ending(),
            Unready.DATABASE: await self._database_answers(),
            Unready.ENGINE: self._engine_runs(),
            Unready.UPDATES: self._receives_updates(),
        }
        parts = tuple(part for part, ready in is_ready.items() if not ready)
        if parts and parts != self._last:
            log.warning("not ready", parts=", ".join(parts))
        elif self._last and not parts:
            log.info("ready again")
        self._last = parts
        return parts

    async def _database_answers(self) -> bool:
        """Return whether the database answers in time, and accepted the last write.

        A read without an answer is not cancelled, since the cancellation may wait for the server, too. The next calls
        wait for the same read, so there is only one.
        """
        if self._read is None or self._read.done():
            self._read = self._background.start(self._try_to_read())
        done, _ = await asyncio.wait({self._read}, timeout=DATABASE_SECONDS)
        return bool(done) and bool(self._read.result()) and self._database.write_error is None

    async def _try_to_read(self) -> bool:
        try:
            await self._requests.get(0)
        except StorageUnavailable:
            return False
        return True
