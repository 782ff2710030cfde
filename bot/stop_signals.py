"""SIGTERM and SIGINT before the event loop handles them. Imports nothing large, so that it can be the first import."""

import os
import signal
from types import FrameType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def exit_at_once() -> None:
    """End the process on SIGTERM or SIGINT with exit code 128 + signal, until other handlers are installed.

    Without a handler Linux ignores SIGTERM for process 1 of a container (pid_namespaces(7)), and Python reports
    SIGINT during an import with the traceback of every nested import.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _exit)


def exit_code(number: int) -> int:
    """Return the exit code of a process that a signal ended, as shells report it."""
    return 128 + number


def _exit(number: int, _frame: FrameType | None) -> None:
    os._exit(exit_code(number))  # an exception could be caught by an import that tolerates failures
