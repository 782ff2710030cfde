"""The export of traces never waits for the collector."""

import structlog

from bot.trace_export import MOST_WAITING, TraceExport
from core.metrics import Metrics
from core.tracing import Span
from tests.support.collectors import open_collector


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


async def test_an_outage_of_the_collector_is_counted_and_logged_once() -> None:
    metrics = Metrics()
    async with open_collector() as collector:
        with structlog.testing.capture_logs() as logged:
            export = TraceExport(endpoint=collector.url, headers={}, instance_id=None, metrics=metrics)
            for number, status in enumerate((400, 400, 200, 200), start=1):
                collector.status = status
                export.export([span(number)])
                await collector.arrivals.until(lambda: len(collector.bodies) == number)  # noqa: B023
            await export.stop()
    assert [line["event"] for line in logged] == ["traces not exported", "traces exported again"]
    assert (counted(metrics, "failed"), counted(metrics, "exported")) == (2, 2)
