"""Units of a UTC day: one per picture. They change only inside the transaction of their cause."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from core.reply_target import is_group
from storage.database import Database
from storage.schema import member_quotas, quotas
from storage.upsert import insert

UNLIMITED = 2**31 - 1
"""The daily limit of users without one, the largest integer of the column. Their units are counted all the same."""


class Counter(NamedTuple):
    """A counter of units: of a user, of a group, or of a user as a member of the group `member_of`."""

    subject_id: int
    member_of: int | None = None


class _Statements:
    """The statements on one table of counters. Each is built once: to build one costs more than to run it."""

    def __init__(self, table: sa.Table, *more: sa.ColumnElement[bool]) -> None:
        key, used = list(table.primary_key.columns), table.c.used
        here = [column == sa.bindparam(f"of_{column.name}") for column in key]
        units: sa.BindParameter[int] = sa.bindparam("units")
        self.reserve = (
            insert(table)
            .on_conflict_do_update(
                index_elements=key, set_={"used": used + units}, where=used <= sa.bindparam("most")
            )
            .returning(used)
        )
        self.refund = sa.update(table).where(*here, *more).values(used=used - units)
        self.used = sa.select(used).where(*here)


_OF_SUBJECTS = _Statements(quotas)
_OF_MEMBERS = _Statements(member_quotas, member_quotas.c.used >= sa.bindparam("units"))
"""Earlier versions counted no units of members, so the refund of a unit that they reserved finds none to give back."""


def reserve(connection: sa.Connection, counter: Counter, day: str, daily: int | None, units: int = 1) -> bool:
    """Reserve units of a day inside the caller's transaction. Return False if fewer are left."""
    most = (UNLIMITED if daily is None else daily) - units
    if most < 0:
        return False
    values = _key(counter, day) | {"used": units, "units": units, "most": most}
    return connection.execute(_statements(counter).reserve, values).first() is not None


def counters_of(user_id: int, chat_id: int) -> tuple[Counter, ...]:
    """Return the counters that a request needs a unit of: of the user and, in a group, of the group and its member.

    That of the user, which a credit replaces, is the first one.

    A user who writes as the group itself (an anonymous admin) needs a unit of the group only.
    """
    if not is_group(chat_id):
        return (Counter(user_id),)
    if chat_id == user_id:
        return (Counter(chat_id),)
    return (Counter(user_id), Counter(chat_id), Counter(user_id, member_of=chat_id))


def reserve_all(
    connection: sa.Connection, limits: Sequence[tuple[Counter, int | None]], day: str, units: int = 1
) -> Counter | None:
    """Reserve units of every counter, or of none. Return the first counter with too few units left, or None."""
    for count, (counter, daily) in enumerate(limits):
        if not reserve(connection, counter, day, daily, units):
            for reserved, _ in limits[:count]:
                refund(connection, reserved, day, units)
            return counter
    return None


def refund(connection: sa.Connection, counter: Counter, day: str, units: int = 1) -> None:
    """Give reserved units back to their day, inside the caller's transaction."""
    values = {f"of_{name}": value for name, value in _key(counter, day).items()}
    connection.execute(_statements(counter).refund, values | {"units": units})


def forget_counters(connection: sa.Connection, user_id: int, today: str) -> None:
    """Delete the counters of a user, and of the user as a member of groups, for the days before today."""
    for table, owner in ((quotas, quotas.c.subject_id), (member_quotas, member_quotas.c.user_id)):
        connection.execute(sa.delete(table).where(owner == user_id, table.c.day < today))


def units_left(connection: sa.Connection, counter: Counter, day: str, daily: int | None) -> int:
    """Return the units of a day that could be reserved."""
    return max(0, (UNLIMITED if daily is None else daily) - _used(connection, counter, day))


def _used(connection: sa.Connection, counter: Counter, day: str) -> int:
    values = {f"of_{name}": value for name, value in _key(counter, day).items()}
    return connection.execute(_statements(counter).used, values).scalar() or 0


def _statements(counter: Counter) -> _Statements:
    return _OF_SUBJECTS if counter.member_of is None else _OF_MEMBERS


def _key(counter: Counter, day: str) -> dict[str, Any]:
    """Return the primary key of a counter's row, by column."""
    if counter.member_of is None:
        return {"subject_id": counter.subject_id, "day": day}
    return {"chat_id": counter.member_of, "user_id": counter.subject_id, "day": day}


class Quotas:
    """Reads the units that are used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def used(self, subject_id: int, day: str, *, member_of: int | None = None) -> int:
        """Return the units reserved or kept on a UTC day (`YYYY-MM-DD`), or those of a member in a group."""
        counter = Counter(subject_id, member_of)
        return await self._database.read(lambda connection: _used(connection, counter, day))
