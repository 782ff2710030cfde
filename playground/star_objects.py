"""The Bot API's objects about Stars, made from the state of the stand-in."""

import secrets
from typing import Any

from aiogram.types import AffiliateInfo, SuccessfulPayment, TransactionPartnerUser, User

from playground.star_ledger import NANOSTARS, Affiliate, Charge, StarInvoice, in_stars


def successful_payment(charge: Charge, *, first: bool) -> SuccessfulPayment:
    """Return the content of a service message. All payments of a subscription are recurring, also its first one.

    Bot API, SuccessfulPayment. The first one also is `is_first_recurring`.
    """
    subscription = charge.subscription
    recurring: dict[str, Any] = {}
    if subscription is not None:
        recurring = {"subscription_expiration_date": subscription.expires_at, "is_recurring": True}
        recurring |= {"is_first_recurring": True} if first else {}
    return SuccessfulPayment(
        currency="XTR",
        total_amount=charge.invoice.stars,
        invoice_payload=charge.invoice.payload,
        telegram_payment_charge_id=charge.id,
        provider_payment_charge_id=f"{charge.user.id}_{charge.id[-6:]}",
        **recurring,
    )


def partner_of(charge: Charge, *, sign: int) -> TransactionPartnerUser:
    """Return the user of a transaction. The commission of an affiliate is negative in a refund (AffiliateInfo)."""
    affiliate = None
    if charge.affiliate is not None:
        share = in_stars(sign * commission_of(charge.invoice, charge.affiliate))
        affiliate = AffiliateInfo(
            commission_per_mille=charge.affiliate.per_mille,
            affiliate_user=charge.affiliate.user,
            amount=share["amount"],
            nanostar_amount=share.get("nanostar_amount"),
        )
    return TransactionPartnerUser(
        transaction_type="invoice_payment",
        user=charge.user,
        invoice_payload=charge.invoice.payload,
        subscription_period=charge.invoice.period,
        affiliate=affiliate,
    )


def commission_of(invoice: StarInvoice, affiliate: Affiliate | None) -> int:
    """Return the nanostars that an affiliate gets of an invoice."""
    return 0 if affiliate is None else invoice.stars * affiliate.per_mille * (NANOSTARS // 1_000)


def new_id() -> str:
    """Return a charge id. It is random, because a bot keeps charge ids longer than the stand-in lives."""
    return "stx" + secrets.token_urlsafe(24)


def as_json(user: User) -> dict[str, Any]:
    """Return a user in the JSON form of the Bot API."""
    return user.model_dump(mode="json", exclude_none=True)
