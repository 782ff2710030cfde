"""What a person chose once and for all."""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.model import AspectRatio
from storage.schema import preferences


class Preferences:
    """Reads and writes preferences."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ratio(self, subject_id: int) -> AspectRatio | None:
        """Return the remembered ratio; None means: ask each time."""
        statement = sa.select(preferences.c.ratio).where(preferences.c.subject_id == subject_id)
        value = await self._database.read(lambda connection: connection.execute(statement).scalar())
        return AspectRatio(value) if value else None

    async def set_ratio(self, subject_id: int, ratio: AspectRatio | None) -> None:
        """Remember a ratio, or ask each time again."""
        statement = (
            insert(preferences)
            .values(subject_id=subject_id, ratio=ratio)
            .on_conflict_do_update(index_elements=[preferences.c.subject_id], set_={"ratio": ratio})
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
