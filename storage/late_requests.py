"""Requests that wait for an answer of their owner: an interruption held them up, and nothing is paid for them yet."""

import sqlalchemy as sa

from core.clock import Clock
from core.model import Request, State
from storage.database import Database
from storage.request_queue import RequestQueue
from storage.rows import read_request
from storage.schema import requests

_ASKED = sa.and_(
    requests.c.state == State.QUEUED.value,
    requests.c.finished_at.is_(None),
    requests.c.asked_at.is_not(None),
)
_ASK = (
    sa.update(requests)
    .where(
        requests.c.id == sa.bindparam("by_id"),
        requests.c.state == State.QUEUED.value,
        requests.c.creates == 0,
        requests.c.asked_at.is_(None),
    )
    # Without `started_at` the request holds no slot, and without a status message its question is still to be sent.
    .values(asked_at=sa.bindparam("now"), started_at=None, status_message_id=None)
    .returning(*requests.c)
)
_RESUME = (
    sa.update(requests)
    .where(requests.c.id == sa.bindparam("by_id"), _ASKED)
    .values(asked_at=None, accepted_at=sa.bindparam("now"))
    .returning(*requests.c)
)
_ASKED_BEFORE = sa.select(requests.c.id).where(_ASKED, requests.c.asked_at < sa.bindparam("before"))


class LateRequests:
    """Takes requests out of the queue for a question, and puts them back. `queue` is that of several processes."""

    def __init__(self, *, database: Database, clock: Clock, queue: RequestQueue | None = None) -> None:
        self._database = database
        self._clock = clock
        self._queue = queue

    async def ask(self, request_id: int) -> Request | None:
        """Take a request out of the queue and return it. Return None if it does not wait unpaid any more."""
        values = {"by_id": request_id, "now": self._clock.now()}

        def unit(connection: sa.Connection) -> Request | None:
            queue = self._queue
            owner = queue.hold_owner(connection, request_id) if queue is not None else None
            row = connection.execute(_ASK, values).first()
            if row is None:
                return None
            if queue is not None and owner is not None:
                queue.enqueue_next(connection, owner)
            return read_request(row)

        return await self._database.write(unit)

    async def resume(self, request_id: int) -> Request | None:
        """Let a request that was asked about wait in the queue, as if accepted now. Return None if it is not asked."""
        values = {"by_id": request_id, "now": self._clock.now()}

        def unit(connection: sa.Connection) -> Request | None:
            row = connection.execute(_RESUME, values).first()
            return None if row is None else read_request(row)

        return await self._database.write(unit)

    async def asked_before(self, before: float) -> list[int]:
        """Return the requests whose question was decided before a time (Unix seconds) and is not answered."""
        return await self._database.read(
            lambda connection: list(connection.execute(_ASKED_BEFORE, {"before": before}).scalars())
        )
