"""The ledger of requests: accepted once, moved by fenced updates, settled together with the quota."""

import functools
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from storage import quotas
from storage.clock import Clock, utc_day
from storage.database import Database
from storage.durations import Interval, record
from storage.model import (
    PENDING,
    Accepted,
    Allowance,
    AspectRatio,
    Failure,
    GenerationRequest,
    Refusal,
    Refused,
    Request,
    State,
)
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
_INSERT = insert(requests)


def _request(row: sa.Row[Any]) -> Request:
    values = row._asdict()
    values["state"] = State(values["state"])
    values["ratio"] = AspectRatio(values["ratio"]) if values["ratio"] else None
    values["failure"] = Failure(values["failure"]) if values["failure"] else None
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


class Requests:
    """Every read and write of the requests table."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def accept(self, wanted: GenerationRequest, allowance: Allowance) -> Accepted | Refused:
        """Write the request and reserve its quota unit in one transaction, or write nothing.

        The same key accepted again is the same request, whatever the limits say by then.
        """
        now = self._clock.now()

        def unit(connection: sa.Connection) -> Accepted | Refused:
            known = connection.execute(_BY_KEY, {"by_key": wanted.key}).first()
            if known is not None:
                return Accepted(_request(known), fresh=False)
            pending = connection.execute(_COUNT_PENDING_OF, {"of_user": wanted.user_id}).scalar_one()
            if pending >= allowance.pending:
                return Refused(Refusal.LINE_FULL)
            if not quotas.reserve(connection, wanted.user_id, utc_day(now), allowance.daily):
                return Refused(Refusal.QUOTA_USED)
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
                "state": State.QUEUED,
                "quota_day": utc_day(now),
                "accepted_at": now,
                "creates": 0,
            }
            row = connection.execute(_INSERT.returning(*requests.c), values).one()
            return Accepted(_request(row), fresh=True)

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
        columns = {"state": final, "finished_at": self._clock.now(), **values}

        def unit(connection: sa.Connection) -> bool:
            if not _move(connection, request.id, expected, columns):
                return False
            if final is not State.DELIVERED:
                quotas.give_back(connection, request.user_id, request.quota_day)
            return True

        return await self._database.write(unit)

    async def set_status_message(self, request_id: int, message_id: int) -> None:
        """Remember which message tells the request's status."""
        await self._update(request_id, {"status_message_id": message_id})

    async def close(self, request_id: int) -> None:
        """Note that nothing is left to do or to say for a request."""
        await self._update(request_id, {"closed_at": self._clock.now()})

    async def _update(self, request_id: int, values: Values) -> None:
        statement = sa.update(requests).where(requests.c.id == request_id).values(dict(values))
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def _one(self, statement: sa.Select[Any], values: Values) -> Request | None:
        def unit(connection: sa.Connection) -> Request | None:
            row = connection.execute(statement, dict(values)).first()
            return None if row is None else _request(row)

        return await self._database.read(unit)

    async def _many(self, statement: sa.Select[Any], values: Values) -> list[Request]:
        def unit(connection: sa.Connection) -> list[Request]:
            return [_request(row) for row in connection.execute(statement, dict(values))]

        return await self._database.read(unit)
