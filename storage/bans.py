"""What the bot's admins blocked: people, chats and words."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.schema import bans


class Ban(StrEnum):
    """What is blocked."""

    SUBJECT = "subject"
    WORD = "word"


class Bans:
    """Reads and writes the block list. The only writer there is, so what it remembers is true."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[Ban, frozenset[str]] | None = None

    async def of(self, kind: Ban) -> frozenset[str]:
        """Return everything of a kind that is blocked: ids as text, words as they were given."""
        if self._known is None:
            statement = sa.select(bans.c.kind, bans.c.value)
            rows = await self._database.read(lambda c: [tuple(row) for row in c.execute(statement)])
            self._known = {one: frozenset(value for k, value in rows if k == one) for one in Ban}
        return self._known[kind]

    async def add(self, kind: Ban, value: str) -> None:
        """Block something."""
        statement = insert(bans).values(kind=kind, value=value).on_conflict_do_nothing()
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self._known = None

    async def lift(self, kind: Ban, value: str) -> bool:
        """Unblock something. False where it was not blocked."""
        statement = sa.delete(bans).where(bans.c.kind == kind, bans.c.value == value)
        lifted = await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self._known = None
        return lifted > 0
