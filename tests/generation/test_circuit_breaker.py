"""The circuit breaker: it opens for an outage, admits one probe at a time, and holds no create back for ever."""

import asyncio
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generation.circuit_breaker import (
    FIRST_PROBE,
    LONGEST_CHECK,
    LONGEST_PROBE,
    OPENS_AFTER,
    CircuitBreaker,
    OutageReason,
)
from provider.errors import MediaError, ProtocolError, Temporary, Unauthorised
from tests.support.virtual_loop import LoopClock, virtual_time

PATIENCE = 900.0
WAKE_SECONDS = 1.5
"""Seconds after which a waiting create notices a change, at the latest."""


class _Breaker(CircuitBreaker):
    """A circuit breaker on the clock of the running loop. `opened` lists the reasons for which it opened.

    `asked` lists the times of the balance calls, and `answers` is the error that they raise.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.clock = LoopClock()
        self.opened: list[OutageReason] = []
        self.asked: list[float] = []
        self.answers: MediaError | None = None
        super().__init__(
            clock=self.clock, patience=patience, on_open=self.opened.append, ask_balance=self._balance
        )

    async def _balance(self) -> None:
        self.asked.append(self.clock.monotonic())
        await asyncio.sleep(0.05)
        if self.answers is not None:
            raise self.answers


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
    assert clock.monotonic() - begun <= PATIENCE + WAKE_SECONDS


@virtual_time
async def test_failed_probes_make_the_interval_longer_up_to_a_maximum() -> None:
    breaker = _Breaker(patience=10_000.0)
    clock = breaker.clock
    breaker.record_failure(OutageReason.MONEY)
    times = []
    for _ in range(12):
        admission = await breaker.acquire(clock.now())
        assert admission
        times.append(clock.monotonic())
        breaker.record_failure(OutageReason.MONEY)
        breaker.release(admission)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps == sorted(gaps)
    assert LONGEST_PROBE <= gaps[-1] <= LONGEST_PROBE + WAKE_SECONDS


@virtual_time
async def test_a_429_pauses_all_creates_for_the_time_it_names() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.pause_for(7.0)
    begun = clock.monotonic()
    assert await breaker.acquire(clock.now())
    assert 7.0 <= clock.monotonic() - begun <= 7.0 + WAKE_SECONDS
    assert breaker.outage is None


@virtual_time
async def test_failures_of_creates_on_the_wire_together_are_one_observation() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    sent_at = clock.monotonic()
    for _ in range(10):
        await asyncio.sleep(0.1)
        breaker.record_failure(OutageReason.DOWN, sent_at)
    assert breaker.outage is OutageReason.DOWN
    assert await breaker.acquire(clock.now())
    assert clock.monotonic() - sent_at <= 0.1 + FIRST_PROBE + WAKE_SECONDS


@virtual_time
async def test_a_late_failure_of_an_earlier_create_does_not_open_it_again() -> None:
    breaker = _Breaker()
    sent_at = breaker.clock.monotonic()
    await asyncio.sleep(1.0)
    breaker.record_success()
    await asyncio.sleep(29.0)
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN, sent_at)
    assert breaker.outage is None


@virtual_time
async def test_the_success_of_an_earlier_create_does_not_end_an_outage() -> None:
    breaker = _Breaker()
    sent_at = breaker.clock.monotonic()
    await asyncio.sleep(1.0)
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    breaker.record_success(sent_at)
    assert breaker.outage is OutageReason.DOWN


@virtual_time
async def test_an_answer_to_the_balance_call_triggers_the_next_probe() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.answers = Temporary("502")
    for _ in range(6):  # failed probes have made the interval long
        breaker.record_failure(OutageReason.DOWN)
        await asyncio.sleep(FIRST_PROBE)
    asked = len(breaker.asked)
    probe = asyncio.ensure_future(breaker.acquire(clock.now(), repeats=True))
    await asyncio.sleep(60.0)
    assert not probe.done()  # the provider does not answer, and the repeat is not spent
    assert 3 <= len(breaker.asked) - asked <= 15
    breaker.answers = None
    begun = clock.monotonic()
    assert await probe
    assert clock.monotonic() - begun <= LONGEST_CHECK + WAKE_SECONDS


@virtual_time
async def test_an_answer_to_a_result_call_triggers_the_next_probe() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.answers = Temporary("502")
    for _ in range(10):
        breaker.record_failure(OutageReason.DOWN)
    probe = asyncio.ensure_future(breaker.acquire(clock.now()))
    await asyncio.sleep(3.0)
    assert not probe.done()
    breaker.record_life(clock.monotonic())
    await asyncio.sleep(WAKE_SECONDS)
    assert probe.done()


@virtual_time
async def test_signs_of_life_do_not_hurry_probes_that_fail_anyway() -> None:
    breaker = _Breaker(patience=10_000.0)
    clock = breaker.clock
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    probes = 0
    while clock.monotonic() < 600.0:
        breaker.record_life(clock.monotonic())  # result calls succeed all the time
        admission = await breaker.acquire(clock.now())
        assert admission
        probes += 1
        sent_at = clock.monotonic()
        await asyncio.sleep(0.1)
        breaker.record_failure(OutageReason.DOWN, sent_at)
        breaker.release(admission)
    assert probes <= 25


@pytest.mark.parametrize("answers", [None, Unauthorised("401")])
@virtual_time
async def test_a_repeat_without_an_outage_waits_for_a_sign_of_life(answers: MediaError | None) -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(clock.now())  # the create of another request is not held back
    breaker.answers = answers
    assert await breaker.acquire(clock.now(), repeats=True)
    assert FIRST_PROBE <= clock.monotonic() <= FIRST_PROBE + WAKE_SECONDS


@virtual_time
async def test_a_repeat_of_an_earlier_process_asks_for_the_balance_at_once() -> None:
    breaker = _Breaker()
    assert await breaker.acquire(breaker.clock.now(), repeats=True)
    assert breaker.clock.monotonic() < WAKE_SECONDS
    assert len(breaker.asked) == 1


@virtual_time
async def test_a_provider_without_a_balance_call_delays_a_repeat_by_a_minute_at_most() -> None:
    breaker = _Breaker()
    breaker.answers = ProtocolError("not understood")
    breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(breaker.clock.now(), repeats=True)
    assert breaker.clock.monotonic() <= LONGEST_PROBE + WAKE_SECONDS


@virtual_time
async def test_a_create_that_was_no_probe_does_not_admit_a_second_probe() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    earlier = await breaker.acquire(clock.now())
    assert earlier
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(clock.now())
    breaker.release(earlier)
    second = asyncio.ensure_future(breaker.acquire(clock.now()))
    await asyncio.sleep(30.0)
    assert not second.done()
    second.cancel()
