"""The storage of payments on one ledger, for tests: its parts, payments and the rules that always hold."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.payments.charges import FoundBy, Payment
from core.payments.offers import CURRENCY, Order, OrderKind, Pack, Plan, Prices
from storage.charges import Charges
from storage.credits import Credits
from storage.database import Database
from storage.gifts import Gifts
from storage.orders import Orders
from storage.reconciliation import Reconciliation
from storage.refunds import Refunds
from storage.requests import Requests
from storage.schema import credit_entries, credit_lots
from storage.subscription_stops import SubscriptionStops
from storage.subscriptions import Subscriptions
from storage.terms import Terms
from tests.support.manual_clock import ManualClock

PRICES = Prices((Pack(20, 50), Pack(50, 110), Pack(120, 240)), Plan(300, 450))
_numbers = itertools.count(1)


@dataclass
class PaymentsLedger:
    """Every class of the storage of payments, on one database."""

    database: Database
    clock: ManualClock = field(default_factory=ManualClock)
    prices: Prices = PRICES

    @property
    def orders(self) -> Orders:
        return Orders(database=self.database, clock=self.clock)

    @property
    def charges(self) -> Charges:
        return Charges(database=self.database, clock=self.clock, prices=self.prices)

    @property
    def refunds(self) -> Refunds:
        return Refunds(database=self.database, clock=self.clock)

    @property
    def credits(self) -> Credits:
        return Credits(database=self.database, clock=self.clock)

    @property
    def gifts(self) -> Gifts:
        return Gifts(database=self.database, clock=self.clock)

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(database=self.database, clock=self.clock)

    @property
    def stops(self) -> SubscriptionStops:
        return SubscriptionStops(database=self.database, clock=self.clock)

    @property
    def terms(self) -> Terms:
        return Terms(database=self.database, clock=self.clock)

    @property
    def requests(self) -> Requests:
        return Requests(database=self.database, clock=self.clock)

    @property
    def reconciliation(self) -> Reconciliation:
        return Reconciliation(database=self.database, charges=self.charges, refunds=self.refunds)

    async def order(
        self, kind: OrderKind = OrderKind.PACK, units: int = 20, stars: int = 50, *, user_id: int = 7
    ) -> Order:
        """Place a new order of a user."""
        return await self.orders.place(f"press:{next(_numbers)}", user_id, kind, units, stars, "en")

    def payment(self, order: Order | None = None, **values: Any) -> Payment:
        """Return a new payment of an order, now, or one that names no known order."""
        paid: dict[str, Any] = {
            "charge_id": f"charge-{next(_numbers)}",
            "user_id": 7 if order is None else order.user_id,
            "payload": "unknown" if order is None else order.id,
            "stars": 50 if order is None else order.stars,
            "paid_at": self.clock.now(),
            "found_by": FoundBy.UPDATE,
            "is_subscription": order is not None and order.kind is OrderKind.SUBSCRIPTION,
        }
        return Payment(**(paid | values))

    async def buy(
        self, kind: OrderKind = OrderKind.PACK, units: int = 20, stars: int = 50, *, user_id: int = 7
    ) -> str:
        """Let a user order and pay, and return the id of the charge."""
        order = await self.order(kind, units, stars, user_id=user_id)
        assert await self.orders.check(order.id, user_id, stars, CURRENCY) != order  # checked_at is new
        return (await self.charges.credit(self.payment(order))).charge.id

    async def balance(self, user_id: int = 7) -> int:
        """Return the balance of a user."""
        return (await self.credits.balance(user_id)).units

    async def movements(self, user_id: int = 7) -> list[tuple[str, int]]:
        """Return the kinds and units of a user's movements, the oldest first."""
        found = await self.credits.movements(user_id, 1_000)
        return [(one.kind.value, one.units) for one in reversed(found)]

    async def check_sums(self) -> None:
        """Assert that `left` of every lot of the ledger is the sum of its entries."""
        entries = sa.select(credit_entries.c.lot_id, sa.func.sum(credit_entries.c.units))
        lots = sa.select(credit_lots.c.id, credit_lots.c.left)
        entries = entries.group_by(credit_entries.c.lot_id)
        sums = await self.database.read(lambda c: {lot: int(units) for lot, units in c.execute(entries)})
        assert sums == await self.database.read(lambda c: {lot: int(left) for lot, left in c.execute(lots)})
