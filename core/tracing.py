"""Traces: spans as plain values, and the calls that are recorded for the request in progress.

A call knows its request by a context variable, which the tasks that a step starts inherit. Without tracing nothing sets
it, and `traced` awaits the call and does nothing else.
"""

from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One period of a request's trace. Times are Unix seconds.

    `trace_id` has 16 bytes, `span_id` and `parent_id` have 8 (W3C, Trace Context). The root has no parent. `error` is
    the kind of the error that ended it, never a message: that may hold words of users. `is_call` marks a call to
    another server.
    """

    trace_id: bytes
    span_id: bytes
    parent_id: bytes | None
    name: str
    started_at: float
    ended_at: float
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    error: str | None = None
    is_call: bool = False


class CallRecorder(Protocol):
    """Records the calls of one request."""

    def now(self) -> float:
        """Return the Unix time in seconds."""

    def record(self, name: str, started_at: float, error: str | None) -> None:
        """Record a call that ends now. `error` is the kind of its error."""


class ReceivedUpdate(NamedTuple):
    """The update that is handled, with the Unix time at which it was received."""

    update_id: int
    received_at: float


_recorder: ContextVar[CallRecorder | None] = ContextVar("recorder", default=None)
received_update: ContextVar[ReceivedUpdate | None] = ContextVar("received_update", default=None)


@contextmanager
def recording(recorder: CallRecorder) -> Iterator[None]:
    """Record the calls inside of this block, and in the tasks that it starts."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


async def traced(name: str, call: Awaitable[T]) -> T:
    """Await a call and return its result. It is recorded if a request in progress makes it."""
    recorder = _recorder.get()
    if recorder is None:
        return await call
    started_at, error = recorder.now(), None
    try:
        return await call
    except BaseException as raised:
        error = type(raised).__name__
        raise
    finally:
        recorder.record(name, started_at, error)
