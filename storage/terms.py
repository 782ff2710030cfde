"""The version of the terms of sale that each user accepted."""

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import accepted_terms
from storage.upsert import insert


class Terms:
    """Every read and write of the table of accepted terms."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def accept(self, user_id: int, version: str) -> None:
        """Store that a user accepted a version. The time of the first acceptance of a version stays."""
        values = {"version": version, "at": self._clock.now()}
        statement = (
            insert(accepted_terms)
            .values(user_id=user_id, **values)
            .on_conflict_do_update(
                index_elements=[accepted_terms.c.user_id],
                set_=values,
                where=accepted_terms.c.version != version,
            )
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def accepted(self, user_id: int) -> str | None:
        """Return the version that a user accepted last, or None."""
        statement = sa.select(accepted_terms.c.version).where(accepted_terms.c.user_id == user_id)
        return await self._database.read(lambda connection: connection.execute(statement).scalar())
