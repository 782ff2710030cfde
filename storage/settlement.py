"""The end of a request: its final state and its quota units change together, exactly once."""

from collections.abc import Collection

import sqlalchemy as sa

from core.model import PENDING, Failure, Request, State
from storage import request_statements as statements
from storage.batches import refused_before
from storage.moderation_strikes import record_strike
from storage.request_queue import RequestQueue, Workflow
from storage.request_statements import Values
from storage.reservation import give_back
from storage.rows import read_request


def settle(
    connection: sa.Connection,
    queue: RequestQueue | None,
    request_id: int,
    expected: Collection[State],
    columns: Values,
    of_create: int | None = None,
) -> Request | None:
    """Move a request to a final state and keep or give back its quota units, inside a unit of work.

    `columns` are its new values, `state` and `finished_at` among them. Return the changed request, or None if the state
    is not `expected`. `delivered` keeps the units. Every other final state gives them back, a credit to its lot.
    """
    changes_slots = not PENDING.isdisjoint(expected)
    owner = queue.hold_owner(connection, request_id) if queue is not None and changes_slots else None
    row = statements.move(connection, request_id, expected, columns, of_create)
    if row is None:
        return None
    request = read_request(row)
    if queue is not None and owner is not None:
        queue.enqueue_next(connection, owner)
    if queue is not None and row.state == State.CANCELLED:
        # The process that draws the request may be another one, and learns of the end later.
        queue.enqueue(connection, Workflow.FINISH, request_id)
    if row.failure == Failure.MODERATED and not refused_before(connection, row):
        record_strike(connection, row.user_id, row.finished_at)
    if row.state != State.DELIVERED:
        give_back(connection, request, row.finished_at)
    return request
