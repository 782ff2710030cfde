"""Credits: lots and their entries. They change only inside the transaction of their cause.

The functions that take a connection belong into the caller's unit of work; the class reads, grants and expires.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from core.clock import Clock
from core.payments import Balance, Movement
from storage.database import Database


def balance_of(connection: sa.Connection, user_id: int, now: float) -> Balance:
    """Return the balance of a user, with the lots that have not expired in the order in which they are used."""
    raise NotImplementedError


def plan_spending(balance: Balance, units: int) -> list[str] | None:
    """Return the ids of the lots that pay for so many requests, one for each, or None if the balance is too small."""
    raise NotImplementedError


def spend(connection: sa.Connection, user_id: int, now: float, paid: Sequence[tuple[str, int]]) -> None:
    """Take one unit from a lot for each pair of a lot's id and a request's id."""
    raise NotImplementedError


def give_back(connection: sa.Connection, lot_id: str, request_id: int, now: float) -> None:
    """Give the unit of a request back to its lot, exactly once."""
    raise NotImplementedError


class Credits:
    """Balances and movements of users, grants, and the end of lots that expire."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def balance(self, user_id: int) -> Balance:
        """Return the balance of a user."""
        raise NotImplementedError

    async def movements(self, user_id: int, limit: int = 10) -> list[Movement]:
        """Return the newest movements of a user, the newest first."""
        raise NotImplementedError

    async def grant(self, cause: str, user_id: int, units: int, *, expires_at: float | None = None) -> bool:
        """Give a user credits as a present of the bot's admins. Return False if the cause is known: nothing changes."""
        raise NotImplementedError

    async def expire(self) -> int:
        """Write the end of the lots that have expired with units left, and return their number. For housekeeping."""
        raise NotImplementedError
