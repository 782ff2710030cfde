"""The spans of a request, from the times in its row."""

from dataclasses import replace

import pytest

from core.model import AspectRatio, Failure, Origin, Request, State
from core.reply_target import ReplyTarget
from core.tracing import Span, traced
from generation.request_traces import RequestTraces, TraceIds, spans_of
from storage.database import Database
from storage.key_values import KeyValueStore
from tests.support.manual_clock import ManualClock

QUEUED = Request(
    id=7,
    origin=Origin("key", 5, ReplyTarget(5, None, 1), "en"),
    prompt="a fox",
    ratio=AspectRatio.SQUARE,
    source=None,
    state=State.QUEUED,
    quota_day="2026-01-01",
    accepted_at=100.0,
    creates=0,
)
IDS = TraceIds("identity", 7)


def periods(request: Request, closed_at: float) -> dict[str, tuple[float, float]]:
    _root, *spans = spans_of(request, closed_at, IDS)
    return {span.name: (span.started_at, span.ended_at) for span in spans}


def test_a_request_that_is_cancelled_in_line_only_waits() -> None:
    cancelled = replace(QUEUED, state=State.CANCELLED, finished_at=110.0)
    assert periods(cancelled, 111.0) == {"waiting": (100.0, 110.0), "closing": (110.0, 111.0)}
    assert spans_of(cancelled, 111.0, IDS)[0].error is None


def test_a_period_that_a_request_skips_or_does_not_reach_is_no_span() -> None:
    failed = replace(
        QUEUED,
        state=State.FAILED,
        failure=Failure.MODERATED,
        started_at=101.0,
        running_at=102.0,
        finished_at=105.0,
    )
    drawn = {"waiting": (100.0, 101.0), "create": (101.0, 102.0), "drawing": (102.0, 105.0)}
    assert periods(failed, 106.0) == drawn | {"closing": (105.0, 106.0)}
    root = spans_of(failed, 106.0, IDS)[0]
    assert (root.error, root.attributes["imagine.failure"]) == ("moderated", "moderated")
    at_once = replace(QUEUED, state=State.DELIVERED, started_at=101.0, ready_at=102.0, finished_at=105.0)
    assert set(periods(at_once, 105.0)) == {"waiting", "create", "sending", "closing"}


def test_a_clock_that_was_set_back_makes_no_span_that_ends_before_it_starts() -> None:
    early = replace(QUEUED, state=State.DELIVERED, started_at=99.0, finished_at=98.0)
    assert all(span.started_at <= span.ended_at for span in spans_of(early, 97.0, IDS))


async def test_all_processes_of_a_ledger_compute_the_same_ids(database: Database, clock: ManualClock) -> None:
    roots = []
    for _ in range(2):
        found: list[Span] = []
        traces = RequestTraces(key_values=KeyValueStore(database), clock=clock, export=found.extend)
        await traces.open()
        traces.trace_closed(replace(QUEUED, state=State.CANCELLED, finished_at=110.0))
        roots.append((found[0].trace_id, found[0].span_id))
    assert roots[0] == roots[1]


async def test_a_call_is_recorded_with_the_kind_of_its_error_and_not_with_its_message(
    sqlite: Database, clock: ManualClock
) -> None:
    found: list[Span] = []
    traces = RequestTraces(key_values=KeyValueStore(sqlite), clock=clock, export=found.extend)
    await traces.open()

    async def call() -> None:
        raise ValueError("a secret")

    with traces.recording(7), pytest.raises(ValueError, match="a secret"):
        await traced("media create", call())
    with pytest.raises(ValueError, match="a secret"):
        await traced("media create", call())  # of no request
    (span,) = found
    assert (span.name, span.error, span.is_call, dict(span.attributes)) == (
        "media create",
        "ValueError",
        True,
        {},
    )
    assert span.parent_id is not None
