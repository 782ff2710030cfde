"""Users, chats and words that the bot's admins blocked."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from storage.database import Database
from storage.schema import bans


class Ban(StrEnum):
    """A kind of ban: a user or chat by id, or a word."""

    SUBJECT = "subject"
    WORD = "word"


class Bans:
    """Every read and write of the bans table, cached: this process is the only writer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: dict[Ban, frozenset[str]] | None = None

    async def of_kind(self, kind: Ban) -> frozenset[str]:
        """Return all bans of a kind: ids as text, words as they were entered."""
        if self._cached is None:
            statement = sa.select(bans.c.kind, bans.c.value)
            rows = await self._database.read(lambda c: [tuple(row) for row in c.execute(statement)])
            self._cached = {one: frozenset(value for k, value in rows if k == one) for one in Ban}
        return self._cached[kind]

    async def add(self, kind: Ban, value: str) -> None:
        """Add a ban."""
        statement = insert(bans).values(kind=kind, value=value).on_conflict_do_nothing()
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self._cached = None

    async def lift(self, kind: Ban, value: str) -> bool:
        """Remove a ban. Return False if there was none."""
        statement = sa.delete(bans).where(bans.c.kind == kind, bans.c.value == value)
        lifted = await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self._cached = None
        return lifted > 0
