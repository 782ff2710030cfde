"""How long tasks took, kept so that a restart remembers."""

from typing import NamedTuple

import sqlalchemy as sa

from storage.database import Database
from storage.schema import durations

KEPT = 400
"""Enough to learn from: older ones weigh next to nothing (generation.poll_schedule)."""


class Interval(NamedTuple):
    """A duration in seconds known only to lie between two polls: in (shortest, longest]."""

    shortest: float
    longest: float


def record(connection: sa.Connection, interval: Interval) -> None:
    """Add one duration inside the caller's transaction."""
    connection.execute(sa.insert(durations), interval._asdict())


class Durations:
    """Reads what was learned."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self) -> list[Interval]:
        """Return the newest durations, oldest first, and forget those beyond `KEPT`."""

        def unit(connection: sa.Connection) -> list[Interval]:
            newest = sa.select(durations).order_by(durations.c.id.desc()).limit(KEPT)
            rows = connection.execute(newest).all()
            if rows:
                connection.execute(sa.delete(durations).where(durations.c.id < rows[-1].id))
            return [Interval(row.shortest, row.longest) for row in reversed(rows)]

        return await self._database.write(unit)
