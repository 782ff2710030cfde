"""The transaction that credits a payment: the charge, its credits and its order change together, exactly once."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from core.payments.charges import Charge, Credited, Crediting, FoundBy, Payment
from core.payments.credits import LotSource, MovementKind
from core.payments.offers import Order, OrderKind, Prices
from core.payments.refunds import RefundState
from core.payments.subscriptions import GRACE, PERIOD
from storage.credits import balance_of, open_lot
from storage.gifts import insert_gift
from storage.locks import hold
from storage.orders import Token
from storage.payment_rows import find_charge, find_gift, find_order, find_refund, read_charge
from storage.refunds import insert_intended, take_credits
from storage.schema import star_charges, star_orders
from storage.subscription_stops import stop_refunded, want_stop
from storage.subscriptions import has_subscription, record_subscription
from storage.upsert import insert

_INSERT = insert(star_charges).returning(*star_charges.c)
_PAID = (
    sa.update(star_orders)
    .where(star_orders.c.id == sa.bindparam("by_id"), star_orders.c.charge_id.is_(None))
    .values(charge_id=sa.bindparam("of_charge"))
)


class _Product(NamedTuple):
    """The product of a payment: `kind` is None, and `units` is 0, if nothing explains the payment."""

    kind: OrderKind | None
    units: int


def credit(
    connection: sa.Connection, payment: Payment, *, prices: Prices, token: Token, now: float
) -> Credited:
    """Store a charge with its credits, subscription or gift code, inside a unit of work, or nothing if it is known."""
    hold(connection, "charge", payment.charge_id)
    known = find_charge(connection, payment.charge_id)
    if known is not None:
        return describe(connection, Crediting.KNOWN, known, now)
    order = find_order(connection, payment.payload)
    charge = read_charge(connection.execute(_INSERT, _columns(connection, payment, order, prices)).one())
    if order is not None:
        connection.execute(_PAID, {"by_id": order.id, "of_charge": charge.id})
    _deliver(connection, charge, token, now)
    return describe(connection, _outcome(connection, payment, charge, now), charge, now)


def describe(connection: sa.Connection, outcome: Crediting, charge: Charge, now: float) -> Credited:
    """Return a stored charge with the balance of its payer and its gift code."""
    gift = find_gift(connection, charge.id) if charge.kind is OrderKind.GIFT else None
    balance = balance_of(connection, charge.user_id, now).units
    return Credited(outcome, charge, balance, None if gift is None else gift.code)


def _columns(
    connection: sa.Connection, payment: Payment, order: Order | None, prices: Prices
) -> dict[str, Any]:
    """Return the columns of a new charge."""
    product = _product(payment, order, prices)
    is_subscription = product.kind is OrderKind.SUBSCRIPTION
    expires_at = payment.expires_at
    if is_subscription and expires_at is None:
        expires_at = payment.paid_at + PERIOD
    renews = payment.is_renewal
    if renews is None:
        renews = is_subscription and has_subscription(connection, payment.user_id, payment.payload)
    # The list of transactions names the price only in parts, which are rounded (Bot API, AffiliateInfo).
    is_listed = payment.found_by is FoundBy.RECONCILIATION
    return {
        "id": payment.charge_id,
        "user_id": payment.user_id,
        "order_id": None if order is None else order.id,
        "payload": payment.payload,
        "kind": product.kind,
        "stars": order.stars if order is not None and is_listed else payment.stars,
        "units": product.units,
        "language": None if order is None else order.language,
        "paid_at": payment.paid_at,
        "is_renewal": renews,
        "expires_at": expires_at if is_subscription else None,
        "income": payment.income,
        "found_by": payment.found_by,
    }


def _product(payment: Payment, order: Order | None, prices: Prices) -> _Product:
    """Return what a payment buys: the order as it was made, and without one the offer with that price today."""
    if order is not None:
        return _Product(order.kind, order.units)
    if payment.is_subscription:
        plan = prices.plan
        fits = plan is not None and plan.stars == payment.stars
        return _Product(OrderKind.SUBSCRIPTION, plan.units) if plan and fits else _Product(None, 0)
    pack = prices.pack_for(payment.stars)
    return _Product(None, 0) if pack is None else _Product(OrderKind.PACK, pack.units)


def _deliver(connection: sa.Connection, charge: Charge, token: Token, now: float) -> None:
    """Insert the lot or the gift code of a new charge."""
    if charge.kind is None:
        return
    if charge.kind is OrderKind.GIFT:
        insert_gift(connection, charge, token(), now)
        return
    source = LotSource(charge.kind)
    kind = MovementKind.RENEWED if charge.is_renewal else MovementKind.BOUGHT
    end = None if charge.expires_at is None else charge.expires_at + GRACE
    open_lot(connection, f"c:{charge.id}", charge.user_id, source, kind, charge.units, now, end)
    if charge.kind is OrderKind.SUBSCRIPTION:
        record_subscription(connection, charge, now)


def _outcome(connection: sa.Connection, payment: Payment, charge: Charge, now: float) -> Crediting:
    """Refund a new charge that nothing explains, and take the credits of one that was refunded before it was known.

    A subscription that nothing explains ends, because it would be paid and refunded every month.
    """
    if charge.kind is None and payment.is_subscription:
        want_stop(connection, charge.user_id, charge.payload, now)
    refund = find_refund(connection, charge.id)
    if refund is not None and refund.state is RefundState.DONE:
        take_credits(connection, charge, now)
        stop_refunded(connection, charge, now)
        return Crediting.REFUNDED
    if charge.kind is None:
        insert_intended(connection, charge, now)
        return Crediting.UNEXPLAINED
    return Crediting.FRESH
