"""A circuit breaker around the paid create call.

During an outage of the provider it holds all creates back and lets one at a time through as a probe. Requests keep
their position in the queue.
"""

from collections.abc import Callable
from enum import StrEnum

import structlog

from core.clock import Clock

log = structlog.get_logger(__name__)

OPENS_AFTER = 3
"""Failed creates in a row, of any users, that open the circuit breaker."""
FIRST_PROBE, LONGEST_PROBE = 5.0, 60.0
"""Seconds from one probe to the next: the first interval, and the longest after it has grown."""
_CHECK_SECONDS = 1.0


class OutageReason(StrEnum):
    """The reason for which creates are held back."""

    DOWN = "down"
    KEY = "key"
    MONEY = "money"


class CircuitBreaker:
    """Lets creates through, or holds each back for at most `patience` seconds. Calls `on_open` whenever it opens."""

    def __init__(self, *, clock: Clock, patience: float, on_open: Callable[[OutageReason], None]) -> None:
        self._clock = clock
        self._patience = patience
        self._on_open = on_open
        self.outage: OutageReason | None = None
        self._failures = 0
        self._opened_at = 0.0
        self._probe_interval = FIRST_PROBE
        self._probe_at = 0.0
        self._probing = False
        self._paused_until = 0.0

    async def acquire(self, waits_since: float) -> bool:
        """Wait until a create may be sent. Return False if it has waited too long since then (Unix seconds)."""
        waits = self._clock.monotonic() - max(0.0, self._clock.now() - waits_since)
        while True:
            now = self._clock.monotonic()
            if now >= self._paused_until and self._admits(now):
                return True
            if self.outage is not None and now >= max(self._opened_at, waits) + self._patience:
                return False
            await self._clock.sleep(_CHECK_SECONDS)

    def release(self) -> None:
        """End a create that `acquire` admitted, whatever its outcome, so that the next probe may be sent."""
        self._probing = False

    def record_success(self) -> None:
        """Record that the provider processed a create: it started the task or refused that one request."""
        self._failures = 0
        if self.outage is not None:
            log.info("provider available again", outage=self.outage)
            self.outage = None

    def record_failure(self, reason: OutageReason) -> None:
        """Record a create that failed for a reason that affects all requests."""
        self._failures += 1
        now = self._clock.monotonic()
        if self.outage is not None:
            self.outage = reason
            self._probe_interval = min(LONGEST_PROBE, self._probe_interval * 1.5)
        elif reason is not OutageReason.DOWN or self._failures >= OPENS_AFTER:
            log.error("creates held back", outage=reason)
            self.outage, self._opened_at, self._probe_interval = reason, now, FIRST_PROBE
            self._on_open(reason)
        self._probe_at = now + self._probe_interval

    def pause_for(self, seconds: float) -> None:
        """Send no create for some seconds, because the provider asks for fewer calls."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def _admits(self, now: float) -> bool:
        if self.outage is None:
            return True
        if self._probing or now < self._probe_at:
            return False
        self._probing = True
        return True
