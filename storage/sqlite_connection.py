"""A connection to an SQLite file through SQLAlchemy's asyncio extension and aiosqlite."""

import sqlite3
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, SQLiteDialect_aiosqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, StaticPool
from sqlalchemy.util import greenlet_spawn
from sqlalchemy.util.concurrency import await_

P = ParamSpec("P")
T = TypeVar("T")
BUSY_SECONDS = 10.0
"""Time that SQLite waits for the lock of another process, for example of a backup."""


async def run_in_thread(
    connection: AsyncConnection,
    function: Callable[Concatenate[sa.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a function of a connection in one job of aiosqlite's thread, and return its result.

    By itself, aiosqlite passes each statement to its thread in four jobs, which costs 6 ms of CPU for a generation; one
    job for each unit of work costs as much as a thread without aiosqlite (benchmarks/README.md).
    """

    def start(sync_connection: sa.Connection) -> T:
        return await_(
            _driver(sync_connection.connection).run(lambda: function(sync_connection, *args, **kwargs))
        )

    return await connection.run_sync(start)


class _Connection(aiosqlite.Connection):
    """A connection that works at once for code which already runs in its thread."""

    _busy_thread: int | None = None

    async def run(self, function: Callable[[], T]) -> T:
        """Call a function in the thread. The statements in it need no further jobs."""
        result: T = await self._execute(self._spawn, function)  # type: ignore[no-untyped-call]
        return result

    @property
    def plain(self) -> sqlite3.Connection | None:
        """The connection of sqlite3, for code that runs in the thread, else None."""
        return self._conn if self._busy_thread == threading.get_ident() else None

    def _spawn(self, function: Callable[[], T]) -> T:
        self._busy_thread = threading.get_ident()
        try:
            return _finish(greenlet_spawn(function))
        finally:
            self._busy_thread = None


class _AdaptedConnection(AsyncAdapt_aiosqlite_connection):
    """The connection as SQLAlchemy's engine has it: sqlite3 itself in the thread, and aiosqlite everywhere else."""

    __slots__ = ()
    _connection: _Connection  # type: ignore[assignment]  # it has all that SQLAlchemy uses

    def cursor(self, server_side: bool = False) -> Any:
        plain = self._connection.plain
        return super().cursor(server_side) if plain is None else plain.cursor()

    def commit(self) -> None:
        plain = self._connection.plain
        return super().commit() if plain is None else plain.commit()

    def rollback(self) -> None:
        plain = self._connection.plain
        return super().rollback() if plain is None else plain.rollback()


async def _connect(path: Path) -> _Connection:
    def connector() -> sqlite3.Connection:
        # The dialect below begins each transaction. The implicit ones of sqlite3 would break savepoints.
        return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    connection = _Connection(connector, iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a process that dies does not wait for it
    await connection
    return connection


def _finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return cast(T, end.value)
    coroutine.close()
    raise RuntimeError("a unit of work waited for the event loop")


def _driver(connection: PoolProxiedConnection) -> _Connection:
    return cast(_Connection, connection.driver_connection)


def _plain(connection: PoolProxiedConnection) -> sqlite3.Connection:
    plain = _driver(connection).plain
    assert plain is not None, "run_in_thread calls this"  # noqa: S101
    return plain


class LedgerDialect(SQLiteDialect_aiosqlite):
    """The dialect of an engine with one connection. `begin` is the statement that begins each transaction.

    SQLAlchemy passes the arguments by position. Listeners to events would do the same, and SQLAlchemy would then look
    for listeners eight times for each statement.
    """

    supports_statement_cache = True

    def __init__(self, path: Path, begin: str, **options: Any) -> None:
        super().__init__(**options)
        self._path = path
        self._begin = begin

    def connect(self, *_arguments: Any, **_options: Any) -> Any:
        """Return the connection to the file."""
        return _AdaptedConnection(self.loaded_dbapi, cast(Any, await_(_connect(self._path))))

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin a transaction."""
        _plain(dbapi_connection).execute(self._begin)


sa.dialects.registry.register("sqlite.ledger", __name__, LedgerDialect.__name__)


def create_engine(path: Path, *, read_only: bool = False) -> AsyncEngine:
    """Return an engine with one connection. Transactions begin IMMEDIATE, so that none fails on its first write."""

    engine = create_async_engine(
        f"sqlite+ledger:///{path}",
        poolclass=StaticPool,
        path=path,
        begin="BEGIN" if read_only else "BEGIN IMMEDIATE",
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    return engine


def control(connection: sa.Connection, statement: str) -> None:
    """Run a statement such as SAVEPOINT in the thread of a connection, at a fifth of SQLAlchemy's cost."""
    _plain(connection.connection).execute(statement)


def in_transaction(connection: sa.Connection) -> bool:
    """Return whether SQLite still has the transaction open.

    SQLite may end a transaction itself, for example on a full disk (sqlite.org/lang_transaction.html).
    """
    return _driver(connection.connection).in_transaction
