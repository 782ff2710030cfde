"""The users who get a broadcast: those with a private chat, without a block, a ban or the wish to get none."""

from collections.abc import Mapping

import sqlalchemy as sa

from storage.bans import Ban
from storage.database import Database
from storage.schema import bans, preferences, users

BATCH = 500
"""Users that are read at once."""

_BANNED = sa.select(bans.c.value).where(bans.c.kind == Ban.SUBJECT)
CAN_GET = sa.and_(
    users.c.private_chat,
    users.c.blocked_at.is_(None),
    users.c.unsubscribed_at.is_(None),
    sa.cast(users.c.id, sa.Text).not_in(_BANNED),  # a banned id may be larger than any user's
)
"""The condition of users who get a broadcast."""
_LANGUAGE = sa.func.coalesce(preferences.c.language, users.c.language)
"""The tag of the language that a user chose, or that of the user's Telegram app."""
_WITH_CHOICES = users.outerjoin(preferences, preferences.c.subject_id == users.c.id)


class Audience:
    """Reads the users who get a broadcast."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> Mapping[str | None, int]:
        """Return the number of users for each tag of a language. It reads all users."""
        statement = sa.select(_LANGUAGE, sa.func.count()).select_from(_WITH_CHOICES)
        statement = statement.where(CAN_GET).group_by(_LANGUAGE)
        return await self._database.read(lambda c: {row[0]: row[1] for row in c.execute(statement)})

    async def after(self, user_id: int) -> list[tuple[int, str | None]]:
        """Return up to `BATCH` users after an id, in the order of their ids, each with the tag of the language."""
        statement = sa.select(users.c.id, _LANGUAGE).select_from(_WITH_CHOICES)
        statement = statement.where(CAN_GET, users.c.id > user_id).order_by(users.c.id).limit(BATCH)
        return await self._database.read(lambda c: [(row[0], row[1]) for row in c.execute(statement)])
