"""The methods of the Bot API for Telegram Stars: invoices, checkouts, refunds, subscriptions, transactions."""

from enum import StrEnum
from typing import Any

import structlog
from aiogram.methods import (
    AnswerPreCheckoutQuery,
    CreateInvoiceLink,
    EditUserStarSubscription,
    GetStarTransactions,
    RefundStarPayment,
    SendInvoice,
)
from aiogram.types import LabeledPrice, StarTransaction, TransactionPartnerOther, TransactionPartnerUser

from chat.api_calls import ApiCaller
from chat.captions import cut
from chat.errors import Rejected, Unreachable
from chat.links import BUY
from chat.translations import Translator
from core.payments.offers import CURRENCY, Order, OrderKind
from core.payments.subscriptions import PERIOD
from core.payments.transactions import Transaction, TransactionKind

log = structlog.get_logger(__name__)

PAGE = 100
"""Most transactions of one call (Bot API, getStarTransactions)."""
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 32, 255
"""Bot API, sendInvoice."""
_CHECKOUT_SECONDS, _CHECKOUT_CALL_SECONDS = 8.0, 3
"""Time for the answer to a pre-checkout query, and for one call of it."""
_NANOSTARS = 1_000_000_000
_INVOICE_PAYMENT = "invoice_payment"
_REFUNDED_BEFORE = "charge_already_refunded"


class RefundAnswer(StrEnum):
    """Telegram's answer to a refund."""

    REFUNDED = "refunded"
    """The Stars are back, by this call or by an earlier one."""
    REFUSED = "refused"


class Invoices:
    """Calls the methods of Telegram Stars. Every method raises a subclass of SendError."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    async def send(self, chat_id: int, order: Order, translate: Translator) -> None:
        """Send the invoice of a pack or a gift to a private chat, with retries.

        A forwarded copy of it opens the bot instead of a payment (Bot API, sendInvoice, `start_parameter`), because the
        order is for one user.
        """
        method = SendInvoice(chat_id=chat_id, start_parameter=BUY, **_fields(order, translate))
        await self._caller.send_answer(method, chat_id)

    async def subscription_link(self, order: Order, translate: Translator) -> str:
        """Return a link to the invoice of a subscription, which sendInvoice cannot send."""
        method = CreateInvoiceLink(subscription_period=int(PERIOD), **_fields(order, translate))
        return await self._caller.with_retries(lambda: self._caller.call(method, None), repeatable=True)

    async def answer_checkout(self, query_id: str, refusal: str | None = None) -> None:
        """Answer a pre-checkout query with yes, or with the plain sentence that refuses it, with retries.

        Needs no slot and waits for no other call. Does nothing if the query is answered, or if it is too late, ten
        seconds after it (Bot API, answerPreCheckoutQuery).
        """
        method = AnswerPreCheckoutQuery(
            pre_checkout_query_id=query_id, ok=refusal is None, error_message=refusal
        )
        await self._caller.with_retries(
            lambda: self._caller.call_ignoring_no_ops(method, None, seconds=_CHECKOUT_CALL_SECONDS),
            repeatable=True,
            seconds=_CHECKOUT_SECONDS,
        )

    async def refund(self, user_id: int, charge_id: str) -> RefundAnswer:
        """Refund a charge, with one call. TryLater and Unsure leave it open whether it is refunded."""
        method = RefundStarPayment(user_id=user_id, telegram_payment_charge_id=charge_id)
        try:
            await self._caller.call(method, None)
        except (Rejected, Unreachable) as error:
            if _REFUNDED_BEFORE in str(error).lower():
                return RefundAnswer.REFUNDED
            log.error("Telegram refuses a refund", charge=charge_id, user=user_id, error=str(error))
            return RefundAnswer.REFUSED
        return RefundAnswer.REFUNDED

    async def edit_subscription(self, user_id: int, charge_id: str, *, canceled: bool) -> None:
        """Cancel a subscription, or let its user switch it on again, with retries.

        `charge_id` is that of its first payment (core.telegram.org/method/payments.botCancelStarsSubscription).
        """
        method = EditUserStarSubscription(
            user_id=user_id, telegram_payment_charge_id=charge_id, is_canceled=canceled
        )
        await self._caller.with_retries(lambda: self._caller.call(method, None), repeatable=True)

    async def transactions(self, offset: int) -> list[Transaction]:
        """Return up to `PAGE` transactions of the bot from an offset on, the oldest first, with retries."""
        method = GetStarTransactions(offset=offset, limit=PAGE)
        found = await self._caller.with_retries(lambda: self._caller.call(method, None), repeatable=True)
        return [_read(one) for one in found.transactions]


def _fields(order: Order, translate: Translator) -> dict[str, Any]:
    """Return the fields that every invoice for Stars has, whichever way it is sent."""
    title, description = _words(order, translate)
    return {
        "title": title,
        "description": description,
        "payload": order.id,
        "provider_token": "",
        "currency": CURRENCY,
        "prices": [LabeledPrice(label=title, amount=order.stars)],
    }


def _words(order: Order, translate: Translator) -> tuple[str, str]:
    """Return the title and the description of an invoice as plain text."""
    if order.kind is OrderKind.SUBSCRIPTION:
        title = translate("invoice-title-monthly", units=order.units)
        description = translate.raw("invoice-description-monthly")
    elif order.kind is OrderKind.GIFT:
        title = translate("invoice-title-gift", units=order.units)
        description = translate.raw("invoice-description-gift")
    else:
        title = translate("invoice-title", units=order.units)
        description = translate.raw("invoice-description")
    return cut(title, _LONGEST_TITLE), cut(description, _LONGEST_DESCRIPTION)


def _read(one: StarTransaction) -> Transaction:
    """Return a transaction as the ledger compares it."""
    at = one.date.timestamp()
    partner = one.source or one.receiver
    if one.source is None and isinstance(partner, TransactionPartnerOther):
        return Transaction(one.id, TransactionKind.DEDUCTION, one.amount, at)
    if not isinstance(partner, TransactionPartnerUser) or partner.transaction_type != _INVOICE_PAYMENT:
        return Transaction(one.id, TransactionKind.OTHER, one.amount, at)
    return Transaction(
        id=one.id,
        kind=TransactionKind.PAYMENT if one.source is not None else TransactionKind.REFUND,
        stars=one.amount,
        at=at,
        user_id=partner.user.id,
        price=_price(one, partner),
        payload=partner.invoice_payload,
        is_subscription=partner.subscription_period is not None,
    )


def _price(one: StarTransaction, partner: TransactionPartnerUser) -> int:
    """Return the Stars that the user paid: those that arrived, and the share of an affiliate.

    Both may have a rest in nanostars. The share of a refund is negative (Bot API, AffiliateInfo).
    """
    nanostars = one.amount * _NANOSTARS + (one.nanostar_amount or 0)
    if partner.affiliate is not None:
        nanostars += abs(partner.affiliate.amount * _NANOSTARS + (partner.affiliate.nanostar_amount or 0))
    return round(nanostars / _NANOSTARS)
