"""Orders: offers to users, kept as they were made. Telegram returns their ids as payloads of invoices."""

import secrets
from collections.abc import Callable

import sqlalchemy as sa

from core.clock import Clock
from core.payments.offers import CURRENCY, ORDER_SECONDS, PAYMENT_SECONDS, CheckoutRefusal, Order, OrderKind
from storage.database import Database
from storage.locks import hold
from storage.payment_rows import find_order, read_order
from storage.schema import star_orders
from storage.subscriptions import running_subscription
from storage.upsert import insert

Token = Callable[[], str]
"""Returns a new random text of 22 characters that are safe in links."""
_INSERT = insert(star_orders).on_conflict_do_nothing(index_elements=[star_orders.c.cause])
_BY_CAUSE = sa.select(star_orders).where(star_orders.c.cause == sa.bindparam("by_cause"))
_CHECKED = (
    sa.update(star_orders)
    .where(star_orders.c.id == sa.bindparam("by_id"))
    .values(checked_at=sa.bindparam("now"))
    .returning(*star_orders.c)
)
_BEING_PAID = sa.select(star_orders.c.id).where(
    star_orders.c.user_id == sa.bindparam("of_user"),
    star_orders.c.kind == OrderKind.SUBSCRIPTION.value,
    star_orders.c.charge_id.is_(None),
    star_orders.c.checked_at > sa.bindparam("since"),
)


def new_token() -> str:
    """Return 128 random bits as a text."""
    return secrets.token_urlsafe(16)


def _other_subscription(connection: sa.Connection, user_id: int, now: float) -> CheckoutRefusal | None:
    """Return the refusal of a second subscription of a user, whose lock for it is held, or None.

    Payments are credited without the lock, so the payment is looked for before its result.
    """
    since = {"of_user": user_id, "since": now - PAYMENT_SECONDS}
    being_paid = connection.execute(_BEING_PAID, since).first() is not None
    if running_subscription(connection, user_id, now) is not None:
        return CheckoutRefusal.SUBSCRIBED
    return CheckoutRefusal.SUBSCRIBING if being_paid else None


class Orders:
    """Every read and write of the table of orders but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock, token: Token = new_token) -> None:
        self._database = database
        self._clock = clock
        self._token = token

    async def place(
        self, cause: str, user_id: int, kind: OrderKind, units: int, stars: int, language: str
    ) -> Order:
        """Store an order and return it. A known cause returns its order as it was made, whatever the other values."""
        values = {
            "id": self._token(),
            "cause": cause,
            "user_id": user_id,
            "kind": kind.value,
            "units": units,
            "stars": stars,
            "language": language,
            "created_at": self._clock.now(),
        }

        def unit(connection: sa.Connection) -> Order:
            connection.execute(_INSERT, values)
            return read_order(connection.execute(_BY_CAUSE, {"by_cause": cause}).one())

        return await self._database.write(unit)

    async def get(self, order_id: str) -> Order | None:
        """Return an order, or None."""
        return await self._database.read(lambda connection: find_order(connection, order_id))

    async def prune(self) -> None:
        """Delete the orders that nobody can pay any more, and to which no yes was ever given."""
        old = sa.and_(
            star_orders.c.charge_id.is_(None),
            star_orders.c.checked_at.is_(None),
            star_orders.c.created_at < self._clock.now() - 2 * ORDER_SECONDS,
        )
        await self._database.write(lambda c: c.execute(sa.delete(star_orders).where(old)).rowcount)

    async def check(self, payload: str, user_id: int, stars: int, currency: str) -> Order | CheckoutRefusal:
        """Answer a pre-checkout query: return the order, with `checked_at` committed, or the reason for a no.

        Raises StorageUnavailable if the ledger takes no writes: the answer is a no, too.
        """
        now = self._clock.now()

        def unit(connection: sa.Connection) -> Order | CheckoutRefusal:
            order = find_order(connection, payload)
            if order is None:
                return CheckoutRefusal.UNKNOWN_ORDER
            if order.user_id != user_id:
                return CheckoutRefusal.OTHER_USER
            if (order.stars, CURRENCY) != (stars, currency):
                return CheckoutRefusal.CHANGED
            refusal = None
            if order.kind is OrderKind.SUBSCRIPTION:
                hold(connection, "subscription of", user_id)
                refusal = _other_subscription(connection, user_id, now)
            if refusal is not CheckoutRefusal.SUBSCRIBED and order.charge_id is not None:
                return CheckoutRefusal.PAID
            if refusal is not None:
                return refusal
            if now - order.created_at >= ORDER_SECONDS:
                return CheckoutRefusal.EXPIRED
            return read_order(connection.execute(_CHECKED, {"by_id": order.id, "now": now}).one())

        return await self._database.write(unit)
