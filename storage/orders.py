"""Orders: offers to users, kept as they were made. Telegram returns their ids as payloads of invoices."""

import secrets
from collections.abc import Callable

from core.clock import Clock
from core.payments import CheckoutRefusal, Order, OrderKind
from storage.database import Database

Token = Callable[[], str]
"""Returns a new random text of 22 characters that are safe in links."""


def new_token() -> str:
    """Return 128 random bits as a text."""
    return secrets.token_urlsafe(16)


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
        raise NotImplementedError

    async def get(self, order_id: str) -> Order | None:
        """Return an order, or None."""
        raise NotImplementedError

    async def check(self, payload: str, user_id: int, stars: int, currency: str) -> Order | CheckoutRefusal:
        """Answer a pre-checkout query: return the order, with `checked_at` committed, or the reason for a no.

        Raises StorageUnavailable if the ledger takes no writes: the answer is a no, too.
        """
        raise NotImplementedError
