"""Broadcasts: messages of bot admins to all users, with the position in the list of users.

One user at a time is recorded before the message to them is sent, and the outcome with the next user. So after a kill
the outcome of at most one message is unknown, and that message is not repeated. The row of a broadcast holds all of it:
a million users leave no million rows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from storage.admin_actions import ActionKind, AdminCause, record
from storage.audience import CAN_GET
from storage.database import Database
from storage.schema import broadcasts, users
from storage.upsert import insert


class BroadcastState(StrEnum):
    """The stage of a broadcast. The last four are final."""

    DRAFT = "draft"
    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    GONE = "gone"
    """The original was deleted."""
    REFUSED = "refused"
    """Telegram refused the message for many users in a row."""


class Outcome(StrEnum):
    """The outcome of the message to one user; the first four are counted."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"
    """It is sent later."""


KEPT_SECONDS = 90 * 86_400.0
OPEN = (BroadcastState.DRAFT, BroadcastState.WAITING, BroadcastState.SENDING)
_FINAL = tuple(state for state in BroadcastState if state not in OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """One row of the table of broadcasts, which describes the columns."""

    id: int
    key: str
    admin_id: int
    message_id: int
    keyboard: str | None
    languages: frozenset[str]
    state: BroadcastState
    created_at: float
    due_at: float | None
    panel_message_id: int | None
    total: int
    last_user_id: int
    sending_user_id: int | None
    sent: int
    unreachable: int
    refused: int
    unknown: int
    started_at: float | None
    finished_at: float | None
    shown_at: float | None

    @property
    def handled(self) -> int:
        """The number of users whose message has an outcome."""
        return self.sent + self.unreachable + self.refused + self.unknown


class Broadcasts:
    """Every read and write of the table of broadcasts."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self, key: str, *, admin_id: int, message_id: int, keyboard: str | None, languages: Collection[str]
    ) -> Broadcast:
        """Store a draft and return it. A known key is the stored broadcast."""
        values = {
            "key": key,
            "admin_id": admin_id,
            "message_id": message_id,
            "keyboard": keyboard,
            "languages": _joined(languages),
            "state": BroadcastState.DRAFT,
            "created_at": self._clock.now(),
        }

        def unit(connection: sa.Connection) -> Broadcast:
            connection.execute(insert(broadcasts).on_conflict_do_nothing(), values)
            return _read(connection.execute(sa.select(broadcasts).where(broadcasts.c.key == key)).one())

        return await self._database.write(unit)

    async def get(self, broadcast_id: int) -> Broadcast | None:
        """Return a broadcast, or None."""
        return await self._first(broadcasts.c.id == broadcast_id)

    async def of_panel(self, admin_id: int, message_id: int) -> Broadcast | None:
        """Return the broadcast whose panel is a message in an admin's private chat, or None."""
        return await self._first(
            sa.and_(broadcasts.c.admin_id == admin_id, broadcasts.c.panel_message_id == message_id)
        )

    async def set_panel(self, broadcast_id: int, message_id: int) -> None:
        """Store the message that shows a broadcast."""
        await self._change(broadcast_id, OPEN, panel_message_id=message_id)

    async def choose_languages(self, broadcast_id: int, languages: Collection[str]) -> Broadcast | None:
        """Store the chosen languages of a draft. None for a broadcast that is no draft any more."""
        return await self._change(broadcast_id, [BroadcastState.DRAFT], languages=_joined(languages))

    async def schedule(
        self, broadcast_id: int, due_at: float, *, admin: AdminCause | None = None
    ) -> Broadcast | None:
        """Let a draft, or one that waits for its time, begin at a time. None for any other broadcast.

        `admin` is the action to store with it.
        """
        waiting = (BroadcastState.DRAFT, BroadcastState.WAITING)
        action = None if admin is None else (admin, ActionKind.BROADCAST)
        return await self._change(broadcast_id, waiting, action, state=BroadcastState.WAITING, due_at=due_at)

    async def begin(self, broadcast_id: int, total: int) -> Broadcast | None:
        """Begin a broadcast that waits, with the number of its users. None for any other one."""
        values = {"state": BroadcastState.SENDING, "total": total, "started_at": self._clock.now()}
        return await self._change(broadcast_id, [BroadcastState.WAITING], None, **values)

    async def end(
        self,
        broadcast_id: int,
        state: BroadcastState,
        *,
        only: Collection[BroadcastState] = OPEN,
        admin: AdminCause | None = None,
    ) -> Broadcast | None:
        """Give a broadcast a final state. None for one that has another state than `only`.

        `admin` is the action to store with it.
        """
        action = None if admin is None else (admin, ActionKind.STOP_BROADCAST)
        return await self._change(broadcast_id, only, action, state=state, finished_at=self._clock.now())

    async def shown(self, broadcast_id: int) -> None:
        """Record that the panel shows the end."""
        await self._change(broadcast_id, _FINAL, shown_at=self._clock.now())

    async def next_due(self) -> Broadcast | None:
        """Return the broadcast to go on with: the one that is being sent, or the first one whose time has come."""
        sending = broadcasts.c.state == BroadcastState.SENDING
        due = sa.and_(broadcasts.c.state == BroadcastState.WAITING, broadcasts.c.due_at <= self._clock.now())
        first = sa.select(broadcasts).where(sa.or_(sending, due))
        first = first.order_by(sa.not_(sending), broadcasts.c.due_at, broadcasts.c.id).limit(1)
        row = await self._database.read(lambda connection: connection.execute(first).first())
        return None if row is None else _read(row)

    async def next_due_at(self) -> float | None:
        """Return the time of the next broadcast that waits, or None."""
        statement = sa.select(sa.func.min(broadcasts.c.due_at)).where(
            broadcasts.c.state == BroadcastState.WAITING
        )
        return await self._database.read(lambda connection: connection.execute(statement).scalar())

    async def not_shown(self) -> list[Broadcast]:
        """Return the broadcasts that ended and whose panels do not show that yet."""
        statement = sa.select(broadcasts).where(
            broadcasts.c.state.in_(_FINAL),
            broadcasts.c.shown_at.is_(None),
            broadcasts.c.panel_message_id.is_not(None),
        )
        return await self._database.read(lambda c: [_read(row) for row in c.execute(statement)])

    async def newest(self, limit: int) -> list[Broadcast]:
        """Return the newest broadcasts that are no drafts, the newest first."""
        statement = sa.select(broadcasts).where(broadcasts.c.state != BroadcastState.DRAFT)
        statement = statement.order_by(broadcasts.c.id.desc()).limit(limit)
        return await self._database.read(lambda c: [_read(row) for row in c.execute(statement)])

    async def claim(
        self, broadcast: Broadcast, user_id: int | None, outcome: Outcome | None = None
    ) -> Broadcast | None:
        """Record the outcome of the last message, and that the one to the next user is about to be sent.

        `broadcast` is the row as this process knows it. Return the row as it is now. Only if its `sending_user_id` is
        the user the message may be sent: the broadcast may have ended, or the user gets no broadcasts any more. None
        if another process went on with the broadcast.
        """

        now = self._clock.now()

        def unit(connection: sa.Connection) -> Broadcast | None:
            known: Broadcast | None = broadcast
            if outcome is not None:
                if user_id is not None and (gone_on := _go_on(connection, broadcast, outcome, user_id, now)):
                    return gone_on
                known = _record(connection, broadcast, outcome, now)
            if known is None or user_id is None or known.state is not BroadcastState.SENDING:
                return known
            return _claim(connection, known, user_id)

        return await self._database.write(unit)

    async def prune(self) -> None:
        """Delete the broadcasts that ended, and the drafts that were left, more than `KEPT_SECONDS` ago."""
        old = self._clock.now() - KEPT_SECONDS
        left = sa.and_(broadcasts.c.state == BroadcastState.DRAFT, broadcasts.c.created_at < old)
        which = sa.or_(broadcasts.c.finished_at < old, left)
        await self._database.write(lambda c: c.execute(sa.delete(broadcasts).where(which)).rowcount)

    async def _first(self, which: sa.ColumnElement[bool]) -> Broadcast | None:
        statement = sa.select(broadcasts).where(which)
        row = await self._database.read(lambda connection: connection.execute(statement).first())
        return None if row is None else _read(row)

    async def _change(
        self,
        broadcast_id: int,
        states: Collection[BroadcastState],
        action: tuple[AdminCause, ActionKind] | None = None,
        **values: Any,
    ) -> Broadcast | None:
        statement = (
            sa.update(broadcasts)
            .where(broadcasts.c.id == broadcast_id, broadcasts.c.state.in_(list(states)))
            .values(**values)
            .returning(*broadcasts.c)
        )

        def unit(connection: sa.Connection) -> sa.Row[Any] | None:
            row = connection.execute(statement).first()
            if row is not None and action is not None:
                record(connection, *action, details=str(broadcast_id))
            return row

        row = await self._database.write(unit)
        return None if row is None else _read(row)


_ID: sa.BindParameter[int] = sa.bindparam("of_id")
_LAST: sa.BindParameter[int] = sa.bindparam("last")
_USER: sa.BindParameter[int] = sa.bindparam("of_user")
_COUNTED = (Outcome.SENT, Outcome.UNREACHABLE, Outcome.REFUSED, Outcome.UNKNOWN)
_COUNTS = {one.value: broadcasts.c[one.value] + sa.bindparam(f"{one.value}_more") for one in _COUNTED}
_IS_SENDING = broadcasts.c.state == BroadcastState.SENDING.value
_CAN_GET = sa.exists(sa.select(users.c.id).where(users.c.id == _USER, CAN_GET))
_GO_ON = (
    sa.update(broadcasts)
    .where(broadcasts.c.id == _ID, broadcasts.c.sending_user_id == _LAST, _IS_SENDING, _CAN_GET)
    .values(last_user_id=_LAST, sending_user_id=_USER, **_COUNTS)
    .returning(*broadcasts.c)
)
_RECORD = (
    sa.update(broadcasts)
    .where(broadcasts.c.id == _ID, broadcasts.c.sending_user_id == _LAST)
    .values(last_user_id=_LAST, sending_user_id=None, **_COUNTS)
    .returning(*broadcasts.c)
)
_RELEASE = (
    sa.update(broadcasts)
    .where(broadcasts.c.id == _ID, broadcasts.c.sending_user_id == _LAST)
    .values(sending_user_id=None)
    .returning(*broadcasts.c)
)
_IS_FREE = sa.and_(broadcasts.c.id == _ID, broadcasts.c.sending_user_id.is_(None))
_CLAIM = (
    sa.update(broadcasts)
    .where(_IS_FREE, broadcasts.c.last_user_id == _LAST, _IS_SENDING, _CAN_GET)
    .values(sending_user_id=_USER)
    .returning(*broadcasts.c)
)
_FREE = sa.select(broadcasts).where(_IS_FREE)
_BLOCK = sa.update(users).where(users.c.id == _LAST).values(blocked_at=sa.bindparam("now", type_=sa.Float))


def _go_on(
    connection: sa.Connection, broadcast: Broadcast, outcome: Outcome, user_id: int, now: float
) -> Broadcast | None:
    """Do `_record` and `_claim` in one statement. None if that is not possible; then nothing has changed."""
    if outcome is Outcome.NOT_SENT:
        return None
    values = _values(broadcast, outcome) | {"of_user": user_id}
    row = connection.execute(_GO_ON, values).first()
    if row is not None:
        _note_block(connection, broadcast, outcome, now)
    return None if row is None else _read(row)


def _record(
    connection: sa.Connection, broadcast: Broadcast, outcome: Outcome, now: float
) -> Broadcast | None:
    """Record the outcome of the message to the user on record. None if another process has done it."""
    statement = _RELEASE if outcome is Outcome.NOT_SENT else _RECORD
    row = connection.execute(statement, _values(broadcast, outcome)).first()
    if row is not None:
        _note_block(connection, broadcast, outcome, now)
    return None if row is None else _read(row)


def _claim(connection: sa.Connection, known: Broadcast, user_id: int) -> Broadcast | None:
    """Record the next user, if the row is as it is known. A user who gets no broadcasts any more is left out."""
    values = {"of_id": known.id, "last": known.last_user_id, "of_user": user_id}
    row = connection.execute(_CLAIM, values).first()
    row = row or connection.execute(_FREE, {"of_id": known.id}).first()
    return None if row is None else _read(row)


def _note_block(connection: sa.Connection, broadcast: Broadcast, outcome: Outcome, now: float) -> None:
    """Leave a user out from now on who cannot be written to."""
    if outcome is Outcome.UNREACHABLE:
        connection.execute(_BLOCK, {"last": broadcast.sending_user_id, "now": now})


def _values(broadcast: Broadcast, outcome: Outcome) -> dict[str, Any]:
    values: dict[str, Any] = {"of_id": broadcast.id, "last": broadcast.sending_user_id}
    if outcome is not Outcome.NOT_SENT:
        values |= {f"{one.value}_more": int(one is outcome) for one in _COUNTED}
    return values


def _joined(languages: Collection[str]) -> str:
    return ",".join(sorted(languages))


def _read(row: sa.Row[Any]) -> Broadcast:
    values = row._asdict()
    languages = frozenset(filter(None, values.pop("languages").split(",")))
    state = BroadcastState(values.pop("state"))
    return Broadcast(languages=languages, state=state, **values)
