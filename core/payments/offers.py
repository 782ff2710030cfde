"""Offers and orders for Telegram Stars, and the reasons why an order is not paid."""

from dataclasses import dataclass
from enum import StrEnum

from core.payments.credits import DAY

CURRENCY = "XTR"
"""The currency of Telegram Stars (Bot API, sendInvoice). One Star has no smaller unit."""
ORDER_SECONDS = DAY
"""Seconds for which an order can be paid."""
PAYMENT_SECONDS = 60.0
"""Seconds after the yes to a pre-checkout query in which its payment may arrive."""


class OrderKind(StrEnum):
    """The product of an order or charge."""

    PACK = "pack"
    SUBSCRIPTION = "subscription"
    GIFT = "gift"


@dataclass(frozen=True, slots=True)
class Pack:
    """Credits that are sold at once: units (pictures) and their price in Stars."""

    units: int
    stars: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A subscription: units (pictures) for each period of 30 days, and the price of one period in Stars."""

    units: int
    stars: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Today's offers. `plan` is None if the operator sells no subscription."""

    packs: tuple[Pack, ...]
    plan: Plan | None = None

    def pack_for(self, stars: int) -> Pack | None:
        """Return the pack with a price, or None."""
        return next((pack for pack in self.packs if pack.stars == stars), None)


@dataclass(frozen=True, slots=True)
class Order:
    """An offer to a user as it was made. Its id is the payload of the invoice. Times are Unix seconds.

    `checked_at` is the time of the last yes to a pre-checkout query, `charge_id` the first charge that paid the order.
    """

    id: str
    cause: str
    user_id: int
    kind: OrderKind
    units: int
    stars: int
    language: str
    created_at: float
    checked_at: float | None = None
    charge_id: str | None = None


class CheckoutRefusal(StrEnum):
    """The reason why a pre-checkout query is answered with no. The texts have one sentence for each."""

    UNKNOWN_ORDER = "unknown-order"
    OTHER_USER = "other-user"
    """The order belongs to another user, for example because the invoice was forwarded."""
    PAID = "paid"
    SUBSCRIBED = "subscribed"
    """The user has a running subscription."""
    SUBSCRIBING = "subscribing"
    """A payment of a subscription of the user was allowed less than a minute ago, and may be on its way."""
    CHANGED = "changed"
    """The amount or currency is not that of the order."""
    EXPIRED = "expired"
    """The order is older than a day."""
    BANNED = "banned"
    """A bot admin has banned the user. The caller finds that, not the ledger."""
    SERVICE_PAUSED = "service-paused"
    """The provider's key or balance is known to be broken. The caller finds that, not the ledger."""
    NOT_STORED = "not-stored"
    """The ledger takes no writes. The caller finds that, by StorageUnavailable."""
