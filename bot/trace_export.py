"""Exports spans with OTLP over HTTP, in a thread of OpenTelemetry's SDK. The only module that imports OpenTelemetry."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Mapping, Sequence
from itertools import chain

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from bot.version import version
from core.metrics import Metrics
from core.tracing import Span

log = structlog.get_logger(__name__)

MOST_WAITING = 2_048
"""Spans that wait or are on their way. Further ones are dropped and counted."""
_BATCH = 512
_DELAY_MILLISECONDS = 1_000.0
_TIMEOUT = 5.0
"""Seconds for one batch with its retries."""
STOP_SECONDS = 1.0
"""Time that a stop gives to the last batch."""


class TraceExport:
    """Exports spans. No call waits for the collector; spans that it does not take are dropped and counted."""

    def __init__(
        self, *, endpoint: str, headers: Mapping[str, str], instance_id: str | None, metrics: Metrics
    ) -> None:
        # The outcome of each batch is logged here, once for each outage. The SDK would log each failed batch.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        attributes = {
            "service.name": "imagine-bot",
            "service.version": version(),
        }
        if instance_id is not None:
            attributes["service.instance.id"] = instance_id
        self._resource = Resource.create(attributes)
        self._scope = InstrumentationScope("imagine-bot")
        self._metrics = metrics
        own = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", headers=dict(headers), timeout=_TIMEOUT)
        self._exporter = _CountingExporter(own, metrics)
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=_DELAY_MILLISECONDS,
            max_export_batch_size=_BATCH,
        )
        self._given = 0
        """The spans that were given to the thread. `taken` of the exporter follows it; only the thread writes that."""

    def export(self, spans: Sequence[Span]) -> None:
        """Export spans in the background."""
        for span in spans:
            if self._given - self._exporter.taken >= MOST_WAITING:
                self._metrics.trace_spans.labels("dropped").inc()
                continue
            self._given += 1
            self._processor.on_end(self._readable(span))

    async def stop(self) -> None:
        """Export the waiting spans, for `STOP_SECONDS` at most."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def shut_down() -> None:
            self._processor.shutdown()  # type: ignore[no-untyped-call]
            with contextlib.suppress(RuntimeError):  # the event loop may have ended by now
                loop.call_soon_threadsafe(ended.set)

        # A thread of asyncio's own would be awaited at the end of the process, however long that takes.
        threading.Thread(target=shut_down, daemon=True, name="last traces").start()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await ended.wait()
        except TimeoutError:
            log.warning("last traces not exported")
            self._exporter.shutdown()

    def _readable(self, span: Span) -> ReadableSpan:
        status = Status(StatusCode.UNSET) if span.error is None else Status(StatusCode.ERROR)
        kind = {} if span.error is None else {"error.type": span.error}
        parent = None if span.parent_id is None else _context(span.trace_id, span.parent_id)
        return ReadableSpan(
            name=span.name,
            context=_context(span.trace_id, span.span_id),
            parent=parent,
            resource=self._resource,
            attributes=dict(chain(span.attributes.items(), kind.items())),
            kind=SpanKind.CLIENT if span.is_call else SpanKind.INTERNAL,
            status=status,
            start_time=_nanoseconds(span.started_at),
            end_time=_nanoseconds(span.ended_at),
            instrumentation_scope=self._scope,
        )


class _CountingExporter(SpanExporter):
    """Counts the spans of another exporter by outcome, and logs the beginning and the end of an outage."""

    def __init__(self, exporter: SpanExporter, metrics: Metrics) -> None:
        self._own = exporter
        self._metrics = metrics
        self._fails = False
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._own.export(spans)
        except Exception:
            log.exception("traces not encoded")
            result = SpanExportResult.FAILURE
        failed = result is not SpanExportResult.SUCCESS
        self._metrics.trace_spans.labels("failed" if failed else "exported").inc(len(spans))
        if failed != self._fails:
            self._fails = failed
            (log.warning if failed else log.info)(
                "traces not exported" if failed else "traces exported again"
            )
        self.taken += len(spans)
        return result

    def shutdown(self) -> None:
        self._own.shutdown()


def _context(trace_id: bytes, span_id: bytes) -> SpanContext:
    return SpanContext(
        trace_id=int.from_bytes(trace_id, "big"),
        span_id=int.from_bytes(span_id, "big"),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _nanoseconds(at: float) -> int:
    return round(at * 1e9)
