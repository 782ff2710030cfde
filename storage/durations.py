"""Durations of finished tasks, stored so that a restart remembers them."""

from typing import NamedTuple

import sqlalchemy as sa

from storage.database import Database
from storage.schema import durations

KEPT = 400
"""Durations to keep. Older ones have next to no weight (generation.duration_model)."""


_INSERT = sa.insert(durations)


class Interval(NamedTuple):
    """A duration in seconds that is only known to lie between two polls: in (shortest, longest]."""

    shortest: float
    longest: float


def record_duration(connection: sa.Connection, interval: Interval) -> None:
    """Add a duration inside the caller's transaction."""
    connection.execute(_INSERT, interval._asdict())


class Durations:
    """Reads the stored durations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self) -> list[Interval]:
        """Return the newest `KEPT` durations, oldest first, and delete the others."""

        def unit(connection: sa.Connection) -> list[Interval]:
            newest = sa.select(durations).order_by(durations.c.id.desc()).limit(KEPT)
            rows = connection.execute(newest).all()
            if rows:
                connection.execute(sa.delete(durations).where(durations.c.id < rows[-1].id))
            return [Interval(row.shortest, row.longest) for row in reversed(rows)]

        return await self._database.write(unit)
