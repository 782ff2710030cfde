"""Users, chats and words that the bot's admins blocked."""

from enum import StrEnum

import sqlalchemy as sa

from storage.database import Database
from storage.schema import bans
from storage.upsert import insert


class Ban(StrEnum):
    """A kind of ban: a user or chat by id, or a word."""

    SUBJECT = "subject"
    WORD = "word"


class Bans:
    """Every read and write of the bans table, cached if this process is the only writer."""

    def __init__(self, database: Database, *, only_writer: bool = True) -> None:
        self._database = database
        self._only_writer = only_writer
        self._cached: dict[Ban, frozenset[str]] | None = None
        self._changes = 0

    async def of_kind(self, kind: Ban) -> frozenset[str]:
        """Return all bans of a kind: ids as text, words as they were entered."""
        if self._cached is not None:
            return self._cached[kind]
        changes = self._changes
        statement = sa.select(bans.c.kind, bans.c.value)
        rows = await self._database.read(lambda c: [tuple(row) for row in c.execute(statement)])
        found = {one: frozenset(value for k, value in rows if k == one) for one in Ban}
        if self._only_writer and changes == self._changes:  # else they may have changed since they were read
            self._cached = found
        return found[kind]

    async def add(self, kind: Ban, value: str) -> None:
        """Add a ban."""
        statement = insert(bans).values(kind=kind, value=value).on_conflict_do_nothing()
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self.reload()

    async def lift(self, kind: Ban, value: str) -> bool:
        """Remove a ban. Return False if there was none."""
        statement = sa.delete(bans).where(bans.c.kind == kind, bans.c.value == value)
        lifted = await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self.reload()
        return lifted > 0

    def reload(self) -> None:
        """Drop the cache, after this or another module has changed the bans."""
        self._changes += 1
        self._cached = None
