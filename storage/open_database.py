"""Opens the ledger's database by its URL."""

import sqlalchemy as sa

from storage.database import Database, Failpoint
from storage.sqlite import SqliteDatabase


async def open_database(url: str, failpoint: Failpoint | None = None, *, shared: bool = False) -> Database:
    """Open the database of a URL and migrate its schema: for this process alone, or `shared` by replicas.

    Only PostgreSQL can be shared.
    Raises DatabaseLocked if another process uses it, DatabaseError if it cannot be read or written.
    """
    if sa.make_url(url).get_backend_name() == "postgresql":
        from storage.postgres import PostgresDatabase  # noqa: PLC0415 - psycopg is an optional package

        return await PostgresDatabase.open(url, failpoint, shared=shared)
    return await SqliteDatabase.open(url, failpoint)
