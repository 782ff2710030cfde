"""Messages of the bot that are deleted at a set time, stored so that a restart deletes them, too."""

from typing import NamedTuple

import sqlalchemy as sa

from storage.database import Database
from storage.schema import scheduled_deletions
from storage.upsert import insert


class ScheduledDeletion(NamedTuple):
    """A message and the Unix time at which it is due for deletion."""

    chat_id: int
    message_id: int
    due_at: float


class ScheduledDeletions:
    """Every read and write of the table of scheduled deletions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, deletion: ScheduledDeletion) -> None:
        """Schedule a deletion. A message that is scheduled already keeps its time."""
        statement = insert(scheduled_deletions).on_conflict_do_nothing()
        await self._database.write(lambda c: c.execute(statement, deletion._asdict()).rowcount)

    async def all(self) -> list[ScheduledDeletion]:
        """Return the deletions that are not done, the earliest first."""
        statement = sa.select(scheduled_deletions).order_by(scheduled_deletions.c.due_at)
        return await self._database.read(lambda c: [ScheduledDeletion(*row) for row in c.execute(statement)])

    async def done(self, deletion: ScheduledDeletion) -> None:
        """Record that the message is deleted or cannot be deleted any more."""
        statement = sa.delete(scheduled_deletions).where(
            scheduled_deletions.c.chat_id == deletion.chat_id,
            scheduled_deletions.c.message_id == deletion.message_id,
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
