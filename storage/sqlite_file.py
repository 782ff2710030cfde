"""One SQLite file: its path, its lock, a check for damage, and the errors of SQLite and of the file system."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import filelock
import sqlalchemy as sa

from storage.database_errors import DatabaseError, DatabaseLocked, StorageUnavailable
from storage.private_files import PRIVATE, explain

LARGEST_CHECKED = 64 * 1024 * 1024
"""The largest file in bytes that is checked for damage at each start, which takes about 0.1 s."""
TABLES_OF_A_LEDGER = frozenset({"alembic_version", "requests"})
"""Tables that every ledger has, also one of an older version."""
_RESTORE = "restore a copy of it with `imagine-bot restore`, or move it away to begin anew"


def sqlite_path(url: str) -> Path:
    """Return the path in a `sqlite:///…` URL. Raises DatabaseError for any other URL."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise DatabaseError(f"{parsed.render_as_string(hide_password=True)} does not name an SQLite file")
    return Path(parsed.database)


def check(connection: sa.Connection, path: Path) -> None:
    """Check a file for damage unless it is larger than `LARGEST_CHECKED`. Raises DatabaseError if it is damaged."""
    if path.stat().st_size > LARGEST_CHECKED:
        return
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        words = " ".join(str(found).split())  # SQLite writes several lines
        raise DatabaseError(f"the file is damaged ({words}); {_RESTORE}")


def explain_sqlite_error(error: Exception) -> str:
    """Return the words of an error at opening, with advice if the file is damaged."""
    words = str(getattr(error, "orig", error))
    damaged = "malformed" in words or "not a database" in words
    return f"{words}; {_RESTORE}" if damaged else words


def to_storage_error(error: Exception) -> Exception:
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


@contextlib.contextmanager
def locked(ledger: Path) -> Iterator[None]:
    """Hold the lock that a running bot holds. Raises DatabaseLocked if another process has it."""
    lock = filelock.FileLock(f"{ledger}.lock", mode=PRIVATE)
    try:
        with explained(ledger):
            lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise DatabaseLocked(f"another process is using {ledger}; stop the bot first") from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise DatabaseError for an error of the file system."""
    try:
        yield
    except filelock.Timeout:  # is an OSError
        raise
    except OSError as error:
        raise DatabaseError(f"{path} cannot be written: {explain(error)}") from error
