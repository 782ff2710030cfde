"""The circuit breaker: it opens for what is everybody's, lets one try at a time, and never keeps anybody for ever."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.circuit_breaker import FIRST_PROBE, LONGEST_PROBE, OPENS_AFTER, CircuitBreaker, OutageReason
from tests.support.virtual_loop import LoopClock, VirtualLoop

PATIENCE = 900.0


def test_an_outage_opens_it_after_a_few_and_a_success_closes_it(loop: VirtualLoop) -> None:
    async def story() -> None:
        clock, heard = LoopClock(), list[OutageReason]()
        circuit_breaker = CircuitBreaker(clock=clock, patience=PATIENCE, on_open=heard.append)
        for _ in range(OPENS_AFTER - 1):
            circuit_breaker.record_failure(OutageReason.DOWN)
        assert circuit_breaker.outage is None
        circuit_breaker.record_success()
        for _ in range(OPENS_AFTER):
            circuit_breaker.record_failure(OutageReason.DOWN)
        assert heard == [OutageReason.DOWN]
        begun = clock.monotonic()
        assert await circuit_breaker.acquire(clock.now())
        assert clock.monotonic() - begun >= FIRST_PROBE
        second = asyncio.ensure_future(circuit_breaker.acquire(clock.now()))
        await asyncio.sleep(30)
        assert not second.done()  # one at a time
        circuit_breaker.record_success()
        assert await second
        assert circuit_breaker.outage is None

    loop.run_until_complete(story())


@pytest.mark.parametrize("trouble", [OutageReason.KEY, OutageReason.MONEY])
def test_a_bad_key_and_an_empty_purse_open_it_at_once(loop: VirtualLoop, trouble: OutageReason) -> None:
    async def story() -> None:
        heard = list[OutageReason]()
        circuit_breaker = CircuitBreaker(clock=LoopClock(), patience=PATIENCE, on_open=heard.append)
        circuit_breaker.record_failure(trouble)
        circuit_breaker.record_failure(trouble)
        assert (circuit_breaker.outage, heard) == (trouble, [trouble])

    loop.run_until_complete(story())


@given(waited=st.floats(0, 5_000), jump=st.sampled_from([-3600.0, 0.0, 3600.0]))
def test_nobody_waits_longer_than_the_patience(waited: float, jump: float) -> None:
    async def story() -> None:
        clock = LoopClock()
        circuit_breaker = CircuitBreaker(clock=clock, patience=PATIENCE, on_open=lambda _outage_reason: None)
        since = clock.now() - waited
        circuit_breaker.record_failure(OutageReason.KEY)
        begun = clock.monotonic()
        circuit_breaker._probing = True  # somebody else tries, and takes for ever
        clock.offset += jump
        assert not await circuit_breaker.acquire(since)
        assert clock.monotonic() - begun <= PATIENCE + 1.5

    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(story())
    loop.close()


def test_probes_come_ever_more_rarely(loop: VirtualLoop) -> None:
    async def story() -> None:
        clock = LoopClock()
        circuit_breaker = CircuitBreaker(clock=clock, patience=10_000.0, on_open=lambda _outage_reason: None)
        circuit_breaker.record_failure(OutageReason.MONEY)
        times = []
        for _ in range(12):
            assert await circuit_breaker.acquire(clock.now())
            times.append(clock.monotonic())
            circuit_breaker.record_failure(OutageReason.MONEY)
            circuit_breaker.release()
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert gaps == sorted(gaps)
        assert LONGEST_PROBE <= gaps[-1] <= LONGEST_PROBE + 1.5

    loop.run_until_complete(story())


def test_a_429_holds_everybody_for_as_long_as_it_says(loop: VirtualLoop) -> None:
    async def story() -> None:
        clock = LoopClock()
        circuit_breaker = CircuitBreaker(clock=clock, patience=PATIENCE, on_open=lambda _outage_reason: None)
        circuit_breaker.pause_for(7.0)
        begun = clock.monotonic()
        assert await circuit_breaker.acquire(clock.now())
        assert 7.0 <= clock.monotonic() - begun <= 8.5
        assert circuit_breaker.outage is None

    loop.run_until_complete(story())
