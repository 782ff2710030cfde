"""Charges: payments that Telegram confirmed. Each is credited exactly once, by its charge id."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.payments.charges import Charge, Credited, Crediting, Payment, Takings
from core.payments.offers import OrderKind, Prices
from core.payments.refunds import Purchase, RefundState
from storage.crediting import credit, describe
from storage.credits import used_of
from storage.database import Database
from storage.orders import Token, new_token
from storage.payment_rows import find_charge, find_gift, find_refund, read_charge
from storage.schema import star_charges, star_refunds
from storage.subscription_stops import is_stopped

_TOLD = (
    sa.update(star_charges)
    .where(star_charges.c.id == sa.bindparam("by_id"), star_charges.c.told_at.is_(None))
    .values(told_at=sa.bindparam("now"))
)
_UNTOLD = (
    sa.select(star_charges)
    .where(star_charges.c.told_at.is_(None))
    .order_by(star_charges.c.paid_at, star_charges.c.id)
)
_INCOME = (
    sa.update(star_charges)
    .where(star_charges.c.id == sa.bindparam("by_id"))
    .values(income=sa.bindparam("arrived"))
)
_ARRIVED = sa.func.coalesce(star_charges.c.income, star_charges.c.stars)
_PAID_SUMS = sa.select(
    sa.func.count().label("charges"),
    sa.func.coalesce(sa.func.sum(star_charges.c.stars), 0).label("stars"),
    sa.func.coalesce(sa.func.sum(_ARRIVED), 0).label("income"),
).where(star_charges.c.paid_at >= sa.bindparam("since"))
_REFUNDED_SUM = (
    sa.select(sa.func.coalesce(sa.func.sum(_ARRIVED), 0))
    .join_from(star_charges, star_refunds, star_refunds.c.charge_id == star_charges.c.id)
    .where(star_refunds.c.state == RefundState.DONE.value, star_refunds.c.done_at >= sa.bindparam("since"))
)


class Charges:
    """Every read and write of the table of charges. `prices` are today's offers, for payments without an order."""

    def __init__(self, *, database: Database, clock: Clock, prices: Prices, token: Token = new_token) -> None:
        self._database = database
        self._clock = clock
        self._prices = prices
        self._token = token

    async def credit(self, payment: Payment) -> Credited:
        """Store a charge with its credits, subscription or gift code in one transaction, or nothing if it is known.

        The units are those of the order. Without a known order the pack (or plan) with the same price counts, at
        today's prices, and without one the charge gets no units and its refund is intended: call `Refunds.intended`.
        """
        now = self._clock.now()
        return await self._database.write(
            lambda connection: credit(connection, payment, prices=self._prices, token=self._token, now=now)
        )

    async def get(self, charge_id: str) -> Charge | None:
        """Return a charge, or None."""
        return await self._database.read(lambda connection: find_charge(connection, charge_id))

    async def known(self, charge_ids: Sequence[str]) -> set[str]:
        """Return the ids of these that the ledger has."""
        statement = sa.select(star_charges.c.id).where(star_charges.c.id.in_(charge_ids))
        return await self._database.read(lambda c: set(c.execute(statement).scalars()))

    async def purchase(self, charge_id: str) -> Purchase | None:
        """Return a charge with its refund and its used units, or None."""
        found = await self._purchases(sa.select(star_charges).where(star_charges.c.id == charge_id))
        return found[0] if found else None

    async def of_user(self, user_id: int, limit: int = 10) -> list[Purchase]:
        """Return the newest purchases of a user, the newest first."""
        newest_first = (star_charges.c.paid_at.desc(), star_charges.c.id.desc())
        statement = sa.select(star_charges).where(star_charges.c.user_id == user_id)
        return await self._purchases(statement.order_by(*newest_first).limit(limit))

    async def told(self, charge_id: str) -> bool:
        """Record that the confirmation of a charge was sent. Return False if that was recorded before."""
        values = {"by_id": charge_id, "now": self._clock.now()}
        return await self._database.write(lambda c: c.execute(_TOLD, values).rowcount == 1)

    async def untold(self) -> list[Credited]:
        """Return the charges whose confirmation was not sent, the oldest first, for a restart. They are KNOWN."""
        now = self._clock.now()

        def unit(connection: sa.Connection) -> list[Credited]:
            found = map(read_charge, connection.execute(_UNTOLD).all())
            return [describe(connection, Crediting.KNOWN, charge, now) for charge in found]

        return await self._database.read(unit)

    async def set_income(self, income: Mapping[str, int]) -> None:
        """Store the Stars that arrived, by the ids of charges."""
        values = [{"by_id": charge_id, "arrived": stars} for charge_id, stars in sorted(income.items())]
        if values:
            await self._database.write(lambda connection: connection.execute(_INCOME, values).rowcount)

    async def takings(self, since: float = 0.0) -> Takings:
        """Return the sums of the charges paid, and of the refunds done, since a Unix time."""

        def unit(connection: sa.Connection) -> Takings:
            paid = connection.execute(_PAID_SUMS, {"since": since}).one()
            refunded = connection.execute(_REFUNDED_SUM, {"since": since}).scalar_one()
            return Takings(paid.charges, int(paid.stars), int(paid.income), int(refunded))

        return await self._database.read(unit)

    async def _purchases(self, statement: sa.Select[Any]) -> list[Purchase]:
        def unit(connection: sa.Connection) -> list[Purchase]:
            found = list(map(read_charge, connection.execute(statement).all()))
            return [_purchase(connection, charge) for charge in found]

        return await self._database.read(unit)


def _purchase(connection: sa.Connection, charge: Charge) -> Purchase:
    gift = find_gift(connection, charge.id) if charge.kind is OrderKind.GIFT else None
    lot_id = f"c:{charge.id}" if gift is None else f"g:{gift.code}"
    used = used_of(connection, [lot_id]).get(lot_id, 0)
    stopped = charge.kind is OrderKind.SUBSCRIPTION and is_stopped(connection, charge)
    return Purchase(charge, find_refund(connection, charge.id), used, gift, stopped)
