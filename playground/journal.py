"""What a stand-in was asked and answered, the newest few hundred: for the page's side panel."""

import itertools
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

LONGEST_VALUE = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One call. `at` is in Unix seconds, `took` in milliseconds."""

    number: int
    server: str
    call: str
    asked: str
    answered: str
    status: int
    at: float
    took: float


@dataclass(slots=True)
class Journal:
    """Notes calls. Nothing of it is needed for a stand-in to work."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=300))
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def note(self, server: str, call: str, asked: str, answered: str, status: int, begun: float) -> None:
        """Write down a call that began at a monotonic time and has just ended."""
        took = round((time.monotonic() - begun) * 1_000, 1)
        asked, answered = _short(asked), _short(answered)
        entry = Entry(next(self._numbers), server, call, asked, answered, status, time.time(), took)
        self.entries.append(entry)

    def since(self, number: int) -> list[dict[str, Any]]:
        """Return the calls after this one, oldest first."""
        return [asdict(entry) for entry in self.entries if entry.number > number]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
