"""Batches: several requests of one cause, delivered together.

The first of them is the head, and its id names the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.model import SENDING, Failure, FileKind, Request, State
from storage import request_statements as statements
from storage.database import Database
from storage.reservation import give_back
from storage.rows import read_request
from storage.schema import batches, requests
from storage.upsert import insert

DROP_BATCH = sa.delete(batches).where(batches.c.id == sa.bindparam("by_id"))
_INSERT_BATCH = insert(batches)
_NAME_HEAD = (
    sa.update(requests)
    .where(requests.c.id == sa.bindparam("by_id"))
    .values(batch_id=sa.bindparam("by_id"))
    .returning(*requests.c)
)
_LEFT_KEYS = (
    sa.update(requests)
    .where(requests.c.key.in_(sa.bindparam("by_keys", expanding=True)))
    .values(key=requests.c.key + sa.literal("#") + sa.cast(requests.c.id, sa.Text))
)
ALL_OF = sa.select(requests).where(requests.c.batch_id == sa.bindparam("of_batch")).order_by(requests.c.id)
_BEGIN = (
    sa.update(batches)
    .where(batches.c.id == sa.bindparam("by_id"), batches.c.delivering_at.is_(None))
    .values(delivering_at=sa.bindparam("now"))
)
FORGET_QUESTION = (
    sa.update(batches).where(batches.c.id == sa.bindparam("by_id")).values(question_message_id=None)
)
_REFUSED_OTHERS = sa.select(requests.c.id).where(
    requests.c.batch_id == sa.bindparam("of_batch"),
    requests.c.id != sa.bindparam("by_id"),
    requests.c.failure == Failure.MODERATED.value,
)
_SENDING_OF = sa.and_(requests.c.batch_id == sa.bindparam("of_batch"), statements.in_states(SENDING))


def insert_batch(
    connection: sa.Connection, columns: dict[str, Any], lots: Sequence[str | None]
) -> list[sa.Row[Any]]:
    """Insert the requests of a batch with these columns and return their rows, the head first.

    `lots` has one item for each of them: the lot that pays for it, or None.
    The key of the head is that of the cause. The others add their number to it, so a repeated cause meets all of them.
    Requests whose head was deleted leave their keys: without it, the cause counts as a new one.
    """
    count = len(lots)
    connection.execute(
        _LEFT_KEYS, {"by_keys": [f"{columns['key']}+{number}" for number in range(2, count + 1)]}
    )
    head = columns | {"credit_lot_id": lots[0]}
    head_id = connection.execute(statements.INSERT, head).one().id
    rows = [connection.execute(_NAME_HEAD, {"by_id": head_id}).one()]
    for number in range(2, count + 1):
        more = {"key": f"{columns['key']}+{number}", "batch_id": head_id, "status_message_id": None}
        more["credit_lot_id"] = lots[number - 1]
        rows.append(connection.execute(statements.INSERT, columns | more).one())
    batch = {"id": head_id, "user_id": columns["user_id"], "chat_id": columns["chat_id"], "size": count}
    connection.execute(_INSERT_BATCH, batch)
    return rows


def members_of(connection: sa.Connection, head: Request) -> tuple[Request, ...]:
    """Return the other requests of a head's batch, oldest first."""
    if head.batch_id is None:
        return ()
    rows = connection.execute(ALL_OF, {"of_batch": head.batch_id})
    return tuple(request for row in rows if (request := read_request(row)).id != head.id)


def refused_before(connection: sa.Connection, row: sa.Row[Any]) -> bool:
    """Return whether another request of a row's batch was refused as unsafe: one description is one strike."""
    if row.batch_id is None:
        return False
    others = {"of_batch": row.batch_id, "by_id": row.id}
    return connection.execute(_REFUSED_OTHERS, others).first() is not None


@dataclass(frozen=True, slots=True)
class Batch:
    """One row of the table of batches. `cells` are the ids of the requests in the grid, in the order of its cells.

    `question_message_id` is the message with the question about its requests that are asked.
    """

    id: int
    user_id: int
    chat_id: int
    size: int
    delivering_at: float | None = None
    message_id: int | None = None
    file_id: str | None = None
    file_kind: FileKind | None = None
    cells: tuple[int, ...] = ()
    columns: int | None = None
    question_message_id: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveredGrid:
    """A grid that Telegram has: its message and file, the ids of its requests by cell, and its number of columns."""

    message_id: int | None
    file_id: str
    file_kind: FileKind
    cells: Sequence[int]
    columns: int


class Batches:
    """Every read and write of the table of batches but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, batch_id: int) -> Batch | None:
        """Return a batch, or None if it was deleted."""
        return await self._one(batches.c.id == batch_id)

    async def in_message(self, chat_id: int, message_id: int) -> Batch | None:
        """Return the batch whose grid is in a message, or None for any other message."""
        return await self._one(sa.and_(batches.c.chat_id == chat_id, batches.c.message_id == message_id))

    async def requests_of(self, batch_id: int) -> list[Request]:
        """Return the requests of a batch, the head first."""

        def unit(connection: sa.Connection) -> list[Request]:
            return [read_request(row) for row in connection.execute(ALL_OF, {"of_batch": batch_id})]

        return await self._database.read(unit)

    async def take_question(self, batch_id: int) -> int | None:
        """Return the message with a question about a batch and forget it, or None without one."""
        batch = await self.get(batch_id)
        if batch is None or batch.question_message_id is None:
            return None
        await self._database.write(lambda c: c.execute(FORGET_QUESTION, {"by_id": batch_id}).rowcount)
        return batch.question_message_id

    async def begin_delivery(self, batch_id: int) -> bool:
        """Record that the grid is about to be sent. Return False if that was recorded before."""
        values = {"by_id": batch_id, "now": self._clock.now()}
        return await self._database.write(lambda c: c.execute(_BEGIN, values).rowcount == 1)

    async def settle_delivered(self, batch_id: int, grid: DeliveredGrid) -> list[Request]:
        """Settle all requests that were ready as delivered, close all but the head, and store the grid.

        Return the settled requests. The quota units are kept. Forgotten requests that are closed are deleted.
        """
        now = self._clock.now()
        columns = {
            "message_id": grid.message_id,
            "file_id": grid.file_id,
            "file_kind": grid.file_kind,
            "cells": ",".join(map(str, grid.cells)),
            "columns": grid.columns,
        }

        def unit(connection: sa.Connection) -> list[Request]:
            settled = self._settle(connection, batch_id, {"state": State.DELIVERED, "finished_at": now})
            others = sa.and_(
                requests.c.id.in_([one.id for one in settled if one.is_member]),
                requests.c.closed_at.is_(None),
            )
            connection.execute(sa.update(requests).where(others).values(closed_at=now))
            for one in settled:
                if one.forget and one.is_member:
                    connection.execute(statements.DROP_FORGOTTEN, {"by_id": one.id})
            connection.execute(sa.update(batches).where(batches.c.id == batch_id).values(columns))
            return settled

        return await self._database.write(unit)

    async def settle_without_picture(self, batch_id: int, final: State, failure: Failure) -> list[Request]:
        """Settle all requests that were ready as failed or undeliverable, and give their quota units back."""
        values = {"state": final, "failure": failure, "finished_at": self._clock.now()}

        def unit(connection: sa.Connection) -> list[Request]:
            settled = self._settle(connection, batch_id, values)
            for one in settled:
                give_back(connection, one, one.require_finished_at())
            return settled

        return await self._database.write(unit)

    @staticmethod
    def _settle(connection: sa.Connection, batch_id: int, values: dict[str, Any]) -> list[Request]:
        statement = sa.update(requests).where(_SENDING_OF).values(values).returning(*requests.c)
        rows = connection.execute(statement, {"of_batch": batch_id}).all()
        return sorted(map(read_request, rows), key=lambda one: one.id)

    async def _one(self, condition: sa.ColumnElement[bool]) -> Batch | None:
        def unit(connection: sa.Connection) -> Batch | None:
            row = connection.execute(sa.select(batches).where(condition)).first()
            return None if row is None else _read_batch(row)

        return await self._database.read(unit)


def _read_batch(row: sa.Row[Any]) -> Batch:
    columns = row._asdict()
    kind, cells = columns.pop("file_kind"), columns.pop("cells") or ""
    numbers = tuple(map(int, cells.split(","))) if cells else ()
    return Batch(file_kind=FileKind(kind) if kind else None, cells=numbers, **columns)


def forget_batches(connection: sa.Connection, user_id: int) -> None:
    """Delete a user's batches that have ended. An open one is deleted when its head is closed."""
    open_ids = sa.select(requests.c.id).where(requests.c.user_id == user_id, requests.c.closed_at.is_(None))
    connection.execute(sa.delete(batches).where(batches.c.user_id == user_id, batches.c.id.not_in(open_ids)))


def drop_empty_batches(connection: sa.Connection, request_id: int) -> None:
    """Delete the batch of a request that was just deleted, if it was the last one of it."""
    named = sa.literal(",").concat(batches.c.cells).concat(",").contains(f",{request_id},")
    left = sa.exists().where(requests.c.batch_id == batches.c.id)
    connection.execute(sa.delete(batches).where(sa.or_(batches.c.id == request_id, named), ~left))


def move_batches(connection: sa.Connection, old: int, new: int) -> None:
    """Move the batches of a chat to its new id. The new chat numbers its messages anew."""
    moved = sa.update(batches).where(batches.c.chat_id == old)
    connection.execute(moved.values(chat_id=new, message_id=None, question_message_id=None))
    connection.execute(sa.update(batches).where(batches.c.user_id == old).values(user_id=new))
