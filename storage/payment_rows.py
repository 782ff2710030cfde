"""Conversion between rows of the tables of payments and values of the domain model."""

from typing import Any

import sqlalchemy as sa

from core.payments.charges import Charge, FoundBy
from core.payments.credits import Lot, LotSource, Movement, MovementKind
from core.payments.gifts import Gift
from core.payments.offers import Order, OrderKind
from core.payments.refunds import Refund, RefundState
from core.payments.subscriptions import Subscription, SubscriptionState
from storage.schema import credit_entries, gift_codes, star_charges, star_orders, star_refunds

MOVEMENT_COLUMNS = [credit_entries.c[name] for name in ("lot_id", "kind", "units", "at", "request_id")]
_ORDER_BY_ID = sa.select(star_orders).where(star_orders.c.id == sa.bindparam("by_id"))
_CHARGE_BY_ID = sa.select(star_charges).where(star_charges.c.id == sa.bindparam("by_id"))
_REFUND_OF = sa.select(star_refunds).where(star_refunds.c.charge_id == sa.bindparam("of_charge"))
_GIFT_OF = sa.select(gift_codes).where(gift_codes.c.charge_id == sa.bindparam("of_charge"))


def read_order(row: sa.Row[Any]) -> Order:
    """Return a row of the table of orders as a value."""
    columns = row._asdict()
    return Order(kind=OrderKind(columns.pop("kind")), **columns)


def read_charge(row: sa.Row[Any]) -> Charge:
    """Return a row of the table of charges as a value."""
    columns = row._asdict()
    kind, found_by = columns.pop("kind"), FoundBy(columns.pop("found_by"))
    return Charge(kind=None if kind is None else OrderKind(kind), found_by=found_by, **columns)


def read_refund(row: sa.Row[Any]) -> Refund:
    """Return a row of the table of refunds as a value."""
    columns = row._asdict()
    state, found_by = RefundState(columns.pop("state")), columns.pop("found_by")
    return Refund(state=state, found_by=None if found_by is None else FoundBy(found_by), **columns)


def read_lot(row: sa.Row[Any]) -> Lot:
    """Return a row of the table of lots as a value."""
    columns = row._asdict()
    return Lot(source=LotSource(columns.pop("source")), **columns)


def read_movement(row: sa.Row[Any]) -> Movement:
    """Return the `MOVEMENT_COLUMNS` of an entry as a value."""
    columns = row._asdict()
    return Movement(kind=MovementKind(columns.pop("kind")), **columns)


def read_subscription(row: sa.Row[Any]) -> Subscription:
    """Return a row of the table of subscriptions as a value."""
    columns = row._asdict()
    return Subscription(state=SubscriptionState(columns.pop("state")), **columns)


def read_gift(row: sa.Row[Any]) -> Gift:
    """Return a row of the table of gift codes as a value."""
    return Gift(**row._asdict())


def find_order(connection: sa.Connection, order_id: str) -> Order | None:
    """Return an order, inside the caller's unit of work."""
    row = connection.execute(_ORDER_BY_ID, {"by_id": order_id}).first()
    return None if row is None else read_order(row)


def find_charge(connection: sa.Connection, charge_id: str) -> Charge | None:
    """Return a charge, inside the caller's unit of work."""
    row = connection.execute(_CHARGE_BY_ID, {"by_id": charge_id}).first()
    return None if row is None else read_charge(row)


def find_refund(connection: sa.Connection, charge_id: str) -> Refund | None:
    """Return the refund of a charge, inside the caller's unit of work."""
    row = connection.execute(_REFUND_OF, {"of_charge": charge_id}).first()
    return None if row is None else read_refund(row)


def find_gift(connection: sa.Connection, charge_id: str) -> Gift | None:
    """Return the gift that a charge paid, inside the caller's unit of work."""
    row = connection.execute(_GIFT_OF, {"of_charge": charge_id}).first()
    return None if row is None else read_gift(row)
