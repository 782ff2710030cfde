"""A folder with the newest copies of an SQLite ledger, one a day (BACKUP_DIR)."""

import errno
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from storage.backup import LedgerCopy, back_up
from storage.database_errors import DatabaseError
from storage.sqlite_file import explained

KEPT = 7
"""Copies that are kept."""
FREE_BYTES = 64 * 1024 * 1024
"""Bytes that a copy leaves free on its disk, which may be the disk of the ledger."""
_TIME = "%Y-%m-%dT%H%M%SZ"


class BackupFolder:
    """Makes copies of a ledger in a folder, and removes all but the newest `KEPT`. Other files stay.

    Their names have the name of the ledger and the UTC time, so the folder itself says when the last one was made.
    """

    def __init__(self, *, folder: Path, ledger: Path) -> None:
        self._folder = folder
        self._ledger = ledger

    def newest(self, now: datetime) -> datetime | None:
        """Return the time of the newest copy, or None. One with a time after `now` does not count."""
        return max((time for _, time in self._copies() if time <= now), default=None)

    def prepare(self) -> None:
        """Create the folder unless it exists. Raises DatabaseError if a copy cannot be written or leaves no room."""
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self._folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self._folder))
            self._require_space()

    def back_up(self, now: datetime, is_stopped: Callable[[], bool]) -> LedgerCopy:
        """Copy the ledger, and then remove the oldest copies.

        The copy appears under its name once it is checked. Raises DatabaseError if it cannot be made: no copy is
        removed then, and of the new one nothing is left.
        """
        self.prepare()
        with explained(self._folder):
            self._remove_unfinished()
        copy = back_up(
            self._ledger, self._folder / f"{self._ledger.stem}-{now:{_TIME}}.sqlite3", is_stopped=is_stopped
        )
        with explained(self._folder):
            for path, _ in sorted(self._copies(), key=lambda one: one[1])[:-KEPT]:
                path.unlink(missing_ok=True)
        return copy

    def _copies(self) -> list[tuple[Path, datetime]]:
        found = []
        for path in self._folder.glob(f"{self._ledger.stem}-*.sqlite3"):
            try:
                time = datetime.strptime(path.name, f"{self._ledger.stem}-{_TIME}.sqlite3")  # noqa: DTZ007 - below
            except ValueError:
                continue
            found.append((path, time.replace(tzinfo=UTC)))
        return found

    def _remove_unfinished(self) -> None:
        """Remove what a kill during an earlier copy has left."""
        for path in self._folder.glob(f".{self._ledger.stem}-*.sqlite3.*"):
            path.unlink(missing_ok=True)

    def _require_space(self) -> None:
        size = self._ledger.stat().st_size if self._ledger.exists() else 0
        needed = size + FREE_BYTES
        free = shutil.disk_usage(self._folder).free
        if free < needed:
            raise DatabaseError(
                f"{self._folder} has {free / 1e6:,.0f} MB free, and a copy needs {needed / 1e6:,.0f} MB"
            )
