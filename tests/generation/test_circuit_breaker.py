"""The circuit breaker: it opens for an outage, asks with free probes, admits one trial at a time, and holds no create
back for ever."""

import asyncio
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generation.circuit_breaker import (
    FIRST_PROBE,
    FIRST_TRIAL,
    LONGEST_PROBE,
    LONGEST_TRIAL,
    OPENS_AFTER,
    UNANSWERED_TRIAL,
    Admission,
    CircuitBreaker,
    OutageReason,
)
from provider.errors import MediaError, ProtocolError, RateLimited, Temporary, Unauthorised
from tests.support.virtual_loop import LoopClock, virtual_time

PATIENCE = 900.0
WAKE_SECONDS = 1.5
"""Seconds after which a waiting create notices a change, at the latest."""


class _Breaker(CircuitBreaker):
    """A circuit breaker on the clock of the running loop. `opened` lists the reasons for which it opened.

    `probed` lists the times of the probes, and `answers` is the error that they raise.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.clock = LoopClock()
        self.opened: list[OutageReason] = []
        self.probed: list[float] = []
        self.answers: MediaError | None = None
        super().__init__(
            clock=self.clock, patience=patience, on_open=self.opened.append, probe=self._free_call
        )

    async def _free_call(self) -> None:
        self.probed.append(self.clock.monotonic())
        await asyncio.sleep(0.05)
        if self.answers is not None:
            raise self.answers


@virtual_time
async def test_failures_in_a_row_open_it_and_a_successful_trial_closes_it() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    for _ in range(OPENS_AFTER - 1):
        breaker.record_failure(OutageReason.DOWN)
    assert breaker.outage is None
    breaker.record_success()
    for _ in range(OPENS_AFTER - 1):
        breaker.record_failure(OutageReason.DOWN)
    assert breaker.outage is None  # single failures on different days are no outage
    breaker.record_failure(OutageReason.DOWN)
    assert breaker.opened == [OutageReason.DOWN]
    begun = clock.monotonic()
    assert await breaker.acquire(clock.now())
    assert clock.monotonic() - begun >= FIRST_PROBE
    second = asyncio.ensure_future(breaker.acquire(clock.now()))
    await asyncio.sleep(30)
    assert not second.done()  # one trial at a time
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


@pytest.mark.long(12)
@given(
    waited=st.floats(0, 5_000),
    late=st.floats(0, 2_000),
    jump=st.sampled_from([-3600.0, 0.0, 3600.0]),
)
@example(waited=0.0, late=0.0, jump=3600.0)
@example(waited=5_000.0, late=0.0, jump=-3600.0)
@example(waited=0.0, late=600.0, jump=0.0)
@example(waited=300.0, late=600.0, jump=0.0)
@virtual_time
async def test_a_create_waits_for_the_patience_from_its_acceptance_or_from_a_later_outage(
    waited: float, late: float, jump: float
) -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.record_failure(OutageReason.KEY)
    breaker._trying = True  # another create is the trial, and never ends
    await asyncio.sleep(late)
    since = clock.now() - waited
    clock.offset += jump
    begun = clock.monotonic()
    assert not await breaker.acquire(since)
    expected = max(0.0, PATIENCE - min(late, waited))
    assert expected <= clock.monotonic() - begun + 0.001
    assert clock.monotonic() - begun <= expected + WAKE_SECONDS


@virtual_time
async def test_another_reason_for_an_outage_is_reported_and_the_same_one_once() -> None:
    breaker = _Breaker()
    for reason in [OutageReason.DOWN] * OPENS_AFTER + [OutageReason.KEY] * 2 + [OutageReason.MONEY]:
        breaker.record_failure(reason)
    assert breaker.opened == [OutageReason.DOWN, OutageReason.KEY, OutageReason.MONEY]
    assert breaker.outage is OutageReason.MONEY


@virtual_time
async def test_failed_trials_make_the_interval_longer_up_to_a_maximum() -> None:
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
    assert LONGEST_TRIAL <= gaps[-1] <= LONGEST_TRIAL + WAKE_SECONDS


@virtual_time
async def test_a_429_pauses_all_creates_for_the_time_it_names() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.pause_for(7.0)
    breaker.pause_for(1.0)  # the answer to another call, which counts from now on, too
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
    assert len(breaker.probed) == 1


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
async def test_an_answered_probe_lets_a_repeat_through_and_none_before() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.answers = Temporary("502")
    for _ in range(6):  # failed trials have made the interval long
        breaker.record_failure(OutageReason.DOWN)
        await asyncio.sleep(FIRST_TRIAL)
    probed = len(breaker.probed)
    trial = asyncio.ensure_future(breaker.acquire(clock.now(), repeats=True))
    await asyncio.sleep(60.0)
    assert not trial.done()  # the provider does not answer, and the repeat is not spent
    assert 3 <= len(breaker.probed) - probed <= 15
    breaker.answers = None
    begun = clock.monotonic()
    assert await trial
    assert clock.monotonic() - begun <= LONGEST_PROBE + WAKE_SECONDS


@virtual_time
async def test_an_answer_to_a_result_call_triggers_one_probe_but_no_create() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.answers = Temporary("502")
    for _ in range(10):
        breaker.record_failure(OutageReason.DOWN)
    trial = asyncio.ensure_future(breaker.acquire(clock.now()))
    await asyncio.sleep(30.0)
    probed = len(breaker.probed)
    for _ in range(20):
        breaker.record_life(clock.monotonic())
        await asyncio.sleep(0.05)
    assert len(breaker.probed) == probed + 1
    assert not trial.done()
    trial.cancel()


@virtual_time
async def test_answered_probes_do_not_hurry_trials_that_fail_anyway() -> None:
    breaker = _Breaker(patience=10_000.0)
    clock = breaker.clock
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    trials = 0
    while clock.monotonic() < 600.0:
        breaker.record_life(clock.monotonic())  # result calls succeed all the time
        admission = await breaker.acquire(clock.now())
        assert admission
        trials += 1
        sent_at = clock.monotonic()
        await asyncio.sleep(0.1)
        breaker.record_failure(OutageReason.DOWN, sent_at)
        breaker.release(admission)
    assert trials <= 20
    assert len(breaker.probed) <= 2 * trials


@virtual_time
async def test_a_create_waits_for_an_answered_probe_however_long_the_outage() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(clock.now())  # a probe of this process was answered
    breaker.answers = Temporary("502")
    breaker.record_failure(OutageReason.DOWN)
    breaker._trying = False
    trial = asyncio.ensure_future(breaker.acquire(clock.now()))
    await asyncio.sleep(PATIENCE - 30.0)
    assert not trial.done()
    breaker.answers = None
    assert await trial


@pytest.mark.parametrize(
    ("answers", "seconds"),
    [(Temporary("500"), UNANSWERED_TRIAL), (ProtocolError("not understood"), LONGEST_TRIAL)],
)
@virtual_time
async def test_a_provider_that_never_answers_probes_gets_a_trial_late(
    answers: MediaError, seconds: float
) -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.answers = answers
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    admission = await breaker.acquire(clock.now())
    assert admission
    assert seconds <= clock.monotonic() <= seconds + WAKE_SECONDS
    breaker.record_success(clock.monotonic())
    breaker.release(admission)
    assert breaker.outage is None


@virtual_time
async def test_a_probe_whose_key_is_refused_holds_creates_back_until_it_is_accepted() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.answers = Unauthorised("401")
    repeat = asyncio.ensure_future(breaker.acquire(clock.now(), repeats=True))
    await asyncio.sleep(30.0)
    assert not repeat.done()
    assert (breaker.outage, breaker.opened) == (OutageReason.KEY, [OutageReason.KEY])
    breaker.answers = None
    assert await repeat


@virtual_time
async def test_a_429_on_a_probe_pauses_creates_and_probes() -> None:
    breaker = _Breaker()
    breaker.answers = RateLimited("429", 20.0)
    for _ in range(OPENS_AFTER):
        breaker.record_failure(OutageReason.DOWN)
    trial = asyncio.ensure_future(breaker.acquire(breaker.clock.now()))
    await asyncio.sleep(15.0)
    assert len(breaker.probed) == 1
    breaker.answers = None
    assert await trial


@virtual_time
async def test_a_repeat_without_an_outage_waits_for_an_answered_probe() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(clock.now())  # the create of another request is not held back
    assert not breaker.probed
    assert await breaker.acquire(clock.now(), repeats=True)
    assert FIRST_PROBE <= clock.monotonic() <= FIRST_PROBE + WAKE_SECONDS


@virtual_time
async def test_a_repeat_of_an_earlier_process_probes_at_once() -> None:
    breaker = _Breaker()
    assert await breaker.acquire(breaker.clock.now(), repeats=True)
    assert breaker.clock.monotonic() < WAKE_SECONDS
    assert len(breaker.probed) == 1


@virtual_time
async def test_a_provider_whose_probes_are_not_understood_delays_a_repeat_by_a_minute_at_most() -> None:
    breaker = _Breaker()
    breaker.answers = ProtocolError("not understood")
    breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(breaker.clock.now(), repeats=True)
    assert breaker.clock.monotonic() <= LONGEST_TRIAL + WAKE_SECONDS


@virtual_time
async def test_a_create_that_was_no_trial_does_not_admit_a_second_trial() -> None:
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


@virtual_time
async def test_a_repeat_is_given_up_after_the_patience_even_if_all_probes_are_answered_with_429() -> None:
    breaker = _Breaker()
    breaker.answers = RateLimited("429", 20.0)
    breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(breaker.clock.now(), repeats=True) is None
    assert breaker.clock.monotonic() <= PATIENCE + 60.0


@virtual_time
async def test_repeats_are_sent_one_then_two_then_four_at_a_time_until_one_fails() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.record_failure(OutageReason.DOWN)
    on_the_wire: list[Admission] = []

    async def repeat() -> None:
        admission = await breaker.acquire(clock.now(), repeats=True)
        assert admission
        on_the_wire.append(admission)

    waiting = [asyncio.ensure_future(repeat()) for _ in range(20)]
    for expected in (1, 2, 4):
        await asyncio.sleep(5.0)
        assert len(on_the_wire) == expected
        while on_the_wire:
            breaker.record_success(clock.monotonic())
            breaker.release(on_the_wire.pop())
    await asyncio.sleep(5.0)
    assert len(on_the_wire) == 8
    breaker.answers = Temporary("502")
    breaker.record_failure(OutageReason.DOWN)
    while on_the_wire:
        breaker.release(on_the_wire.pop())
    await asyncio.sleep(60.0)
    assert not on_the_wire  # the other five keep their repeats
    breaker.answers = None
    await asyncio.sleep(20.0)
    assert len(on_the_wire) == 1
    for task in waiting:
        task.cancel()


@virtual_time
async def test_a_create_refused_by_an_outage_is_retried_after_an_answered_probe() -> None:
    breaker = _Breaker()
    clock = breaker.clock
    breaker.answers = Temporary("503")
    breaker.record_failure(OutageReason.DOWN)
    retry = asyncio.ensure_future(breaker.acquire(clock.now(), retries=True))
    await asyncio.sleep(30.0)
    assert not retry.done()
    breaker.answers = None
    assert await retry


@virtual_time
async def test_a_create_refused_by_an_outage_does_not_wait_for_probes_that_are_not_understood() -> None:
    breaker = _Breaker()
    breaker.answers = ProtocolError("not understood")
    breaker.record_failure(OutageReason.DOWN)
    assert await breaker.acquire(breaker.clock.now(), retries=True)
    assert breaker.clock.monotonic() <= FIRST_PROBE + WAKE_SECONDS
