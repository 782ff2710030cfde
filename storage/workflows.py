"""DBOS's table of workflows, read together with the requests (DBOS, System Tables)."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.model import PENDING, State
from storage.request_queue import Workflow
from storage.schema import batches, replicas, requests

_LIVE = ("ENQUEUED", "DELAYED", "PENDING")
"""The states of a workflow that is waiting or running; `PENDING` is running."""

_STATUS = sa.table(
    "workflow_status",
    *map(sa.column, ("workflow_uuid", "status", "created_at", "executor_id")),
    schema="dbos",
)
_DRAW, _FINISH = _STATUS.alias("draw"), _STATUS.alias("finish")


def _is_of_request(status: sa.FromClause, workflow: Workflow) -> sa.ColumnElement[bool]:
    return status.c.workflow_uuid == sa.literal(f"{workflow}:").concat(sa.cast(requests.c.id, sa.Text))


_WITH_DRAW = requests.outerjoin(_DRAW, _is_of_request(_DRAW, Workflow.DRAW))
_ENQUEUED_AT = sa.func.min(_DRAW.c.created_at).filter(_DRAW.c.status == "ENQUEUED")
_WAITING = (
    sa.select(
        requests.c.id,
        sa.func.row_number().over(partition_by=requests.c.user_id, order_by=requests.c.id).label("round"),
        _ENQUEUED_AT.over(partition_by=requests.c.user_id).label("enqueued_at"),
        sa.func.min(requests.c.id).over(partition_by=requests.c.user_id).label("first_id"),
    )
    .select_from(_WITH_DRAW)
    .where(
        requests.c.finished_at.is_(None),
        requests.c.state == State.QUEUED.value,
        requests.c.started_at.is_(None),
        requests.c.asked_at.is_(None),
        _DRAW.c.status.is_distinct_from("PENDING"),
    )
    .subquery()
)
_POSITIONS = sa.select(_WAITING.c.id).order_by(
    _WAITING.c.round, _WAITING.c.enqueued_at.asc().nulls_last(), _WAITING.c.first_id
)
_OPEN = (
    sa.select(
        requests.c.id,
        requests.c.user_id,
        requests.c.state,
        requests.c.started_at,
        requests.c.asked_at,
        requests.c.status_message_id,
        requests.c.inline_message_id,
        requests.c.batch_id,
        batches.c.question_message_id,
        _DRAW.c.status.label("draw"),
        _FINISH.c.status.label("finish"),
    )
    .select_from(
        _WITH_DRAW.outerjoin(_FINISH, _is_of_request(_FINISH, Workflow.FINISH)).outerjoin(
            batches, batches.c.id == requests.c.batch_id
        )
    )
    .where(requests.c.closed_at.is_(None))
    .order_by(requests.c.id)
)
_ORPHANS = sa.select(_STATUS.c.workflow_uuid).where(
    _STATUS.c.status == "PENDING", _STATUS.c.executor_id.not_in(sa.select(replicas.c.id))
)


@dataclass(frozen=True, slots=True)
class LostWork:
    """Open requests that no workflow drives, and workflows that no process runs.

    `orphans` are the ids of workflows that run in processes without even a tombstone. `draws` and `finishes` are ids of
    requests that lack this workflow, `users` have waiting requests but none in the queue. `ended` are the ids of
    workflows that ended too early and stand in the way of new ones.
    """

    orphans: list[str] = field(default_factory=list)
    draws: list[int] = field(default_factory=list)
    finishes: list[int] = field(default_factory=list)
    users: set[int] = field(default_factory=set)
    ended: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.orphans or self.draws or self.finishes or self.ended)


def queue_positions(connection: sa.Connection) -> dict[int, int]:
    """Return the position, from 1, of each waiting request, as if they were drawn one after the other.

    Each user has one request in each round. Users with a request in the queue precede those who use all their slots.
    """
    ids = connection.execute(_POSITIONS).scalars()
    return {request_id: position for position, request_id in enumerate(ids, start=1)}


def _is_asked(row: Any) -> bool:
    return row.state == State.QUEUED and row.asked_at is not None


def _has_question(row: Any) -> bool:
    """Return whether a question about a request is in the chat, so that nothing is left to do before the answer."""
    messages = (row.status_message_id, row.inline_message_id, row.question_message_id)
    return _is_asked(row) and any(message is not None for message in messages)


def find_lost_work(connection: sa.Connection) -> LostWork:
    """Return the open requests that no workflow drives, and the workflows that no process runs.

    The first request of a question sends it, so the others of its batch need no workflow before the answer.
    """
    lost, in_queue = LostWork(orphans=list(connection.execute(_ORPHANS).scalars())), set()
    asked_batches = set()
    for row in connection.execute(_OPEN):
        if _is_asked(row) and row.batch_id is not None:
            if row.batch_id in asked_batches:
                continue
            asked_batches.add(row.batch_id)
        if row.draw in _LIVE:
            if row.draw == "ENQUEUED":
                in_queue.add(row.user_id)
        elif row.state in PENDING and not _has_question(row):
            if row.draw is not None:
                lost.ended.append(Workflow.DRAW.id_of(row.id))
            if row.state == State.QUEUED and row.started_at is None and row.asked_at is None:
                lost.users.add(row.user_id)
            else:
                lost.draws.append(row.id)
        elif row.state not in PENDING and row.finish not in _LIVE:
            if row.finish is not None:
                lost.ended.append(Workflow.FINISH.id_of(row.id))
            lost.finishes.append(row.id)
    lost.users.difference_update(in_queue)
    return lost
