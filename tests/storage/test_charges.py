"""Orders and charges: an order is offered and checked as it was made, and each payment is credited exactly once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from core.payments.charges import Crediting, FoundBy, Takings
from core.payments.credits import DAY
from core.payments.gifts import Redemption
from core.payments.offers import CURRENCY, PAYMENT_SECONDS, CheckoutRefusal, Order, OrderKind, Pack, Prices
from core.payments.refunds import RefundState
from core.payments.subscriptions import GRACE, PERIOD, SubscriptionState
from storage.open_database import open_database
from tests.support.payments_ledger import PaymentsLedger

USER, OTHER = 7, 8


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[tuple[PaymentsLedger, PaymentsLedger]]:
    """Yield the ledger as two replicas have opened it."""
    async with AsyncExitStack() as stack:
        ledgers = []
        for _ in range(2):
            database = await open_database(postgres_url, shared=True)
            stack.push_async_callback(database.close)
            ledgers.append(PaymentsLedger(database))
        yield ledgers[0], ledgers[1]


async def _check(ledger: PaymentsLedger, order: Order, user_id: int = USER) -> Order | CheckoutRefusal:
    return await ledger.orders.check(order.id, user_id, order.stars, CURRENCY)


async def test_an_order_of_a_cause_is_placed_once(ledger: PaymentsLedger) -> None:
    kind = OrderKind.PACK
    placed = await asyncio.gather(*(ledger.orders.place("press", USER, kind, 20, 50, "ru") for _ in range(5)))
    dearer = await ledger.orders.place("press", USER, OrderKind.GIFT, 20, 60, "en")
    other = await ledger.orders.place("press 2", USER, kind, 20, 50, "ru")
    assert {*placed, dearer} == {placed[0]}
    assert (placed[0].stars, placed[0].language, placed[0].kind) == (50, "ru", kind)
    assert len(placed[0].id) == len(other.id) == 22
    assert other.id != placed[0].id
    assert await ledger.orders.get(placed[0].id) == placed[0]
    assert await ledger.orders.get("none") is None


async def test_a_checkout_is_allowed_as_often_as_it_is_asked_and_is_recorded(ledger: PaymentsLedger) -> None:
    order = await ledger.order()
    for _ in range(2):
        ledger.clock.advance(5)
        checked = replace(order, checked_at=ledger.clock.now())
        assert await _check(ledger, order) == checked
        assert await ledger.orders.get(order.id) == checked


async def test_a_checkout_is_refused_for_a_reason(ledger: PaymentsLedger) -> None:
    order = await ledger.order()
    check = ledger.orders.check
    assert await check("none", USER, 50, CURRENCY) is CheckoutRefusal.UNKNOWN_ORDER
    assert await check(order.id, OTHER, 50, CURRENCY) is CheckoutRefusal.OTHER_USER
    assert await check(order.id, USER, 49, CURRENCY) is CheckoutRefusal.CHANGED
    assert await check(order.id, USER, 50, "USD") is CheckoutRefusal.CHANGED
    ledger.clock.advance(DAY - 1)
    assert isinstance(await _check(ledger, order), Order)
    ledger.clock.advance(1)
    assert await _check(ledger, order) is CheckoutRefusal.EXPIRED
    paid = await ledger.order()
    await ledger.charges.credit(ledger.payment(paid))
    assert await _check(ledger, paid) is CheckoutRefusal.PAID
    stored = await ledger.orders.get(order.id)
    assert stored is not None
    assert stored.checked_at == ledger.clock.now() - 1  # a no writes nothing


async def test_an_order_is_deleted_only_if_nobody_has_paid_it_or_can(ledger: PaymentsLedger) -> None:
    orders = [await ledger.order() for _ in range(3)]
    offered, checked, paid = orders
    await _check(ledger, checked)  # the payment may be known to Telegram's list only
    await ledger.charges.credit(ledger.payment(paid))
    await ledger.orders.prune()
    assert None not in [await ledger.orders.get(order.id) for order in orders]
    ledger.clock.advance(3 * DAY)
    await ledger.orders.prune()
    kept = [order for order in orders if await ledger.orders.get(order.id) is not None]
    assert kept == [checked, paid]
    assert (await ledger.charges.credit(ledger.payment(checked))).charge.units == 20
    assert await ledger.orders.place(offered.cause, USER, offered.kind, 20, 50, "en") != offered


async def test_a_second_subscription_is_refused_while_one_runs(ledger: PaymentsLedger) -> None:
    first = await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)
    assert isinstance(await _check(ledger, first), Order)
    charge_id = (await ledger.charges.credit(ledger.payment(first))).charge.id
    second = await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)
    for state in (SubscriptionState.ACTIVE, SubscriptionState.CANCELED):
        await ledger.subscriptions.set_state(USER, first.id, state)
        assert await _check(ledger, second) is CheckoutRefusal.SUBSCRIBED
    assert isinstance(await _check(ledger, await ledger.order()), Order)  # packs are sold all the same
    await ledger.subscriptions.set_state(USER, first.id, SubscriptionState.FAILED)
    assert isinstance(await _check(ledger, second), Order)
    ledger.clock.advance(PAYMENT_SECONDS)
    await ledger.subscriptions.set_state(USER, first.id, SubscriptionState.ACTIVE)
    await ledger.refunds.intend(charge_id, "ada")
    assert await ledger.subscriptions.running(USER) is None
    assert isinstance(await _check(ledger, second), Order)
    await ledger.refunds.refuse(charge_id)
    assert await _check(ledger, second) is CheckoutRefusal.SUBSCRIBED
    ledger.clock.advance(PERIOD)
    assert isinstance(await _check(ledger, await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)), Order)


async def test_of_two_subscriptions_that_are_paid_at_once_one_is_refused(ledger: PaymentsLedger) -> None:
    orders = [await ledger.order(OrderKind.SUBSCRIPTION, 300, 450) for _ in range(2)]
    answers = await asyncio.gather(*(_check(ledger, order) for order in orders * 3))
    refused = [one for one in answers if not isinstance(one, Order)]
    assert refused == [CheckoutRefusal.SUBSCRIBING] * 5
    others = await ledger.order(OrderKind.SUBSCRIPTION, 300, 450, user_id=OTHER)
    assert isinstance(await _check(ledger, others, OTHER), Order)
    assert isinstance(await _check(ledger, await ledger.order()), Order)
    ledger.clock.advance(PAYMENT_SECONDS)  # the payment did not come
    assert isinstance(await _check(ledger, orders[0]), Order)
    await ledger.charges.credit(ledger.payment(orders[0]))
    assert await _check(ledger, orders[1]) is CheckoutRefusal.SUBSCRIBED


async def test_an_order_of_a_subscription_is_paid_once(ledger: PaymentsLedger) -> None:
    """Telegram would have two subscriptions with one payload, and the bot could not tell their payments apart."""
    order = await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)
    charge = (await ledger.charges.credit(ledger.payment(order))).charge
    await ledger.refunds.outside(charge.id, USER, FoundBy.UPDATE)
    assert await ledger.subscriptions.running(USER) is None
    assert await _check(ledger, order) is CheckoutRefusal.PAID


async def test_a_payment_is_credited_once_however_often_it_is_reported(ledger: PaymentsLedger) -> None:
    order = await ledger.order()
    payment = ledger.payment(order)
    found = await asyncio.gather(*(ledger.charges.credit(payment) for _ in range(20)))
    outcomes = [one.outcome for one in found]
    assert sorted(outcomes) == [Crediting.FRESH] + [Crediting.KNOWN] * 19
    assert {(one.charge, one.balance) for one in found} == {(found[0].charge, 20)}
    later = replace(payment, found_by=FoundBy.RECONCILIATION, stars=1, payload="x", user_id=OTHER)
    assert (await ledger.charges.credit(later)).charge == found[0].charge
    assert await ledger.movements() == [("bought", 20)]
    assert await ledger.balance(OTHER) == 0
    stored = await ledger.orders.get(order.id)
    assert stored is not None
    assert stored.charge_id == payment.charge_id


async def test_two_replicas_credit_a_payment_once(pair: tuple[PaymentsLedger, PaymentsLedger]) -> None:
    one, two = pair
    for _ in range(5):
        payment = one.payment(await one.order(OrderKind.GIFT))
        found = await asyncio.gather(*(ledger.charges.credit(payment) for ledger in (one, two) * 3))
        assert [found_one.outcome for found_one in found].count(Crediting.FRESH) == 1
        assert len({found_one.gift_code for found_one in found}) == 1
        code = found[0].gift_code
        assert code is not None
        redeemed = await asyncio.gather(
            *(ledger.gifts.redeem(code, user) for ledger, user in ((one, USER), (two, OTHER)))
        )
        assert sorted(result for result, _ in redeemed) == [Redemption.REDEEMED, Redemption.TAKEN]
    assert await one.balance(USER) + await one.balance(OTHER) == 100


async def test_two_payments_of_one_order_are_two_charges(ledger: PaymentsLedger) -> None:
    order = await ledger.order()
    first = await ledger.charges.credit(ledger.payment(order))
    second = await ledger.charges.credit(ledger.payment(order))
    assert (first.outcome, second.outcome, second.balance) == (Crediting.FRESH, Crediting.FRESH, 40)
    stored = await ledger.orders.get(order.id)
    assert stored is not None
    assert stored.charge_id == first.charge.id


async def test_another_payer_than_the_orders_user_gets_the_credits(ledger: PaymentsLedger) -> None:
    order = await ledger.order()
    credited = await ledger.charges.credit(ledger.payment(order, user_id=OTHER))
    assert (credited.charge.user_id, credited.charge.order_id, credited.balance) == (OTHER, order.id, 20)
    assert (await ledger.balance(USER), await ledger.balance(OTHER)) == (0, 20)


async def test_units_are_those_of_the_order_whatever_the_prices_are_now(ledger: PaymentsLedger) -> None:
    order = await ledger.order(units=20, stars=50)
    ledger.prices = Prices((Pack(1, 50),))
    credited = await ledger.charges.credit(ledger.payment(order))
    assert (credited.charge.units, credited.charge.language, credited.balance) == (20, "en", 20)


async def test_a_payment_without_an_order_is_credited_by_its_price(ledger: PaymentsLedger) -> None:
    pack = (await ledger.charges.credit(ledger.payment(stars=110))).charge
    assert (pack.kind, pack.units, pack.order_id, pack.language) == (OrderKind.PACK, 50, None, None)
    plan = (await ledger.charges.credit(ledger.payment(stars=450, is_subscription=True))).charge
    assert (plan.kind, plan.units, plan.is_renewal) == (OrderKind.SUBSCRIPTION, 300, False)
    assert await ledger.balance() == 350
    running = await ledger.subscriptions.running(USER)
    assert running is not None
    assert (running.order_id, running.charge_id) == ("unknown", plan.id)


@pytest.mark.parametrize("is_subscription", [False, True])
async def test_a_payment_that_nothing_explains_is_refunded(
    ledger: PaymentsLedger, *, is_subscription: bool
) -> None:
    payment = ledger.payment(stars=51, is_subscription=is_subscription, expires_at=ledger.clock.now() + 9)
    found = [await ledger.charges.credit(payment) for _ in range(3)]
    assert [one.outcome for one in found] == [Crediting.UNEXPLAINED, Crediting.KNOWN, Crediting.KNOWN]
    charge = found[0].charge
    assert (charge.kind, charge.units, charge.stars, charge.expires_at) == (None, 0, 51, None)
    (refund,) = await ledger.refunds.intended()
    assert (refund.charge_id, refund.user_id, refund.decided_by) == (charge.id, USER, None)
    assert await ledger.refunds.refuse(charge.id)
    assert await ledger.refunds.intend(charge.id, "ada") == "intended"
    assert await ledger.refunds.done(charge.id)
    assert await ledger.movements() == []
    assert await ledger.subscriptions.of_user(USER) is None


async def test_each_renewal_is_a_lot_of_its_own(ledger: PaymentsLedger) -> None:
    order = await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)
    end = ledger.clock.now() + PERIOD
    first = ledger.payment(order, expires_at=end, is_renewal=False)
    assert (await ledger.charges.credit(first)).charge.expires_at == end
    await ledger.subscriptions.set_stopped(USER, order.id, stopped=True)
    ledger.clock.advance(PERIOD)
    renewal = ledger.payment(order, expires_at=end + PERIOD, is_renewal=True)
    assert (await ledger.charges.credit(renewal)).charge.is_renewal
    assert (await ledger.charges.credit(first)).outcome is Crediting.KNOWN
    assert await ledger.movements() == [("bought", 300), ("renewed", 300)]
    lots = (await ledger.credits.balance(USER)).lots
    assert [lot.expires_at for lot in lots] == [end + GRACE, end + PERIOD + GRACE]
    running = await ledger.subscriptions.running(USER)
    assert running is not None
    assert (running.charge_id, running.expires_at) == (renewal.charge_id, end + PERIOD)
    assert (running.state, running.stopped_by_bot) == (SubscriptionState.ACTIVE, False)


async def test_a_renewal_that_is_found_late_does_not_replace_a_newer_one(ledger: PaymentsLedger) -> None:
    order = await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)
    begun = ledger.clock.now()
    await ledger.charges.credit(ledger.payment(order, paid_at=begun))
    newest = ledger.payment(order, paid_at=begun + 2 * PERIOD)
    await ledger.charges.credit(newest)
    listed = ledger.payment(order, paid_at=begun + PERIOD, found_by=FoundBy.RECONCILIATION)
    other = replace(listed, charge_id="of another payer", user_id=OTHER)
    assert not (await ledger.charges.credit(other)).charge.is_renewal
    charge = (await ledger.charges.credit(listed)).charge
    assert (charge.is_renewal, charge.expires_at) == (True, begun + 2 * PERIOD)
    running = await ledger.subscriptions.of_user(USER)
    assert running is not None
    assert (running.charge_id, running.expires_at) == (newest.charge_id, begun + 3 * PERIOD)


async def test_a_subscription_has_the_state_that_telegram_reports(ledger: PaymentsLedger) -> None:
    order = await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)
    await ledger.charges.credit(ledger.payment(order))
    subscriptions = ledger.subscriptions
    assert await subscriptions.set_state(USER, "other", SubscriptionState.CANCELED) is None
    assert await subscriptions.set_state(OTHER, order.id, SubscriptionState.CANCELED) is None
    assert not await subscriptions.set_stopped(USER, "other", stopped=True)
    assert await subscriptions.set_stopped(USER, order.id, stopped=True)
    canceled = await subscriptions.set_state(USER, order.id, SubscriptionState.CANCELED)
    assert canceled is not None
    assert (canceled.state, canceled.stopped_by_bot) == (SubscriptionState.CANCELED, True)
    assert await subscriptions.set_stopped(USER, order.id, stopped=False)
    by_user = await subscriptions.of_user(USER)
    assert by_user is not None
    assert (by_user.state, by_user.stopped_by_bot) == (SubscriptionState.CANCELED, False)
    await subscriptions.set_stopped(USER, order.id, stopped=True)
    resumed = await subscriptions.set_state(USER, order.id, SubscriptionState.ACTIVE)
    assert resumed is not None
    assert (resumed.state, resumed.stopped_by_bot) == (SubscriptionState.ACTIVE, False)
    await subscriptions.set_state(USER, order.id, SubscriptionState.CANCELED)
    assert await subscriptions.running(USER) == by_user
    ledger.clock.advance(PERIOD)
    assert await subscriptions.running(USER) is None
    assert await subscriptions.of_user(USER) == by_user


async def test_a_gift_is_a_code_that_is_redeemed_once(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy(OrderKind.GIFT)
    gift = await ledger.gifts.of_charge(charge_id)
    assert gift is not None
    assert await ledger.balance() == 0
    results = await asyncio.gather(*(ledger.gifts.redeem(gift.code, OTHER) for _ in range(5)))
    assert sorted(result for result, _ in results) == [Redemption.KNOWN] * 4 + [Redemption.REDEEMED]
    assert (await ledger.gifts.redeem(gift.code, USER))[0] is Redemption.TAKEN
    assert await ledger.gifts.redeem("none", USER) == (Redemption.UNKNOWN, None)
    assert (await ledger.balance(USER), await ledger.movements(OTHER)) == (0, [("received", 20)])
    redeemed = replace(gift, redeemed_by=OTHER, redeemed_at=ledger.clock.now())
    assert await ledger.gifts.get(gift.code) == redeemed


async def test_the_message_that_opened_a_gift_may_be_handled_again(ledger: PaymentsLedger) -> None:
    """The process may be killed before the message is answered, at whatever time the two clocks show."""
    charge_id = await ledger.buy(OrderKind.GIFT)
    gift = await ledger.gifts.of_charge(charge_id)
    assert gift is not None
    found = [(await ledger.gifts.redeem(gift.code, OTHER, cause))[0] for cause in ("m:1", "m:1", "m:2")]
    assert found == [Redemption.REDEEMED, Redemption.REDEEMED, Redemption.KNOWN]
    assert await ledger.balance(OTHER) == 20


async def test_a_buyer_may_redeem_their_own_gift(ledger: PaymentsLedger) -> None:
    gift = await ledger.gifts.of_charge(await ledger.buy(OrderKind.GIFT))
    assert gift is not None
    assert (await ledger.gifts.redeem(gift.code, USER))[0] is Redemption.REDEEMED
    assert await ledger.balance() == 20


async def test_a_charge_is_untold_until_its_user_is_told(ledger: PaymentsLedger) -> None:
    first = await ledger.charges.credit(ledger.payment(await ledger.order(OrderKind.GIFT)))
    ledger.clock.advance(1)
    second = await ledger.charges.credit(ledger.payment(await ledger.order()))
    untold = await ledger.charges.untold()
    assert untold == [replace(one, outcome=Crediting.KNOWN, balance=20) for one in (first, second)]
    assert [await ledger.charges.told(first.charge.id) for _ in range(2)] == [True, False]
    assert [one.charge.id for one in await ledger.charges.untold()] == [second.charge.id]
    told = await ledger.charges.get(first.charge.id)
    assert told == replace(first.charge, told_at=ledger.clock.now())


async def test_purchases_are_listed_with_their_refunds_and_used_units(ledger: PaymentsLedger) -> None:
    bought = []
    for kind in (OrderKind.PACK, OrderKind.GIFT, OrderKind.PACK):
        bought.append(await ledger.buy(kind))
        ledger.clock.advance(1)
    await ledger.buy(user_id=OTHER)
    await ledger.refunds.ask(bought[0], USER, "no")
    purchases = await ledger.charges.of_user(USER)
    assert [one.charge.id for one in purchases] == bought[::-1]
    assert [one.refund.state if one.refund else None for one in purchases] == [None, None, RefundState.ASKED]
    assert [one.gift is not None for one in purchases] == [False, True, False]
    assert await ledger.charges.of_user(USER, 2) == purchases[:2]
    assert await ledger.charges.purchase(bought[1]) == purchases[1]
    assert await ledger.charges.purchase("none") is None
    assert await ledger.charges.get("none") is None


async def test_takings_are_what_arrived_and_went_back(ledger: PaymentsLedger) -> None:
    assert await ledger.charges.takings() == Takings(0, 0, 0, 0)
    kept, refunded, _unknown = [await ledger.buy() for _ in range(3)]
    await ledger.charges.set_income({kept: 45, refunded: 40, "none": 1})
    await ledger.charges.set_income({})
    await ledger.refunds.intend(refunded, "ada")
    assert await ledger.charges.takings() == Takings(3, 150, 135, 0)
    ledger.clock.advance(10)
    await ledger.refunds.done(refunded)
    assert await ledger.charges.takings() == Takings(3, 150, 135, 40)
    assert await ledger.charges.takings(ledger.clock.now()) == Takings(0, 0, 0, 40)
    assert await ledger.charges.takings(ledger.clock.now() + 1) == Takings(0, 0, 0, 0)


async def test_the_newest_version_of_the_terms_counts(ledger: PaymentsLedger) -> None:
    assert await ledger.terms.accepted(USER) is None
    for version in ("1", "2", "2"):
        await ledger.terms.accept(USER, version)
    assert (await ledger.terms.accepted(USER), await ledger.terms.accepted(OTHER)) == ("2", None)
