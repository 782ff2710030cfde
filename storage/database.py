"""The ledger: a writing connection with group commit and a reading connection, each in its own thread.

A unit of work is a plain function of a SQLAlchemy connection. It is committed as a whole or not at all, and the commit
is on the disk (`synchronous=FULL`) before `write` returns. Units that wait during a commit share the next commit, each
behind a savepoint, so a slow disk costs one sync for many units.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import filelock
import sqlalchemy as sa
import structlog

from storage.database_errors import DatabaseError, DatabaseLocked, StorageUnavailable, to_storage_error
from storage.private_files import PRIVATE, create_private, explain
from storage.sqlite_file import check, connect, explain_sqlite_error, migrate, sqlite_path

T = TypeVar("T")
log = structlog.get_logger(__name__)
Unit = Callable[[sa.Connection], T]
Failpoint = Callable[[str], None]
"""Called with the name of a point in the code. Tests raise an exception there to kill the process at that point."""

LARGEST_BATCH = 128


@dataclass(slots=True)
class _Pending(Generic[T]):
    unit: Unit[T]
    done: asyncio.Future[T]


@dataclass(slots=True)
class _Outcome:
    value: Any = None  # each unit has its own type, which `write` restores
    error: Exception | None = None


def _run_all(connection: sa.Connection, units: Sequence[Unit[Any]], outcomes: Sequence[_Outcome]) -> None:
    """Run units in one transaction, each behind a savepoint, so that a failed unit does not undo the others.

    SQLite may end the whole transaction itself, for example on a full disk (sqlite.org/lang_transaction.html). Then the
    earlier units are undone, too, and the error is raised for all of them.
    """
    for unit, outcome in zip(units, outcomes, strict=True):
        connection.exec_driver_sql("SAVEPOINT unit")
        try:
            outcome.value = unit(connection)
        except Exception as error:  # raised for the caller of this unit
            if not getattr(connection.connection.dbapi_connection, "in_transaction", False):
                raise
            outcome.error = to_storage_error(error)
            connection.exec_driver_sql("ROLLBACK TO unit")
        connection.exec_driver_sql("RELEASE unit")


class Database:
    """An open SQLite file, created by `open`. A lock file keeps other processes out."""

    def __init__(self, path: Path, *, lock: filelock.BaseFileLock, failpoint: Failpoint | None) -> None:
        self.path = path
        self._lock = lock
        self._failpoint = failpoint or (lambda _point: None)
        self._writer = connect(path)
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="db-write")
        self._reader: sa.Engine | None = None
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="db-read")
        self._pending: list[_Pending[Any]] = []
        self._pump: asyncio.Task[None] | None = None
        self._on_unavailable: list[Callable[[], None]] = []
        self.write_error: str | None = None
        """The error of the last write if the disk refused it, else None."""

    @classmethod
    async def open(cls, url: str, failpoint: Failpoint | None = None) -> "Database":
        """Open the file, lock it and migrate its schema.

        Raises DatabaseLocked if another process uses it, DatabaseError if it cannot be read or written.
        """
        path = sqlite_path(url)
        lock = filelock.FileLock(f"{path}.lock", mode=PRIVATE)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            create_private(path)
        except filelock.Timeout as error:
            raise DatabaseLocked(f"another process is using {path}; stop it first") from error
        except OSError as error:
            lock.release()
            raise DatabaseError(f"{path} cannot be opened: {explain(error)}") from error
        database = cls(path, lock=lock, failpoint=failpoint)
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(database._writing, migrate, database._writer)
            await loop.run_in_executor(database._writing, check, database._writer, path)
            database._reader = connect(path, read_only=True)
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            await database.close()
            raise DatabaseError(f"{path} cannot be used: {explain_sqlite_error(error)}") from error
        except DatabaseError as error:
            await database.close()
            raise DatabaseError(f"{path} cannot be used: {error}") from error
        return database

    def on_unavailable(self, callback: Callable[[], None]) -> None:
        """Add a callback for the moment at which the disk begins to refuse writes."""
        self._on_unavailable.append(callback)

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads committed data, and return its result."""
        reader = self._reader
        assert reader is not None, "open() creates the reader"  # noqa: S101

        def run() -> T:
            with reader.connect() as connection:
                return unit(connection)

        return await asyncio.get_running_loop().run_in_executor(self._reading, run)

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction and return its result once the commit is on the disk.

        Raises the unit's exception, or StorageUnavailable; the unit is undone in both cases. A caller that is cancelled
        while it waits cannot know whether the unit was committed: only the rows show it.
        """
        loop = asyncio.get_running_loop()
        pending = _Pending(unit, loop.create_future())
        self._pending.append(pending)
        if self._pump is None:
            self._pump = loop.create_task(self._write_all())
        result: T = await pending.done
        return result

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._pending:
                batch, self._pending = self._pending[:LARGEST_BATCH], self._pending[LARGEST_BATCH:]
                units = [pending.unit for pending in batch]
                outcomes = await loop.run_in_executor(self._writing, self._commit, units)
                self._record_availability(outcomes)
                for pending, outcome in zip(batch, outcomes, strict=True):
                    if pending.done.done():
                        continue
                    if outcome.error is not None:
                        pending.done.set_exception(outcome.error)
                    else:
                        pending.done.set_result(outcome.value)
        finally:
            self._pump = None

    def _commit(self, units: Sequence[Unit[Any]]) -> list[_Outcome]:
        outcomes = [_Outcome() for _ in units]
        try:
            self._failpoint("write")
            with self._writer.begin() as connection:
                if len(units) == 1:
                    # A single unit needs no savepoint: its failure undoes the whole transaction.
                    outcomes[0].value = units[0](connection)
                else:
                    _run_all(connection, units, outcomes)
                self._failpoint("commit")
            self._failpoint("committed")
        except Exception as error:  # the whole batch was undone, so each caller gets the error
            for outcome in outcomes:
                outcome.error = outcome.error or to_storage_error(error)
        return outcomes

    def _record_availability(self, outcomes: Sequence[_Outcome]) -> None:
        """Record whether the disk accepts writes, and report a change."""
        errors = (outcome.error for outcome in outcomes if isinstance(outcome.error, StorageUnavailable))
        before, self.write_error = self.write_error, next(map(str, errors), None)
        if self.write_error and not before:
            log.error("disk refuses writes", error=self.write_error, path=str(self.path))
            for callback in self._on_unavailable:
                callback()
        elif before and not self.write_error:
            log.info("disk accepts writes again", path=str(self.path))

    async def close(self) -> None:
        """Finish the pending units, close the file and release its lock."""
        if self._pump is not None:
            await asyncio.wait([self._pump])
        loop = asyncio.get_running_loop()
        if self._reader is not None:
            await loop.run_in_executor(self._reading, self._reader.dispose)
        await loop.run_in_executor(self._writing, self._writer.dispose)
        self._reading.shutdown()
        self._writing.shutdown()
        self._lock.release()
