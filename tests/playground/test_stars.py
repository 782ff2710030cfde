"""The methods of Telegram Stars at the stand-in follow the Bot API: invoices, checkouts, refunds, the list."""

from typing import Any

import pytest
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    Message,
    TransactionPartnerUser,
)

from playground.star_ledger import FIRST_STARS, MONTH, Outcome, Payment, StarInvoice
from tests.support.shop import Shop, refused

PAY = InlineKeyboardButton(text="Buy", pay=True)
OTHER = InlineKeyboardButton(text="Other", callback_data="other")


async def test_an_invoice_shows_its_price_on_a_pay_button(shop: Shop) -> None:
    sent = await shop.invoice(payload='{"a": 1}')
    assert sent.invoice is not None
    assert (sent.invoice.title, sent.invoice.currency, sent.invoice.total_amount) == (
        "20 pictures",
        "XTR",
        50,
    )
    assert sent.reply_markup is not None
    (button,) = sent.reply_markup.inline_keyboard[0]
    assert (button.text, button.pay) == ("Pay ⭐️50", True)
    assert shop.stars.find(sent).payload == '{"a": 1}'


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"title": ""}, 'parameter "title" is required'),
        ({"title": "x" * 33}, "INVOICE_TITLE_INVALID"),
        ({"description": ""}, 'parameter "description" is required'),
        ({"description": "x" * 256}, "INVOICE_DESCRIPTION_INVALID"),
        ({"payload": ""}, 'parameter "payload" is required'),
        ({"payload": "é" * 65}, "INVOICE_PAYLOAD_INVALID"),
        ({"currency": "USD"}, "PAYMENT_PROVIDER_INVALID"),
        ({"prices": []}, "total price must be positive"),
        ({"prices": [LabeledPrice(label="x", amount=0)]}, "total price must be positive"),
        ({"prices": [LabeledPrice(label="x", amount=10**12)]}, "too big amount"),
        ({"prices": [LabeledPrice(label="x", amount=1)] * 2}, "STARS_INVOICE_INVALID"),
        ({"provider_token": "1:x"}, "STARS_INVOICE_INVALID"),
        ({"max_tip_amount": 5}, "STARS_INVOICE_INVALID"),
    ],
)
async def test_an_invoice_outside_the_limits_is_refused(
    shop: Shop, given: dict[str, Any], words: str
) -> None:
    for make in (shop.invoice, shop.link):
        await refused(make(**given), words)
    largest = {"title": "x" * 32, "description": "x" * 255, "payload": "é" * 64, "provider_token": ""}
    assert (await shop.invoice(**largest)).invoice


async def test_only_the_first_button_of_an_invoice_is_pay(shop: Shop) -> None:
    def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup(inline_keyboard=[[button] for button in buttons])

    sent = await shop.invoice(reply_markup=keyboard(PAY, OTHER))
    await refused(shop.invoice(reply_markup=keyboard(OTHER, PAY)), "REPLY_MARKUP_BUY_EMPTY")
    await refused(shop.invoice(reply_markup=keyboard(PAY, PAY)), "BUTTON_TYPE_INVALID")
    await refused(
        sent.edit_reply_markup(reply_markup=keyboard(OTHER)).as_(shop.bot), "REPLY_MARKUP_BUY_EMPTY"
    )
    edited = await sent.edit_reply_markup().as_(shop.bot)
    assert isinstance(edited, Message)
    assert edited.reply_markup is not None
    assert edited.reply_markup.inline_keyboard[0][0].text == "Pay ⭐️50"
    await refused(sent.edit_text("x").as_(shop.bot), "there is no text")
    plain = shop.bot.send_message(shop.user.id, "x", reply_markup=keyboard(PAY))
    await refused(plain, "BUTTON_TYPE_INVALID")


async def test_a_subscription_is_a_link_for_thirty_days_and_at_most_10000_stars(shop: Shop) -> None:
    await refused(shop.link(subscription_period=86_400), "SUBSCRIPTION_PERIOD_INVALID")
    most = [LabeledPrice(label="x", amount=10_000)]
    too_many = [LabeledPrice(label="x", amount=10_001)]
    assert (await shop.link(subscription_period=MONTH, prices=most)).startswith("https://t.me/$")
    await refused(shop.link(subscription_period=MONTH, prices=too_many), "STARS_AMOUNT_INVALID")
    assert (await shop.link(prices=too_many)).startswith("https://t.me/$")


async def test_a_payment_moves_the_stars_after_a_yes_of_the_bot(shop: Shop) -> None:
    invoice = await shop.invoice()
    query_id, outcome = await shop.press_pay(invoice)
    assert shop.telegram.star_transactions == []
    await shop.bot.answer_pre_checkout_query(query_id, ok=True)
    payment = await outcome
    message = (await shop.update()).message
    assert message is not None
    assert message.from_user is not None
    assert (message.chat.id, message.from_user.id) == (shop.user.id, shop.user.id)
    paid = message.successful_payment
    assert paid is not None
    assert (paid.currency, paid.total_amount, paid.invoice_payload) == ("XTR", 50, "order-1")
    assert (paid.telegram_payment_charge_id, paid.is_recurring) == (payment.charge_id, None)
    assert shop.stars.ledger.balances[shop.user.id] == FIRST_STARS - 50
    (entry,) = (await shop.bot.get_star_transactions()).transactions
    assert (entry.id, entry.amount, entry.receiver) == (payment.charge_id, 50, None)
    assert isinstance(entry.source, TransactionPartnerUser)
    assert (entry.source.user.id, entry.source.invoice_payload) == (shop.user.id, "order-1")
    assert (await shop.bot.get_my_star_balance()).amount == 50
    await refused(shop.bot.answer_pre_checkout_query(query_id, ok=True), "query is too old")


async def test_an_invoice_can_be_paid_again_and_by_another_user(shop: Shop) -> None:
    invoice, boris = await shop.invoice(), shop.telegram.chats.add_user(8, name="Boris")
    del shop.telegram.chats.chats[boris.id]
    charges = [await shop.sell(invoice), await shop.sell(invoice), await shop.sell(invoice, boris)]
    assert len(set(charges)) == 3
    assert [one.id for one in shop.telegram.star_transactions] == charges
    await invoice.delete().as_(shop.bot)
    with pytest.raises(LookupError, match="deleted"):
        shop.stars.begin(boris, invoice)


async def test_a_no_needs_a_sentence_which_the_user_sees(shop: Shop) -> None:
    query_id, outcome = await shop.press_pay(await shop.link())
    await refused(shop.bot.answer_pre_checkout_query(query_id, ok=False), "error_message")
    await shop.bot.answer_pre_checkout_query(query_id, ok=False, error_message="Sold out.")
    assert await outcome == Payment(outcome=Outcome.REFUSED, refusal="Sold out.")
    assert shop.stars.ledger.balances[shop.user.id] == FIRST_STARS
    assert await shop.updates() == []


async def test_a_late_answer_is_refused_and_nothing_is_paid(shop: Shop) -> None:
    shop.stars.answer_seconds = 0.05
    query_id, outcome = await shop.press_pay(await shop.invoice())
    assert (await outcome).outcome is Outcome.TIMED_OUT
    await refused(shop.bot.answer_pre_checkout_query(query_id, ok=True), "query is too old")
    assert shop.telegram.star_transactions == []


async def test_a_query_that_was_not_asked_for_is_never_delivered(shop: Shop) -> None:
    invoice = await shop.invoice()
    shop.stars.answer_seconds = 0.05
    await shop.bot.get_updates(offset=1, allowed_updates=["message"])
    assert (await shop.telegram.pay(shop.user, invoice)).outcome is Outcome.TIMED_OUT
    assert shop.telegram.waiting() == 0


async def test_a_refund_returns_the_whole_charge_once(shop: Shop) -> None:
    charge_id, boris = await shop.sell(await shop.invoice()), shop.telegram.chats.add_user(8)
    await refused(shop.bot.refund_star_payment(boris.id, charge_id), "CHARGE_NOT_FOUND")
    await refused(shop.bot.refund_star_payment(shop.user.id, "stx"), "CHARGE_NOT_FOUND")
    await refused(shop.bot.refund_star_payment(5, charge_id), "user not found")
    assert await shop.bot.refund_star_payment(shop.user.id, charge_id)
    await refused(shop.bot.refund_star_payment(shop.user.id, charge_id), "CHARGE_ALREADY_REFUNDED")
    message = (await shop.update()).message
    assert message is not None
    refunded = message.refunded_payment
    assert refunded is not None
    assert (refunded.total_amount, refunded.telegram_payment_charge_id) == (50, charge_id)
    assert shop.telegram.stars.ledger.balances[shop.user.id] == FIRST_STARS
    paid, back = (await shop.bot.get_star_transactions()).transactions
    assert (paid.id, back.id, back.amount, back.source) == (charge_id, charge_id, 50, None)
    assert isinstance(back.receiver, TransactionPartnerUser)
    assert (await shop.bot.get_my_star_balance()).amount == 0


async def test_transactions_come_in_pages_oldest_first(shop: Shop) -> None:
    offer = StarInvoice(title="x", description="x", payload="x", stars=1)
    shop.stars.ledger.links["link"] = offer
    charges = []
    for _ in range(103):
        checkout = shop.stars.begin(shop.user, "link")
        assert shop.stars.answer(checkout.id, None)
        charges.append((await checkout.outcome()).charge_id)

    async def page(**more: int) -> list[str]:
        return [one.id for one in (await shop.bot.get_star_transactions(**more)).transactions]

    assert await page() == charges[:100]
    assert await page(limit=1_000) == charges[:100]
    assert await page(offset=100) == charges[100:]
    assert await page(offset=1, limit=2) == charges[1:3]
    assert await page(offset=103) == []
