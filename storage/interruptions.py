"""Interruptions: the periods in which no picture could be started, because of an outage or because no process ran.

The ledger holds them as one small value, so that every process knows those of all, and those before its start.
"""

import json
from dataclasses import dataclass, field

from core.clock import Clock
from storage.key_values import KeyValueStore

RECORD_SECONDS = 30.0
"""Time from one record to the next while pictures can be started."""
SHORTEST = 3 * RECORD_SECONDS
"""A shorter time without a record is no interruption: a restart, or a busy machine."""
_KEPT_SECONDS = 7 * 86_400.0
_NAME = "interruptions"


@dataclass(slots=True)
class _Known:
    """The stored value: the last time at which pictures could be started, and the interruptions before it."""

    available_at: float
    past: list[tuple[float, float]] = field(default_factory=list)

    def until(self, now: float) -> list[tuple[float, float]]:
        """Return all interruptions, with the one that perhaps lasts until now."""
        lasts = now - self.available_at >= SHORTEST
        return [*self.past, (self.available_at, now)] if lasts else self.past


class Interruptions:
    """Records and measures interruptions. All times are Unix seconds."""

    def __init__(self, *, key_values: KeyValueStore, clock: Clock) -> None:
        self._key_values = key_values
        self._clock = clock

    async def record_available(self) -> None:
        """Record that pictures can be started now, which ends an interruption. One process at a time does it."""
        now = self._clock.now()
        known = await self._read() or _Known(now)
        past = [one for one in known.until(now) if now - one[1] < _KEPT_SECONDS]
        await self._key_values.set(_NAME, json.dumps({"available_at": now, "past": past}))

    async def seconds_since(self, since: float) -> float:
        """Return for how long no picture could be started from a time on until now."""
        now = self._clock.now()
        known = await self._read()
        periods = known.until(now) if known is not None else []
        return sum(max(0.0, end - max(begin, since)) for begin, end in periods)

    async def _read(self) -> _Known | None:
        text = await self._key_values.get(_NAME)
        if text is None:
            return None
        value = json.loads(text)
        return _Known(value["available_at"], [(begin, end) for begin, end in value["past"]])
