"""The meaning of PostgreSQL's errors (PostgreSQL, Appendix A, error codes)."""

import psycopg
import sqlalchemy as sa

from storage.database_errors import DatabaseLocked, StorageUnavailable, StorageUnreachable

_UNREACHABLE = ("08", "57", "25P03")
"""Connection exception, operator intervention (the server shuts down or starts), a session idle in a transaction."""
_UNAVAILABLE = ("53", "58", "55P03", "25006")
"""Insufficient resources (a full disk, too many connections), system error, lock not available, read-only."""
_CONFLICTS = ("40001", "40P01")
"""Serialization failure and deadlock: the server undid the transaction, and it may be repeated at once."""

_NO_RIGHTS = "42501"
_RIGHTS = "the user needs the right to create tables, as the owner of the database has it"


def to_storage_error(error: Exception) -> Exception:
    """Return StorageUnavailable for an error of the server or the connection, and any other error as it is."""
    if isinstance(error, DatabaseLocked):
        return StorageUnreachable(str(error))
    cause = _cause(error)
    if cause is None:
        return error
    if cause.sqlstate is None:
        # A lost or refused connection. psycopg raises other classes for values that it cannot send.
        return StorageUnreachable(explain(cause)) if isinstance(cause, psycopg.OperationalError) else error
    if cause.sqlstate.startswith(_UNREACHABLE):
        return StorageUnreachable(explain(cause))
    return StorageUnavailable(explain(cause)) if cause.sqlstate.startswith(_UNAVAILABLE) else error


def is_conflict(error: Exception) -> bool:
    """Return whether the server undid a transaction because of a concurrent one."""
    cause = _cause(error)
    return cause is not None and cause.sqlstate in _CONFLICTS


def is_locked(error: Exception) -> bool:
    """Return whether a lock was not released in time."""
    cause = _cause(error)
    return cause is not None and cause.sqlstate == "55P03"


def is_disconnect(error: Exception) -> bool:
    """Return whether a connection that was open is lost."""
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


def explain(error: Exception) -> str:
    """Return the words of an error in one line."""
    cause = _cause(error)
    # The server's own text, if there is one, without the statement and its values.
    words = str(error) if cause is None else cause.diag.message_primary or str(cause)
    line = "; ".join(line.strip() for line in words.splitlines() if line.strip())
    return f"{line}; {_RIGHTS}" if cause is not None and cause.sqlstate == _NO_RIGHTS else line


def _cause(error: Exception) -> psycopg.Error | None:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return cause if isinstance(cause, psycopg.Error) else None
