"""Opens the ledger's database by its URL."""

from storage.database import Database, Failpoint
from storage.sqlite import SqliteDatabase


async def open_database(url: str, failpoint: Failpoint | None = None) -> Database:
    """Open the database of a URL for this process alone and migrate its schema.

    Raises DatabaseLocked if another process uses it, DatabaseError if it cannot be read or written.
    """
    return await SqliteDatabase.open(url, failpoint)
