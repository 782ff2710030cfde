"""The queue that several processes share: the next request of a user, and the limits on the requests in flight.

A workflow engine of PostgreSQL gives requests to the processes. A user has one request in its queue at a time, and a
request that is drawn makes place for the user's next one: so the queue serves users round-robin, and the requests of
one user in their order. Everything here runs inside a unit of work.
"""

from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa

from core.model import State
from storage.locks import hold
from storage.schema import requests


class Workflow(StrEnum):
    """A part of a generation that one process does: until the request leaves the pending states, and the rest."""

    DRAW = "draw"
    FINISH = "finish"

    def id_of(self, request_id: int) -> str:
        """Return the id of a request's workflow. A second workflow with the same id is not started."""
        return f"{self}:{request_id}"


class Enqueue(Protocol):
    """Puts workflows of requests into the queue."""

    def __call__(
        self, connection: sa.Connection, workflow: Workflow, request_id: int, *, at_once: bool = False
    ) -> None:
        """Enqueue a workflow in the transaction of the connection. A repeat does nothing.

        One that starts `at_once` waits for no slot: it needs none, or has one already.
        """


_IN_FLIGHT = requests.c.state.in_([State.SUBMITTING.value, State.RUNNING.value])
_QUEUED = requests.c.state == State.QUEUED.value
_BEGUN = sa.or_(_IN_FLIGHT, sa.and_(_QUEUED, requests.c.started_at.is_not(None)))
"""A request that was put back to `queued` keeps its slot."""
_NEXT = sa.select(
    sa.func.count().filter(_BEGUN).label("begun"),
    sa.func.min(requests.c.id)
    .filter(_QUEUED, requests.c.started_at.is_(None), requests.c.asked_at.is_(None))
    .label("next_id"),
).where(requests.c.user_id == sa.bindparam("of_user"), requests.c.finished_at.is_(None))
_COUNT_IN_FLIGHT = sa.select(
    sa.func.count().label("total"),
    sa.func.count().filter(requests.c.user_id == sa.bindparam("of_user")).label("own"),
).where(_IN_FLIGHT, requests.c.finished_at.is_(None))
_OWNER = sa.select(requests.c.user_id).where(requests.c.id == sa.bindparam("by_id"))


class RequestQueue:
    """Applies the limits `concurrency` (per user) and `in_flight` (in total) across all processes.

    Units of work hold the lock of the requests in flight before the lock of a user, so that none waits for another in
    a circle.
    """

    def __init__(self, *, enqueue: Enqueue, concurrency: int, in_flight: int) -> None:
        self.enqueue = enqueue
        self._concurrency = concurrency
        self._in_flight = in_flight

    def enqueue_next(self, connection: sa.Connection, user_id: int) -> None:
        """Enqueue the oldest waiting request of a user if the user has a free slot. The unit holds the user's lock."""
        row = connection.execute(_NEXT, {"of_user": user_id}).one()
        if row.next_id is not None and row.begun < self._concurrency:
            self.enqueue(connection, Workflow.DRAW, row.next_id)

    def admits(self, connection: sa.Connection, user_id: int) -> bool:
        """Return whether another request of a user may be submitted. It may until the end of the unit."""
        hold(connection, "in flight", 0)
        hold(connection, "user", user_id)
        return self.has_slot(connection, user_id)

    def has_slot(self, connection: sa.Connection, user_id: int) -> bool:
        """Return whether the limits leave a slot for a user's request now."""
        row = connection.execute(_COUNT_IN_FLIGHT, {"of_user": user_id}).one()
        return bool(row.total < self._in_flight and row.own < self._concurrency)

    def hold_owner(self, connection: sa.Connection, request_id: int) -> int | None:
        """Hold the lock of a request's owner and return the owner, or None if the request is deleted."""
        user_id = connection.execute(_OWNER, {"by_id": request_id}).scalar()
        if user_id is not None:
            hold(connection, "user", user_id)
        return user_id
