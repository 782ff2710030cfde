"""`imagine-bot backup FILE` and `imagine-bot restore FILE`, which print one or two lines."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from storage.backup import LedgerCopy, back_up, restore
from storage.database_errors import DatabaseError
from storage.sqlite_file import sqlite_path


def print_backup(database_url: str, target: Path) -> bool:
    """Copy the ledger to a new file. Return whether it worked."""
    try:
        ledger = _ledger(database_url)
        copy = back_up(ledger, target)
    except DatabaseError as error:
        print(f"Nothing was copied: {error}.", file=sys.stderr)
        return False
    print(f"{ledger} is copied to {target}: {_describe(copy)}.")
    return True


def print_restore(database_url: str, source: Path) -> bool:
    """Replace the ledger with a copy. Return whether it worked."""
    try:
        ledger = _ledger(database_url)
        copy, former = restore(source, ledger, now=datetime.now(UTC))
    except DatabaseError as error:
        print(f"Nothing was changed: {error}.", file=sys.stderr)
        return False
    print(f"{ledger} is restored from {source}: {_describe(copy)}.")
    if former is not None:
        print(f"The former ledger is kept as {former}; remove it once you are content.")
    return True


def _ledger(database_url: str) -> Path:
    """Return the file of the ledger. Raises DatabaseError for a PostgreSQL database."""
    if sa.make_url(database_url).get_backend_name() == "postgresql":
        raise DatabaseError("the ledger is in PostgreSQL; use pg_dump and pg_restore (docs/operating.md)")
    return sqlite_path(database_url)


def _describe(copy: LedgerCopy) -> str:
    return f"{copy.requests:,} {'request' if copy.requests == 1 else 'requests'}, {copy.size / 1e6:.1f} MB"
