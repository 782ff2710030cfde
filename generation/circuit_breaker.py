"""A circuit breaker around the paid call: when the provider is away for everybody, nobody hammers it and nobody loses
their place. One create at a time tries whether it is back.
"""

from collections.abc import Callable
from enum import StrEnum

import structlog

from core.clock import Clock

log = structlog.get_logger(__name__)

OPENS_AFTER = 3
"""Creates that must fail in a row, whosever they are, before all are held back."""
FIRST_PROBE, LONGEST_PROBE = 5.0, 60.0
"""Seconds between one try and the next: from the first, growing to the longest."""
_LOOK_EVERY = 1.0


class OutageReason(StrEnum):
    """Why creates are held back."""

    DOWN = "down"
    KEY = "key"
    MONEY = "money"


class CircuitBreaker:
    """Lets creates through, or holds them back for at most `patience` seconds each. `notice` hears of each opening."""

    def __init__(self, clock: Clock, patience: float, notice: Callable[[OutageReason], None]) -> None:
        self._clock = clock
        self._patience = patience
        self._notice = notice
        self.trouble: OutageReason | None = None
        self._failures = 0
        self._since = 0.0
        self._every = FIRST_PROBE
        self._probe_at = 0.0
        self._probing = False
        self._quiet_until = 0.0

    async def turn(self, waits_since: float) -> bool:
        """Wait until a create may go. False when it has waited for too long. `waits_since` is in Unix seconds."""
        waits = self._clock.monotonic() - max(0.0, self._clock.now() - waits_since)
        while True:
            now = self._clock.monotonic()
            if now >= self._quiet_until and self._admits(now):
                return True
            if self.trouble is not None and now >= max(self._since, waits) + self._patience:
                return False
            await self._clock.sleep(_LOOK_EVERY)

    def done(self) -> None:
        """A create that was let through is over, whatever came of it: another may try."""
        self._probing = False

    def well(self) -> None:
        """The provider took a create, or read it and said no to that one alone."""
        self._failures = 0
        if self.trouble is not None:
            log.info("the provider is back", trouble=self.trouble)
            self.trouble = None

    def failed(self, trouble: OutageReason) -> None:
        """A create failed for a reason that is everybody's."""
        self._failures += 1
        now = self._clock.monotonic()
        if self.trouble is not None:
            self.trouble = trouble
            self._every = min(LONGEST_PROBE, self._every * 1.5)
        elif trouble is not OutageReason.DOWN or self._failures >= OPENS_AFTER:
            log.error("creates are held back", trouble=trouble)
            self.trouble, self._since, self._every = trouble, now, FIRST_PROBE
            self._notice(trouble)
        self._probe_at = now + self._every

    def hold(self, seconds: float) -> None:
        """The provider asks for fewer creates: nobody sends one for so long."""
        self._quiet_until = max(self._quiet_until, self._clock.monotonic() + seconds)

    def _admits(self, now: float) -> bool:
        if self.trouble is None:
            return True
        if self._probing or now < self._probe_at:
            return False
        self._probing = True
        return True
