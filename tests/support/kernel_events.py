"""Facts about processes from the kernel, and a wait for changes that it does not report."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.support.process_launcher import DEADLINE

T = TypeVar("T")


def catches(pid: int, number: signal.Signals) -> bool:
    """Return whether a process has a handler for a signal (proc(5), SigCgt)."""
    return _has_signal(pid, "SigCgt", number)


def blocks(pid: int, number: signal.Signals) -> bool:
    """Return whether a process holds a signal back (proc(5), SigBlk)."""
    return _has_signal(pid, "SigBlk", number)


def _has_signal(pid: int, field: str, number: signal.Signals) -> bool:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    signals = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
    return bool(int(signals.split()[1], 16) >> (number - 1) & 1)


async def wait_for(ready: Callable[[], T]) -> T:
    """Call a function until its result is true, and return that."""
    async with asyncio.timeout(DEADLINE):
        while True:
            if result := ready():
                return result
            await asyncio.sleep(0.005)  # the kernel reports no event
