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
_RECENT = sa.select(moderation_strikes.c.user_id, moderation_strikes.c.struck_at).where(
    moderation_strikes.c.struck_at > sa.bindparam("since")
)
_OF_USER = _RECENT.where(moderation_strikes.c.user_id == sa.bindparam("of_user"))


def record_strike(connection: sa.Connection, user_id: int, now: float) -> None:
    """Add a strike inside the caller's transaction, and delete all users' strikes that no longer count."""
    connection.execute(_DELETE_OLD, {"since": now - WINDOW})
    connection.execute(_INSERT, {"user_id": user_id, "struck_at": now})


class ModerationStrikes:
    """Reads the strikes, cached if this process is the only writer."""

    def __init__(self, *, database: Database, clock: Clock, only_writer: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._only_writer = only_writer
        self._cached: dict[int, list[float]] | None = None
        self._changes = 0

    async def count_recent(self, user_id: int) -> int:
        """Return the number of a user's strikes within the last `WINDOW` seconds."""
        since = self._clock.now() - WINDOW
        strikes = self._cached if self._cached is not None else await self._read(user_id, since)
        return sum(struck_at > since for struck_at in strikes.get(user_id, ()))

    def reload(self) -> None:
        """Drop the cache, after another module has recorded a strike."""
        self._changes += 1
        self._cached = None

    async def _read(self, user_id: int, since: float) -> dict[int, list[float]]:
        """Return the times of the strikes, of all users if they can be cached, else of one."""
        changes, statement = self._changes, _RECENT if self._only_writer else _OF_USER
        values = {"since": since} if self._only_writer else {"since": since, "of_user": user_id}

        def unit(connection: sa.Connection) -> dict[int, list[float]]:
            found: dict[int, list[float]] = {}
            for row in connection.execute(statement, values):
                found.setdefault(row.user_id, []).append(row.struck_at)
            return found

        strikes = await self._database.read(unit)
        if self._only_writer and changes == self._changes:  # else they may have changed since they were read
            self._cached = strikes
        return strikes
