"""When somebody's descriptions were held unsafe: kept apart from their requests, so that /forget ends no pause."""

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import unsafe

WINDOW = 3600.0
"""Seconds for which it is of use to know."""

_INSERT = sa.insert(unsafe)
_FORGET_OLD = sa.delete(unsafe).where(unsafe.c.held_at <= sa.bindparam("since"))
_COUNT = (
    sa.select(sa.func.count())
    .select_from(unsafe)
    .where(unsafe.c.user_id == sa.bindparam("of_user"), unsafe.c.held_at > sa.bindparam("since"))
)


def record(connection: sa.Connection, user_id: int, now: float) -> None:
    """Note one inside the caller's transaction, and forget everybody's that are too old to matter."""
    connection.execute(_FORGET_OLD, {"since": now - WINDOW})
    connection.execute(_INSERT, {"user_id": user_id, "held_at": now})


class ModerationStrikes:
    """Reads what was noted."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def lately(self, user_id: int) -> int:
        """Return how many of a person's descriptions were held unsafe within the last `WINDOW` seconds."""
        values = {"of_user": user_id, "since": self._clock.now() - WINDOW}
        return await self._database.read(lambda c: c.execute(_COUNT, values).scalar_one())
