"""Stand-ins for a collector of OpenTelemetry and for a server of Sentry, which check the form of what they receive."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from playground.serve import served
from tests.support.process_launcher import DEADLINE

SENTRY_KEY = "9ec79c33ec9942ab8353589fcb2e04dc"


class _Arrivals:
    """Wakes those that wait for something that arrives."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, ready: Callable[[], object]) -> None:
        """Wait until a condition holds. Raises TimeoutError."""
        async with asyncio.timeout(DEADLINE):
            while not ready():
                await self._changed.wait()


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """A span with the id of the process that sent it, empty for a process without one."""

    span: Span
    instance_id: str

    @property
    def attributes(self) -> dict[str, object]:
        """The attributes by name."""
        return {a.key: getattr(a.value, a.value.WhichOneof("value") or "") for a in self.span.attributes}


@dataclass(slots=True)
class Collector:
    """Receives traces with OTLP over HTTP in protobuf (OpenTelemetry Protocol Specification, OTLP/HTTP)."""

    url: str = ""
    status: int = 200
    spans: list[ReceivedSpan] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Answers are held back while it is clear."""
    arrivals: _Arrivals = field(default_factory=_Arrivals)

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application()
        app.router.add_post("/v1/traces", self._receive)
        return app

    async def _receive(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        status, body = self.status, await request.read()
        message = ExportTraceServiceRequest.FromString(body)
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        for group in message.resource_spans:
            resource = {a.key: a.value.string_value for a in group.resource.attributes}
            assert resource["service.name"] == "imagine-bot"
            for scope in group.scope_spans:
                for span in scope.spans:
                    assert (len(span.trace_id), len(span.span_id)) == (16, 8)
                    assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
                    self.spans.append(ReceivedSpan(span, resource.get("service.instance.id", "")))
        self.arrivals.notify()
        await self.answers.wait()
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(status=status, body=answer, content_type="application/x-protobuf")

    async def wait_for(self, name: str, count: int = 1) -> list[ReceivedSpan]:
        """Wait until so many spans with a name have arrived, and return them."""

        def found() -> list[ReceivedSpan]:
            return [one for one in self.spans if one.span.name == name]

        await self.arrivals.until(lambda: len(found()) >= count)
        return found()

    def traces(self) -> dict[bytes, list[ReceivedSpan]]:
        """Return the spans that have arrived, by trace."""
        traces = defaultdict(list)
        for one in self.spans:
            traces[one.span.trace_id].append(one)
        return dict(traces)


@asynccontextmanager
async def open_collector() -> AsyncIterator[Collector]:
    """Yield a collector that answers."""
    collector = Collector()
    collector.answers.set()
    async with served(collector.app()) as collector.url:
        yield collector


@dataclass(slots=True)
class ErrorServer:
    """Receives error reports as envelopes (Sentry SDK documentation, Envelopes)."""

    dsn: str = ""
    reports: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    arrivals: _Arrivals = field(default_factory=_Arrivals)

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application()
        app.router.add_post("/api/1/envelope/", self._receive)
        return app

    async def _receive(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-sentry-envelope"
        assert f"sentry_key={SENTRY_KEY}" in request.headers["X-Sentry-Auth"]
        body = await request.read()
        self.bodies.append(body)
        header, item, payload = body.strip().split(b"\n")
        assert json.loads(item)["type"] == "event"
        assert json.loads(item)["length"] == len(payload)
        report = json.loads(payload)
        assert json.loads(header)["event_id"] == report["event_id"]
        self.reports.append(report)
        self.arrivals.notify()
        return web.json_response({"id": report["event_id"]})


@asynccontextmanager
async def open_error_server() -> AsyncIterator[ErrorServer]:
    """Yield a server for error reports."""
    server = ErrorServer()
    async with served(server.app()) as url:
        server.dsn = f"{url.replace('://', f'://{SENTRY_KEY}@')}/1"
        yield server
