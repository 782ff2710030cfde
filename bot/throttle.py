"""Who writes too much: one answer, then silence until it calms. In memory only: a flood must not cost a write each."""

from collections import deque
from enum import Enum

_WINDOW = 60.0
_MOST = 10_000


class Verdict(Enum):
    """What becomes of an update."""

    HANDLE = "handle"
    TELL = "tell"
    IGNORE = "ignore"


class Throttle:
    """At most `limit` updates of a person a minute; 0 is no limit. `now` is when one was written, in any seconds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._came: dict[int, deque[float]] = {}
        self._silenced: set[int] = set()

    def judge(self, user: int, now: float) -> Verdict:
        """Count an update and say what becomes of it. Silence ends once a minute held less than half the limit."""
        if not self._limit or not user:
            return Verdict.HANDLE
        if user not in self._came and len(self._came) >= _MOST:
            self._tidy(now)
        came = self._came.setdefault(user, deque(maxlen=self._limit + 1))
        came.append(now)
        while came[0] <= now - _WINDOW:
            came.popleft()
        if user in self._silenced:
            if len(came) > max(1, self._limit // 2):
                return Verdict.IGNORE
            self._silenced.discard(user)
        if len(came) > self._limit:
            self._silenced.add(user)
            return Verdict.TELL
        return Verdict.HANDLE

    def _tidy(self, now: float) -> None:
        self._came = {who: came for who, came in self._came.items() if came[-1] > now - _WINDOW}
        if len(self._came) > _MOST // 2:
            self._came.clear()  # a storm of people: looking through them for each new one would be worse than a flood
        self._silenced &= self._came.keys()
