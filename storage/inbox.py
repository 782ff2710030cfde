"""Updates from Telegram, stored before they are acknowledged."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import inbox, replicas
from storage.upsert import insert

KEPT_SECONDS = 86_400
"""Telegram keeps an update for 24 hours and repeats it no later (Bot API, getUpdates)."""

_UNHANDLED = (
    sa.select(inbox.c.update_id, inbox.c.payload, inbox.c.received_at)
    .where(inbox.c.payload.is_not(None))
    .order_by(inbox.c.update_id)
)
_FIRST_OF_QUEUES = (
    sa.select(inbox.c.queue, sa.func.min(inbox.c.update_id))
    .where(inbox.c.queue.in_(sa.bindparam("in_queues", expanding=True)), inbox.c.payload.is_not(None))
    .group_by(inbox.c.queue)
)
_HAS_EARLIER = (
    sa.select(sa.literal(1))
    .where(
        inbox.c.queue == sa.bindparam("in_queue"),
        inbox.c.update_id < sa.bindparam("before_id"),
        inbox.c.payload.is_not(None),
    )
    .limit(1)
)
_ADOPT = (
    sa.update(inbox)
    .where(
        inbox.c.payload.is_not(None),
        inbox.c.owner.is_(None)
        | inbox.c.owner.not_in(sa.select(replicas.c.id).where(replicas.c.dead_at.is_(None))),
    )
    .values(owner=sa.bindparam("new_owner"))
)
_INSERT = insert(inbox).on_conflict_do_nothing().returning(inbox.c.update_id)
_LEAVE_QUEUE = sa.update(inbox).where(inbox.c.update_id == sa.bindparam("left_id")).values(queue=None)
_HANDLED = sa.update(inbox).where(inbox.c.update_id == sa.bindparam("handled_id")).values(payload=None)


class StoredUpdate(NamedTuple):
    """An update as Telegram sent it, in JSON. `received_at` is the Unix time of its receipt, if it is known."""

    update_id: int
    payload: str
    received_at: float | None = None


class QueuedUpdate(NamedTuple):
    """An update and the name of its queue. Updates of one queue are handled one after the other."""

    update: StoredUpdate
    queue: str


class PutUpdate(NamedTuple):
    """An update that is stored now. `waits` means that another replica may be handling an earlier one of its queue."""

    update: StoredUpdate
    waits: bool


class Inbox:
    """Every read and write of the inbox."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, updates: Sequence[QueuedUpdate], owner: str | None = None) -> list[PutUpdate]:
        """Store updates in one transaction and return the ones that were not stored before.

        `owner` is the replica that is going to handle them. Without one they belong to a single process, which knows
        the earlier updates itself.
        """
        received = {"received_at": self._clock.now(), "owner": owner}
        by_id = {queued.update.update_id: queued for queued in updates}
        rows = [
            {**update._asdict(), **received, "queue": None if owner is None else queue}
            for update, queue in by_id.values()
        ]

        def unit(connection: sa.Connection) -> list[PutUpdate]:
            stored = set(connection.execute(_INSERT, rows).scalars())
            first: dict[str, int] = {}
            if owner is not None and stored:
                names = {by_id[update_id].queue for update_id in stored}
                first = {row[0]: row[1] for row in connection.execute(_FIRST_OF_QUEUES, {"in_queues": names})}
            return [
                PutUpdate(update, first.get(queue, update.update_id) < update.update_id)
                for update, queue in by_id.values()
                if update.update_id in stored
            ]

        return await self._database.write(unit)

    async def has_earlier(self, update_id: int, queue: str) -> bool:
        """Return whether an earlier update of a queue is not handled yet, in any process."""
        return await self._database.read(lambda connection: _has_earlier(connection, update_id, queue))

    async def adopt(self, owner: str) -> int:
        """Make a replica the owner of all unhandled updates without a living owner. Return their number."""
        return await self._database.write(lambda c: c.execute(_ADOPT, {"new_owner": owner}).rowcount)

    async def leave_queue(self, update_id: int) -> None:
        """Let the later updates of a queue not wait for an unhandled update any more, in any process."""
        await self._database.write(lambda c: c.execute(_LEAVE_QUEUE, {"left_id": update_id}).rowcount)

    async def handled(self, update_id: int, *, patient: bool = False) -> None:
        """Record that an update is handled. After a kill before that it is handled again."""
        await self._database.write(
            lambda c: c.execute(_HANDLED, {"handled_id": update_id}).rowcount, patient=patient
        )

    async def unhandled(self, of: Collection[int] | None = None) -> list[StoredUpdate]:
        """Return the updates that are not handled, of all or of some ids, oldest first."""
        statement = _UNHANDLED if of is None else _UNHANDLED.where(inbox.c.update_id.in_(of))

        def unit(connection: sa.Connection) -> list[StoredUpdate]:
            return [StoredUpdate(*row) for row in connection.execute(statement)]

        return await self._database.read(unit)

    async def unhandled_ids(self, owner: str | None, most: int) -> list[int]:
        """Return the ids of the first updates, `most` at most, that an owner has not handled, in order.

        A single process owns all updates.
        """
        statement = sa.select(inbox.c.update_id).where(inbox.c.payload.is_not(None))
        if owner is not None:
            statement = statement.where(inbox.c.owner == owner)
        statement = statement.order_by(inbox.c.update_id).limit(most)
        return await self._database.read(lambda connection: list(connection.execute(statement).scalars()))

    async def prune(self) -> None:
        """Delete handled updates that Telegram cannot repeat any more."""
        statement = sa.delete(inbox).where(
            inbox.c.payload.is_(None), inbox.c.received_at < self._clock.now() - KEPT_SECONDS
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)


def _has_earlier(connection: sa.Connection, update_id: int, queue: str) -> bool:
    found = connection.execute(_HAS_EARLIER, {"in_queue": queue, "before_id": update_id}).first()
    return found is not None
