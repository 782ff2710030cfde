"""Subscriptions that the bot cancels at Telegram: those that end with a refund, and those that nothing explains."""

import asyncio

import pytest

from core.payments.charges import Crediting, FoundBy
from core.payments.offers import Order, OrderKind
from core.payments.subscriptions import PERIOD, SubscriptionState
from tests.support.payments_ledger import PaymentsLedger

pytestmark = pytest.mark.asyncio(loop_scope="module")
USER = 7


async def _order(ledger: PaymentsLedger) -> Order:
    return await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)


async def _pay(ledger: PaymentsLedger, order: Order) -> str:
    return (await ledger.charges.credit(ledger.payment(order))).charge.id


async def _open(ledger: PaymentsLedger) -> list[str]:
    return [stop.charge_id for stop in await ledger.stops.open()]


async def _answer(ledger: PaymentsLedger) -> None:
    for stop in await ledger.stops.open():
        await ledger.stops.done(stop)


async def test_the_subscription_of_a_refunded_payment_ends_once_the_refund_is_done(
    ledger: PaymentsLedger,
) -> None:
    order = await _order(ledger)
    first = await _pay(ledger, order)
    ledger.clock.advance(PERIOD)
    second = await _pay(ledger, order)
    await ledger.refunds.intend(first, "ada")
    assert await ledger.refunds.done(first)
    assert await _open(ledger) == []  # the month that runs is paid
    for _ in range(2):
        await ledger.refunds.intend(second, "ada")
        assert await _open(ledger) == []  # Telegram may refuse it
        await ledger.refunds.refuse(second)
    await ledger.refunds.intend(second, "ada")
    assert sorted(await asyncio.gather(*(ledger.refunds.done(second) for _ in range(3)))) == [
        False,
        False,
        True,
    ]
    assert await _open(ledger) == [first]
    purchase = await ledger.charges.purchase(second)
    assert purchase is not None
    assert purchase.stopped
    await _answer(ledger)
    assert await _open(ledger) == []
    subscription = await ledger.subscriptions.of_user(USER)
    assert subscription is not None
    assert (subscription.state, subscription.stopped_by_bot) == (SubscriptionState.CANCELED, True)


async def test_a_refund_from_outside_ends_the_subscription_also_before_its_payment_is_known(
    ledger: PaymentsLedger,
) -> None:
    charge_id = await _pay(ledger, await _order(ledger))
    await ledger.refunds.outside(charge_id, USER, FoundBy.UPDATE)
    assert await _open(ledger) == [charge_id]
    await _answer(ledger)
    payment = ledger.payment(await _order(ledger))
    await ledger.refunds.outside(payment.charge_id, USER, FoundBy.UPDATE)
    assert (await ledger.charges.credit(payment)).outcome is Crediting.REFUNDED
    assert await _open(ledger) == [payment.charge_id]
    pack = await ledger.buy()
    await ledger.refunds.outside(pack, USER, FoundBy.UPDATE)
    assert await _open(ledger) == [payment.charge_id]


async def test_a_monthly_payment_that_nothing_explains_ends_each_time_it_comes(
    ledger: PaymentsLedger,
) -> None:
    paid = [ledger.payment(payload="of another bot", stars=7, is_subscription=True) for _ in range(2)]
    for payment in paid:
        ledger.clock.advance(PERIOD)
        for _ in range(2):
            await ledger.charges.credit(payment)
        assert await _open(ledger) == [paid[0].charge_id]
        await _answer(ledger)
    await ledger.charges.credit(ledger.payment(payload="of another bot", stars=7))
    assert await _open(ledger) == []


@pytest.mark.parametrize("is_late", [False, True], ids=["in order", "the first one is found later"])
async def test_of_two_subscriptions_the_older_one_ends(ledger: PaymentsLedger, is_late: bool) -> None:
    orders = [await _order(ledger) for _ in range(2)]
    payments = [ledger.payment(orders[0])]
    ledger.clock.advance(60)
    payments.append(ledger.payment(orders[1]))
    for payment in reversed(payments) if is_late else payments:
        await ledger.charges.credit(payment)
    assert await _open(ledger) == [payments[0].charge_id]
    running = await ledger.subscriptions.running(USER)
    assert running is not None
    assert running.order_id == orders[1].id
    await _answer(ledger)
    assert await ledger.subscriptions.running(USER) == running


async def test_a_subscription_that_is_over_or_canceled_is_not_ended_again(ledger: PaymentsLedger) -> None:
    over = await _order(ledger)
    await _pay(ledger, over)
    ledger.clock.advance(PERIOD)
    canceled = await _order(ledger)
    await _pay(ledger, canceled)
    await ledger.subscriptions.set_state(USER, canceled.id, SubscriptionState.CANCELED)
    ledger.clock.advance(60)
    await _pay(ledger, await _order(ledger))
    assert await _open(ledger) == []
