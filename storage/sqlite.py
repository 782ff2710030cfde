"""The ledger in one SQLite file: a writing connection with group commit, and a reading connection.

`synchronous=FULL` brings each commit to the disk. Units that wait during a commit share the next commit, each behind a
savepoint, so a slow disk costs one sync for many units.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import filelock
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.availability import Availability
from storage.database import Failpoint, Unit
from storage.database_errors import DatabaseError, DatabaseLocked, StorageUnavailable
from storage.private_files import PRIVATE, create_private, explain
from storage.schema_migration import migrate
from storage.sqlite_connection import control, create_engine, in_transaction, run_in_thread
from storage.sqlite_file import check, explain_sqlite_error, sqlite_path, to_storage_error
from storage.unit_queue import UnitQueue, UnitResult

T = TypeVar("T")


class SqliteDatabase:
    """An open SQLite file (Database), created by `open`. A lock file keeps other processes out."""

    is_shared = False

    def __init__(
        self, *, path: Path, lock: filelock.BaseFileLock, failpoint: Failpoint | None = None
    ) -> None:
        self.path = path
        self._lock = lock
        self._failpoint = failpoint or (lambda _point: None)
        self._writing_engine = create_engine(path)
        self._reading_engine = create_engine(path, read_only=True)
        self._writer: AsyncConnection | None = None
        self._reader: AsyncConnection | None = None
        self._writes = UnitQueue(self._commit)
        self._reads = UnitQueue(self._read_batch)
        self._availability = Availability(str(path))

    @classmethod
    async def open(cls, url: str, failpoint: Failpoint | None = None) -> "SqliteDatabase":
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
        database = cls(path=path, lock=lock, failpoint=failpoint)
        try:
            await database._connect()
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            await database.close()
            raise DatabaseError(f"{path} cannot be used: {explain_sqlite_error(error)}") from error
        except DatabaseError as error:
            await database.close()
            raise DatabaseError(f"{path} cannot be used: {error}") from error
        return database

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def write_error(self) -> str | None:
        return self._availability.error

    def on_unavailable(self, callback: Callable[[], None]) -> None:
        self._availability.on_unavailable(callback)

    async def read(self, unit: Unit[T]) -> T:
        return await self._reads.run(unit)

    async def write(self, unit: Unit[T], *, patient: bool = False) -> T:
        return await self._writes.run(unit, patient=patient)

    async def close(self) -> None:
        await self._writes.drain()
        await self._reads.drain()
        for connection in (self._reader, self._writer):
            if connection is not None:
                await connection.close()
        await self._reading_engine.dispose()
        await self._writing_engine.dispose()
        self._lock.release()

    async def _connect(self) -> None:
        self._writer = await self._writing_engine.connect()
        await run_in_thread(self._writer, _prepare, self.path)
        self._reader = await self._reading_engine.connect()

    async def _read_batch(self, units: Sequence[Unit[Any]]) -> list[UnitResult]:
        assert self._reader is not None, "open() connects the reader"  # noqa: S101
        results = [UnitResult() for _ in units]
        try:
            await run_in_thread(self._reader, _read_all, units, results)
        except Exception as error:  # the transaction did not begin, so each caller gets the error
            for result in results:
                result.error = result.error or error
        return results

    async def _commit(self, units: Sequence[Unit[Any]]) -> list[UnitResult]:
        assert self._writer is not None, "open() connects the writer"  # noqa: S101
        results = [UnitResult() for _ in units]
        try:
            await run_in_thread(self._writer, _write_all, units, results, self._failpoint)
        except Exception as error:  # the whole batch was undone, so each caller gets the error
            for result in results:
                result.error = result.error or to_storage_error(error)
        errors = (result.error for result in results if isinstance(result.error, StorageUnavailable))
        self._availability.record(next(map(str, errors), None))
        return results


def _prepare(connection: sa.Connection, path: Path) -> None:
    """Migrate the schema, and check the file for damage."""
    with connection.begin():
        migrate(connection)
    with connection.begin():
        check(connection, path)


def _read_all(connection: sa.Connection, units: Sequence[Unit[Any]], results: Sequence[UnitResult]) -> None:
    """Run units in one transaction, so that each of them sees one state of the ledger."""
    with connection.begin():
        for unit, result in zip(units, results, strict=True):
            try:
                result.value = unit(connection)
            except Exception as error:  # raised for the caller of this unit
                result.error = error


def _write_all(
    connection: sa.Connection,
    units: Sequence[Unit[Any]],
    results: Sequence[UnitResult],
    failpoint: Failpoint,
) -> None:
    """Run units in one transaction and commit it."""
    failpoint("write")
    with connection.begin():
        if len(units) == 1:
            # A single unit needs no savepoint: its failure undoes the whole transaction.
            results[0].value = units[0](connection)
        else:
            _run_behind_savepoints(connection, units, results)
        failpoint("commit")
    failpoint("committed")


def _run_behind_savepoints(
    connection: sa.Connection, units: Sequence[Unit[Any]], results: Sequence[UnitResult]
) -> None:
    """Run each unit behind a savepoint, so that a failed unit does not undo the others.

    If SQLite ended the whole transaction, the earlier units are undone, too, and the error is raised for all of them.
    """
    for unit, result in zip(units, results, strict=True):
        control(connection, "SAVEPOINT unit")
        try:
            result.value = unit(connection)
        except Exception as error:  # raised for the caller of this unit
            if not in_transaction(connection):
                raise
            result.error = to_storage_error(error)
            control(connection, "ROLLBACK TO unit")
        control(connection, "RELEASE unit")
