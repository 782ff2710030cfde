"""A circuit breaker around the paid create call.

During an outage of the provider it holds all creates back and lets one at a time through as a probe. Requests keep
their position in the queue. The free balance call shows whether the provider answers again, so that few creates are
spent on finding out. A repeat of an unknown create waits for such a sign of life even without an outage, because each
request has only one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from core.clock import Clock
from provider.errors import MediaError, NotAccepted, RequestRefused, Unauthorised

log = structlog.get_logger(__name__)

OPENS_AFTER = 3
"""Failed creates in a row, of any users, that open the circuit breaker."""
FIRST_PROBE, LONGEST_PROBE = 1.0, 60.0
"""Seconds from one probe to the next: the first interval, and the longest after it has grown."""
LONGEST_CHECK = 15.0
"""Longest time in seconds from one balance call to the next. The first interval is `FIRST_PROBE`."""
_PROBE_GROWTH, _CHECK_GROWTH = 2.0, 1.2
_WAIT_SECONDS = 0.5
_LONG_AGO = float("-inf")


class OutageReason(StrEnum):
    """The reason for which creates are held back."""

    DOWN = "down"
    KEY = "key"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Admission:
    """Permission to send one create, which may be a probe."""

    probe: bool


class CircuitBreaker:
    """Lets creates through, or holds each back for at most `patience` seconds. Calls `on_open` whenever it opens.

    `ask_balance` makes the free balance call. The times of calls are monotonic seconds at which a call was sent: a call
    that was sent before the last failure does not count for the time after it.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        patience: float,
        on_open: Callable[[OutageReason], None],
        ask_balance: Callable[[], Awaitable[object]],
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._on_open = on_open
        self._ask_balance = ask_balance
        self.outage: OutageReason | None = None
        self._failures = 0
        self._opened_at = 0.0
        self._probe_interval = self._check_interval = FIRST_PROBE
        self._probe_at = self._check_at = _LONG_AGO
        self._probing = self._checking = False
        self._early_probe = False
        self._contradicted = False
        """Creates still failed after a sign of life in this outage, so that no sign brings a probe forward."""
        self._mute = False
        """The provider answered only balance calls, and none in an understood way: there will be no sign of life."""
        self._created_at = self._failed_at = self._alive_at = _LONG_AGO
        self._paused_until = 0.0

    async def acquire(self, waits_since: float, *, repeats: bool = False) -> Admission | None:
        """Wait until a create may be sent. Return None if it has waited too long since then (Unix seconds).

        `repeats` means that an earlier create of the same request has an unknown outcome.
        """
        begun = self._clock.monotonic()
        waits = begun - max(0.0, self._clock.now() - waits_since)
        while True:
            now = self._clock.monotonic()
            admission = self._admit(now, begun, repeats) if now >= self._paused_until else None
            if admission is not None:
                return admission
            if self.outage is not None and now >= max(self._opened_at, waits) + self._patience:
                return None
            if self._check_is_due(now, repeats):
                await self._check()
            else:
                await self._clock.sleep(_WAIT_SECONDS)

    def release(self, admission: Admission) -> None:
        """End an admitted create, with any outcome, so that the next probe may be sent."""
        if admission.probe:
            self._probing = False

    def record_success(self, sent_at: float | None = None) -> None:
        """Record that the provider processed a create: it started the task or refused that one request."""
        at = self._clock.monotonic() if sent_at is None else sent_at
        self._failures = 0
        self._created_at = max(self._created_at, at)
        self.record_life(at)
        if at < self._failed_at:
            return
        self._probe_interval = self._check_interval = FIRST_PROBE
        self._contradicted = False
        if self.outage is not None:
            log.info("provider available again", outage=self.outage)
            self.outage = None

    def record_life(self, sent_at: float) -> None:
        """Record that the provider answered another call. It brings the next probe forward."""
        self._alive_at = max(self._alive_at, sent_at)
        self._mute = False

    def record_failure(self, reason: OutageReason, sent_at: float | None = None) -> None:
        """Record a create that failed for a reason that affects all requests.

        Failures of creates that were on the wire together are one observation: only the first makes the interval
        longer. A failure of a create that was sent before a successful one counts nothing.
        """
        now = self._clock.monotonic()
        at = now if sent_at is None else sent_at
        if at < self._created_at:
            return
        self._failures += 1
        together = sent_at is not None and at <= self._failed_at
        if self.outage is not None:
            self.outage = reason
            if not together:
                self._probe_interval = min(LONGEST_PROBE, self._probe_interval * _PROBE_GROWTH)
                self._contradicted |= self._early_probe
        elif reason is not OutageReason.DOWN or self._failures >= OPENS_AFTER:
            log.error("creates held back", outage=reason)
            self.outage, self._opened_at = reason, now
            self._on_open(reason)
        if not together:
            self._failed_at = now
            self._probe_at, self._check_at = now + self._probe_interval, now + self._check_interval

    def pause_for(self, seconds: float) -> None:
        """Send no create for some seconds, because the provider asks for fewer calls."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    @property
    def _alive(self) -> bool:
        return self._alive_at > self._failed_at

    def _admit(self, now: float, waits_since: float, repeats: bool) -> Admission | None:
        # If no balance call was ever understood, a repeat is admitted late rather than never.
        may_repeat = self._alive or (self._mute and now >= max(self._failed_at, waits_since) + LONGEST_PROBE)
        if repeats and not may_repeat:
            return None
        if self.outage is None:
            return Admission(probe=False)
        early = self._alive and not self._contradicted and self.outage is not OutageReason.MONEY
        if self._probing or not (early or now >= self._probe_at):
            return None
        self._probing, self._early_probe = True, early
        return Admission(probe=True)

    def _check_is_due(self, now: float, repeats: bool) -> bool:
        brings_forward = self.outage in {OutageReason.DOWN, OutageReason.KEY} and not self._contradicted
        wanted = (repeats or brings_forward) and not self._alive and not self._probing
        return wanted and not self._checking and now >= max(self._check_at, self._paused_until)

    async def _check(self) -> None:
        """Make the free balance call. An answer is a sign of life; none counts as a failure before an outage."""
        self._checking = True
        sent_at = self._clock.monotonic()
        try:
            await self._ask_balance()
        except NotAccepted:
            if self.outage is None:
                self.record_failure(OutageReason.DOWN, sent_at)
        except RequestRefused as error:
            if not (isinstance(error, Unauthorised) and self.outage is OutageReason.KEY):
                self.record_life(sent_at)
        except MediaError as error:
            log.info("balance call not understood", error=str(error))
            self._mute = self._alive_at == _LONG_AGO
        else:
            self.record_life(sent_at)
        finally:
            self._checking = False
            self._check_interval = min(LONGEST_CHECK, self._check_interval * _CHECK_GROWTH)
            self._check_at = self._clock.monotonic() + self._check_interval
