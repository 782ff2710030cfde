"""Looks into a ledger beside the bot."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.support.process_launcher import DEADLINE

Row = Mapping[Any, Any]


@contextmanager
def connect(url: str) -> Iterator[sa.Connection]:
    """Yield a connection to a ledger, in a transaction that is committed at the end."""
    with _engine(url).begin() as connection:
        yield connection


def read_rows(url: str, query: str, *values: object) -> Sequence[Row]:
    """Return the rows of a query with `?` for each value."""
    if not url.startswith("postgresql:"):
        return _read_file(sa.make_url(url).database or "", query, *values)
    # AUTOCOMMIT saves BEGIN and COMMIT: tests look often.
    with _engine(url).execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        return connection.exec_driver_sql(query.replace("?", "%s"), values).mappings().all()


def _read_file(path: str, query: str, *values: object) -> Sequence[Row]:
    """Return rows of an SQLite file without SQLAlchemy, whose connections take twice the time.

    Each read has a connection of its own: with an open one, the bot's files would not change as they do without tests.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=DEADLINE)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


async def wait_for_row_lock(url: str) -> None:
    """Wait until a session of a PostgreSQL ledger waits for a row that another one has changed."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(60):
        while not read_rows(url, waits):  # noqa: ASYNC110 - the server reports no event
            await asyncio.sleep(0.02)


def file_url(path: Path | str) -> str:
    """Return the URL of an SQLite file."""
    return f"sqlite:///{path}"


def disconnect(url: str) -> None:
    """Close the connection that is kept to a ledger."""
    if (engine := _engines.pop(url, None)) is not None:
        engine.dispose()


_engines: dict[str, sa.Engine] = {}


def _engine(url: str) -> sa.Engine:
    """Return the engine of a ledger. In PostgreSQL it keeps a connection, because a new one takes 6 ms of CPU."""
    if url not in _engines:
        _engines[url] = (
            sa.create_engine(
                url.replace("postgresql:", "postgresql+psycopg:", 1), pool_size=1, pool_pre_ping=True
            )
            if url.startswith("postgresql:")
            else sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": DEADLINE})
        )
    return _engines[url]
