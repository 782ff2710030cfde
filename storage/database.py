"""One SQLite file: a writing connection with group commit and a reading connection, each in its own thread.

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
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from storage.private_files import PRIVATE, create_private, explain
from storage.schema import HEAD

T = TypeVar("T")
log = structlog.get_logger(__name__)
Unit = Callable[[sa.Connection], T]
Failpoint = Callable[[str], None]
"""Called with the name of a point in the code. Tests raise an exception there to kill the process at that point."""

LARGEST_BATCH = 128
LARGEST_CHECKED = 64 * 1024 * 1024
"""The largest file in bytes that is checked for damage at each start, which takes about 0.1 s."""
_RESTORE = "restore a copy of it, or move it away to begin anew (docs/operating.md)"


class DatabaseError(Exception):
    """The database cannot be used."""


class DatabaseLocked(DatabaseError):
    """Another process uses this database."""


class StorageUnavailable(DatabaseError):
    """The disk is full, read-only or failing. Nothing was stored, and a later retry is safe."""


@dataclass(slots=True)
class _Pending(Generic[T]):
    unit: Unit[T]
    done: asyncio.Future[T]


@dataclass(slots=True)
class _Outcome:
    value: Any = None  # each unit has its own type, which `write` restores
    error: Exception | None = None


def sqlite_path(url: str) -> Path:
    """Return the path in a `sqlite:///…` URL. Raises DatabaseError for any other URL."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise DatabaseError(f"{url} does not name an SQLite file")
    return Path(parsed.database)


def connect(path: Path, *, read_only: bool = False) -> sa.Engine:
    """Return an engine with one connection. Transactions begin IMMEDIATE, so that none fails on its first write."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": 10},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The event below begins each transaction. The implicit transactions of sqlite3 would break savepoints.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def migrate(engine: sa.Engine) -> None:
    """Migrate the schema to HEAD in one transaction. Raises DatabaseError if it is newer than this program."""
    with engine.begin() as connection:
        has_version = sa.inspect(connection).has_table("alembic_version")
        version = (
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if has_version
            else None
        )
        if version == HEAD:
            return
        # Imported here: a start with nothing to migrate saves the time and the memory.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseError(
                f"its schema ({version}) is not one this version knows; install the version that wrote it"
            ) from error


def check(engine: sa.Engine, path: Path) -> None:
    """Check a file for damage unless it is larger than `LARGEST_CHECKED`. Raises DatabaseError if it is damaged."""
    if path.stat().st_size > LARGEST_CHECKED:
        return
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise DatabaseError(f"the file is damaged ({found}); {_RESTORE}")


def _advice(error: Exception) -> str:
    words = str(getattr(error, "orig", error))
    damaged = "malformed" in words or "not a database" in words
    return f"{words}; {_RESTORE}" if damaged else words


def _to_storage_error(error: Exception) -> Exception:
    """Return StorageUnavailable for an error of the disk, and any other error as it is."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    caller_errors = (
        sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError | sqlite3.DataError
    )
    if not isinstance(cause, sqlite3.Error) or isinstance(cause, caller_errors):
        return error
    if getattr(cause, "sqlite_errorname", "SQLITE_ERROR") == "SQLITE_ERROR":
        return error
    return StorageUnavailable(str(cause))


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
            outcome.error = _to_storage_error(error)
            connection.exec_driver_sql("ROLLBACK TO unit")
        connection.exec_driver_sql("RELEASE unit")


class Database:
    """An open SQLite file, created by `open`. A lock file keeps other processes out."""

    def __init__(self, path: Path, lock: filelock.BaseFileLock, failpoint: Failpoint | None = None) -> None:
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
        database = cls(path, lock, failpoint)
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(database._writing, migrate, database._writer)
            await loop.run_in_executor(database._writing, check, database._writer, path)
            database._reader = connect(path, read_only=True)
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            await database.close()
            raise DatabaseError(f"{path} cannot be used: {_advice(error)}") from error
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
                outcome.error = outcome.error or _to_storage_error(error)
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
