"""Refunds: credits are taken with the decision, come back with a refusal of Telegram, and are taken once."""

import asyncio
from dataclasses import replace

import pytest

from core.model import PENDING, Accepted, Allowance, Request, State
from core.payments.charges import Crediting, FoundBy
from core.payments.gifts import Redemption
from core.payments.offers import OrderKind
from core.payments.refunds import Asking, Intending, OutsideRefund, RefundState
from core.payments.subscriptions import GRACE, PERIOD
from storage.credits import lock_lot, write_off
from storage.open_database import open_database
from tests.support.factories import generation_request
from tests.support.ledger import connect, wait_for_row_lock
from tests.support.payments_ledger import PaymentsLedger

pytestmark = pytest.mark.asyncio(loop_scope="module")
USER, OTHER = 7, 8
PAYING = Allowance(daily=0, pending=100, credits=True)


async def _spend(ledger: PaymentsLedger, count: int, user_id: int = USER) -> list[Request]:
    answer = await ledger.requests.accept(replace(generation_request(user_id=user_id), count=count), PAYING)
    assert isinstance(answer, Accepted)
    return [answer.request, *answer.members]


async def _state(ledger: PaymentsLedger, charge_id: str) -> RefundState | None:
    refund = await ledger.refunds.get(charge_id)
    return None if refund is None else refund.state


async def test_a_user_asks_once_and_only_for_own_charges(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy()
    refunds = ledger.refunds
    assert await refunds.ask(charge_id, OTHER) is Asking.NOT_YOURS
    assert await refunds.ask("none", USER) is Asking.NOT_YOURS
    assert [await refunds.ask(charge_id, USER, reason) for reason in ("first", "second")] == [
        Asking.ASKED,
        Asking.KNOWN,
    ]
    (asked,) = await refunds.asked()
    await refunds.passed_on(charge_id)
    assert await refunds.asked() == []
    assert (asked.reason, asked.asked_at, asked.user_id) == ("first", ledger.clock.now(), USER)
    assert await ledger.balance() == 20
    assert await refunds.decline(charge_id, "ada")
    assert not await refunds.decline(charge_id, "bob")
    declined = await refunds.get(charge_id)
    assert declined is not None
    assert (declined.state, declined.decided_by) == (RefundState.DECLINED, "ada")
    assert await refunds.ask(charge_id, USER) is Asking.KNOWN
    assert await refunds.asked() == []
    assert await refunds.intend(charge_id, "bob") is Intending.INTENDED


async def test_the_first_decision_of_two_admins_counts(ledger: PaymentsLedger) -> None:
    """Both have looked at the request before either has decided."""
    declined, refunded, bought = [await ledger.buy() for _ in range(3)]
    refunds = ledger.refunds
    for charge_id in (declined, refunded):
        await refunds.ask(charge_id, USER, "?")
    assert await refunds.decline(declined, "ada")
    assert await refunds.intend(declined, "bob", asked=True) is Intending.NOT_ASKED
    assert await refunds.intend(refunded, "bob", asked=True) is Intending.INTENDED
    assert not await refunds.decline(refunded, "ada")
    assert await refunds.intend(bought, "bob", asked=True) is Intending.NOT_ASKED
    assert await ledger.balance() == 40


async def test_a_state_that_changes_while_the_user_is_told_the_one_before_is_told(
    ledger: PaymentsLedger,
) -> None:
    charge_id = await ledger.buy()
    await ledger.refunds.ask(charge_id, USER, "?")
    await ledger.refunds.decline(charge_id, "ada")
    await ledger.refunds.outside(charge_id, USER, FoundBy.UPDATE)
    assert not await ledger.refunds.told(charge_id, RefundState.DECLINED)
    assert [one.state for one in await ledger.refunds.untold()] == [RefundState.DONE]
    assert await ledger.refunds.told(charge_id, RefundState.DONE)


async def test_a_refund_takes_the_credits_before_telegram_is_called(ledger: PaymentsLedger) -> None:
    kept, charge_id = await ledger.buy(), await ledger.buy(units=50, stars=110)
    refunds = ledger.refunds
    decided = await asyncio.gather(*(refunds.intend(charge_id, "ada") for _ in range(10)))
    assert sorted(decided) == [Intending.INTENDED] + [Intending.UNDER_WAY] * 9
    assert await ledger.balance() == 20
    (intended,) = await refunds.intended()
    assert (intended.charge_id, intended.user_id, intended.decided_by) == (charge_id, USER, "ada")
    ledger.clock.advance(1)
    assert sorted(await asyncio.gather(*(refunds.done(charge_id) for _ in range(5)))) == [False] * 4 + [True]
    assert not await refunds.refuse(charge_id)
    assert await refunds.intend(charge_id, "ada") is Intending.DONE
    assert await refunds.intended() == []
    done = await refunds.get(charge_id)
    assert done is not None
    assert (done.state, done.done_at, done.found_by) == (RefundState.DONE, ledger.clock.now(), None)
    assert await refunds.intend("none", "ada") is Intending.UNKNOWN_CHARGE
    assert not await refunds.done(kept)
    assert await ledger.movements() == [("bought", 20), ("bought", 50), ("taken_back", -50)]


async def test_used_units_become_a_debt_and_given_back_ones_make_it_smaller(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy()
    requests = await _spend(ledger, 3)
    await ledger.refunds.intend(charge_id, "ada")
    assert await ledger.balance() == -3
    for request in requests[:2]:
        await ledger.requests.settle(request, PENDING, State.FAILED)
    assert await ledger.balance() == -1
    assert await ledger.refunds.refuse(charge_id)
    assert await ledger.balance() == 19
    assert await _state(ledger, charge_id) is RefundState.REFUSED
    for _ in range(2):
        assert await ledger.refunds.intend(charge_id, "bob") is Intending.INTENDED
        assert await ledger.balance() == -1
        assert await ledger.refunds.refuse(charge_id)
        assert await ledger.balance() == 19
    assert await ledger.refunds.intend(charge_id, "bob") is Intending.INTENDED
    assert await ledger.refunds.done(charge_id)
    assert await ledger.balance() == -1
    await ledger.check_sums()


async def test_a_debt_of_a_subscription_does_not_expire(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy(OrderKind.SUBSCRIPTION, 300, 450)
    (request, _other) = await _spend(ledger, 2)
    ledger.clock.advance(PERIOD + 10 * 86_400)
    assert await ledger.balance() == 0
    await ledger.refunds.intend(charge_id, "ada")
    await ledger.credits.expire()
    assert await ledger.balance() == -2
    await ledger.requests.settle(request, PENDING, State.FAILED)
    assert await ledger.balance() == -1
    await ledger.check_sums()


async def test_the_refund_of_an_expired_lot_takes_what_was_used(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy(OrderKind.SUBSCRIPTION, 300, 450)
    await _spend(ledger, 4)
    ledger.clock.advance(PERIOD + 10 * 86_400)
    assert await ledger.credits.expire() == 1
    await ledger.refunds.intend(charge_id, "ada")
    assert await ledger.balance() == -4
    await ledger.refunds.refuse(charge_id)
    assert await ledger.balance() == 0
    await ledger.check_sums()


async def test_a_lot_that_another_process_writes_off_meanwhile_is_taken_once(postgres_url: str) -> None:
    ledger = PaymentsLedger(await open_database(postgres_url))
    charge_id = await ledger.buy(OrderKind.SUBSCRIPTION, 300, 450)
    ledger.clock.advance(PERIOD + GRACE)
    with connect(postgres_url) as connection:
        lot = lock_lot(connection, f"c:{charge_id}")
        assert lot is not None
        write_off(connection, lot, ledger.clock.now())
        intending = asyncio.create_task(ledger.refunds.intend(charge_id, "ada"))
        await wait_for_row_lock(postgres_url)
    assert await intending is Intending.INTENDED
    assert await ledger.balance() == 0
    assert await ledger.movements() == [("bought", 300), ("expired", -300)]
    await ledger.database.close()


@pytest.mark.parametrize("source", list(FoundBy))
async def test_a_refund_from_outside_is_done_at_once(ledger: PaymentsLedger, source: FoundBy) -> None:
    charge_id = await ledger.buy()
    await _spend(ledger, 1)
    outside = [ledger.refunds.outside(charge_id, USER, source) for _ in range(5)]
    assert sorted(await asyncio.gather(*outside)) == [OutsideRefund.FOUND] + [OutsideRefund.KNOWN] * 4
    refund = await ledger.refunds.get(charge_id)
    assert refund is not None
    assert (refund.state, refund.found_by, refund.done_at) == (
        RefundState.DONE,
        source,
        ledger.clock.now(),
    )
    assert await ledger.balance() == -1
    assert await ledger.refunds.intend(charge_id, "ada") is Intending.DONE
    assert await ledger.refunds.ask(charge_id, USER) is Asking.KNOWN


@pytest.mark.parametrize("before", ["asked", "declined", "refused"])
async def test_a_refund_from_outside_ends_every_other_state(ledger: PaymentsLedger, before: str) -> None:
    charge_id = await ledger.buy()
    if before == "refused":
        await ledger.refunds.intend(charge_id, "ada")
        await ledger.refunds.refuse(charge_id)
    else:
        await ledger.refunds.ask(charge_id, USER)
        if before == "declined":
            await ledger.refunds.decline(charge_id, "ada")
    assert await _state(ledger, charge_id) == before
    assert await ledger.refunds.outside(charge_id, USER, FoundBy.UPDATE) is OutsideRefund.FOUND
    assert (await _state(ledger, charge_id), await ledger.balance()) == (RefundState.DONE, 0)


async def test_the_report_of_an_intended_refund_confirms_it(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy()
    await ledger.refunds.intend(charge_id, "ada")
    assert await ledger.refunds.outside(charge_id, USER, FoundBy.UPDATE) is OutsideRefund.CONFIRMED
    assert not await ledger.refunds.done(charge_id)
    refund = await ledger.refunds.get(charge_id)
    assert refund is not None
    assert (refund.state, refund.found_by, refund.decided_by) == (RefundState.DONE, None, "ada")
    assert await ledger.movements() == [("bought", 20), ("taken_back", -20)]


@pytest.mark.parametrize("kind", [OrderKind.PACK, OrderKind.GIFT])
async def test_a_refund_may_be_reported_before_its_payment(ledger: PaymentsLedger, kind: OrderKind) -> None:
    payment = ledger.payment(await ledger.order(kind))
    assert await ledger.refunds.outside(payment.charge_id, USER, FoundBy.UPDATE) is OutsideRefund.FOUND
    credited = await ledger.charges.credit(payment)
    assert (credited.outcome, credited.balance) == (Crediting.REFUNDED, 0)
    if credited.gift_code is not None:
        assert (await ledger.gifts.redeem(credited.gift_code, OTHER))[0] is Redemption.WITHDRAWN
    unexplained = ledger.payment(stars=51)
    await ledger.refunds.outside(unexplained.charge_id, USER, FoundBy.UPDATE)
    assert (await ledger.charges.credit(unexplained)).outcome is Crediting.REFUNDED
    assert await ledger.refunds.intended() == []


async def test_a_payment_and_its_refund_at_once_leave_nothing(ledger: PaymentsLedger) -> None:
    payments = [ledger.payment(await ledger.order()) for _ in range(20)]
    credits = [ledger.charges.credit(payment) for payment in payments]
    outside = [ledger.refunds.outside(one.charge_id, USER, FoundBy.UPDATE) for one in payments]
    await asyncio.gather(*(one for pair in zip(credits, outside, strict=True) for one in pair))
    assert await ledger.balance() == 0


async def test_a_gift_that_is_not_redeemed_is_withdrawn(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy(OrderKind.GIFT)
    await ledger.refunds.intend(charge_id, "ada")
    gift = await ledger.gifts.of_charge(charge_id)
    assert gift is not None
    assert gift.withdrawn_at == ledger.clock.now()
    assert await ledger.gifts.redeem(gift.code, OTHER) == (Redemption.WITHDRAWN, gift)
    assert await ledger.refunds.refuse(charge_id)
    assert (await ledger.gifts.redeem(gift.code, OTHER))[0] is Redemption.REDEEMED
    assert await ledger.balance(OTHER) == 20


async def test_the_refund_of_a_redeemed_gift_takes_the_units_from_who_has_them(
    ledger: PaymentsLedger,
) -> None:
    charge_id = await ledger.buy(OrderKind.GIFT)
    gift = await ledger.gifts.of_charge(charge_id)
    assert gift is not None
    await ledger.gifts.redeem(gift.code, OTHER)
    await _spend(ledger, 3, OTHER)
    purchase = await ledger.charges.purchase(charge_id)
    assert purchase is not None
    assert purchase.used == 3
    await ledger.refunds.intend(charge_id, "ada")
    assert (await ledger.balance(USER), await ledger.balance(OTHER)) == (0, -3)
    await ledger.refunds.refuse(charge_id)
    assert await ledger.balance(OTHER) == 17
    assert (await ledger.gifts.redeem(gift.code, OTHER))[0] is Redemption.KNOWN


async def test_redeeming_and_refunding_a_gift_at_once_give_it_to_nobody(ledger: PaymentsLedger) -> None:
    for _ in range(10):
        charge_id = await ledger.buy(OrderKind.GIFT)
        gift = await ledger.gifts.of_charge(charge_id)
        assert gift is not None
        await asyncio.gather(ledger.gifts.redeem(gift.code, OTHER), ledger.refunds.intend(charge_id, "ada"))
        assert await ledger.balance(OTHER) == 0


async def test_each_outcome_is_told_once(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy()
    refunds = ledger.refunds

    async def untold() -> list[RefundState]:
        return [one.state for one in await refunds.untold()]

    await refunds.ask(charge_id, USER)
    assert (await untold(), await refunds.told(charge_id, RefundState.ASKED)) == ([], False)
    for change, state in (
        (refunds.decline(charge_id, "ada"), RefundState.DECLINED),
        (refunds.refuse(charge_id), RefundState.REFUSED),
        (refunds.done(charge_id), RefundState.DONE),
    ):
        if state is not RefundState.DECLINED:
            await refunds.intend(charge_id, "ada")
            assert (await untold(), await refunds.told(charge_id, RefundState.INTENDED)) == ([], False)
        await change
        assert await untold() == [state]
        assert [await refunds.told(charge_id, state) for _ in range(2)] == [True, False]
        assert await untold() == []
