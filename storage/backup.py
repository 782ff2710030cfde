"""Copies of an SQLite ledger: `imagine-bot backup` while the bot runs, `imagine-bot restore` while it is stopped.

The ledger is copied through SQLite's backup API (sqlite.org/backup.html), because a plain copy of a file in use may be
inconsistent.
"""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.database_errors import DatabaseError
from storage.private_files import PRIVATE
from storage.schema_migration import SchemaVersion
from storage.sqlite_file import TABLES_OF_A_LEDGER, explained, locked

BUSY_SECONDS = 30.0
"""Time that a copy waits for SQLite's locks. The running bot holds each of them for less than a second."""
_PAGES = 1_000
"""Pages that are copied at once, some megabytes: a copy that is to be stopped ends after these."""
_INSTRUCTIONS = 100_000
"""Instructions of SQLite's virtual machine between two looks whether a check is to be stopped."""


class CopyStopped(DatabaseError):
    """The copy was to be stopped before its end. No file is left."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class LedgerCopy:
    """A finished copy: its path, its number of requests and its size in bytes."""

    path: Path
    requests: int
    size: int


def back_up(ledger: Path, target: Path, *, is_stopped: Callable[[], bool] = _never) -> LedgerCopy:
    """Copy a ledger to a new file of mode 0600. The bot may be running.

    The file appears under its name only once it is complete and checked. Raises DatabaseError if the ledger is missing
    or damaged, or if the target exists or cannot be written, and CopyStopped soon after `is_stopped` returns True.
    """
    if target.exists():
        raise DatabaseError(f"{target} exists already, and a backup never overwrites a file")
    with (
        _checked_copy(ledger, beside=target, in_use=True, is_stopped=is_stopped) as copy,
        explained(target),
    ):
        copy.replace(target)
        _sync(target.parent)
        return _describe(target)


def restore(source: Path, ledger: Path, *, now: datetime) -> tuple[LedgerCopy, Path | None]:
    """Replace a ledger with a copy of it. Return the new ledger, and the file that keeps the former one, if any.

    A kill at any moment leaves the former ledger or the restored one. Raises DatabaseLocked if the bot runs,
    DatabaseError if the source is no ledger or damaged, or if this version cannot use its schema.
    """
    lock, ledger = ledger, ledger.resolve()  # the bot locks the name that its settings have, a link perhaps
    with explained(ledger):
        ledger.parent.mkdir(parents=True, exist_ok=True)
    with locked(lock), _checked_copy(source, beside=ledger, in_use=False) as copy, explained(ledger):
        _check_version(copy, source)
        former = _keep(ledger, f"{ledger}.before-restore-{now:%Y%m%dT%H%M%SZ}") if ledger.exists() else None
        copy.replace(ledger)
        _sync(ledger.parent)
        return _describe(ledger), former


def _keep(ledger: Path, name: str) -> Path:
    """Copy a ledger and its write-ahead log to another name, and remove the log, which must not meet the restored file.

    SQLite merges the log into an intact ledger first, so a kill after the removal loses nothing.
    """
    log = Path(f"{ledger}-wal")
    for file in (ledger, log):
        if file.exists():
            _copy_bytes(file, Path(name + file.name.removeprefix(ledger.name)))
    _sync(ledger.parent)
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log.unlink(missing_ok=True)
    return Path(name)


@contextlib.contextmanager
def _checked_copy(
    source: Path, *, beside: Path, in_use: bool, is_stopped: Callable[[], bool] = _never
) -> Iterator[Path]:
    """Yield a checked copy of a ledger in the folder of another file. If it is not moved, it is removed afterwards."""
    if not source.is_file():
        raise DatabaseError(f"there is no file {source}")
    with explained(beside):
        handle, name = tempfile.mkstemp(prefix=f".{beside.name}.", dir=beside.absolute().parent)  # mode 0600
        os.close(handle)
    copy = Path(name)
    try:
        with contextlib.closing(_open(source, in_use=in_use)) as reader:
            _copy(reader, copy, is_stopped)
        _check(copy, source, is_stopped)
        yield copy
    except sqlite3.Error as error:
        if is_stopped():
            raise CopyStopped(f"the copy of {source} was stopped") from None
        raise DatabaseError(f"{source} cannot be copied: {error}") from error
    finally:
        copy.unlink(missing_ok=True)


def _open(source: Path, *, in_use: bool) -> sqlite3.Connection:
    """Open a file to read from it.

    Without `immutable`, SQLite leaves a write-ahead log beside a file that it only reads, and cannot open a file on a
    read-only disk (sqlite.org/wal.html, "Read-Only Databases").
    """
    mode = "mode=rw" if in_use or Path(f"{source}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{source.resolve().as_uri()}?{mode}", uri=True, timeout=BUSY_SECONDS)


def _copy(reader: sqlite3.Connection, copy: Path, is_stopped: Callable[[], bool]) -> None:
    def look(_status: int, _left: int, _pages: int) -> None:
        if is_stopped():
            raise sqlite3.OperationalError("stopped")

    # One transaction for all pages: otherwise the copy begins anew whenever the bot writes (sqlite.org/backup.html).
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with contextlib.closing(sqlite3.connect(copy)) as writer:
        reader.backup(writer, pages=_PAGES, progress=look)
        writer.execute("PRAGMA journal_mode=DELETE")  # one file, without a write-ahead log beside it
    _sync(copy)


def _check(copy: Path, source: Path, is_stopped: Callable[[], bool]) -> None:
    """Open a copy anew and read all of it. Raises DatabaseError if it is damaged or no ledger."""
    with contextlib.closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as reader:
        reader.set_progress_handler(is_stopped, _INSTRUCTIONS)
        damage = reader.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if damage != "ok":
            raise DatabaseError(f"{source} is damaged ({damage})")
        tables = {name for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= TABLES_OF_A_LEDGER:
            raise DatabaseError(f"{source} is not a ledger of this bot")


def _check_version(copy: Path, source: Path) -> None:
    """Raise DatabaseError for a schema that this version can neither migrate nor use."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - a start of the bot with BACKUP_DIR does not need it

    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.row_factory = sqlite3.Row
        version = SchemaVersion.of(dict(connection.execute("SELECT * FROM alembic_version").fetchone()))
    known = ScriptDirectory(str(Path(__file__).parent / "migrations")).walk_revisions()
    if not version.is_newer and version.number not in {script.revision for script in known}:
        raise DatabaseError(
            f"{source} has a schema ({version.number}) that this version does not know;"
            " install the version that wrote it"
        )


def _describe(ledger: Path) -> LedgerCopy:
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        requests = connection.execute("SELECT count(*) FROM requests").fetchone()[0]
    return LedgerCopy(ledger, requests, ledger.stat().st_size)


def _copy_bytes(source: Path, target: Path) -> None:
    target.touch(PRIVATE)
    shutil.copyfile(source, target)
    _sync(target)


def _sync(path: Path) -> None:
    """Bring a file or the entries of a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
