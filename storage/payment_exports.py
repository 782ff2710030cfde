"""Everything that the ledger of payments keeps of a user, for an export."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.payments.charges import Charge
from core.payments.credits import Movement
from core.payments.gifts import Gift
from core.payments.offers import Order
from core.payments.refunds import Refund
from core.payments.subscriptions import Subscription
from storage.payment_rows import (
    MOVEMENT_COLUMNS,
    read_charge,
    read_gift,
    read_movement,
    read_order,
    read_refund,
    read_subscription,
)
from storage.schema import (
    accepted_terms,
    credit_entries,
    gift_codes,
    star_charges,
    star_orders,
    star_refunds,
    star_subscriptions,
)

OF_PAYMENTS = (star_orders, star_charges, star_refunds, credit_entries, accepted_terms)
"""Tables of payments with a column `user_id`. Whoever has a gift or a subscription has rows of these, too."""


@dataclass(frozen=True, slots=True)
class KeptPayments:
    """Everything of a user's payments, the oldest first. `orders` are those that were paid.

    `gifts` are those that the user bought, `received` those that the user opened. `terms` are the accepted version and
    the Unix time of that.
    """

    orders: list[Order]
    charges: list[Charge]
    refunds: list[Refund]
    movements: list[Movement]
    gifts: list[Gift]
    received: list[Gift]
    subscription: Subscription | None
    terms: tuple[str, float] | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        lists = (self.orders, self.charges, self.refunds, self.movements, self.gifts, self.received)
        return not any(lists) and self.subscription is None and self.terms is None


def payments_of(connection: sa.Connection, user_id: int) -> KeptPayments:
    """Return everything that is kept of a user's payments, inside the caller's unit of work."""

    def rows(statement: sa.Select[Any]) -> list[sa.Row[Any]]:
        return list(connection.execute(statement))

    def own(table: sa.Table) -> sa.Select[Any]:
        return sa.select(table).where(table.c.user_id == user_id)

    orders, charges, refunds, gifts = star_orders.c, star_charges.c, star_refunds.c, gift_codes.c
    paid = own(star_orders).where(orders.charge_id.is_not(None)).order_by(orders.created_at, orders.id)
    refunded = sa.func.coalesce(refunds.asked_at, refunds.decided_at, refunds.done_at)
    entries = sa.select(*MOVEMENT_COLUMNS).where(credit_entries.c.user_id == user_id)
    by_age = sa.select(gift_codes).order_by(gifts.created_at, gifts.code)
    subscribed, agreed = rows(own(star_subscriptions)), rows(own(accepted_terms))
    return KeptPayments(
        orders=list(map(read_order, rows(paid))),
        charges=list(map(read_charge, rows(own(star_charges).order_by(charges.paid_at, charges.id)))),
        refunds=list(map(read_refund, rows(own(star_refunds).order_by(refunded, refunds.charge_id)))),
        movements=list(map(read_movement, rows(entries.order_by(credit_entries.c.id)))),
        gifts=list(map(read_gift, rows(by_age.where(gifts.buyer_id == user_id)))),
        received=list(map(read_gift, rows(by_age.where(gifts.redeemed_by == user_id)))),
        subscription=read_subscription(subscribed[0]) if subscribed else None,
        terms=(agreed[0].version, agreed[0].at) if agreed else None,
    )
