"""The newest few hundred calls of the stand-ins, for the page's side panel."""

import itertools
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

LONGEST_VALUE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call. `at` is in Unix seconds, `duration` in milliseconds."""

    number: int
    server: str
    call: str
    parameters: str
    response: str
    status: int
    at: float
    duration: float


@dataclass(slots=True)
class Journal:
    """Records calls. The stand-ins work without it."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=300))
    _numbers: "itertools.count[int]" = field(init=False, default_factory=lambda: itertools.count(1))

    def note(
        self, *, server: str, call: str, parameters: str, response: str, status: int, begun: float
    ) -> None:
        """Record a call that has just ended. `begun` is the monotonic time of its start."""
        entry = Entry(
            number=next(self._numbers),
            server=server,
            call=call,
            parameters=_short(parameters),
            response=_short(response),
            status=status,
            at=time.time(),
            duration=round((time.monotonic() - begun) * 1_000, 1),
        )
        self.entries.append(entry)

    def since(self, number: int) -> list[dict[str, Any]]:
        """Return the calls with a higher number, oldest first."""
        return [asdict(entry) for entry in self.entries if entry.number > number]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
