"""A circuit breaker around the paid create call.

During an outage of the provider it holds all creates back, and requests keep their position in the queue. A probe shows
whether the provider processes creates again: a create without any parameter, which its validation refuses free of
charge. Then one request is let through, the trial, and after its success all others. A request whose create failed
waits for an answered probe even without an outage. Repeats of unknown creates are sent one, two, four at a time,
because each request has only one: a failure among them stops the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from core.clock import Clock
from provider.errors import MediaError, NotAccepted, OutOfMoney, RateLimited, Unauthorised

log = structlog.get_logger(__name__)

OPENS_AFTER = 3
"""Failed creates in a row, of any users, that open the circuit breaker."""
FIRST_PROBE, LONGEST_PROBE = 1.0, 15.0
"""Seconds from one probe to the next: the first interval, and the longest after it has grown."""
FIRST_TRIAL, LONGEST_TRIAL = 1.0, 60.0
"""Seconds from one trial to the next: the first interval, and the longest after it has grown."""
UNANSWERED_TRIAL = 300.0
"""Seconds after which a trial is sent although all probes of this process failed."""
_PROBE_GROWTH, _TRIAL_GROWTH = 1.2, 2.0
_WAIT_SECONDS = 0.5
_LONG_AGO = float("-inf")


class OutageReason(StrEnum):
    """The reason for which creates are held back."""

    DOWN = "down"
    KEY = "key"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Admission:
    """Permission to send one create, which may be a trial or a repeat."""

    trial: bool
    repeats: bool = False


class CircuitBreaker:
    """Lets creates through, or holds each back for at most `patience` seconds. Calls `on_open` for each new outage.

    `probe` makes the free call and raises a MediaError unless the provider refused it by validation. The times of calls
    are monotonic seconds at which a call was sent: a call that was sent before the last failure does not count for the
    time after it.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        patience: float,
        on_open: Callable[[OutageReason], None],
        probe: Callable[[], Awaitable[object]],
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._on_open = on_open
        self._make_probe = probe
        self.outage: OutageReason | None = None
        self._failures = 0
        self._opened_at = 0.0
        self._probe_interval, self._trial_interval = FIRST_PROBE, FIRST_TRIAL
        self._probe_at = self._trial_at = _LONG_AGO
        self._probing = self._trying = False
        self._repeating = self._successes = 0
        """Repeats on the wire, and creates that the provider processed since the last failure."""
        self._hurried = False
        """A sign of life has brought a probe forward in this outage."""
        self._contradicted = False
        """A trial failed after an answered probe in this outage, so that trials wait for their interval, too."""
        self._probe_works = False
        """A probe of this process was answered."""
        self._mute = False
        """The answers to all probes were not understood: none will be."""
        self._created_at = self._failed_at = self._answered_at = _LONG_AGO
        self._paused_until = 0.0

    async def acquire(
        self,
        waits_since: float,
        *,
        repeats: bool = False,
        retries: bool = False,
        on_outage: Callable[[], None] = lambda: None,
    ) -> Admission | None:
        """Wait until a create may be sent. Return None if it has waited too long since then (Unix seconds).

        `repeats` means that an earlier create of the same request has an unknown outcome, `retries` that an outage
        refused one. `on_outage` is called again and again during an outage, which may begin while a create waits.
        """
        begun = self._clock.monotonic()
        waits = begun - max(0.0, self._clock.now() - waits_since)
        while True:
            now = self._clock.monotonic()
            admission = self._admit(now, begun, repeats, retries) if now >= self._paused_until else None
            if admission is not None:
                return admission
            if self.outage is not None:
                on_outage()
                if now >= max(self._opened_at, waits) + self._patience:
                    return None
            if self._probe_is_due(now, repeats or retries):
                await self._probe()
            else:
                await self._clock.sleep(_WAIT_SECONDS)

    def release(self, admission: Admission) -> None:
        """End an admitted create, with any outcome, so that the next trial may be sent."""
        if admission.trial:
            self._trying = False
        self._repeating -= admission.repeats

    def record_success(self, sent_at: float | None = None) -> None:
        """Record that the provider processed a create: it started the task or refused that one request."""
        at = self._clock.monotonic() if sent_at is None else sent_at
        self._failures = 0
        self._created_at = max(self._created_at, at)
        self._answered_at = max(self._answered_at, at)
        if at < self._failed_at:
            return
        self._successes += 1
        self._probe_interval, self._trial_interval = FIRST_PROBE, FIRST_TRIAL
        self._contradicted = self._hurried = False
        if self.outage is not None:
            log.info("provider available again", outage=self.outage)
            self.outage = None

    def record_life(self, sent_at: float) -> None:
        """Record that the provider answered another call. It brings one probe of an outage forward."""
        if sent_at > self._failed_at and not self._hurried and self.outage is not None:
            self._hurried = True
            self._probe_at = self._clock.monotonic()

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
        self._successes = 0
        together = sent_at is not None and at <= self._failed_at
        if self.outage is not None and not together:
            self._trial_interval = min(LONGEST_TRIAL, self._trial_interval * _TRIAL_GROWTH)
            self._contradicted |= self._answered
        if self.outage is not None or reason is not OutageReason.DOWN or self._failures >= OPENS_AFTER:
            self._set_outage(reason)
        if not together:
            self._failed_at = now
            self._probe_at, self._trial_at = now + self._probe_interval, now + self._trial_interval

    def pause_for(self, seconds: float) -> None:
        """Send no create for some seconds, because the provider asks for fewer calls."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    @property
    def _answered(self) -> bool:
        """Return whether a probe or a create has been answered since the last failure."""
        return self._answered_at > self._failed_at

    def _set_outage(self, reason: OutageReason) -> None:
        if self.outage is reason:
            return
        log.error("creates held back", outage=reason)
        if self.outage is None:
            self._opened_at = self._clock.monotonic()
        self.outage = reason
        self._on_open(reason)

    def _admit(self, now: float, waits_since: float, repeats: bool, retries: bool) -> Admission | None:
        # If no probe was ever understood, a repeat is admitted late rather than never.
        late = self._mute and now >= max(self._failed_at, waits_since) + LONGEST_TRIAL
        if repeats and (not (self._answered or late) or self._repeating > self._successes):
            return None
        if retries and not (self._answered or self._mute):
            return None
        trial = self.outage is not None
        if trial and (self._trying or not (late or self._may_try(now))):
            return None
        self._trying |= trial
        self._repeating += repeats
        return Admission(trial=trial, repeats=repeats)

    def _may_try(self, now: float) -> bool:
        if self.outage is OutageReason.MONEY:
            # Validation says nothing about the balance, and a create that cannot be paid costs nothing.
            return now >= self._trial_at
        if self._answered:
            return not self._contradicted or now >= self._trial_at
        # The provider may not answer empty creates as known: then only a trial can show the end of an outage.
        wait = LONGEST_TRIAL if self._mute else UNANSWERED_TRIAL
        return not self._probe_works and now >= self._failed_at + wait

    def _probe_is_due(self, now: float, failed_before: bool) -> bool:
        wanted = failed_before or self.outage in {OutageReason.DOWN, OutageReason.KEY}
        free = not (self._answered or self._probing or self._trying)
        return wanted and free and now >= max(self._probe_at, self._paused_until)

    async def _probe(self) -> None:
        """Make the free call. A failure counts as one of a create only before an outage, which it may begin."""
        self._probing = True
        sent_at = self._clock.monotonic()
        try:
            await self._make_probe()
        except RateLimited as error:
            self.pause_for(error.retry_after or FIRST_PROBE)
            self._record_failed_probe(sent_at)
        except NotAccepted:
            self._record_failed_probe(sent_at)
        except Unauthorised:
            self._set_outage(OutageReason.KEY)
        except OutOfMoney:
            self._set_outage(OutageReason.MONEY)
        except MediaError as error:
            log.info("probe not understood", error=str(error))
            self._mute = not self._probe_works
        else:
            self._answered_at = max(self._answered_at, sent_at)
            self._probe_works, self._mute = True, False
        finally:
            self._probing = False
            self._probe_interval = min(LONGEST_PROBE, self._probe_interval * _PROBE_GROWTH)
            self._probe_at = self._clock.monotonic() + self._probe_interval

    def _record_failed_probe(self, sent_at: float) -> None:
        if self.outage is None:
            self.record_failure(OutageReason.DOWN, sent_at)
