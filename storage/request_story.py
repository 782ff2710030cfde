"""The story of one request as the ledger tells it: facts and events, without file ids and without links."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from core.model import FINAL, Request, State
from storage.request_queue import Workflow
from storage.rows import read_request
from storage.schema import batches, credit_entries, drafts, reports, requests

_LONGEST_PROMPT = 200


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a request at a Unix time."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """A request's facts, line by line, and its events, the earliest first. `related` are the ids of its batch."""

    facts: list[str]
    events: list[Event]
    related: list[int]


def read_story(connection: sa.Connection, request_id: int) -> Story | None:
    """Return the story of a request, or None if it is not in the ledger."""
    row = connection.execute(sa.select(requests).where(requests.c.id == request_id)).first()
    if row is None:
        return None
    request = read_request(row)
    related = []
    if request.batch_id is not None:
        of_batch = sa.select(requests.c.id).where(requests.c.batch_id == request.batch_id)
        related = list(connection.execute(of_batch.order_by(requests.c.id)).scalars())
    facts = [
        *_facts(request),
        *_batch_facts(connection, request, related),
        *_workflows(connection, request_id),
    ]
    events = [*_events(request), *_other_events(connection, request)]
    return Story(facts, sorted(events, key=lambda event: event.at), related)


def _facts(request: Request) -> Iterator[str]:
    place = request.place
    topic = "" if place.thread_id is None else f", topic {place.thread_id}"
    where = "an inline message" if place.inline_message_id else f"chat {place.chat_id}{topic}"
    yield f"user {request.user_id}, {where}, key {request.origin.key}, language {request.language}"
    if not request.prompt and request.forget:
        yield "its description and files were emptied (KEEP_DAYS)"
    else:
        shown = request.prompt[:_LONGEST_PROMPT] + ("…" if len(request.prompt) > _LONGEST_PROMPT else "")
        yield f"description: {shown!r}, ratio {request.ratio or 'of the source'}"
    if request.source is not None:
        parent = (
            "" if request.source.parent_id is None else f", the picture of request {request.source.parent_id}"
        )
        yield f"changes a picture{parent}"
    if request.forget and request.prompt:
        yield "its user has deleted it"
    if request.credit_lot_id is not None:
        yield f"paid by lot {request.credit_lot_id}"
    else:
        yield f"unit of {request.quota_day}{' (given back)' if request.state in FINAL - {State.DELIVERED} else ''}"
    end = "closed" if request.closed_at is not None else "open"
    why = "" if request.failure is None else f" ({request.failure}{_detail(request)})"
    yield f"state: {request.state}{why}, {end}, {request.creates} create calls"
    if request.task_id is not None:
        yield f"task {request.task_id} at the provider"
    if request.cost is not None:
        yield f"cost: {request.cost:g} roubles"
    if request.approval is not None:
        yield f"approval by the group's admins: {request.approval}"


def _detail(request: Request) -> str:
    return "" if request.failure_detail is None else f": {request.failure_detail}"


def _batch_facts(connection: sa.Connection, request: Request, related: list[int]) -> Iterator[str]:
    if request.batch_id is None:
        return
    others = ", ".join(str(one) for one in related if one != request.id)
    row = connection.execute(sa.select(batches).where(batches.c.id == request.batch_id)).first()
    grid = "no row" if row is None else "grid delivered" if row.file_id else "grid not delivered"
    yield f"batch {request.batch_id} with {others or 'no other request'}: {grid}"


def _events(request: Request) -> Iterator[Event]:
    host = (
        "" if request.picture_url is None else f", its picture is at {urlsplit(request.picture_url).hostname}"
    )
    message = "" if request.result_message_id is None else f", message {request.result_message_id}"
    times = (
        (request.accepted_at, "accepted"),
        (request.asked_at, "a question was asked before anything is paid"),
        (request.started_at, f"create call {request.creates} began"),
        (request.running_at, "task running"),
        (request.ready_at, f"task done{host}"),
        (request.finished_at, f"{request.state}{message}"),
        (request.closed_at, "closed: nothing is left to do"),
        (request.favourite_at, "made a favourite"),
        (request.hidden_at, "hidden by a bot admin"),
    )
    for at, text in times:
        if at is not None:
            yield Event(at, text)


def _other_events(connection: sa.Connection, request: Request) -> Iterator[Event]:
    for row in connection.execute(sa.select(drafts).where(drafts.c.key == request.origin.key)):
        yield Event(row.created_at, "a question was asked for what the request lacked")
        if row.answered_at is not None:
            yield Event(row.answered_at, "the question was answered")
    of_request = credit_entries.c.request_id == request.id
    for row in connection.execute(sa.select(credit_entries).where(of_request)):
        yield Event(row.at, f"{row.kind} {row.units:+d} of lot {row.lot_id}")
    head = request.batch_id or request.id
    for row in connection.execute(sa.select(reports).where(reports.c.request_id == head)):
        yield Event(row.reported_at, "reported to the bot admins")
        if row.decided_at is not None:
            yield Event(row.decided_at, f"report decided: {row.decision}")


def _workflows(connection: sa.Connection, request_id: int) -> Iterator[str]:
    """Yield the state of DBOS's workflows of a request, if there are any (DBOS, System Tables)."""
    if connection.dialect.name != "postgresql":
        return
    if not sa.inspect(connection).has_table("workflow_status", schema="dbos"):
        return
    ids = [workflow.id_of(request_id) for workflow in Workflow]
    columns: list[Any] = [sa.column(name) for name in ("workflow_uuid", "status", "executor_id")]
    table = sa.table("workflow_status", *columns, schema="dbos")
    rows = sa.select(*columns).select_from(table).where(columns[0].in_(ids)).order_by(columns[0])
    for row in connection.execute(rows):
        yield f"workflow {row.workflow_uuid}: {row.status}, replica {row.executor_id or 'none'}"
