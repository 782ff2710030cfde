"""SIGTERM and SIGINT before the event loop handles them. Imports nothing large, so that it can be the first import."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def exit_at_once() -> None:
    """End the process on SIGTERM or SIGINT with exit code 128 + signal, until other handlers are installed.

    Without a handler Linux ignores SIGTERM for process 1 of a container (pid_namespaces(7)), and Python reports
    SIGINT during an import with the traceback of every nested import. A signal that `blocked` has held back arrives
    now.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _exit)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


@contextlib.contextmanager
def blocked() -> Iterator[None]:
    """Hold the stop signals back, also from a child that is started meanwhile, until it calls `exit_at_once`.

    Ctrl+C in a terminal reaches parent and child. Without this, a child whose interpreter still starts prints
    "Fatal Python error" and a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def exit_code(number: int) -> int:
    """Return the exit code of a process that a signal ended, as shells report it."""
    return 128 + number


def _exit(number: int, _frame: FrameType | None) -> None:
    os._exit(exit_code(number))  # an exception could be caught by an import that tolerates failures
