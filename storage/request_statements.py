"""The statements on the table of requests, each built once: to build one costs more than to run it."""

import functools
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate

from core.model import ENDED_WITHOUT_PICTURE, PENDING, State
from storage.schema import requests
from storage.upsert import insert

Values = Mapping[str, str | int | float | list[int] | None]
"""The new values of a row by column."""


def in_states(states: Collection[State]) -> sa.ColumnElement[bool]:
    """Return the condition that a request is in one of some states.

    SQLAlchemy writes the parameters of `IN` into the statement anew each time, which costs as much as all the rest.
    """
    return sa.or_(*(requests.c.state == state.value for state in sorted(states)))


ALL = sa.select(requests)
BY_KEY = ALL.where(requests.c.key == sa.bindparam("by_key"))
BY_ID = ALL.where(requests.c.id == sa.bindparam("by_id"))
BY_IDS = ALL.where(requests.c.id.in_(sa.bindparam("by_ids", expanding=True))).order_by(requests.c.id)
BY_RESULT = (
    ALL.where(
        requests.c.chat_id == sa.bindparam("in_chat"),
        requests.c.result_message_id == sa.bindparam("by_message"),
    )
    .order_by(requests.c.id.desc())
    .limit(1)
)
OPEN = ALL.where(requests.c.closed_at.is_(None)).order_by(requests.c.id)
_IS_PENDING_OF = sa.and_(
    requests.c.user_id == sa.bindparam("of_user"),
    requests.c.finished_at.is_(None),
    in_states(PENDING),
)
PENDING_OF = ALL.where(_IS_PENDING_OF).order_by(requests.c.id)
COUNT_PENDING_OF = sa.select(sa.func.count()).select_from(requests).where(_IS_PENDING_OF)
KNOWN_AND_PENDING = sa.select(
    sa.select(requests.c.id)
    .where(requests.c.key == sa.bindparam("by_key"))
    .scalar_subquery()
    .label("known_id"),
    COUNT_PENDING_OF.scalar_subquery().label("pending"),
)
"""The id of the request with a key, if there is one, and the number of a user's pending requests."""
PENDING_IN = ALL.where(
    requests.c.chat_id == sa.bindparam("in_chat"),
    requests.c.finished_at.is_(None),
    in_states(PENDING),
)
WITH_PREFIX = ALL.where(requests.c.key >= sa.bindparam("first"), requests.c.key < sa.bindparam("last"))
CLOSE = (
    sa.update(requests)
    .where(requests.c.id == sa.bindparam("by_id"))
    .values(closed_at=sa.bindparam("now"))
    .returning(requests.c.status_message_id, requests.c.forget)
)
SET_STATUS = (
    sa.update(requests)
    .where(
        requests.c.id == sa.bindparam("by_id"),
        requests.c.closed_at.is_(None),
        # A status message that was on its way when a question began must not count as the question.
        sa.or_(requests.c.asked_at.is_(None), requests.c.state != State.QUEUED.value),
        sa.func.coalesce(requests.c.status_message_id, sa.bindparam("new_status"))
        == sa.bindparam("new_status"),
    )
    .values(status_message_id=sa.bindparam("new_status"))
)
BEGIN = (
    sa.update(requests)
    .where(
        requests.c.id == sa.bindparam("by_id"),
        requests.c.state == State.QUEUED.value,
        requests.c.creates == sa.bindparam("read_creates"),
        requests.c.asked_at.is_(None),
        requests.c.prompt == sa.bindparam("read_prompt"),
        requests.c.ratio.is_not_distinct_from(sa.bindparam("read_ratio")),
        requests.c.source_file_id.is_not_distinct_from(sa.bindparam("read_source")),
    )
    .values(
        state=State.SUBMITTING.value,
        started_at=sa.bindparam("new_started_at"),
        creates=sa.bindparam("new_creates"),
    )
)
DROP_FORGOTTEN = sa.delete(requests).where(requests.c.id == sa.bindparam("by_id"), requests.c.forget)
INSERT = insert(requests).returning(*requests.c)


def waits_with(key: str) -> sa.ColumnElement[bool]:
    """Return the condition of the request with a key, or of its whole batch, if no create of it was sent."""
    waits = sa.and_(requests.c.state == State.QUEUED, requests.c.creates == 0)
    batch, others = sa.alias(requests), sa.alias(requests)
    batch_id = sa.select(batch.c.batch_id).where(batch.c.key == key).scalar_subquery()
    begun = sa.or_(others.c.state != State.QUEUED, others.c.creates != 0)
    one_begun = sa.exists().where(others.c.batch_id == batch_id, begun)
    return sa.and_(sa.or_(requests.c.key == key, requests.c.batch_id == batch_id), waits, ~one_begun)


def ended_without_picture(request_id: int) -> sa.ColumnElement[bool]:
    """Return the condition of a request, or of its whole batch, if it ended without any picture."""
    batch, others = sa.alias(requests), sa.alias(requests)
    batch_id = sa.select(batch.c.batch_id).where(batch.c.id == request_id).scalar_subquery()
    ended = [state.value for state in sorted(ENDED_WITHOUT_PICTURE)]
    one_else = sa.exists().where(others.c.batch_id == batch_id, others.c.state.not_in(ended))
    own = sa.or_(requests.c.id == request_id, requests.c.batch_id == batch_id)
    return sa.and_(own, in_states(ENDED_WITHOUT_PICTURE), ~one_else)


@functools.cache
def _move_statement(
    expected: tuple[State, ...], columns: tuple[str, ...], *, of_create: bool
) -> ReturningUpdate[Any]:
    """Return the fenced update for one kind of move."""
    fence = [requests.c.id == sa.bindparam("by_id"), in_states(expected)]
    if of_create:
        fence.append(requests.c.creates == sa.bindparam("of_create"))
    return (
        sa.update(requests)
        .where(*fence)
        .values({column: sa.bindparam(f"new_{column}") for column in columns})
        .returning(*requests.c)
    )


def move(
    connection: sa.Connection,
    request_id: int,
    expected: Collection[State],
    values: Values,
    of_create: int | None = None,
) -> sa.Row[Any] | None:
    """Write new values into a row that is in one of the expected states, and return it, or None in another state.

    With `of_create`, its number of creates must be that, too.
    """
    fenced = of_create is not None
    statement = _move_statement(tuple(sorted(expected)), tuple(values), of_create=fenced)
    new: dict[str, Any] = {f"new_{column}": value for column, value in values.items()}
    if fenced:
        new["of_create"] = of_create
    return connection.execute(statement, {"by_id": request_id, **new}).first()
