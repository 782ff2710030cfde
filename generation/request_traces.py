"""The traces of requests: one for each request, from its update to its end, whichever processes work on it.

The ids follow from the ledger and the request, so every process computes the same ones, and none is stored or handed
over. The periods of a request are known from its row, so the process that closes it reports all of them. A call is
reported by the process that makes it, when it ends.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from core.clock import Clock
from core.model import Request, State
from core.tracing import Span, received_update, recording
from storage.key_values import KeyValueStore

IDENTITY = "trace-identity"
"""The name of the key value that tells one ledger from another. A copy of the ledger has it, too."""
_ROOT = "request"


class TraceIds:
    """The ids of one request's trace."""

    def __init__(self, identity: str, request_id: int) -> None:
        self.trace_id = hashlib.sha256(f"{identity}:{request_id}".encode()).digest()[:16]

    def of_span(self, name: str) -> bytes:
        """Return the id of a span that exists once in the trace."""
        return hashlib.sha256(self.trace_id + name.encode()).digest()[:8]

    @property
    def root_id(self) -> bytes:
        """The id of the span of the whole request."""
        return self.of_span(_ROOT)


class RequestTraces:
    """Builds the spans of requests and gives them to `export`, which must return at once."""

    def __init__(
        self, *, key_values: KeyValueStore, clock: Clock, export: Callable[[Sequence[Span]], None]
    ) -> None:
        self._key_values = key_values
        self._clock = clock
        self._export = export
        self._identity = ""

    async def open(self) -> None:
        """Read the identity of the ledger, or choose one. To be called before any other method."""
        self._identity = await self._key_values.get_or_set(IDENTITY, secrets.token_hex(16))

    def recording(self, request_id: int) -> AbstractContextManager[None]:
        """Return a context in which the calls are those of a request."""
        return recording(_Calls(TraceIds(self._identity, request_id), self._clock, self._export))

    def trace_accepted(self, requests: Iterable[Request]) -> None:
        """Report the update that led to requests, from its receipt to now."""
        update = received_update.get()
        if update is None:
            return
        now = self._clock.now()
        for request in requests:
            ids = TraceIds(self._identity, request.id)
            span = Span(
                trace_id=ids.trace_id,
                span_id=ids.of_span("update"),
                parent_id=ids.root_id,
                name="update",
                started_at=min(update.received_at, now),
                ended_at=now,
                attributes={"imagine.update": update.update_id, "imagine.request": request.id},
            )
            self._export([span])

    def trace_closed(self, request: Request) -> None:
        """Report a whole request and its periods, once it is closed. `request` is its last row."""
        self._export(spans_of(request, self._clock.now(), TraceIds(self._identity, request.id)))


class _Calls:
    """Records the calls of one request as spans."""

    def __init__(self, ids: TraceIds, clock: Clock, export: Callable[[Sequence[Span]], None]) -> None:
        self._ids = ids
        self._clock = clock
        self._export = export

    def now(self) -> float:
        """Return the Unix time in seconds."""
        return self._clock.now()

    def record(self, name: str, started_at: float, error: str | None) -> None:
        """Report a call that ends now."""
        span = Span(
            trace_id=self._ids.trace_id,
            span_id=secrets.token_bytes(8),
            parent_id=self._ids.root_id,
            name=name,
            started_at=started_at,
            ended_at=max(started_at, self._clock.now()),
            error=error,
            is_call=True,
        )
        self._export([span])


def spans_of(request: Request, closed_at: float, ids: TraceIds) -> list[Span]:
    """Return the span of a closed request and those of its periods, as far as its row knows them.

    A period ends where the next one begins. A request that was sent to the provider more than once waits until the last
    time. If the owner answered a question about it, it is accepted at the answer.
    """
    begun = (
        ("waiting", request.accepted_at),
        ("create", request.started_at),
        ("drawing", request.running_at),
        ("sending", request.ready_at),
        ("closing", request.finished_at),
    )
    known = [(name, at) for name, at in begun if at is not None]
    ends = [*(at for _name, at in known[1:]), closed_at]
    failed = request.state in {State.FAILED, State.UNDELIVERABLE}
    root = Span(
        trace_id=ids.trace_id,
        span_id=ids.root_id,
        parent_id=None,
        name=_ROOT,
        started_at=request.accepted_at,
        ended_at=max(request.accepted_at, closed_at),
        attributes=_attributes(request),
        error=(request.failure or request.state).value if failed else None,
    )
    periods = [
        Span(
            trace_id=ids.trace_id,
            span_id=ids.of_span(name),
            parent_id=ids.root_id,
            name=name,
            started_at=at,
            ended_at=max(at, end),
        )
        for (name, at), end in zip(known, ends, strict=True)
    ]
    return [root, *periods]


def _attributes(request: Request) -> dict[str, str | int | float | bool]:
    """Return what a trace says about a request: no words, no files, no links and no users."""
    attributes: dict[str, str | int | float | bool] = {
        "imagine.request": request.id,
        "imagine.state": request.state.value,
        "imagine.creates": request.creates,
        "imagine.edit": request.source is not None,
    }
    if request.failure is not None:
        attributes["imagine.failure"] = request.failure.value
    if request.batch_id is not None:
        attributes["imagine.batch"] = request.batch_id
    if request.cost is not None:
        attributes["imagine.cost"] = request.cost
    return attributes
