"""The export of traces never waits for the collector."""

import pytest

from bot.trace_export import MOST_WAITING, TraceExport
from core.metrics import Metrics
from core.tracing import Span
from tests.support.collectors import open_collector
from tests.support.free_port import free_port


def span(number: int) -> Span:
    return Span(
        trace_id=bytes(15) + b"\x01",
        span_id=number.to_bytes(8, "big"),
        parent_id=None,
        name="request",
        started_at=1.0,
        ended_at=2.0,
    )


def counted(metrics: Metrics, outcome: str) -> float:
    return metrics.registry.get_sample_value("imagine_trace_spans_total", {"outcome": outcome}) or 0.0


async def test_a_slow_collector_costs_spans_and_no_time() -> None:
    """Further spans are dropped and counted, and the end waits only a moment."""
    metrics = Metrics()
    async with open_collector() as collector:
        collector.answers.clear()
        export = TraceExport(endpoint=collector.url, headers={}, instance_id=None, metrics=metrics)
        export.export([span(number) for number in range(1, MOST_WAITING + 101)])
        assert counted(metrics, "dropped") == 100
        await export.stop()
        assert counted(metrics, "exported") == 0
        collector.answers.set()


async def test_a_collector_that_is_away_is_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    export = TraceExport(
        endpoint=f"http://127.0.0.1:{free_port()}", headers={}, instance_id=None, metrics=metrics
    )
    export.export([span(1), span(2)])
    await export.stop()
    export.export([span(3)])  # after the end nothing happens
    assert counted(metrics, "exported") == 0
