"""The domain of payments in Telegram Stars: offers, orders, charges, refunds, credits (docs/payments.md)."""

from dataclasses import dataclass
from enum import StrEnum

DAY = 86_400.0
CURRENCY = "XTR"
"""The currency of Telegram Stars (Bot API, sendInvoice). One Star has no smaller unit."""
PERIOD = 30 * DAY
"""Seconds of a paid period of a subscription. Telegram allows no other (Bot API, createInvoiceLink)."""
GRACE = 2 * DAY
"""Seconds for which the credits of a subscription outlive their paid period, in case its renewal is reported late."""
ORDER_SECONDS = DAY
"""Seconds for which an order can be paid."""
PAYMENT_SECONDS = 60.0
"""Seconds after the yes to a pre-checkout query in which its payment may arrive."""


class OrderKind(StrEnum):
    """The product of an order or charge."""

    PACK = "pack"
    SUBSCRIPTION = "subscription"
    GIFT = "gift"


class FoundBy(StrEnum):
    """The source from which the bot learned of a charge or a refund."""

    UPDATE = "update"
    RECONCILIATION = "reconciliation"


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


class RefundState(StrEnum):
    """The state of a refund. It only moves down this list, except from `refused` and `declined` to `intended`."""

    ASKED = "asked"
    DECLINED = "declined"
    INTENDED = "intended"
    """Decided, and the credits are taken. `refundStarPayment` is called until its outcome is known."""
    REFUSED = "refused"
    """Telegram refused the refund, and the credits are restored."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Refund:
    """The return of a whole charge. Times are Unix seconds. `user_id` is the payer.

    `found_by` is set for a refund that came from outside. `decided_by` is the name or id of an admin, None for the
    bot's own decision.
    """

    charge_id: str
    user_id: int
    state: RefundState
    asked_at: float | None
    reason: str | None
    decided_by: str | None
    decided_at: float | None
    done_at: float | None
    found_by: FoundBy | None
    told_at: float | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """A charge with its refund, if there is one. `used` is the number of its units that were used.

    `stopped` is True if the bot ends the subscription of the charge.
    """

    charge: Charge
    refund: Refund | None
    used: int
    gift: "Gift | None" = None
    stopped: bool = False


class Asking(StrEnum):
    """The result of a user's request for a refund."""

    ASKED = "asked"
    KNOWN = "known"
    """There is a refund of the charge already, in the state that it has."""
    NOT_YOURS = "not-yours"
    """The user has no such charge."""


class Intending(StrEnum):
    """The result of a decision to refund a charge."""

    INTENDED = "intended"
    UNDER_WAY = "under-way"
    """The refund was intended before. Its outcome is not known yet."""
    DONE = "done"
    """The charge was refunded before."""
    NOT_ASKED = "not-asked"
    """The decision is about a request for a refund, and the charge has none that waits for one."""
    UNKNOWN_CHARGE = "unknown-charge"


class OutsideRefund(StrEnum):
    """The result of a refund that Telegram reports, by `refunded_payment` or in the list of transactions."""

    FOUND = "found"
    """It came from outside: the bot did not intend it. The credits are taken now."""
    CONFIRMED = "confirmed"
    """The bot intended it, and it is done now."""
    KNOWN = "known"


class LotSource(StrEnum):
    """The origin of a lot."""

    PACK = "pack"
    SUBSCRIPTION = "subscription"
    GIFT = "gift"
    GRANT = "grant"


class MovementKind(StrEnum):
    """The kind of an entry. Only `spent`, `taken_back` and `expired` have units below zero."""

    BOUGHT = "bought"
    RENEWED = "renewed"
    GRANTED = "granted"
    RECEIVED = "received"
    """A gift code was redeemed."""
    GIVEN_BACK = "given_back"
    SPENT = "spent"
    TAKEN_BACK = "taken_back"
    """A refund took the units that were left, and as many below zero as were used."""
    RESTORED = "restored"
    """Telegram refused the refund that took the units."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of a user's credits, never changed. `at` is in Unix seconds, `units` are signed."""

    lot_id: str
    kind: MovementKind
    units: int
    at: float
    request_id: int | None


@dataclass(frozen=True, slots=True)
class Lot:
    """The credits of one cause. Times are Unix seconds. `left` is the sum of its entries and may be below zero.

    A lot without `expires_at` does not expire.
    """

    id: str
    user_id: int
    source: LotSource
    units: int
    left: int
    created_at: float
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The sum of `left` of a user's lots, and those with units in the order in which they are used.

    A lot that has expired counts only if it is below zero. `lots` are without those of which nothing is left.
    """

    units: int
    lots: tuple[Lot, ...]

    @property
    def spendable(self) -> int:
        """The number of pictures that the credits pay for: none if the balance is below zero."""
        return max(0, self.units)


class SubscriptionState(StrEnum):
    """The state of a subscription, as the update `subscription` names it (Bot API, BotSubscriptionUpdated)."""

    ACTIVE = "active"
    CANCELED = "canceled"
    """It runs until the end of the paid period and is not renewed."""
    FAILED = "failed"
    """A renewal was not paid."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The newest subscription of a user. `expires_at` (Unix seconds) is the end of the paid period.

    `order_id` is the payload of its invoice and `charge_id` its newest charge. `stopped_by_bot` is True if the bot
    canceled it for the user, and so may resume it (Bot API, editUserStarSubscription).
    """

    user_id: int
    order_id: str
    charge_id: str
    units: int
    stars: int
    expires_at: float
    state: SubscriptionState
    stopped_by_bot: bool

    def is_running(self, now: float) -> bool:
        """Return whether its paid period has not ended at a Unix time, and no renewal failed."""
        return self.expires_at > now and self.state is not SubscriptionState.FAILED


@dataclass(frozen=True, slots=True)
class SubscriptionStop:
    """A subscription that the bot cancels at Telegram of its own accord, since `wanted_at` (Unix seconds).

    `charge_id` is its first charge that is known, and `payload` that of all its payments.
    """

    charge_id: str
    user_id: int
    payload: str
    wanted_at: float


@dataclass(frozen=True, slots=True)
class Gift:
    """A pack that was bought for somebody else, and its code. Times are Unix seconds."""

    code: str
    charge_id: str
    buyer_id: int
    units: int
    created_at: float
    redeemed_by: int | None = None
    redeemed_at: float | None = None
    withdrawn_at: float | None = None


class Redemption(StrEnum):
    """The result of redeeming a gift code."""

    REDEEMED = "redeemed"
    """This message of the user has redeemed it, now or when it was handled before."""
    KNOWN = "known"
    """Another message of the same user has redeemed it before."""
    TAKEN = "taken"
    """Another user has redeemed it."""
    WITHDRAWN = "withdrawn"
    """The gift was refunded before."""
    UNKNOWN = "unknown"


class TransactionKind(StrEnum):
    """The meaning of an entry in Telegram's list of Star transactions."""

    PAYMENT = "payment"
    """A user paid an invoice of the bot."""
    REFUND = "refund"
    """A payment went back to its user. It has the id of the payment; a chargeback may have one of its own."""
    DEDUCTION = "deduction"
    """Stars left the bot, and Telegram does not say to whom: a chargeback may look like this."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One entry of Telegram's list (Bot API, StarTransaction). `at` is in Unix seconds.

    `stars` is its amount, which is without an affiliate's share. `price` is the amount that the user paid, `user_id`
    the partner and `payload` that of the invoice. All three are None in entries of the kinds DEDUCTION and OTHER.
    """

    id: str
    kind: TransactionKind
    stars: int
    at: float
    user_id: int | None = None
    price: int | None = None
    payload: str | None = None
    is_subscription: bool = False


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page of the list of transactions after it was compared with the ledger.

    `credited` are the charges and `refunded` the refunds that the ledger did not know, `deducted` the returns of Stars
    that fit no payment. `next_offset` is the offset of the page to read next, None after the last one. `restarted` is
    True if the list is not the remembered one, so that all of it is read again.
    """

    credited: tuple[Credited, ...]
    refunded: tuple[Refund, ...]
    next_offset: int | None
    restarted: bool = False
    deducted: tuple[Transaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Takings:
    """Sums of Stars: paid by users, arrived (where known, else paid), and refunded, with the number of charges."""

    charges: int
    stars: int
    income: int
    refunded: int
