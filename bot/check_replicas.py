"""The part of `imagine-bot check` about the engine of several replicas, and about those that run."""

from importlib.metadata import version

from bot.check_failed import NotChecked
from bot.settings import Settings
from storage.database_errors import DatabaseError


async def check_engine(_settings: Settings) -> str:
    """Return a sentence about the engine's package, without which the settings are refused."""
    return f"several replicas may share the ledger; the package imagine-bot[replicas] is there (dbos {version('dbos')})"


async def check_replicas(settings: Settings) -> str:
    """Return a sentence about the living replicas. Raises NotChecked without the database."""
    from storage.postgres_check import find_replicas  # noqa: PLC0415 - psycopg is an optional package

    try:
        living = await find_replicas(settings.database_url)
    except DatabaseError:
        raise NotChecked("the database cannot be read") from None
    if not living:
        return "none runs now"
    return f"{len(living)} {'lives' if len(living) == 1 else 'live'}, and {living[0]} leads"
