"""Limits the updates of each user. It is kept in memory only, because a flood must not cost a write per update."""

from collections import deque
from enum import Enum

_WINDOW_SECONDS = 60.0
_LARGEST_TABLE = 10_000


class Decision(Enum):
    """The treatment of an update."""

    HANDLE = "handle"
    WARN = "warn"
    IGNORE = "ignore"


class Throttle:
    """At most `limit` updates of a user per minute; 0 means no limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._times: dict[int, deque[float]] = {}
        self._over_limit: set[int] = set()

    def decide(self, user: int, now: float) -> Decision:
        """Count an update written at `now` (seconds of any clock) and return its treatment.

        The first update over the limit is warned about. All further ones are ignored until the updates of the last
        minute have dropped to half the limit.
        """
        if not self._limit or not user:
            return Decision.HANDLE
        if user not in self._times and len(self._times) >= _LARGEST_TABLE:
            self._drop_idle(now)
        times = self._times.setdefault(user, deque(maxlen=self._limit + 1))
        times.append(now)
        while times[0] <= now - _WINDOW_SECONDS:
            times.popleft()
        if user in self._over_limit:
            if len(times) > max(1, self._limit // 2):
                return Decision.IGNORE
            self._over_limit.discard(user)
        if len(times) > self._limit:
            self._over_limit.add(user)
            return Decision.WARN
        return Decision.HANDLE

    def _drop_idle(self, now: float) -> None:
        self._times = {who: times for who, times in self._times.items() if times[-1] > now - _WINDOW_SECONDS}
        if len(self._times) > _LARGEST_TABLE // 2:
            self._times.clear()  # a search through all users for each new one would cost more than a flood
        self._over_limit &= self._times.keys()
