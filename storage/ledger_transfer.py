"""Transfers a whole SQLite ledger to an empty PostgreSQL database: `imagine-bot migrate-to`, while the bot is stopped.

All of it is one transaction of the target, so a kill at any moment leaves the target as it was. The file is read in a
transaction that is rolled back: it stays as it was, too, even if its schema is migrated for the transfer.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from storage.database import Failpoint
from storage.database_errors import DatabaseError, DatabaseLocked, StorageUnreachable
from storage.ledger_rows import TABLES, copy_rows, last_id, set_last_id, summarise
from storage.postgres import prepare
from storage.postgres_connection import create_engine
from storage.postgres_errors import explain
from storage.schema import metadata
from storage.schema_migration import migrate, schema_version
from storage.sqlite_connection import BUSY_SECONDS
from storage.sqlite_file import TABLES_OF_A_LEDGER, explain_sqlite_error, locked

Report = Callable[[str, int], None]
"""Called with the name of a table that is copied and the number of its rows."""

_PATIENCE = ("idle_in_transaction_session_timeout", "statement_timeout")
"""Limits of time that the transaction has not: it is idle while a large file is read."""


async def transfer(
    ledger: Path, url: str, *, report: Report, failpoint: Failpoint = lambda _point: None
) -> int:
    """Copy all rows of a ledger to the database of a URL, and return their number. The file stays as it is.

    Raises DatabaseLocked if a bot uses one of both, StorageUnreachable if the answer to the commit was lost, and
    DatabaseError for any other reason why nothing was transferred.
    """
    target = sa.make_url(url)
    name = target.render_as_string(hide_password=True)
    engine = create_engine(target)
    try:
        with _reading(ledger) as source, _named(name):
            failpoint("locked")
            async with engine.connect() as connection:
                transaction = await connection.begin()
                rows = await connection.run_sync(_fill, source, report, failpoint)
                failpoint("commit")
                try:
                    await transaction.commit()
                except sa.exc.DBAPIError as error:
                    raise StorageUnreachable(
                        f"{name} did not confirm the commit ({explain(error)})"
                    ) from error
                failpoint("committed")
                return rows
    finally:
        await engine.dispose()


def _fill(target: sa.Connection, source: sa.Connection, report: Report, failpoint: Failpoint) -> int:
    """Copy a ledger within a transaction, compare the copy with the ledger, and return the number of rows."""
    for parameter in _PATIENCE:
        target.exec_driver_sql(f"SET LOCAL {parameter} = 0")
    _check_empty(target)
    prepare(target)
    failpoint("prepared")
    for table in TABLES:
        report(table.name, copy_rows(source, target, table))
        failpoint(f"copied {table.name}")
    rows = 0
    for table in TABLES:
        expected, stored = summarise(source, table), summarise(target, table)
        if expected != stored:
            raise DatabaseError(f"it stores other rows in {table.name} than were sent to it")
        rows += stored.rows
        if (column := table.autoincrement_column) is not None:
            set_last_id(target, table, column, last_id(source, table, column))
    return rows


def _check_empty(target: sa.Connection) -> None:
    """Raise DatabaseError if a database has tables of another program, or a ledger with rows."""
    present = set(sa.inspect(target).get_table_names())
    others = sorted(present - metadata.tables.keys() - {"alembic_version"})
    if others:
        raise DatabaseError(
            f"it has tables of another program ({', '.join(others[:3])}); name an empty database"
        )
    for table in metadata.sorted_tables:
        if (
            table.name in present
            and target.execute(sa.select(sa.exists(sa.select(1).select_from(table)))).scalar()
        ):
            raise DatabaseError(
                f"it has rows already (in {table.name}); name an empty database, or, if the ledger was moved here"
                " before, set DATABASE_URL"
            )


@contextlib.contextmanager
def _reading(ledger: Path) -> Iterator[sa.Connection]:
    """Lock a ledger and yield a connection to it, in a transaction that sees the newest schema and is rolled back."""
    if not ledger.is_file():
        raise DatabaseError(f"there is no file {ledger}")
    engine = sa.create_engine("sqlite://", creator=lambda: _open(ledger), poolclass=sa.NullPool)
    try:
        with locked(ledger), engine.connect() as connection, connection.begin() as transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _prepare_source(connection, ledger)
            yield connection
            transaction.rollback()
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        raise DatabaseError(f"{ledger} cannot be read: {explain_sqlite_error(error)}") from error


def _open(ledger: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{ledger.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    connection.text_factory = _decode
    return connection


def _decode(raw: bytes) -> str:
    """Decode a text of SQLite, which checks no encoding. As in core.json_text, U+FFFD replaces a lone surrogate."""
    with contextlib.suppress(UnicodeDecodeError):
        text = raw.decode("utf-8", "surrogatepass")
        return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return raw.decode("utf-8", "replace")


def _prepare_source(connection: sa.Connection, ledger: Path) -> None:
    damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if damage != "ok":
        raise DatabaseError(f"{ledger} is damaged ({damage})")
    if not set(sa.inspect(connection).get_table_names()) >= TABLES_OF_A_LEDGER:
        raise DatabaseError(f"{ledger} is not a ledger of this bot")
    version = schema_version(connection)
    if version.is_newer:  # this version does not know all of its columns
        raise DatabaseError(
            f"{ledger} has a newer schema ({version.number}); move it with the version that wrote it"
        )
    try:
        migrate(connection)
    except DatabaseError as error:
        raise DatabaseError(f"{ledger} cannot be read: {error}") from error


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """Name the database in each of its errors. Errors of SQLite pass."""
    try:
        yield
    except (DatabaseLocked, StorageUnreachable):
        raise
    except (DatabaseError, sa.exc.SQLAlchemyError, OSError) as error:
        if isinstance(getattr(error, "orig", None), sqlite3.Error):
            raise
        raise DatabaseError(f"{name} cannot be used: {explain(error)}") from error
