"""The state of the stand-in's Telegram Stars: invoices, checkouts, charges, subscriptions, transactions and balances.

Amounts are whole Stars where their name says `stars`, and shares of 1/1,000,000,000 of a Star where it says
`nanostars` (Bot API, StarAmount).
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiogram.types import StarTransaction, TransactionPartnerUnion, User

NANOSTARS = 1_000_000_000
MONTH = 2_592_000
"""Seconds of a subscription's period: "Currently, it must always be 2592000 (30 days)" (Bot API, createInvoiceLink)."""
FIRST_STARS = 1_000
"""The Stars with which a user starts."""


class Outcome(Enum):
    """The end of a checkout. After a yes of the bot, the user may still not pay (`ABANDONED`)."""

    PAID = "paid"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    TOO_FEW_STARS = "too-few-stars"
    ABANDONED = "abandoned"


class Return(Enum):
    """The way in which the Stars of a charge left the bot again."""

    REFUND = "refund"
    CHARGEBACK = "chargeback"


@dataclass(frozen=True, slots=True, kw_only=True)
class StarInvoice:
    """The content of an invoice. With a `period` in seconds it is a subscription."""

    title: str
    description: str
    payload: str
    stars: int
    start_parameter: str = ""
    period: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The outcome of a checkout, with the charge id if it was paid, or the bot's sentence if it was refused."""

    outcome: Outcome
    charge_id: str = ""
    refusal: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Checkout:
    """A press of Pay. `id` is that of the pre-checkout query, and `abandons` lets the user not pay after a yes."""

    id: str
    user: User
    invoice: StarInvoice
    abandons: bool
    ended: "asyncio.Future[Payment]"
    timer: asyncio.TimerHandle | None = None

    async def outcome(self) -> Payment:
        """Wait for the end of the checkout."""
        return await asyncio.shield(self.ended)


@dataclass(slots=True, kw_only=True, eq=False)
class Subscription:
    """A subscription of a user. `id` is the charge id of its first payment, `expires_at` is in Unix seconds.

    `state` is that of the update `subscription` (Bot API, BotSubscriptionUpdated). With `stopped_by_bot` the user may
    not switch it on again.
    """

    id: str
    user: User
    invoice: StarInvoice
    expires_at: int
    state: str = "active"
    stopped_by_bot: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Charge:
    """A payment. `nanostars` is what the bot got, and `affiliate` who got the rest, with a share in per mille."""

    id: str
    user: User
    invoice: StarInvoice
    nanostars: int
    affiliate: "Affiliate | None"
    subscription: Subscription | None
    returned: Return | None = None


@dataclass(frozen=True, slots=True)
class Affiliate:
    """A user who gets a share of what the bot gets from another user, in per mille (Bot API, AffiliateInfo)."""

    user: User
    per_mille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentUpdate:
    """An update about a payment, as it was queued for the bot. `about` is a charge id or the id of a checkout."""

    update_id: int
    about: str
    content: dict[str, Any]

    @property
    def kind(self) -> str:
        """Return pre_checkout_query, subscription, successful_payment or refunded_payment."""
        message = self.content.get("message", {})
        return next(
            (kind for kind in ("successful_payment", "refunded_payment") if kind in message), None
        ) or (next(iter(self.content)))


@dataclass(slots=True)
class StarLedger:
    """All Stars. `invoices` are those of messages by chat and message id, `links` those of links by address.

    `balances` are the Stars of users, `nanostars` is the bot's balance, which may be negative. `affiliates` are by the
    id of the user who pays. `transactions` are as `getStarTransactions` gives them, oldest first, and `updates` all
    updates about payments. `now` returns Unix seconds.
    """

    now: Callable[[], float] = time.time
    invoices: dict[tuple[int, int], StarInvoice] = field(default_factory=dict)
    links: dict[str, StarInvoice] = field(default_factory=dict)
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    affiliates: dict[int, Affiliate] = field(default_factory=dict)
    balances: defaultdict[int, int] = field(default_factory=lambda: defaultdict(lambda: FIRST_STARS))
    transactions: list[StarTransaction] = field(default_factory=list)
    updates: list[PaymentUpdate] = field(default_factory=list)
    nanostars: int = 0

    def book(self, transaction_id: str, nanostars: int, partner: TransactionPartnerUnion) -> None:
        """Add a transaction. A positive amount comes from the partner, a negative one goes to it."""
        stars, rest = divmod(abs(nanostars), NANOSTARS)
        entry = StarTransaction(
            id=transaction_id,
            amount=stars,
            nanostar_amount=rest or None,
            date=int(self.now()),  # type: ignore[arg-type]  # aiogram reads Unix seconds
            source=partner if nanostars > 0 else None,
            receiver=partner if nanostars < 0 else None,
        )
        self.transactions.append(entry)
        self.nanostars += nanostars


def in_stars(nanostars: int) -> dict[str, int]:
    """Return an amount as a StarAmount: "rounded to 0", the rest with the sign of the amount (Bot API)."""
    stars, rest = divmod(abs(nanostars), NANOSTARS)
    sign = -1 if nanostars < 0 else 1
    return {"amount": sign * stars} | ({"nanostar_amount": sign * rest} if rest else {})
