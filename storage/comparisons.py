"""Messages that show the pictures from which an edit came, so that a user can compare."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import comparisons
from storage.upsert import insert

REPEAT_SECONDS = 60.0
"""A second press within this time is taken for the same one, unless the first one is in vain."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A message that shows an edit or a picture before it.

    `edit_id` is the request of the edit, and `below` the message whose button was pressed. `shown_id` is the request
    whose picture the message shows now, or None for a source that the user did not draw.
    """

    chat_id: int
    message_id: int
    user_id: int
    edit_id: int
    below: int
    shown_id: int | None
    sent_at: float = 0.0


class Comparisons:
    """Every read and write of the table of comparisons but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, comparison: Comparison) -> None:
        """Store a comparison that was just sent."""
        columns = {name: getattr(comparison, name) for name in comparison.__slots__}
        columns |= {"sent_at": self._clock.now()}
        statement = insert(comparisons).values(columns).on_conflict_do_nothing()
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def show(self, chat_id: int, message_id: int, shown_id: int | None) -> None:
        """Record that a comparison shows another picture now."""
        statement = sa.update(comparisons).where(_message(chat_id, message_id)).values(shown_id=shown_id)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def get(self, chat_id: int, message_id: int) -> Comparison | None:
        """Return the comparison in a message, or None if the message is none."""
        statement = sa.select(comparisons).where(_message(chat_id, message_id))
        row = await self._database.read(lambda connection: connection.execute(statement).first())
        return None if row is None else Comparison(**row._asdict())

    async def was_just_sent(self, chat_id: int, below: int, edit_id: int) -> bool:
        """Return whether a comparison of an edit was sent below a message less than `REPEAT_SECONDS` ago."""
        since = self._clock.now() - REPEAT_SECONDS
        statement = sa.select(sa.literal(1)).where(
            comparisons.c.chat_id == chat_id,
            comparisons.c.below == below,
            comparisons.c.edit_id == edit_id,
            comparisons.c.sent_at > since,
        )
        found = await self._database.read(lambda connection: connection.execute(statement.limit(1)).first())
        return found is not None


def shown_in(connection: sa.Connection, chat_id: int, message_id: int) -> int | None:
    """Return the request behind the picture of a comparison, or None."""
    statement = sa.select(comparisons.c.shown_id).where(_message(chat_id, message_id))
    return connection.execute(statement).scalar()


def _message(chat_id: int, message_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(comparisons.c.chat_id == chat_id, comparisons.c.message_id == message_id)
