"""A connection to an SQLite file through SQLAlchemy's asyncio extension and aiosqlite."""

import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool
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
        return await_(_driver(sync_connection).run(lambda: function(sync_connection, *args, **kwargs)))

    return await connection.run_sync(start)


class _Connection(aiosqlite.Connection):
    """A connection that works at once for code which already runs in its thread."""

    _busy_thread: int | None = None

    async def run(self, function: Callable[[], T]) -> T:
        """Call a function in the thread. The statements in it need no further jobs."""
        return await self._in_thread(self._spawn, function)

    def cursor(self) -> Any:
        """Return a cursor without a job for the thread. SQLAlchemy enters it as a context manager."""
        return _Cursor(self, cast(sqlite3.Cursor, None))  # `execute` sets sqlite3's cursor

    async def commit(self) -> None:
        await self._in_thread(self._conn.commit)

    async def rollback(self) -> None:
        await self._in_thread(self._conn.rollback)

    def control(self, statement: str) -> None:
        """Run a statement of a transaction. Only code that runs in the thread may call this."""
        self._conn.execute(statement)

    async def _in_thread(self, function: Callable[..., T], *args: object) -> T:
        if self._busy_thread == threading.get_ident():
            return function(*args)
        result: T = await self._execute(function, *args)  # type: ignore[no-untyped-call]
        return result

    def _spawn(self, function: Callable[[], T]) -> T:
        self._busy_thread = threading.get_ident()
        try:
            return _finish(greenlet_spawn(function))
        finally:
            self._busy_thread = None


class _Cursor(aiosqlite.Cursor):
    """Runs a statement and fetches its rows in one job of the connection's thread."""

    _conn: _Connection
    _rows: list[Any]

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "_Cursor":
        self._rows = await self._conn._in_thread(self._run, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "_Cursor":
        self._cursor = await self._conn._in_thread(self._conn._conn.executemany, sql, parameters)
        return self

    async def fetchall(self) -> Iterable[Any]:
        return self._rows

    async def close(self) -> None:
        """Do nothing: all rows are fetched, so SQLite has already reset the statement."""

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        self._cursor = cursor = self._conn._conn.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _connect(path: str, **_options: Any) -> _Connection:
    def connector() -> sqlite3.Connection:
        # The event `begin` below begins each transaction. The implicit ones of sqlite3 would break savepoints.
        return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    connection = _Connection(connector, iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a process that dies does not wait for it
    return connection


def _finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return cast(T, end.value)
    coroutine.close()
    raise RuntimeError("a unit of work waited for the event loop")


def _driver(connection: sa.Connection) -> _Connection:
    return cast(_Connection, connection.connection.driver_connection)


def create_engine(path: Path, *, read_only: bool = False) -> AsyncEngine:
    """Return an engine with one connection. Transactions begin IMMEDIATE, so that none fails on its first write."""

    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", poolclass=StaticPool, connect_args={"async_creator_fn": _connect}
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

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        control(connection, "BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def control(connection: sa.Connection, statement: str) -> None:
    """Run a statement such as SAVEPOINT in the thread of a connection, at a fifth of SQLAlchemy's cost."""
    _driver(connection).control(statement)


def in_transaction(connection: sa.Connection) -> bool:
    """Return whether SQLite still has the transaction open.

    SQLite may end a transaction itself, for example on a full disk (sqlite.org/lang_transaction.html).
    """
    return _driver(connection).in_transaction
