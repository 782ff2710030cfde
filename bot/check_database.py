"""The part of `imagine-bot check` about the ledger, on each database."""

from bot.check_failed import CheckFailed
from bot.settings import Settings
from storage.database_errors import DatabaseError, DatabaseLocked
from storage.open_database import open_database
from storage.schema import HEAD
from storage.schema_migration import SchemaVersion

PROCESS, REPLICA = 8, 17
"""Connections to PostgreSQL of a single process, and of a replica, whose engine has its own."""


async def check_database(settings: Settings) -> str:
    """Return a sentence about the ledger. Raises CheckFailed if the bot cannot use it."""
    try:
        if settings.on_postgres:
            needed = REPLICA if settings.uses_dbos else PROCESS
            return await _check_postgres(settings.database_url, needed)
        database = await open_database(settings.database_url)
    except DatabaseLocked:
        return "in use by another process, which is right while the bot runs"
    except DatabaseError as error:
        raise CheckFailed(str(error)) from None
    await database.close()
    return f"{database.name} can be read and written"


async def _check_postgres(url: str, needed: int) -> str:
    from storage.postgres_check import examine  # noqa: PLC0415 - psycopg is an optional package

    facts = await examine(url)
    connections = f"{facts.connections} connections for the bot"
    if facts.connections < needed:
        raise CheckFailed(
            f"{facts.name} has {connections}, and each process needs {needed}; raise max_connections of the server,"
            " or the limit of the database or of the user"
        )
    schema = _describe(facts.schema)
    in_use = ", and is in use by another process, which is right while the bot runs" if facts.in_use else ""
    return (
        f"{facts.name} can be read and written{in_use}: PostgreSQL {facts.version}, {facts.encoding}, {schema}, "
        f"{connections} (each process needs {needed}), {facts.round_trip * 1000:.1f} ms for a round trip"
    )


def _describe(schema: SchemaVersion) -> str:
    if schema.number is None:
        return "no tables yet"
    if schema.number == HEAD:
        return f"schema {HEAD}"
    if schema.is_newer:
        return f"schema {schema.number}, which is newer than {HEAD} of this version, and compatible"
    return f"schema {schema.number}, which the next start migrates to {HEAD}"
