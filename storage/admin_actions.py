"""Actions of the bot's admins, each with its admin, its time and its subject. Rows are only ever added.

`record` belongs into the unit of work of the action's effect. A repeated cause is no new action, and its effect is left
out with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from storage.database import Database
from storage.schema import admin_actions, users
from storage.upsert import insert

PAGE_SIZE = 10
"""Actions on a page."""


class ActionKind(StrEnum):
    """The kind of an action. Its subject is a user or chat, if it has one; the details are named below a kind."""

    BAN = "ban"
    UNBAN = "unban"
    BAN_WORD = "ban-word"
    """The word."""
    UNBAN_WORD = "unban-word"
    """The word."""
    GRANT = "grant"
    """The number of pictures."""
    LIMIT = "limit"
    """The number of pictures a day, None for the limit of all users."""
    PAUSE = "pause"
    """The text that users see, None for the bot's own."""
    RESUME = "resume"
    REFUND = "refund"
    """The charge."""
    DECLINE_REFUND = "decline-refund"
    """The charge."""
    BROADCAST = "broadcast"
    """The id of the broadcast, which is to be sent now or at a time. So is the next one, which ends it."""
    STOP_BROADCAST = "stop-broadcast"
    REPORT_HIDE = "report-hide"
    """The id of the request; the subject is its author. So are the next two."""
    REPORT_BAN = "report-ban"
    REPORT_FINE = "report-fine"


@dataclass(frozen=True, slots=True)
class AdminCause:
    """The message or press of an admin that an action follows from. `key` names it, `at` is in Unix seconds."""

    key: str
    admin_id: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAction:
    """One row of the table. `kind` is a text, because another version of the program may know more kinds."""

    id: int
    cause: str
    admin_id: int
    at: float
    kind: str
    subject_id: int | None
    details: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPage:
    """Some actions, the newest first. `number` is that of the first one of them, from 1, `total` counts all.

    `newer` and `older` are the newest ids of the neighbouring pages, None at the ends. `names` are those of the admins
    and users in the actions, as far as they are known.
    """

    actions: Sequence[AdminAction]
    number: int
    total: int
    newer: int | None
    older: int | None
    names: Mapping[int, str]


_INSERT = insert(admin_actions).on_conflict_do_nothing().returning(admin_actions.c.id)


def record(
    connection: sa.Connection,
    cause: AdminCause,
    kind: ActionKind,
    *,
    subject_id: int | None = None,
    details: str | None = None,
) -> bool:
    """Store an action inside the unit of work of its effect. Return False if its cause is known."""
    values = {"cause": cause.key, "admin_id": cause.admin_id, "at": cause.at, "kind": kind.value}
    row = connection.execute(_INSERT, values | {"subject_id": subject_id, "details": details}).first()
    return row is not None


def is_recorded(connection: sa.Connection, cause: AdminCause) -> bool:
    """Return whether an action of this cause is stored."""
    known = sa.select(admin_actions.c.id).where(admin_actions.c.cause == cause.key)
    return connection.execute(known).first() is not None


class AdminActions:
    """The reads of the table of actions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, newest: int | None = None, *, subject_id: int | None = None) -> ActionPage | None:
        """Return the page that begins with an action, or the first one. None without any action.

        With `subject_id`, only the actions on that user or chat count.
        """
        column = admin_actions.c.id
        among = [] if subject_id is None else [admin_actions.c.subject_id == subject_id]

        def unit(connection: sa.Connection) -> ActionPage | None:
            shown = [] if newest is None else [column <= newest]
            statement = sa.select(admin_actions).where(*among, *shown).order_by(column.desc())
            rows = connection.execute(statement.limit(PAGE_SIZE + 1)).all()
            if not rows:
                return None
            after = sa.select(column).where(*among, column > rows[0].id).order_by(column)
            newer = connection.execute(after.limit(PAGE_SIZE)).scalars().all()
            count = sa.select(sa.func.count()).select_from(admin_actions)
            above = connection.execute(count.where(*among, column > rows[0].id)).scalar_one()
            actions = [_read(row) for row in rows[:PAGE_SIZE]]
            return ActionPage(
                actions=actions,
                number=above + 1,
                total=connection.execute(count.where(*among)).scalar_one(),
                newer=newer[-1] if newer else None,
                older=rows[PAGE_SIZE].id if len(rows) > PAGE_SIZE else None,
                names=_names(connection, actions),
            )

        return await self._database.read(unit)


def _names(connection: sa.Connection, actions: Sequence[AdminAction]) -> dict[int, str]:
    shown = {one.admin_id for one in actions} | {
        one.subject_id for one in actions if one.subject_id is not None
    }
    known = sa.select(users.c.id, users.c.name).where(users.c.id.in_(shown), users.c.name.is_not(None))
    return {row.id: row.name for row in connection.execute(known)}


def _read(row: sa.Row[Any]) -> AdminAction:
    return AdminAction(**row._asdict())
