"""The times at which the provider rejected a user's prompts as unsafe.

They are kept apart from the requests, so that /forget does not end the pause that follows several of them.
"""

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import moderation_strikes

WINDOW = 3600.0
"""Seconds for which a strike counts."""
STRIKES_TO_PAUSE = 3
"""A user with this many strikes is paused until the oldest of them no longer counts."""

_INSERT = sa.insert(moderation_strikes)
_DELETE_OLD = sa.delete(moderation_strikes).where(moderation_strikes.c.struck_at <= sa.bindparam("since"))
_COUNT = (
    sa.select(sa.func.count())
    .select_from(moderation_strikes)
    .where(
        moderation_strikes.c.user_id == sa.bindparam("of_user"),
        moderation_strikes.c.struck_at > sa.bindparam("since"),
    )
)


def record_strike(connection: sa.Connection, user_id: int, now: float) -> None:
    """Add a strike inside the caller's transaction, and delete all users' strikes that no longer count."""
    connection.execute(_DELETE_OLD, {"since": now - WINDOW})
    connection.execute(_INSERT, {"user_id": user_id, "struck_at": now})


class ModerationStrikes:
    """Reads the strikes."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count_recent(self, user_id: int) -> int:
        """Return the number of a user's strikes within the last `WINDOW` seconds."""
        values = {"of_user": user_id, "since": self._clock.now() - WINDOW}
        return await self._database.read(lambda c: c.execute(_COUNT, values).scalar_one())
