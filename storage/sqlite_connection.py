"""A connection to an SQLite file through SQLAlchemy's asyncio extension and aiosqlite."""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

T = TypeVar("T")
BUSY_SECONDS = 10.0
"""Time that SQLite waits for the lock of another process, for example of a backup."""


class _Cursor(aiosqlite.Cursor):
    """Runs a statement and fetches its rows in one visit to the connection's thread.

    aiosqlite's own cursor needs four: to be made, to execute, to fetch and to be closed. With these, a generation costs
    6 ms of CPU more than with plain threads; with one visit, 2 ms (benchmarks/README.md).
    """

    _rows: list[Any]

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "_Cursor":
        self._rows = await _visit(self._conn, self._run, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "_Cursor":
        self._cursor = await _visit(self._conn, self._conn._conn.executemany, sql, parameters)
        return self

    async def fetchall(self) -> Iterable[Any]:
        return self._rows

    async def close(self) -> None:
        """Do nothing: all rows are fetched, so SQLite has already reset the statement."""

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        self._cursor = cursor = self._conn._conn.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


class _Connection(aiosqlite.Connection):
    def cursor(self) -> Any:
        """Return a cursor without a visit to the thread. SQLAlchemy enters it as a context manager."""
        return _Cursor(self, cast(sqlite3.Cursor, None))  # `execute` sets sqlite3's cursor


async def _visit(connection: aiosqlite.Connection, function: Callable[..., T], *args: object) -> T:
    """Call a function in the connection's thread."""
    result: T = await connection._execute(function, *args)  # type: ignore[no-untyped-call]
    return result


def _connect(path: str, **_options: Any) -> _Connection:
    def connector() -> sqlite3.Connection:
        # The event `begin` below begins each transaction. The implicit ones of sqlite3 would break savepoints.
        return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    connection = _Connection(connector, iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a process that dies does not wait for it
    return connection


def create_engine(path: Path, *, read_only: bool = False) -> AsyncEngine:
    """Return an engine with one connection. Transactions begin IMMEDIATE, so that none fails on its first write."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        poolclass=StaticPool,
        connect_args={"async_creator_fn": _connect},
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
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def in_transaction(connection: sa.Connection) -> bool:
    """Return whether SQLite still has the transaction open.

    SQLite may end a transaction itself, for example on a full disk (sqlite.org/lang_transaction.html).
    """
    driver = connection.connection.driver_connection
    return isinstance(driver, aiosqlite.Connection) and driver.in_transaction
