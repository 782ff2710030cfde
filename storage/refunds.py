"""Refunds: the return of whole charges. Credits are taken in the transaction that intends the refund."""

from core.clock import Clock
from core.payments import Asking, FoundBy, Intending, OutsideRefund, Refund
from storage.database import Database


class Refunds:
    """Every read and write of the table of refunds but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, charge_id: str) -> Refund | None:
        """Return the refund of a charge, or None."""
        raise NotImplementedError

    async def ask(self, charge_id: str, user_id: int, reason: str | None = None) -> Asking:
        """Store that a user asks for the refund of a charge of theirs."""
        raise NotImplementedError

    async def decline(self, charge_id: str, decided_by: str) -> bool:
        """Decline a refund that was asked for. Return False if it is in another state."""
        raise NotImplementedError

    async def intend(self, charge_id: str, decided_by: str | None) -> Intending:
        """Decide to refund a charge and take its credits in one transaction. `refundStarPayment` is called afterwards.

        A gift that is not redeemed is withdrawn; a redeemed one takes the units from who redeemed it. A refund that was
        asked for, declined, or refused by Telegram may be intended.
        """
        raise NotImplementedError

    async def done(self, charge_id: str) -> bool:
        """Record that Telegram has refunded a charge. Return False if the refund was not intended, or is done."""
        raise NotImplementedError

    async def refuse(self, charge_id: str) -> bool:
        """Record that Telegram refuses an intended refund, and restore the credits. Return False in another state."""
        raise NotImplementedError

    async def intended(self) -> list[Refund]:
        """Return the refunds whose outcome is unknown, oldest first: `refundStarPayment` is to be called for each."""
        raise NotImplementedError

    async def asked(self) -> list[Refund]:
        """Return the refunds that wait for a decision, oldest first."""
        raise NotImplementedError

    async def outside(self, charge_id: str, user_id: int, found_by: FoundBy) -> OutsideRefund:
        """Record a refund that Telegram reports, and take the credits unless an intended refund has taken them.

        The charge may be unknown: it is refunded as soon as it is credited.
        """
        raise NotImplementedError

    async def told(self, charge_id: str) -> bool:
        """Record that the user knows the present state. Return False if that was recorded before.

        A new state clears it. `asked` and `intended` are not told.
        """
        raise NotImplementedError

    async def untold(self) -> list[Refund]:
        """Return the refunds that were done, declined or refused and not told, for a restart."""
        raise NotImplementedError
