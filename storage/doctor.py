"""Looks for oddities in a whole ledger, and repairs those that can be repaired safely, each in one transaction.

Looking reads one state of the ledger, beside a bot that runs. Repairing keeps every bot out, as a bot keeps others out.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from storage import odd_payments, odd_requests, odd_rows
from storage.database_errors import DatabaseError, DatabaseLocked
from storage.oddities import Check, Oddity
from storage.schema import HEAD
from storage.schema_migration import schema_version
from storage.sqlite_file import explain_sqlite_error, locked, sqlite_path

T = TypeVar("T")
BUSY_SECONDS = 10.0
CHECKS: tuple[tuple[str, Check], ...] = (
    ("schema", odd_rows.find_wrong_schema),
    ("damage", odd_rows.find_damage),
    ("values", odd_requests.find_unknown_values),
    ("states", odd_requests.find_impossible_states),
    ("deleted requests", odd_requests.find_undeleted),
    ("open requests", odd_requests.find_long_open),
    ("batches", odd_requests.find_open_without_batch),
    ("quotas", odd_requests.find_low_counters),
    ("lots of credits", odd_payments.find_wrong_lots),
    ("paid requests", odd_payments.find_wrong_units),
    ("payments", odd_payments.find_wrong_charges),
    ("refunds", odd_payments.find_wrong_refunds),
    ("orphans", odd_rows.find_orphans),
    ("waiting rows", odd_rows.find_waiting_rows),
)
"""All checks by the name that is printed. A failed check of the schema ends the others."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one look found, by the name of the check, in the order of the checks."""

    found: Sequence[tuple[str, Oddity]]

    @property
    def repairable(self) -> list[Oddity]:
        """The oddities that have a safe repair."""
        return [oddity for _, oddity in self.found if oddity.repair is not None]


def diagnose(connection: sa.Connection, now: float, more: Sequence[tuple[str, Check]] = ()) -> Diagnosis:
    """Run all checks at a Unix time, and `more` ones, in the transaction of a connection."""
    found: list[tuple[str, Oddity]] = []
    for name, check in (*CHECKS, *more):
        found += [(name, oddity) for oddity in check(connection, now)]
        if name == "schema" and any(oddity.repair is None for _, oddity in found):
            break  # the other checks would fail
    return Diagnosis(found)


def repair(connection: sa.Connection, oddities: Sequence[Oddity]) -> Iterator[str]:
    """Repair oddities, each in a transaction of its own, and yield what was done."""
    for oddity in oddities:
        if oddity.repair is not None:
            with connection.begin():
                done = oddity.repair(connection)
            yield done


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
