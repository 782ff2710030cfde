"""The ledger of requests: accepted once, moved by fenced updates, settled together with the quota."""

import functools
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from core.clock import Clock, utc_day
from core.model import (
    PENDING,
    Accepted,
    Allowance,
    AspectRatio,
    Failure,
    FileKind,
    GenerationRequest,
    Refused,
    RejectionReason,
    Request,
    State,
)
from storage import moderation_strikes, quotas
from storage.database import Database
from storage.durations import Interval, record
from storage.schema import requests

Values = Mapping[str, str | int | float | None]

_ALL = sa.select(requests)
_BY_KEY = _ALL.where(requests.c.key == sa.bindparam("by_key"))
_BY_ID = _ALL.where(requests.c.id == sa.bindparam("by_id"))
_OPEN = _ALL.where(requests.c.closed_at.is_(None)).order_by(requests.c.id)
_PENDING_OF = (
    _ALL.where(
        requests.c.user_id == sa.bindparam("of_user"),
        requests.c.finished_at.is_(None),
        requests.c.state.in_([state.value for state in PENDING]),
    )
).order_by(requests.c.id)
_COUNT_PENDING_OF = sa.select(sa.func.count()).select_from(_PENDING_OF.order_by(None).subquery())
_PENDING_IN = _ALL.where(
    requests.c.chat_id == sa.bindparam("in_chat"),
    requests.c.finished_at.is_(None),
    requests.c.state.in_([state.value for state in PENDING]),
)
_ENDED_WITH_KEY = (
    sa.select(sa.func.count())
    .select_from(requests)
    .where(
        requests.c.key >= sa.bindparam("first"),
        requests.c.key < sa.bindparam("last"),
        requests.c.finished_at.is_not(None),
    )
)
_CLOSE = (
    sa.update(requests).where(requests.c.id == sa.bindparam("by_id")).values(closed_at=sa.bindparam("now"))
)
_DROP_FORGOTTEN = sa.delete(requests).where(requests.c.id == sa.bindparam("by_id"), requests.c.forget)
_INSERT = insert(requests)


def read_request(row: sa.Row[Any]) -> Request:
    """Return a row of the requests table as a value."""
    values = row._asdict()
    values["state"] = State(values["state"])
    values["ratio"] = AspectRatio(values["ratio"]) if values["ratio"] else None
    values["failure"] = Failure(values["failure"]) if values["failure"] else None
    values["file_kind"] = FileKind(values["file_kind"]) if values["file_kind"] else None
    return Request(**values)


@functools.cache
def _move_statement(expected: tuple[State, ...], columns: tuple[str, ...]) -> sa.Update:
    """The fenced update for one kind of move; there are about twenty, and building one costs more than running it."""
    return (
        sa.update(requests)
        .where(requests.c.id == sa.bindparam("by_id"), requests.c.state.in_([s.value for s in expected]))
        .values({column: sa.bindparam(f"new_{column}") for column in columns})
    )


def _move(connection: sa.Connection, request_id: int, expected: Collection[State], values: Values) -> bool:
    statement = _move_statement(tuple(sorted(expected)), tuple(values))
    new = {f"new_{column}": value for column, value in values.items()}
    return connection.execute(statement, {"by_id": request_id, **new}).rowcount == 1


def _limits(wanted: GenerationRequest, allowance: Allowance) -> list[tuple[int, int | None]]:
    """Return whose units a request takes, with each one's limit."""
    return [
        (subject, allowance.group_daily if subject == wanted.chat_id and subject < 0 else allowance.daily)
        for subject in quotas.subjects(wanted.user_id, wanted.chat_id)
    ]


class Requests:
    """Every read and write of the requests table."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def accept(self, wanted: GenerationRequest, allowance: Allowance) -> Accepted | Refused:
        """Write the request and reserve its quota unit in one transaction, or write nothing.

        The same key accepted again is the same request, whatever the limits say by then.
        """
        now, day = self._clock.now(), utc_day(self._clock.wall())

        def unit(connection: sa.Connection) -> Accepted | Refused:
            known = connection.execute(_BY_KEY, {"by_key": wanted.key}).first()
            if known is not None:
                return Accepted(read_request(known), fresh=False)
            pending = connection.execute(_COUNT_PENDING_OF, {"of_user": wanted.user_id}).scalar_one()
            if pending >= allowance.pending:
                return Refused(RejectionReason.LINE_FULL)
            short = quotas.reserve_all(connection, _limits(wanted, allowance), day)
            if short is not None:
                in_group = short == wanted.chat_id and wanted.chat_id < 0
                return Refused(RejectionReason.GROUP_QUOTA_USED if in_group else RejectionReason.QUOTA_USED)
            values = {
                "key": wanted.key,
                "user_id": wanted.user_id,
                "chat_id": wanted.chat_id,
                "thread_id": wanted.thread_id,
                "message_id": wanted.message_id,
                "language": wanted.language,
                "prompt": wanted.prompt,
                "ratio": wanted.ratio,
                "status_message_id": wanted.status_message_id,
                "source_file_id": wanted.source_file_id,
                "parent_id": wanted.parent_id,
                "state": State.QUEUED,
                "quota_day": day,
                "accepted_at": now,
                "creates": 0,
            }
            row = connection.execute(_INSERT.returning(*requests.c), values).one()
            return Accepted(read_request(row), fresh=True)

        return await self._database.write(unit)

    async def get(self, request_id: int) -> Request | None:
        """Return the row as last committed."""
        return await self._one(_BY_ID, {"by_id": request_id})

    async def by_key(self, key: str) -> Request | None:
        """Return the request a cause led to."""
        return await self._one(_BY_KEY, {"by_key": key})

    async def open(self) -> list[Request]:
        """Return every request that still needs something done, oldest first: what a start goes on with."""
        return await self._many(_OPEN, {})

    async def pending_of(self, user_id: int) -> list[Request]:
        """Return what a person has waiting or running, oldest first."""
        return await self._many(_PENDING_OF, {"of_user": user_id})

    async def move(
        self, request_id: int, expected: State, to: State, *, learned: Interval | None = None, **values: Any
    ) -> bool:
        """Change the state if it still is `expected`, with the given columns. False when it is not.

        `learned` records how long the task took in the same transaction.
        """

        def unit(connection: sa.Connection) -> bool:
            moved = _move(connection, request_id, [expected], {"state": to, **values})
            if moved and learned is not None:
                record(connection, learned)
            return moved

        return await self._database.write(unit)

    async def settle(
        self, request: Request, expected: Collection[State], final: State, **values: Any
    ) -> bool:
        """Move to a final state and keep or give back the quota unit, exactly once. False when it moved on.

        Delivered keeps the unit; every other end gives it back.
        """
        now = self._clock.now()
        columns = {"state": final, "finished_at": now, **values}

        def unit(connection: sa.Connection) -> bool:
            if not _move(connection, request.id, expected, columns):
                return False
            if values.get("failure") is Failure.MODERATED:
                moderation_strikes.record(connection, request.user_id, now)
            if final is not State.DELIVERED:
                # The row's own ids: a group may have got a new one since the caller read it.
                row = connection.execute(_BY_ID, {"by_id": request.id}).one()
                for subject_id in quotas.subjects(row.user_id, row.chat_id):
                    quotas.give_back(connection, subject_id, row.quota_day)
            return True

        return await self._database.write(unit)

    async def set_status_message(self, request_id: int, message_id: int) -> None:
        """Remember which message tells the request's status."""
        await self._update(request_id, {"status_message_id": message_id})

    async def set_original(self, request_id: int, file_id: str) -> None:
        """Remember Telegram's id of the untouched file, so it need not be fetched again."""
        await self._update(request_id, {"original_file_id": file_id})

    async def close(self, request_id: int) -> None:
        """Note that nothing is left to do or to say for a request; one that was to be forgotten goes."""
        now = self._clock.now()

        def unit(connection: sa.Connection) -> None:
            connection.execute(_CLOSE, {"by_id": request_id, "now": now})
            connection.execute(_DROP_FORGOTTEN, {"by_id": request_id})

        await self._database.write(unit)

    async def rewrite(self, key: str, prompt: str, ratio: AspectRatio | None) -> bool:
        """Give a request that still waits another prompt, and another ratio where one is given. False if none waits."""
        values: dict[str, str] = {"prompt": prompt} | ({"ratio": ratio} if ratio else {})
        waiting = sa.and_(requests.c.key == key, requests.c.state == State.QUEUED, requests.c.creates == 0)
        statement = sa.update(requests).where(waiting).values(values)
        changed = await self._database.write(lambda connection: connection.execute(statement).rowcount)
        return changed == 1

    async def ended_with_key(self, prefix: str) -> int:
        """Return how many requests whose keys begin so have ended."""
        values = {"first": prefix, "last": prefix + "\U0010ffff"}
        return await self._database.read(lambda c: c.execute(_ENDED_WITH_KEY, values).scalar_one())

    async def pending_in(self, chat_id: int) -> list[Request]:
        """Return what waits or runs for a chat."""
        return await self._many(_PENDING_IN, {"in_chat": chat_id})

    async def _update(self, request_id: int, values: Values) -> None:
        statement = sa.update(requests).where(requests.c.id == request_id).values(dict(values))
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def _one(self, statement: sa.Select[Any], values: Values) -> Request | None:
        def unit(connection: sa.Connection) -> Request | None:
            row = connection.execute(statement, dict(values)).first()
            return None if row is None else read_request(row)

        return await self._database.read(unit)

    async def _many(self, statement: sa.Select[Any], values: Values) -> list[Request]:
        def unit(connection: sa.Connection) -> list[Request]:
            return [read_request(row) for row in connection.execute(statement, dict(values))]

        return await self._database.read(unit)
