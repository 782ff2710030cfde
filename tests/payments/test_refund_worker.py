"""Intended refunds are carried out once whatever Telegram answers, and everybody is told once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.payments.offers import OrderKind
from core.payments.refunds import RefundState
from payments.refund_worker import UNTOLD_SECONDS
from tests.support.payments_layer import ADMIN, OTHER_ADMIN, PausingClock, Payments
from tests.support.process_launcher import DEADLINE

Run = Callable[[], Awaitable[float]]
COMPLETE, RETRY = 60.0, 1.0
"""Pauses of a worker among replicas: until it looks again, and after an error."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _state(payments: Payments, charge: str) -> RefundState | None:
    refund = await payments.ledger.refunds.get(charge)
    return refund.state if refund else None


async def test_a_refund_is_carried_out_once_and_everybody_is_told_once(payments: Payments, work: Run) -> None:
    charge = await payments.ledger.buy()
    await payments.ledger.charges.told(charge)
    await payments.ledger.refunds.intend(charge, str(ADMIN))
    for _ in range(3):
        assert await work() == COMPLETE
    assert (payments.telegram.refunded, await _state(payments, charge)) == ([charge], RefundState.DONE)
    assert [text[:20] for text in payments.texts(7)] == ["↩️ 50 ⭐ are refunded"[:20]]
    assert [text.split(":")[0] for text in payments.texts(ADMIN)] == ["↩️ Refunded"]
    assert payments.texts(OTHER_ADMIN) == []
    assert await payments.ledger.balance() == 0
    await payments.ledger.check_sums()


@pytest.mark.parametrize(
    ("outcomes", "listed", "calls"),
    [(["lost"], True, 1), (["lost"], False, 2), (["down", "down"], False, 3), (["before"], False, 1)],
)
async def test_a_refund_without_a_certain_answer_is_looked_up_before_it_is_repeated(
    payments: Payments, work: Run, outcomes: list[str], listed: bool, calls: int
) -> None:
    charge = await payments.ledger.buy()
    await payments.ledger.refunds.intend(charge, str(ADMIN))
    payments.telegram.refund_outcomes = list(outcomes)
    assert await work() == (COMPLETE if outcomes == ["before"] else RETRY)
    if listed:
        payments.telegram.add_transaction(charge, -50, payments.ledger.clock.now())
    while await _state(payments, charge) is RefundState.INTENDED:
        await work()
    assert payments.telegram.refund_calls == calls
    assert await _state(payments, charge) is RefundState.DONE
    assert await payments.ledger.balance() == 0


async def test_a_lost_answer_makes_a_worker_look_again_that_has_looked_before(payments: Payments) -> None:
    first, second = await payments.ledger.buy(), await payments.ledger.buy()
    clock = PausingClock(payments.ledger.clock)
    worker = payments.worker(clock)
    await payments.ledger.refunds.intend(first, str(ADMIN))
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(DEADLINE):
        assert await clock.paused.get() == COMPLETE
        payments.telegram.refund_outcomes = ["lost"]
        await payments.ledger.refunds.intend(second, str(ADMIN))
        worker.wake()
        assert await clock.paused.get() == RETRY
        payments.telegram.add_transaction(second, -50, payments.ledger.clock.now())
        worker.wake()
        assert await clock.paused.get() == COMPLETE
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert payments.telegram.refunded == [first, second]
    assert payments.telegram.refund_calls == 2
    assert await _state(payments, second) is RefundState.DONE


async def test_a_refused_refund_gives_the_pictures_back_and_admins_hear_of_it(
    payments: Payments, work: Run
) -> None:
    charge = await payments.ledger.buy()
    await payments.ledger.charges.told(charge)
    await payments.ledger.refunds.intend(charge, None)
    payments.telegram.refund_outcomes = ["refused"]
    for _ in range(2):
        assert await work() == COMPLETE
    assert (await _state(payments, charge), await payments.ledger.balance()) == (RefundState.REFUSED, 20)
    assert payments.texts(7) == []  # the user did not ask for it
    for admin in (ADMIN, OTHER_ADMIN):
        assert ["Telegram refuses" in text for text in payments.texts(admin)] == [True]


async def test_a_user_who_asked_hears_that_the_refund_is_refused_or_declined(
    payments: Payments, work: Run
) -> None:
    refused, declined = await payments.ledger.buy(), await payments.ledger.buy(user_id=8)
    for charge, user in ((refused, 7), (declined, 8)):
        await payments.ledger.charges.told(charge)
        await payments.ledger.refunds.ask(charge, user, "blurred")
        await payments.ledger.refunds.passed_on(charge)
    await payments.ledger.refunds.intend(refused, str(ADMIN), asked=True)
    await payments.ledger.refunds.decline(declined, str(ADMIN))
    payments.telegram.refund_outcomes = ["refused"]
    for _ in range(2):
        await work()
    assert ["the pictures stay yours" in text for text in payments.texts(7)] == [True]
    assert ["does not refund it" in text for text in payments.texts(8)] == [True]
    assert len(payments.texts(ADMIN)) == 1
    assert payments.telegram.refund_calls == 1


async def test_a_payment_is_confirmed_once_by_the_leader_after_its_time(
    payments: Payments, work: Run
) -> None:
    charge = await payments.ledger.buy()
    payments.ledger.clock.advance(UNTOLD_SECONDS)
    assert await work() == COMPLETE
    assert payments.texts(7) == []  # another replica may be about to
    payments.ledger.clock.advance(1)
    payments.telegram.text_outcomes = ["down"] * 50
    assert await work() == RETRY
    payments.telegram.text_outcomes = []
    for _ in range(2):
        assert await work() == COMPLETE
    (text,) = payments.texts(7)
    assert "20 pictures are" in text
    assert charge in text


async def test_a_single_process_confirms_at_once_and_waits_to_be_woken(payments: Payments) -> None:
    clock = PausingClock(payments.ledger.clock)
    worker = payments.worker(clock, look_seconds=None)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(DEADLINE):
            for _ in range(2):
                await payments.ledger.buy()
                worker.wake()
                assert await payments.telegram.arrived.get() == 7
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert clock.paused.empty()


@pytest.mark.parametrize(
    ("outcomes", "pause", "canceled", "left"),
    [([], COMPLETE, True, 0), (["refused"], COMPLETE, False, 0), (["down"] * 60, RETRY, False, 1)],
)
async def test_a_refunded_subscription_is_canceled_unless_telegram_refuses(
    payments: Payments, work: Run, outcomes: list[str], pause: float, canceled: bool, left: int
) -> None:
    charge = await payments.ledger.buy(OrderKind.SUBSCRIPTION, 300, 450)
    await payments.ledger.charges.told(charge)
    await payments.ledger.refunds.intend(charge, str(ADMIN))
    payments.telegram.stop_outcomes = list(outcomes)
    assert await work() == pause
    assert payments.telegram.stopped == ([(7, charge)] if canceled else [])
    assert len(await payments.ledger.stops.open()) == left
    payments.telegram.stop_outcomes = []
    assert await work() == COMPLETE
    assert len(payments.telegram.stopped) == (0 if outcomes == ["refused"] else 1)
    assert ["450 ⭐ are refunded" in text for text in payments.texts(7)] == [True]


async def test_errors_make_the_pauses_longer_up_to_a_minute(payments: Payments) -> None:
    await payments.ledger.refunds.intend(await payments.ledger.buy(), str(ADMIN))
    payments.telegram.refund_outcomes = ["down"] * 20
    clock = PausingClock(payments.ledger.clock)
    worker = payments.worker(clock)
    running = asyncio.create_task(worker.run())
    pauses = []
    for _ in range(8):
        async with asyncio.timeout(DEADLINE):
            pauses.append(await clock.paused.get())
        worker.wake()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_an_unexpected_error_does_not_end_the_worker(payments: Payments, work: Run) -> None:
    charge = await payments.ledger.buy()
    await payments.ledger.refunds.intend(charge, str(ADMIN))
    payments.telegram.refund_outcomes = ["a bug"]
    assert [await work(), await work()] == [RETRY, COMPLETE]
    assert await _state(payments, charge) is RefundState.DONE
