"""The errors of the ledger, and the translation of SQLite's errors into them."""

import sqlite3

import sqlalchemy as sa


class DatabaseError(Exception):
    """The database cannot be used."""


class DatabaseLocked(DatabaseError):
    """Another process uses this database."""


class StorageUnavailable(DatabaseError):
    """The disk is full, read-only or failing. Nothing was stored, and a later retry is safe."""


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
