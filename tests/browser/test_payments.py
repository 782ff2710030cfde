"""Payments on the page: the invoice in the chat, the checkout dialog, and the transactions in the inspector."""

import re

import pytest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Update
from playwright.async_api import Locator, expect

from playground.scene import ANN, BORIS
from playground.star_ledger import FIRST_STARS, MONTH, Outcome
from tests.support.shop import OFFER
from tests.support.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _dialog(stage: Stage) -> Locator:
    return stage.visitor.page.get_by_role("dialog", name=OFFER["title"])


async def _open(stage: Stage) -> Locator:
    """Send an invoice to Ann, open the dialog, and return it."""
    await stage.bot.send_invoice(ANN, **OFFER)
    await stage.visitor.press("Pay ⭐️50")
    await expect(_dialog(stage)).to_be_visible()
    return _dialog(stage)


async def _answer(stage: Stage, refusal: str | None = None) -> None:
    """Wait for a pre-checkout query, and answer it as the bot."""
    (update,) = await stage.updates_until("pre_checkout_query")
    query = update.pre_checkout_query
    assert query is not None
    await stage.bot.answer_pre_checkout_query(query.id, ok=refusal is None, error_message=refusal)


async def _sell(stage: Stage, what: str, user_id: int = ANN) -> str:
    """Sell what a link offers, without the page, and return the charge id."""
    stars = stage.telegram.stars
    checkout = stars.begin(stage.telegram.chats.users[user_id], what)
    assert stars.answer(checkout.id, None)
    payment = await checkout.outcome()
    assert payment.outcome is Outcome.PAID
    return payment.charge_id


async def _transactions(stage: Stage) -> Locator:
    """Open the inspector, and return the list of transactions."""
    await stage.visitor.page.locator("#panel-toggle").click()
    return stage.visitor.page.get_by_role("list", name="Transactions")


async def test_an_invoice_is_paid_with_the_keyboard(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_invoice(ANN, **OFFER)
    await expect(page.locator(".invoice")).to_contain_text("Twenty pictures")
    await expect(page.locator("#chats .last").first).to_have_text("⭐ 20 pictures")
    pay = page.locator(".keys button")
    await pay.focus()
    await page.keyboard.press("Enter")
    dialog = _dialog(stage)
    await expect(dialog.get_by_role("heading")).to_be_focused()
    await expect(dialog.get_by_role("definition").first).to_have_text("⭐50")
    await expect(page.locator("#checkout-balance")).to_have_text("⭐1,000")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(dialog.get_by_role("button", name="Pay")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("status")).to_have_text("Imagine has 10 seconds to answer.")
    await page.keyboard.press("Enter")  # a second press while the bot answers pays nothing more
    await _answer(stage)
    await expect(page.locator("li.service")).to_have_text("You paid ⭐50 to Imagine")
    await expect(dialog).to_be_hidden()
    await expect(pay).to_be_focused()
    await expect(page.locator("#announcer")).to_have_text("You paid ⭐50 to Imagine")
    assert len(stage.telegram.star_transactions) == 1
    assert stage.telegram.stars.ledger.balances[ANN] == FIRST_STARS - 50


async def test_the_sentence_of_a_refusal_is_shown_and_the_user_may_try_again(stage: Stage) -> None:
    dialog = await _open(stage)
    await dialog.get_by_role("button", name="Pay").click()
    await _answer(stage, "Изменились цены.")
    await expect(dialog.get_by_role("status")).to_have_text("Imagine refuses the order: Изменились цены.")
    await expect(dialog.locator("[lang=ru]")).to_have_text("Изменились цены.")
    assert stage.telegram.star_transactions == []
    await dialog.get_by_role("button", name="Try again").click()
    await _answer(stage)
    await expect(stage.visitor.page.locator("li.service")).to_have_count(1)


async def test_a_bot_that_does_not_answer_takes_nothing(stage: Stage) -> None:
    stage.telegram.stars.answer_seconds = 0.2
    dialog = await _open(stage)
    await dialog.get_by_role("button", name="Pay").click()
    await expect(dialog.get_by_role("status")).to_contain_text("did not answer within 10 seconds")
    await expect(stage.visitor.page.locator("#checkout-balance")).to_have_text("⭐1,000")


async def test_a_closed_dialog_still_tells_the_outcome(stage: Stage) -> None:
    page, dialog = stage.visitor.page, await _open(stage)
    await dialog.get_by_role("button", name="Pay").click()
    await expect(page.locator("#checkout-state")).to_have_attribute("data-kind", "waiting")
    await page.keyboard.press("Escape")
    await _answer(stage, "Sold out.")
    await expect(page.locator("#toast")).to_have_text("Sold out.")
    await stage.visitor.press("Pay")
    await dialog.get_by_role("button", name="Pay").click()
    await expect(page.locator("#checkout-state")).to_have_attribute("data-kind", "waiting")
    await dialog.get_by_role("button", name="Close").click()
    await stage.visitor.chat("Friends")
    await _answer(stage)
    await expect(page.locator("#toast")).to_have_text("You paid ⭐50 to Imagine")


async def test_missing_stars_are_bought_in_the_dialog(stage: Stage) -> None:
    stage.telegram.stars.ledger.balances[ANN] = 20
    dialog = await _open(stage)
    await expect(dialog.get_by_role("status")).to_have_text("You need ⭐30 more.")
    await dialog.get_by_role("button", name="Buy ⭐30").click()
    await expect(stage.visitor.page.locator("#checkout-balance")).to_have_text("⭐50")
    await dialog.get_by_role("button", name="Pay").click()
    await _answer(stage)
    await expect(dialog).to_be_hidden()
    assert stage.telegram.stars.ledger.balances[ANN] == 0


async def test_an_invoice_that_is_deleted_cannot_be_paid(stage: Stage) -> None:
    page = stage.visitor.page
    sent = await stage.bot.send_invoice(ANN, **OFFER)
    await expect(page.locator(".keys button")).to_be_visible()
    del stage.telegram.chats.messages[ANN, sent.message_id]  # the page has not heard of it
    await stage.visitor.press("Pay")
    await expect(page.locator("#toast")).to_have_text("The invoice is no longer there.")
    stage.visitor.complaints.clear()  # the browser reports the refused request


async def test_a_link_to_a_subscription_opens_the_dialog_in_the_user_s_language(stage: Stage) -> None:
    page = stage.visitor.page
    link = await stage.bot.create_invoice_link(**OFFER, subscription_period=MONTH)
    button = InlineKeyboardButton(text="Подписка", url=link)
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
    await stage.bot.send_message(BORIS, f'<a href="{link}">Да</a>', parse_mode="HTML", reply_markup=markup)
    await stage.visitor.play("Борис")
    await page.get_by_role("button", name="Да", exact=True).click()
    await expect(_dialog(stage)).to_be_visible()
    await page.keyboard.press("Escape")
    await stage.visitor.press("Подписка")
    await expect(_dialog(stage)).to_contain_text("⭐50 каждые 30 дней")
    await _dialog(stage).get_by_role("button", name="Заплатить ⭐50").click()
    await _answer(stage)
    await expect(page.locator("li.service")).to_contain_text(
        "Вы заплатили Imagine ⭐50. Подписка действует до"
    )


async def test_the_inspector_does_what_happens_outside(stage: Stage) -> None:
    page, stars = stage.visitor.page, stage.telegram.stars
    link = await stage.bot.create_invoice_link(**OFFER)
    first, second = await _sell(stage, link), await _sell(stage, link)
    rows = await _transactions(stage)
    await expect(page.locator("#stars-balance")).to_have_text("⭐100")
    await stage.updates_until("message")
    repeat = rows.get_by_role("button", name="Repeat the update: Payment 1, Ann")
    await repeat.press("Enter")
    assert _charge_id((await stage.updates())[0]) == first
    refund = rows.get_by_role("button", name="Refund: Payment 1, Ann")
    await refund.press("Enter")
    await expect(rows.get_by_role("listitem").first).to_contain_text(re.compile("−⭐50.*Refund 3"))
    await expect(refund).to_be_disabled()
    await expect(repeat).to_be_focused()  # the keyboard stays at the transaction
    await expect(page.locator("li.service").last).to_have_text("Imagine returned ⭐50 to you")
    await rows.get_by_role("button", name="Charge back: Payment 2, Ann").click()
    await expect(rows.get_by_role("listitem").first).to_contain_text("Chargeback 4")
    await expect(page.locator("#stars-balance")).to_have_text("⭐0")
    assert stars.ledger.charges[second].returned is not None


def _charge_id(update: Update) -> str:
    assert update.message is not None
    assert update.message.successful_payment is not None
    return update.message.successful_payment.telegram_payment_charge_id


async def test_the_transactions_are_shown_in_pages(stage: Stage) -> None:
    page = stage.visitor.page
    link = await stage.bot.create_invoice_link(**OFFER)
    for _ in range(10):
        await _sell(stage, link)
    rows = (await _transactions(stage)).get_by_role("listitem")
    await expect(rows).to_have_count(8)
    await page.get_by_role("button", name="Older").click()
    await expect(page.locator("#stars-shown")).to_have_text("9–10 of 10")
    await expect(rows).to_have_count(2)
    await expect(rows.last).to_contain_text("Payment 1")
    await page.get_by_role("button", name="Newer").click()
    await expect(rows.first).to_contain_text("Payment 10")


async def test_a_subscription_is_renewed_cancelled_resumed_and_fails_in_the_inspector(stage: Stage) -> None:
    page = stage.visitor.page
    link = await stage.bot.create_invoice_link(**OFFER, subscription_period=MONTH)
    await _sell(stage, link)
    await _transactions(stage)
    one = page.locator("#subscriptions li")
    await expect(one).to_contain_text("active")
    await one.get_by_role("button", name="Renew:").click()
    await expect(page.locator("li.service").last).to_contain_text("renewed for ⭐50")
    for action, state in (("Cancel", "canceled"), ("Resume", "active"), ("Let a renewal fail", "failed")):
        await one.get_by_role("button", name=action).click()
        (update,) = await stage.updates_until("subscription")
        assert update.subscription is not None
        assert update.subscription.state == state
        await expect(one.locator(".amount")).to_have_text(state)
