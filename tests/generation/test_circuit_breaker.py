"""The circuit breaker: it opens for an outage, admits one probe at a time, and holds no create back for ever."""

import asyncio
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generation.circuit_breaker import FIRST_PROBE, LONGEST_PROBE, OPENS_AFTER, CircuitBreaker, OutageReason
from tests.support.virtual_loop import LoopClock, virtual_time

PATIENCE = 900.0
LONGEST_CHECK = 1.5
"""Seconds after which a waiting create notices a change, at the latest."""


class _Breaker(CircuitBreaker):
    """A circuit breaker on the clock of the running loop. `opened` lists the reasons for which it opened."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.clock = LoopClock()
        self.opened: list[OutageReason] = []
        super().__init__(clock=self.clock, patience=patience, on_open=self.opened.append)


@virtual_time
async def test_failures_in_a_row_open_it_and_a_successful_probe_closes_it() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    for _ in range(OPENS_AFTER - 1):
        breaker.record_failure(OutageReason.DOWN)
    assert breaker.outage is None
    breaker.record_success()
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    assert breaker.opened == [OutageReason.DOWN]
    begun = clock.monotonic()
    assert await breaker.acquire(clock.now())
    assert clock.monotonic() - begun >= FIRST_PROBE
    second = asyncio.ensure_future(breaker.acquire(clock.now()))
    await asyncio.sleep(30)
    assert not second.done()  # one probe at a time
    breaker.record_success()
    assert await second
    assert breaker.outage is None


@pytest.mark.parametrize("reason", [OutageReason.KEY, OutageReason.MONEY])
@virtual_time
async def test_a_refused_key_or_an_empty_balance_opens_it_at_once(reason: OutageReason) -> None:
    breaker = _Breaker()
    breaker.record_failure(reason)
    breaker.record_failure(reason)
    assert (breaker.outage, breaker.opened) == (reason, [reason])


@given(waited=st.floats(0, 5_000), jump=st.sampled_from([-3600.0, 0.0, 3600.0]))
@example(waited=0.0, jump=3600.0)
@example(waited=5_000.0, jump=-3600.0)
@virtual_time
async def test_no_create_waits_longer_than_the_patience(waited: float, jump: float) -> None:
    breaker = _Breaker()
    clock = breaker.clock
    since = clock.now() - waited
    breaker.record_failure(OutageReason.KEY)
    begun = clock.monotonic()
    breaker._probing = True  # another create is the probe, and never ends
    clock.offset += jump
    assert not await breaker.acquire(since)
    assert clock.monotonic() - begun <= PATIENCE + LONGEST_CHECK


@virtual_time
async def test_failed_probes_make_the_interval_longer_up_to_a_maximum() -> None:
    breaker = _Breaker(patience=10_000.0)
    clock = breaker.clock
    breaker.record_failure(OutageReason.MONEY)
    times = []
    for _ in range(12):
        assert await breaker.acquire(clock.now())
        times.append(clock.monotonic())
        breaker.record_failure(OutageReason.MONEY)
        breaker.release()
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps == sorted(gaps)
    assert LONGEST_PROBE <= gaps[-1] <= LONGEST_PROBE + LONGEST_CHECK


@virtual_time
async def test_a_429_pauses_all_creates_for_the_time_it_names() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.pause_for(7.0)
    begun = clock.monotonic()
    assert await breaker.acquire(clock.now())
    assert 7.0 <= clock.monotonic() - begun <= 7.0 + LONGEST_CHECK
    assert breaker.outage is None
