"""Payments that Telegram reports, charges, and the result of crediting them."""

from dataclasses import dataclass
from enum import StrEnum

from core.payments.offers import OrderKind


class FoundBy(StrEnum):
    """The source from which the bot learned of a charge or a refund."""

    UPDATE = "update"
    RECONCILIATION = "reconciliation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment as Telegram reports it: by `successful_payment`, or in the list of transactions.

    `user_id` is the payer. `paid_at` and `expires_at` are Unix seconds; `expires_at` is the end of the paid period of a
    subscription, and None if Telegram did not name it. `is_subscription` is True if Telegram calls it recurring or
    names a period. `is_renewal` is None if unknown. `income` are the Stars that arrived, None if unknown.
    """

    charge_id: str
    user_id: int
    payload: str
    stars: int
    paid_at: float
    found_by: FoundBy
    is_subscription: bool = False
    is_renewal: bool | None = None
    expires_at: float | None = None
    income: int | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment that Telegram confirmed, by `telegram_payment_charge_id`. Times are Unix seconds.

    `kind` is None, and `units` is 0, if no order and no price explains the payment. `language` is that of the order.
    `expires_at` is the end of the paid period of a subscription, without the grace. `income` are the Stars that
    arrived: fewer than `stars` after an affiliate's share, and None before the list of transactions was read.
    """

    id: str
    user_id: int
    order_id: str | None
    payload: str
    kind: OrderKind | None
    stars: int
    units: int
    language: str | None
    paid_at: float
    is_renewal: bool
    expires_at: float | None
    income: int | None
    found_by: FoundBy
    told_at: float | None


class Crediting(StrEnum):
    """The result of crediting a payment."""

    FRESH = "fresh"
    """The charge is new. Its credits, or its gift code, are stored."""
    KNOWN = "known"
    """The charge was stored before. Nothing has changed."""
    UNEXPLAINED = "unexplained"
    """The charge is new, and no order or price explains it. It is stored without units, and its refund is intended."""
    REFUNDED = "refunded"
    """The charge is new, but Telegram had reported its refund before. Its credits are taken already."""


@dataclass(frozen=True, slots=True)
class Credited:
    """A charge after `Charges.credit`. `balance` is the payer's, `gift_code` that of a gift.

    The user is told unless `charge.told_at` is set, also of a KNOWN charge: the process may have ended in between.
    """

    outcome: Crediting
    charge: Charge
    balance: int
    gift_code: str | None = None


@dataclass(frozen=True, slots=True)
class Takings:
    """Sums of Stars: paid by users, arrived (where known, else paid), and refunded, with the number of charges."""

    charges: int
    stars: int
    income: int
    refunded: int
