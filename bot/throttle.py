"""Limits the updates of each user. It is kept in memory only, because a flood must not cost a write per update."""

import math
from collections.abc import Callable
from enum import Enum

_WINDOW_SECONDS = 60.0
_LARGEST_TABLE = 10_000


class UpdateKind(Enum):
    """The kind of an update, by its cost. The updates of each kind are counted by themselves."""

    ACTION = "action"
    """A message, or a press that may start a generation or send a message."""
    BROWSING = "browsing"
    """A press that changes the message under which the button is, such as an arrow of /history."""
    TYPING = "typing"
    """An inline query, which the user's app sends at each pause in typing."""
    FORGET = "forget"
    """/forget and its buttons: a flood of other updates must not stand between users and their data."""


_TIMES_THE_LIMIT = {UpdateKind.ACTION: 1, UpdateKind.BROWSING: 4, UpdateKind.TYPING: 8, UpdateKind.FORGET: 1}
"""Updates of a kind per minute, in multiples of the limit."""


class Decision(Enum):
    """The treatment of an update."""

    HANDLE = "handle"
    WARN = "warn"
    IGNORE = "ignore"


class Throttle:
    """At most `limit` actions of a user per minute, and four times as many browsing presses; 0 means no limit.

    `processes` returns the number of processes among which the user's updates are distributed: each has its share.
    """

    def __init__(self, limit: int, *, processes: Callable[[], int] = lambda: 1) -> None:
        self._limit = limit
        self._processes = processes
        self._times: dict[tuple[int, UpdateKind], list[float]] = {}
        self._over_limit: set[tuple[int, UpdateKind]] = set()

    def decide(self, user: int, now: float, kind: UpdateKind = UpdateKind.ACTION) -> Decision:
        """Return the treatment of an update written at `now` (seconds of any clock), and count it if it is handled.

        The first update over the limit is warned about. All further ones are ignored until half of the limit is free
        again, after at most a minute: an ignored update does not count, so it does not prolong that.
        """
        if not self._limit or not user:
            return Decision.HANDLE
        key, limit = (user, kind), self._share(self._limit * _TIMES_THE_LIMIT[kind])
        if key not in self._times and len(self._times) >= _LARGEST_TABLE:
            self._drop_idle(now)
        times = self._times.setdefault(key, [])
        while times and times[0] <= now - _WINDOW_SECONDS:
            del times[0]
        if key in self._over_limit:
            if len(times) > limit // 2:
                return Decision.IGNORE
            self._over_limit.discard(key)
        if len(times) >= limit:
            self._over_limit.add(key)
            return Decision.WARN
        times.append(now)
        return Decision.HANDLE

    def _share(self, limit: int) -> int:
        """Return this process's share of a limit: more than an equal part, since chance distributes the updates.

        The deviation of a binomial distribution is at most the root of the part. Twice that is exceeded by few users
        who stay below the limit, and a flood gets less than twice the limit.
        """
        if (processes := self._processes()) == 1:
            return limit
        part = limit / processes
        return min(limit, math.ceil(part + 2 * math.sqrt(part)))

    def _drop_idle(self, now: float) -> None:
        self._times = {
            key: times for key, times in self._times.items() if times and times[-1] > now - _WINDOW_SECONDS
        }
        if len(self._times) > _LARGEST_TABLE // 2:
            self._times.clear()  # a search through all users for each new one would cost more than a flood
        self._over_limit &= self._times.keys()
