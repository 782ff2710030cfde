"""`imagine-bot backup FILE`, `restore FILE` and `migrate-to URL`, which print one line or a few."""

import asyncio
import re
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from storage.backup import LedgerCopy, back_up, restore
from storage.database_errors import DatabaseError, StorageUnreachable
from storage.sqlite_file import sqlite_path

_PASSWORD = re.compile(r"^(postgresql://[^:@/]*):[^@/]*@")


def print_backup(database_url: str, target: Path) -> bool:
    """Copy the ledger to a new file. Return whether it worked."""
    try:
        ledger = _ledger(
            database_url, instead=["pg_dump", "--format=custom", "--exclude-schema=dbos", f"--file={target}"]
        )
        copy = back_up(ledger, target)
    except DatabaseError as error:
        print(f"Nothing was copied: {error}.", file=sys.stderr)
        return False
    print(f"{ledger} is copied to {target}: {_describe(copy)}.")
    return True


def print_restore(database_url: str, source: Path) -> bool:
    """Replace the ledger with a copy. Return whether it worked."""
    try:
        ledger = _ledger(
            database_url, instead=["pg_restore", "--no-owner", "--single-transaction", str(source)]
        )
        copy, former = restore(source, ledger, now=datetime.now(UTC))
    except DatabaseError as error:
        print(f"Nothing was changed: {error}.", file=sys.stderr)
        return False
    print(f"{ledger} is restored from {source}: {_describe(copy)}.")
    if former is not None:
        print(f"The former ledger is kept as {former}; remove it once you are content.")
    return True


def print_transfer(database_url: str, target_url: str) -> bool:
    """Copy the ledger to an empty PostgreSQL database. Return whether it worked."""
    from storage.ledger_transfer import transfer  # noqa: PLC0415 - psycopg is an optional package

    try:
        ledger = _ledger(database_url)
        rows = asyncio.run(transfer(ledger, target_url, report=_report))
    except StorageUnreachable as error:
        print(
            f"It is not known whether the ledger was moved: {error}. Run the command again: it moves the ledger, or"
            " says that the rows are there already.",
            file=sys.stderr,
        )
        return False
    except DatabaseError as error:
        print(f"Nothing was moved: {error}.", file=sys.stderr)
        return False
    print(f"{ledger} is moved: {_count(rows, 'row')}, the same in both databases.")
    shown = _PASSWORD.sub(r"\1:***@", target_url)
    secret = "" if shown == target_url else ", with the password in place of ***"
    print(f"Now set DATABASE_URL={shown}{secret}, and start the bot.")
    print(f"{ledger} is unchanged. Keep it until you are content, but start no bot with it.")
    return True


def _report(table: str, rows: int) -> None:
    """Print the progress on a terminal."""
    if sys.stderr.isatty():
        print(f"{table}: {_count(rows, 'row')}", file=sys.stderr)


def _ledger(database_url: str, *, instead: Sequence[str] = ()) -> Path:
    """Return the file of the ledger. Raises DatabaseError for a PostgreSQL database, with the command for it."""
    if not database_url.startswith("postgresql:"):
        return sqlite_path(database_url)
    if not instead:
        raise DatabaseError("the ledger is in PostgreSQL already")
    shown = _PASSWORD.sub(r"\1@", database_url)
    command = shlex.join([instead[0], f"--dbname={shown}", *instead[1:]])
    raise DatabaseError(f"the ledger is in PostgreSQL; use {command} (docs/operating.md)")


def _describe(copy: LedgerCopy) -> str:
    return f"{_count(copy.requests, 'request')}, {copy.size / 1e6:.1f} MB"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
