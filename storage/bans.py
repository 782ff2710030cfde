"""Users, chats and words that the bot's admins blocked."""

from enum import StrEnum

import sqlalchemy as sa

from storage.admin_actions import ActionKind, AdminCause, is_recorded, record
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

    async def add(self, kind: Ban, value: str, cause: AdminCause) -> None:
        """Add a ban, and store the action."""
        statement = insert(bans).values(kind=kind, value=value).on_conflict_do_nothing()
        action = ActionKind.BAN if kind is Ban.SUBJECT else ActionKind.BAN_WORD

        def unit(connection: sa.Connection) -> None:
            if _record(connection, cause, action, kind, value):
                connection.execute(statement)

        await self._database.write(unit)
        self.reload()

    async def lift(self, kind: Ban, value: str, cause: AdminCause) -> bool:
        """Remove a ban, and store the action. Return False if there was none. The same cause again returns True."""
        statement = sa.delete(bans).where(bans.c.kind == kind, bans.c.value == value)
        action = ActionKind.UNBAN if kind is Ban.SUBJECT else ActionKind.UNBAN_WORD

        def unit(connection: sa.Connection) -> bool:
            if is_recorded(connection, cause):
                return True
            lifted = connection.execute(statement).rowcount == 1
            return lifted and _record(connection, cause, action, kind, value)

        lifted = await self._database.write(unit)
        self.reload()
        return lifted

    def reload(self) -> None:
        """Drop the cache, after this or another module has changed the bans."""
        self._changes += 1
        self._cached = None


def _record(connection: sa.Connection, cause: AdminCause, action: ActionKind, kind: Ban, value: str) -> bool:
    if kind is Ban.SUBJECT:
        return record(connection, cause, action, subject_id=int(value))
    return record(connection, cause, action, details=value)
