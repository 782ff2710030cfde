"""Charges: payments that Telegram confirmed. Each is credited exactly once, by its charge id."""

from core.clock import Clock
from core.payments import Charge, Credited, Payment, Prices, Purchase, Takings
from storage.database import Database
from storage.orders import Token, new_token


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
        raise NotImplementedError

    async def get(self, charge_id: str) -> Charge | None:
        """Return a charge, or None."""
        raise NotImplementedError

    async def purchase(self, charge_id: str) -> Purchase | None:
        """Return a charge with its refund and its used units, or None."""
        raise NotImplementedError

    async def of_user(self, user_id: int, limit: int = 10) -> list[Purchase]:
        """Return the newest purchases of a user, the newest first."""
        raise NotImplementedError

    async def told(self, charge_id: str) -> bool:
        """Record that the confirmation of a charge was sent. Return False if that was recorded before."""
        raise NotImplementedError

    async def untold(self) -> list[Credited]:
        """Return the charges whose confirmation was not sent, the oldest first, for a restart. They are KNOWN."""
        raise NotImplementedError

    async def takings(self, since: float = 0.0) -> Takings:
        """Return the sums of the charges paid, and of the refunds done, since a Unix time."""
        raise NotImplementedError
