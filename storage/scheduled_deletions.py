"""Messages of the bot's that are to go after a while, kept so that a restart takes them away too."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.schema import deletions


class ScheduledDeletion(NamedTuple):
    """A message and the Unix time from which on it is not wanted."""

    chat_id: int
    message_id: int
    due_at: float


class ScheduledDeletions:
    """Every read and write of the deletions table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, deletion: ScheduledDeletion) -> None:
        """Let a message go when it is due."""
        statement = insert(deletions).on_conflict_do_nothing()
        await self._database.write(lambda c: c.execute(statement, deletion._asdict()).rowcount)

    async def all(self) -> list[ScheduledDeletion]:
        """Return what is still to go, the first first."""
        statement = sa.select(deletions).order_by(deletions.c.due_at)
        return await self._database.read(lambda c: [ScheduledDeletion(*row) for row in c.execute(statement)])

    async def done(self, deletion: ScheduledDeletion) -> None:
        """Note that a message is gone."""
        statement = sa.delete(deletions).where(
            deletions.c.chat_id == deletion.chat_id, deletions.c.message_id == deletion.message_id
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
