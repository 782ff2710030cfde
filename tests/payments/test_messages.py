"""Messages about payments: to the payer, to who opened a gift, and to the admins, each once."""

import asyncio

import pytest

from core.payments.offers import OrderKind
from core.payments.refunds import RefundState
from tests.support.payments_layer import ADMIN, OTHER_ADMIN, Payments
from tests.support.process_launcher import DEADLINE

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _redeem(payments: Payments, charge: str, user_id: int) -> None:
    purchase = await payments.ledger.charges.purchase(charge)
    assert purchase is not None
    assert purchase.gift is not None
    await payments.ledger.gifts.redeem(purchase.gift.code, user_id, "m:8:1")


async def test_a_payment_is_confirmed_once_whoever_asks_for_it_at_the_same_time(payments: Payments) -> None:
    charge = await payments.ledger.buy()
    payments.telegram.answer_seconds = 0.01
    await asyncio.gather(*(payments.messages.tell_charge(7, charge) for _ in range(3)))
    (text,) = payments.texts(7)
    assert "20 pictures are" in text
    assert "now: <b>20</b>" in text
    assert charge in text
    await payments.messages.tell_charge(7, "no such charge")
    assert len(payments.telegram.messages) == 1


async def test_nobody_waits_for_the_message_to_another_user(payments: Payments) -> None:
    charges = {user: await payments.ledger.buy(user_id=user) for user in (7, 8)}
    payments.telegram.answer_seconds = 10 * DEADLINE
    telling = [asyncio.create_task(payments.messages.tell_charge(*charge)) for charge in charges.items()]
    async with asyncio.timeout(DEADLINE):
        assert {await payments.telegram.arrived.get() for _ in charges} == {7, 8}
    for task in telling:
        task.cancel()
    await asyncio.gather(*telling, return_exceptions=True)


async def test_a_gift_is_confirmed_with_the_link_that_opens_it(payments: Payments) -> None:
    charge = await payments.ledger.buy(OrderKind.GIFT)
    await payments.messages.tell_charge(7, charge)
    purchase = await payments.ledger.charges.purchase(charge)
    assert purchase is not None
    assert purchase.gift is not None
    (text,), (keyboard,) = payments.texts(7), payments.telegram.keyboards
    assert f"https://t.me/imagine_bot?start=gift_{purchase.gift.code}" in text
    assert purchase.gift.code in keyboard.model_dump_json(exclude_none=True)


async def test_who_opened_a_gift_hears_that_it_is_taken_back_only_if_it_is(payments: Payments) -> None:
    for outcome, heard in ((RefundState.REFUSED, []), (RefundState.DONE, [True])):
        charge = await payments.ledger.buy(OrderKind.GIFT)
        await _redeem(payments, charge, 8)
        await payments.ledger.refunds.ask(charge, 7, "a mistake")
        await payments.ledger.refunds.intend(charge, str(ADMIN))
        end = payments.ledger.refunds.done if outcome is RefundState.DONE else payments.ledger.refunds.refuse
        await end(charge)
        for _ in range(2):
            await payments.messages.tell_refund(7, charge)
        assert ["taken back" in text for text in payments.texts(8)] == heard
    assert len(payments.texts(7)) == 2


@pytest.mark.parametrize(
    ("decided_by", "state", "told"),
    [
        (str(ADMIN), RefundState.DONE, {ADMIN}),
        (str(ADMIN), RefundState.REFUSED, {ADMIN}),
        ("99", RefundState.DONE, set()),
        (None, RefundState.DONE, set()),
        (None, RefundState.REFUSED, {ADMIN, OTHER_ADMIN}),
    ],
)
async def test_the_admin_who_decided_hears_of_the_end(
    payments: Payments, decided_by: str | None, state: RefundState, told: set[int]
) -> None:
    charge = await payments.ledger.buy()
    await payments.ledger.refunds.intend(charge, decided_by)
    end = payments.ledger.refunds.done if state is RefundState.DONE else payments.ledger.refunds.refuse
    await end(charge)
    for _ in range(2):
        await payments.messages.tell_refund(7, charge)
    assert {chat for chat, _ in payments.telegram.messages} - {7} == told
    words = "Refunded: 50 ⭐" if state is RefundState.DONE else "Telegram refuses to refund 50 ⭐"
    for admin in told:
        (text,) = payments.texts(admin)
        assert words in text
        assert charge in text
        assert "tg://user?id=7" in text


async def test_a_user_hears_of_a_refused_refund_if_a_sign_of_it_was_seen(payments: Payments) -> None:
    unexplained = (await payments.ledger.charges.credit(payments.ledger.payment(stars=3))).charge.id
    await payments.ledger.refunds.intend(unexplained, None)
    await payments.ledger.refunds.refuse(unexplained)
    await payments.messages.tell_refund(7, unexplained)
    assert payments.texts(7) == ["Telegram did not carry out the refund of 3 ⭐. My owner knows about it."]


async def test_a_refund_that_is_unknown_is_told_to_nobody(payments: Payments) -> None:
    charge = await payments.ledger.buy()
    await payments.messages.tell_refund(7, charge)
    await payments.messages.tell_refund(7, "no such charge")
    assert payments.telegram.messages == []


async def test_messages_are_in_the_language_of_the_order(payments: Payments) -> None:
    order = await payments.ledger.orders.place("press:ru", 7, OrderKind.PACK, 20, 50, "ru")
    charge = (await payments.ledger.charges.credit(payments.ledger.payment(order))).charge.id
    await payments.messages.tell_charge(7, charge)
    await payments.ledger.refunds.intend(charge, str(ADMIN))
    await payments.ledger.refunds.done(charge)
    await payments.messages.tell_refund(7, charge)
    russian = [any("а" <= letter <= "я" for letter in text) for text in payments.texts(7)]
    assert russian == [True, True]
