"""The ledger in a PostgreSQL database: one transaction for each unit, several at once.

PostgreSQL itself writes concurrent commits to the disk in groups (PostgreSQL, Write Ahead Log, commit_delay). Units of
several connections run at the same time: a unit that decides by rows that another may write holds a lock
(storage.locks).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from core.shielded_calls import ShieldedCalls
from storage.availability import Availability
from storage.database import Failpoint, Unit
from storage.database_errors import DatabaseError, DatabaseLocked, StorageUnavailable
from storage.locks import hold
from storage.postgres_connection import CONNECTIONS, create_engine
from storage.postgres_errors import explain, is_conflict, is_disconnect, is_locked, to_storage_error
from storage.replicas import list_living
from storage.schema import HEAD, USABLE_FROM, replicas
from storage.schema_migration import migrate, schema_version
from storage.urgency import is_urgent

log = structlog.get_logger(__name__)
T = TypeVar("T")
MOST_TRIES = 10
"""Tries of a unit that conflicts with others."""
MIGRATION_SECONDS = 60.0
"""Time for which a start tries to migrate the schema while other programs use its tables."""
_TABLE_LOCK = "1s"
_PAUSE_SECONDS = 3.0
"""Time that a try to migrate waits for the lock of a table, and the pause after it.

ALTER TABLE waits for every transaction that uses the table, and all others queue behind it (PostgreSQL, Explicit
Locking). A transaction of the bot takes milliseconds, and one of a stopped process ends after five seconds, but that of
pg_dump takes minutes. So a try gives up before the running replicas notice, and lets them work in the pause.
"""


class PostgresDatabase:
    """An open PostgreSQL database (Database), created by `open`."""

    def __init__(
        self, *, name: str, engine: AsyncEngine, is_shared: bool = False, failpoint: Failpoint | None = None
    ) -> None:
        self.name = name
        self.is_shared = is_shared
        self._engine = engine
        self._reading_engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._failpoint = failpoint or (lambda _point: None)
        # One connection is for urgent units, so that it is free when one comes.
        self._slots = asyncio.Semaphore(CONNECTIONS - 1)
        self._urgent_slot = asyncio.Semaphore(1)
        self._calls = ShieldedCalls()  # a cancelled caller does not cut a transaction in half
        self._availability = Availability(name)

    @classmethod
    async def open(
        cls,
        url: str,
        failpoint: Failpoint | None = None,
        *,
        shared: bool = False,
        migration_seconds: float = MIGRATION_SECONDS,
    ) -> "PostgresDatabase":
        """Connect, keep other processes out, but replicas if the database is `shared`, and migrate the schema.

        Raises DatabaseLocked if another process uses the database, DatabaseError if it cannot be used.
        """
        parsed = sa.make_url(url)
        name = parsed.render_as_string(hide_password=True)
        engine = create_engine(parsed, shared=shared)
        database = cls(name=name, engine=engine, is_shared=shared, failpoint=failpoint)
        try:
            await _prepare_repeatedly(engine, migration_seconds)
        except DatabaseLocked:
            await database.close()
            raise
        except (sa.exc.SQLAlchemyError, DatabaseError, OSError) as error:
            await database.close()
            raise DatabaseError(f"{name} cannot be used: {explain(error)}") from error
        return database

    @property
    def write_error(self) -> str | None:
        return self._availability.error

    def on_unavailable(self, callback: Callable[[], None]) -> None:
        self._availability.on_unavailable(callback)

    async def read(self, unit: Unit[T]) -> T:
        return await self._calls.run(self._repeated(_Attempt(self._reading_engine, unit)))

    async def write(self, unit: Unit[T], *, patient: bool = False) -> T:  # noqa: ARG002 - the server groups commits
        return await self._calls.run(self._repeated(_Attempt(self._engine, unit, self._failpoint)))

    async def close(self) -> None:
        await self._calls.finish()
        await self._engine.dispose()

    async def _repeated(self, attempt: "_Attempt[T]") -> T:
        """Run a unit, again if the server undid it because of a concurrent one or ended an idle connection."""
        async with self._urgent_slot if is_urgent() else self._slots:
            for left in reversed(range(MOST_TRIES)):
                try:
                    result = await attempt.run()
                except Exception as error:
                    if left and (is_conflict(error) or (is_disconnect(error) and not attempt.may_be_stored)):
                        continue
                    storage_error = to_storage_error(error)
                    if isinstance(storage_error, StorageUnavailable):
                        self._availability.record(str(storage_error))
                    raise storage_error from error
                if attempt.writes:
                    self._availability.record(None)
                return result
        raise AssertionError("the last try returns or raises")


@dataclass(slots=True)
class _Attempt(Generic[T]):
    """Tries of one unit. `may_be_stored` is true once its commit is sent. Only units that write pass failpoints."""

    engine: AsyncEngine
    unit: Unit[T]
    failpoint: Failpoint | None = None
    may_be_stored: bool = False

    @property
    def writes(self) -> bool:
        return self.failpoint is not None

    async def run(self) -> T:
        """Run the unit in a transaction."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(self._transact)

    def _transact(self, connection: sa.Connection) -> T:
        if self.failpoint is None:
            return self.unit(connection)
        self.may_be_stored = False
        self.failpoint("write")
        with connection.begin():
            result = self.unit(connection)
            self.failpoint("commit")
            self.may_be_stored = True
        self.failpoint("committed")
        return result


async def _prepare_repeatedly(engine: AsyncEngine, seconds: float) -> None:
    """Prepare a database, again while other programs have locked its tables.

    Raises DatabaseError if it cannot be used, or is still locked after the time.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        try:
            async with engine.begin() as connection:
                await connection.run_sync(prepare)
                return
        except sa.exc.DBAPIError as error:
            if not (is_locked(error) or is_conflict(error)):
                raise
            if loop.time() >= deadline:
                raise DatabaseError(
                    "its schema cannot be migrated while another program, such as a backup, uses its tables;"
                    " start the bot again after that"
                ) from error
        log.info("schema migration waits for a lock")
        await asyncio.sleep(_PAUSE_SECONDS)


def prepare(connection: sa.Connection) -> None:
    """Check the encoding and migrate the schema, one process at a time.

    Raises DatabaseError if the database cannot be used.
    """
    check_encoding(connection)
    hold(connection, "schema", 0)
    _check_replicas(connection)
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_TABLE_LOCK}'")
    migrate(connection)


def _check_replicas(connection: sa.Connection) -> None:
    """Raise DatabaseError while replicas live that could not use the schema after a migration."""
    version = schema_version(connection).number
    if version is None or version >= USABLE_FROM or not sa.inspect(connection).has_table(replicas.name):
        return
    if living := list_living(connection):
        raise DatabaseError(
            f"its living replicas ({len(living)}) cannot use the schema of this version ({HEAD});"
            " stop all of them, and start the bot again"
        )


def check_encoding(connection: sa.Connection) -> str:
    """Return the encoding of the database. Raises DatabaseError for one that lacks characters."""
    encoding = str(connection.exec_driver_sql("SHOW server_encoding").scalar())
    if encoding != "UTF8":
        raise DatabaseError(f"its encoding is {encoding}, not UTF8")
    return encoding
