"""Units of a UTC day: one per picture. They change only inside the transaction of their cause."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.reply_target import is_group
from storage.database import Database
from storage.schema import quotas
from storage.upsert import insert

_INSERT = insert(quotas)
_RESERVE = _INSERT.on_conflict_do_update(
    index_elements=[quotas.c.subject_id, quotas.c.day],
    set_={"used": quotas.c.used + sa.bindparam("units")},
    where=quotas.c.used <= sa.bindparam("most"),
).returning(quotas.c.used)
_REFUND = (
    sa.update(quotas)
    .where(quotas.c.subject_id == sa.bindparam("subject"), quotas.c.day == sa.bindparam("on_day"))
    .values(used=quotas.c.used - sa.bindparam("units"))
)
_USED = sa.select(quotas.c.used).where(
    quotas.c.subject_id == sa.bindparam("subject"), quotas.c.day == sa.bindparam("on_day")
)

UNLIMITED = 2**31 - 1
"""The daily limit of users without one, the largest integer of the column. Their units are counted all the same."""


def reserve(connection: sa.Connection, subject_id: int, day: str, daily: int | None, units: int = 1) -> bool:
    """Reserve units of a day inside the caller's transaction. Return False if fewer are left."""
    most = (UNLIMITED if daily is None else daily) - units
    if most < 0:
        return False
    values = {"subject_id": subject_id, "day": day, "used": units, "units": units, "most": most}
    return connection.execute(_RESERVE, values).first() is not None


def subjects(user_id: int, chat_id: int) -> tuple[int, ...]:
    """Return the subjects that a request needs a unit of: the user and, in a group, the group.

    A user who writes as the group itself (an anonymous admin) needs a unit of the group only.
    """
    return (user_id, chat_id) if is_group(chat_id) and chat_id != user_id else (user_id,)


def reserve_all(
    connection: sa.Connection, limits: Sequence[tuple[int, int | None]], day: str, units: int = 1
) -> int | None:
    """Reserve units of every subject, or of none. Return the first subject with too few units left, or None."""
    for count, (subject_id, daily) in enumerate(limits):
        if not reserve(connection, subject_id, day, daily, units):
            for reserved, _ in limits[:count]:
                refund(connection, reserved, day, units)
            return subject_id
    return None


def refund(connection: sa.Connection, subject_id: int, day: str, units: int = 1) -> None:
    """Give reserved units back to their day, inside the caller's transaction."""
    connection.execute(_REFUND, {"subject": subject_id, "on_day": day, "units": units})


def units_left(connection: sa.Connection, subject_id: int, day: str, daily: int | None) -> int:
    """Return the units of a day that could be reserved."""
    used = connection.execute(_USED, {"subject": subject_id, "on_day": day}).scalar() or 0
    return max(0, (UNLIMITED if daily is None else daily) - used)


class Quotas:
    """Reads the units that are used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def used(self, subject_id: int, day: str) -> int:
        """Return the units reserved or kept on a UTC day (`YYYY-MM-DD`)."""

        def unit(connection: sa.Connection) -> int:
            return connection.execute(_USED, {"subject": subject_id, "on_day": day}).scalar() or 0

        return await self._database.read(unit)
