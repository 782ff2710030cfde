"""The Bot API methods of Telegram Stars.

Limits: Bot API, sendInvoice and createInvoiceLink. Errors: core.telegram.org/method/messages.sendMedia,
payments.exportInvoice, payments.refundStarsCharge, payments.botCancelStarsSubscription; the Bot API server
(process_…_query, get_input_message_invoice) and TDLib (InputInvoice.cpp); go-telegram-bot-api/telegram-bot-api#751
(STARS_INVOICE_INVALID for tips) and windkh/node-red-contrib-telegrambot#302 (a missing parameter).
"""

import secrets
from typing import Any

from aiogram import methods
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Invoice, LabeledPrice, Message
from pydantic import TypeAdapter, ValidationError

from playground.call import ApiError, Call
from playground.entities import units
from playground.inline import TOO_OLD
from playground.star_ledger import MONTH, StarInvoice, in_stars

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_PAYLOAD = 32, 255, 128
"""Bot API, sendInvoice: the last one in bytes."""
MOST_STARS_A_MONTH = 10_000
"""Bot API, createInvoiceLink, subscription_period."""
MOST_STARS = 999_999_999_999
"""TDLib, check_currency_amount."""
MOST_TRANSACTIONS = 100
"""Bot API, getStarTransactions."""

_Prices = TypeAdapter(list[LabeledPrice])


def send_invoice(call: Call) -> Any:
    """Send an invoice. Its keyboard begins with a Pay button, or is a single one."""
    call.check(methods.SendInvoice)
    offered = _invoice(call)
    if "reply_markup" not in call.parameters:
        call.parameters["reply_markup"] = _pay_button(offered.stars).model_dump(exclude_none=True)
    chat_id = call.chat(sending=True)
    invoice = Invoice(
        title=offered.title,
        description=offered.description,
        start_parameter=offered.start_parameter,
        currency="XTR",
        total_amount=offered.stars,
    )
    sent = call.add(chat_id, invoice=invoice)
    call.stars.ledger.invoices[chat_id, sent["message_id"]] = offered
    return sent


def create_invoice_link(call: Call) -> Any:
    """Create a link to an invoice: core.telegram.org/api/links, invoice links. The only way to a subscription."""
    call.check(methods.CreateInvoiceLink)
    if call.parameters.get("business_connection_id"):
        raise ApiError(400, "Bad Request: business connection not found")
    offered = _invoice(call)
    link = f"https://t.me/${secrets.token_urlsafe(12)}"
    call.stars.ledger.links[link] = offered
    return link


def keyboard_of(call: Call, message: Message) -> InlineKeyboardMarkup:
    """Return the new keyboard of an invoice that is edited. Without one it is its Pay button, which is a guess."""
    keyboard = call.keyboard(pays=True)
    return keyboard or _pay_button(message.invoice.total_amount if message.invoice is not None else 0)


def answer_pre_checkout_query(call: Call) -> Any:
    """Answer a pre-checkout query, once and in time. A no needs a sentence (answerPreCheckoutQuery).

    That a late answer gets the error of other late answers is a guess: the server has QUERY_ID_INVALID for both.
    """
    call.check(methods.AnswerPreCheckoutQuery)
    agrees = call.parameters.get("ok") is True
    refusal = None if agrees else _required(call, "error_message")
    if not call.stars.answer(str(call.parameters.get("pre_checkout_query_id")), refusal):
        raise ApiError(400, TOO_OLD)
    return True


def refund_star_payment(call: Call) -> Any:
    """Return a whole charge. A charge of another user is unknown, which is a guess."""
    call.check(methods.RefundStarPayment)
    user_id, charge_id = _user_id(call), _required(call, "telegram_payment_charge_id")
    charge = call.stars.ledger.charges.get(charge_id)
    if charge is None or charge.user.id != user_id:
        raise ApiError(400, "Bad Request: CHARGE_NOT_FOUND")
    if charge.returned is not None:
        raise ApiError(400, "Bad Request: CHARGE_ALREADY_REFUNDED")
    call.stars.refund(charge_id)
    return True


def get_star_transactions(call: Call) -> Any:
    """Return transactions, oldest first. The server moves `offset` and `limit` into their limits."""
    call.check(methods.GetStarTransactions)
    given = call.parameters
    offset = max(0, int(given.get("offset") or 0))
    limit = min(max(1, int(given.get("limit", MOST_TRANSACTIONS))), MOST_TRANSACTIONS)
    found = call.stars.ledger.transactions[offset : offset + limit]
    return {"transactions": [one.model_dump(mode="json", exclude_none=True) for one in found]}


def get_my_star_balance(call: Call) -> Any:
    call.check(methods.GetMyStarBalance)
    return in_stars(call.stars.ledger.nanostars)


def edit_user_star_subscription(call: Call) -> Any:
    """Cancel a subscription, or allow its user to switch it on again.

    The charge id is that "for the first subscription payment" (core.telegram.org/method/
    payments.botCancelStarsSubscription, charge_id).
    """
    call.check(methods.EditUserStarSubscription)
    user_id, charge_id = _user_id(call), _required(call, "telegram_payment_charge_id")
    subscription = call.stars.ledger.subscriptions.get(charge_id)
    if subscription is None or subscription.user.id != user_id:
        raise ApiError(400, "Bad Request: CHARGE_ID_INVALID")
    call.stars.edit_subscription(subscription, is_canceled=call.parameters.get("is_canceled") is True)
    return True


def _invoice(call: Call) -> StarInvoice:
    """Check the parameters of an invoice and return it. The words about title and description are a guess."""
    title, description = _required(call, "title"), _required(call, "description")
    payload, currency = _required(call, "payload"), _required(call, "currency")
    if units(title) > LONGEST_TITLE:
        raise ApiError(400, "Bad Request: INVOICE_TITLE_INVALID")
    if units(description) > LONGEST_DESCRIPTION:
        raise ApiError(400, "Bad Request: INVOICE_DESCRIPTION_INVALID")
    if len(payload.encode()) > LONGEST_PAYLOAD:
        raise ApiError(400, "Bad Request: INVOICE_PAYLOAD_INVALID")
    if currency != "XTR":  # digital goods cost Stars (Bot features, Payments), and there is no provider
        raise ApiError(400, "Bad Request: PAYMENT_PROVIDER_INVALID")
    stars = _price(call)
    return StarInvoice(
        title=title,
        description=description,
        payload=payload,
        stars=stars,
        start_parameter=str(call.parameters.get("start_parameter") or ""),
        period=_period(call, stars),
    )


def _price(call: Call) -> int:
    """Return the Stars of an invoice: one price, no tips, no token of a provider."""
    _required(call, "prices")
    try:
        prices = _Prices.validate_python(call.parameters["prices"])
    except ValidationError:
        raise ApiError(400, "Bad Request: can't parse prices JSON object") from None
    total = sum(price.amount for price in prices)
    if total <= 0:
        raise ApiError(400, "Bad Request: total price must be positive")
    if total > MOST_STARS:
        raise ApiError(400, "Bad Request: too big amount of the currency specified")
    extra = ("provider_token", "provider_data", "max_tip_amount", "suggested_tip_amounts")
    if len(prices) != 1 or any(call.parameters.get(name) for name in extra):
        raise ApiError(400, "Bad Request: STARS_INVOICE_INVALID")
    return total


def _period(call: Call, stars: int) -> int | None:
    """Return the period of a subscription. The words of the refusals are a guess."""
    period = call.parameters.get("subscription_period")
    if period is None:
        return None
    if period != MONTH:
        raise ApiError(400, "Bad Request: SUBSCRIPTION_PERIOD_INVALID")
    if stars > MOST_STARS_A_MONTH:
        raise ApiError(400, "Bad Request: STARS_AMOUNT_INVALID")
    return MONTH


def _pay_button(stars: int) -> InlineKeyboardMarkup:
    """Return "one 'Pay total price' button" (Bot API, sendInvoice)."""
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=f"Pay ⭐️{stars}", pay=True)]])


def _required(call: Call, name: str) -> str:
    """Return a parameter as a text. Raises ApiError if it is empty or missing."""
    value = call.parameters.get(name)
    if value is None or value == "":
        raise ApiError(400, f'Bad Request: parameter "{name}" is required')
    return str(value)


def _user_id(call: Call) -> int:
    user_id = int(call.parameters.get("user_id") or 0)
    if user_id not in call.chats.users:
        raise ApiError(400, "Bad Request: user not found")
    return user_id
