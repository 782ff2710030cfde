"""Constructs the traces of requests, if a setting names a collector."""

from contextlib import AsyncExitStack

from bot.build_storage import StorageParts
from bot.settings import Settings
from core.clock import Clock
from core.metrics import Metrics
from generation.request_traces import RequestTraces


def build_tracing(
    settings: Settings,
    *,
    storage: StorageParts,
    clock: Clock,
    metrics: Metrics,
    instance_id: str | None,
    stack: AsyncExitStack,
) -> RequestTraces | None:
    """Return the traces, or None without a collector. `stack` exports the last ones. A replica is an `instance_id`."""
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    from bot.trace_export import TraceExport  # noqa: PLC0415 - an optional package, which costs 0.3 s

    export = TraceExport(
        endpoint=settings.otel_exporter_otlp_endpoint,
        headers=settings.otlp_headers,
        instance_id=instance_id,
        metrics=metrics,
    )
    stack.push_async_callback(export.stop)
    return RequestTraces(key_values=storage.key_values, clock=clock, export=export.export)
