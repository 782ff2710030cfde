"""Updates from Telegram, stored before they are acknowledged."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import inbox
from storage.upsert import insert

KEPT_SECONDS = 86_400
"""Telegram keeps an update for 24 hours and repeats it no later (Bot API, getUpdates)."""

_UNHANDLED = (
    sa.select(inbox.c.update_id, inbox.c.payload)
    .where(inbox.c.payload.is_not(None))
    .order_by(inbox.c.update_id)
)
_INSERT = insert(inbox).on_conflict_do_nothing().returning(inbox.c.update_id)
_HANDLED = sa.update(inbox).where(inbox.c.update_id == sa.bindparam("handled_id")).values(payload=None)


class StoredUpdate(NamedTuple):
    """An update as Telegram sent it, in JSON."""

    update_id: int
    payload: str


class Inbox:
    """Every read and write of the inbox."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, updates: Sequence[StoredUpdate]) -> list[StoredUpdate]:
        """Store updates in one transaction and return the ones that were not stored before."""
        now = self._clock.now()

        def unit(connection: sa.Connection) -> list[StoredUpdate]:
            return [
                update
                for update in updates
                if connection.execute(_INSERT, {**update._asdict(), "received_at": now}).first()
            ]

        return await self._database.write(unit)

    async def handled(self, update_id: int) -> None:
        """Record that an update is handled."""
        await self._database.write(lambda c: c.execute(_HANDLED, {"handled_id": update_id}).rowcount)

    async def unhandled(self) -> list[StoredUpdate]:
        """Return the updates that are not handled, oldest first."""

        def unit(connection: sa.Connection) -> list[StoredUpdate]:
            return [StoredUpdate(row.update_id, row.payload) for row in connection.execute(_UNHANDLED)]

        return await self._database.read(unit)

    async def prune(self) -> None:
        """Delete handled updates that Telegram cannot repeat any more."""
        statement = sa.delete(inbox).where(
            inbox.c.payload.is_(None), inbox.c.received_at < self._clock.now() - KEPT_SECONDS
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
