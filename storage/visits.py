"""Opens a ledger for a command of the operator: beside a bot that runs to read, or alone to change something."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from storage.database_errors import DatabaseError, DatabaseLocked
from storage.schema import HEAD
from storage.schema_migration import schema_version
from storage.sqlite_file import explain_sqlite_error, locked, sqlite_path

T = TypeVar("T")
BUSY_SECONDS = 10.0
"""Time that a command waits for SQLite's locks."""


def look(url: str, work: Callable[[sa.Connection], T]) -> T:
    """Call a function with a connection to a ledger in one transaction that sees one state and writes nothing.

    The bot may be running. Raises DatabaseError if there is no ledger, or if its schema is not that of this version.
    """

    def read(connection: sa.Connection) -> T:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            _require_schema(connection)
            return work(connection)

    return _visit(url, read, alone=False)


def change_alone(url: str, work: Callable[[sa.Connection], T]) -> T:
    """Call a function with a connection to a ledger that no bot uses meanwhile. It begins its transactions itself.

    Raises DatabaseLocked while a bot runs, DatabaseError as `look`.
    """

    def write(connection: sa.Connection) -> T:
        with connection.begin():
            _require_schema(connection)
        return work(connection)

    return _visit(url, write, alone=True)


def _visit(url: str, work: Callable[[sa.Connection], T], *, alone: bool) -> T:
    if url.startswith("postgresql:"):
        return asyncio.run(_visit_postgres(url, work, alone=alone))
    path = sqlite_path(url)
    if not path.is_file():
        raise DatabaseError(f"there is no file {path}")
    try:
        with locked(path) if alone else contextlib.nullcontext(), _connect(path) as connection:
            return work(connection)
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        raise DatabaseError(f"{path} cannot be used: {explain_sqlite_error(error)}") from error


@contextlib.contextmanager
def _connect(path: Path) -> Iterator[sa.Connection]:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=sa.NullPool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


async def _visit_postgres(url: str, work: Callable[[sa.Connection], T], *, alone: bool) -> T:
    # psycopg is an optional package.
    from storage.postgres_connection import create_engine, create_visiting_engine  # noqa: PLC0415
    from storage.postgres_errors import explain  # noqa: PLC0415

    parsed = sa.make_url(url)
    name = parsed.render_as_string(hide_password=True)
    engine = create_engine(parsed) if alone else create_visiting_engine(parsed)
    try:
        async with engine.connect() as connection:
            if alone:  # a look at a large ledger takes longer than a unit of the bot
                await connection.execute(sa.text("SET idle_in_transaction_session_timeout = 0"))
                await connection.commit()
            return await connection.run_sync(work)
    except DatabaseLocked:
        raise
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise DatabaseError(f"{name} cannot be used: {explain(error)}") from error
    finally:
        await engine.dispose()


def _require_schema(connection: sa.Connection) -> None:
    version = schema_version(connection)
    if version.number != HEAD:
        raise DatabaseError(
            f"its schema is {version.number or 'missing'}, and this version has {HEAD}: start the bot once, or"
            " install the version that wrote it"
        )
