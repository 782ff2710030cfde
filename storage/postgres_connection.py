"""Connections to PostgreSQL through SQLAlchemy's asyncio extension and psycopg, all of one owner."""

import secrets
from collections.abc import Mapping
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.database_errors import DatabaseLocked

CONNECTIONS = 8
"""Connections of a process at most, so units that run at once."""
_OWNER_LOCK = 0x494D4147
"""The first key of the lock that each connection holds; the second key is the number of its owner."""
_OWNER_LOOKS = 20
"""Looks for another owner, one each 0.1 s: a busy server ends the sessions of a process a while after it has ended."""
_REPLICAS = 0
"""The number of the owner that all replicas are together. A single process has a random number above it."""
_CONNECT = {
    "connect_timeout": 5,
    # An unreachable server is noticed after about ten seconds (libpq, Connection Control Functions).
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
APPLICATION = "imagine-bot"
_SESSION = {
    "application_name": APPLICATION,
    "lock_timeout": "10s",
    # A unit that waited for a lock must see what others stored meanwhile, whatever is set for the database.
    "default_transaction_isolation": "read committed",
    # A process that is stopped in the middle of a transaction holds its locks no longer than this.
    "idle_in_transaction_session_timeout": "5s",
    # The server ends connections of an unreachable process, so that another process can start.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""Parameters of each session (PostgreSQL, Server Configuration)."""


def create_engine(url: sa.URL, *, shared: bool = False) -> AsyncEngine:
    """Return an engine with connections of this process, or of all replicas if the database is `shared`.

    A connection is refused with DatabaseLocked while the database has a connection of another owner.
    """
    owner = _REPLICAS if shared else 1 + secrets.randbelow(2**31 - 1)

    async def connect(*arguments: Any, **options: Any) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(*arguments, **{**_CONNECT, **options})
        try:
            await _prepare(connection, owner)
        except BaseException:
            await connection.close()
            raise
        return connection

    return create_async_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=CONNECTIONS,
        max_overflow=0,
        connect_args={"async_creator_fn": connect},
    )


def create_visiting_engine(url: sa.URL) -> AsyncEngine:
    """Return an engine that keeps no connection open and does not touch the lock of the owner."""
    options = {"application_name": f"{APPLICATION} check"} | _CONNECT
    return create_async_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=sa.NullPool,
        connect_args=_unless_given(url, options),
    )


def create_blocking_engine(url: sa.URL, connections: int, *, limited: bool = True) -> sa.Engine:
    """Return an engine of blocking connections, for a library that shares the database with the ledger.

    Sessions that are not `limited` may wait and hold locks for as long as they like.
    """
    session = _SESSION if limited else {"application_name": APPLICATION}
    given = str(url.query.get("options", ""))
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={
            **_unless_given(url, _CONNECT),
            "options": " ".join([given, *(_option(name, value) for name, value in session.items())]),
        },
    )


def _unless_given(url: sa.URL, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the URL does not set itself."""
    return {name: value for name, value in options.items() if name not in url.query}


def _option(name: str, value: str) -> str:
    """Return an option of the server's command line (libpq, options)."""
    escaped = value.replace(" ", "\\ ")
    return f"-c {name}={escaped}"


async def _prepare(connection: psycopg.AsyncConnection[Any], owner: int) -> None:
    """Set the session's parameters and join the owner's connections, in one transaction.

    Each connection holds the owner's lock (shared) until it ends, so the server knows the owner of the database even if
    the process is killed. The first lock makes connections of several processes join one after the other.
    """
    for name, value in _SESSION.items():
        await connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('imagine owner', 0))")
    for _ in range(_OWNER_LOOKS):
        if not await _has_other_owner(connection, owner):
            break
        await connection.execute("SELECT pg_sleep(0.1)")
    else:
        raise DatabaseLocked(f"another process is using {connection.info.dbname}; stop it first")
    await connection.execute("SELECT pg_advisory_lock_shared(%s::int, %s::int)", (_OWNER_LOCK, owner))
    await connection.commit()


async def _has_other_owner(connection: psycopg.AsyncConnection[Any], owner: int) -> bool:
    other = await connection.execute(
        "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
        " AND classid::bigint = %s AND objid::bigint <> %s LIMIT 1",
        (_OWNER_LOCK, owner),
    )
    return await other.fetchone() is not None
