"""Marks the units of work that must not wait for others: those of a checkout, for which Telegram waits ten seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_urgent: ContextVar[bool] = ContextVar("is_urgent", default=False)


@contextmanager
def urgent() -> Iterator[None]:
    """Let all units of work inside go before those that wait, also in tasks that are started inside."""
    token = _is_urgent.set(True)
    try:
        yield
    finally:
        _is_urgent.reset(token)


def is_urgent() -> bool:
    """Return whether the calling task must not wait for the units of others."""
    return _is_urgent.get()
