"""Ledgers of older releases, built from the dumps in tests/storage/released."""

import sqlite3
from pathlib import Path

RELEASED = Path(__file__).parent.parent / "storage" / "released"
DUMPS = sorted(RELEASED.glob("*.sql"))
"""One dump for each released schema, named by its revision."""


def build_ledger(dump: Path, folder: Path) -> Path:
    """Write the ledger of a dump to a folder, and return its path."""
    path = folder / "bot.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    connection.close()
    return path
