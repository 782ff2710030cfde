"""The words for which users searched their pictures, by the id that buttons name."""

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import searches
from storage.upsert import insert

KEPT_SECONDS = 30 * 86_400.0
"""Time for which the arrows under a found picture work."""


class Searches:
    """Writes the table of searches. The history reads it."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, key: str, user_id: int, words: str) -> int:
        """Store a search and return its id. A known key is the stored search."""
        values = {"key": key, "user_id": user_id, "words": words, "searched_at": self._clock.now()}

        def unit(connection: sa.Connection) -> int:
            connection.execute(insert(searches).on_conflict_do_nothing(), values)
            return int(connection.execute(sa.select(searches.c.id).where(searches.c.key == key)).scalar_one())

        return await self._database.write(unit)

    async def prune(self) -> None:
        """Delete old searches."""
        old = searches.c.searched_at < self._clock.now() - KEPT_SECONDS
        await self._database.write(
            lambda connection: connection.execute(sa.delete(searches).where(old)).rowcount
        )
