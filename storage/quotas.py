"""Pictures a subject may have a UTC day. Units move only inside the transaction of their cause."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.schema import quotas

_INSERT = insert(quotas)
_RESERVE = _INSERT.on_conflict_do_update(
    index_elements=[quotas.c.subject_id, quotas.c.day],
    set_={"used": quotas.c.used + 1},
    where=quotas.c.used < sa.bindparam("daily"),
).returning(quotas.c.used)
_GIVE_BACK = (
    sa.update(quotas)
    .where(quotas.c.subject_id == sa.bindparam("subject"), quotas.c.day == sa.bindparam("on_day"))
    .values(used=quotas.c.used - 1)
)
_USED = sa.select(quotas.c.used).where(
    quotas.c.subject_id == sa.bindparam("subject"), quotas.c.day == sa.bindparam("on_day")
)

UNLIMITED = 2**53
"""More than anybody draws in a day: the limit of those who have none, whose units are still counted."""


def reserve(connection: sa.Connection, subject_id: int, day: str, daily: int | None) -> bool:
    """Take one unit of the day inside the caller's transaction. False when the day's units are used up."""
    limit = UNLIMITED if daily is None else daily
    if limit <= 0:
        return False
    row = connection.execute(_RESERVE, {"subject_id": subject_id, "day": day, "used": 1, "daily": limit})
    return row.first() is not None


def subjects(user_id: int, chat_id: int) -> tuple[int, ...]:
    """Return whose units a request takes: the person's and, in a group, the group's.

    Who writes as the group itself (an anonymous admin) takes the group's alone.
    """
    return (user_id,) if chat_id > 0 or chat_id == user_id else (user_id, chat_id)


def reserve_all(connection: sa.Connection, limits: Sequence[tuple[int, int | None]], day: str) -> int | None:
    """Take one unit of every subject, or of none. Returns the subject whose units are used up, or None."""
    for count, (subject_id, daily) in enumerate(limits):
        if not reserve(connection, subject_id, day, daily):
            for taken, _ in limits[:count]:
                give_back(connection, taken, day)
            return subject_id
    return None


def give_back(connection: sa.Connection, subject_id: int, day: str) -> None:
    """Return one unit to the day it was taken from, inside the caller's transaction."""
    connection.execute(_GIVE_BACK, {"subject": subject_id, "on_day": day})


class Quotas:
    """Reads how much of a day is used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def used(self, subject_id: int, day: str) -> int:
        """Return the units reserved or kept on a UTC day (`YYYY-MM-DD`)."""

        def unit(connection: sa.Connection) -> int:
            return connection.execute(_USED, {"subject": subject_id, "on_day": day}).scalar() or 0

        return await self._database.read(unit)
