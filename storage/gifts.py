"""Gift codes: packs that were bought for somebody else. Each is redeemed once."""

from core.clock import Clock
from core.payments import Gift, Redemption
from storage.database import Database


class Gifts:
    """Every read and write of the table of gift codes but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, code: str) -> Gift | None:
        """Return the gift of a code, or None."""
        raise NotImplementedError

    async def of_charge(self, charge_id: str) -> Gift | None:
        """Return the gift that a charge paid, or None."""
        raise NotImplementedError

    async def redeem(self, code: str, user_id: int) -> tuple[Redemption, Gift | None]:
        """Give the units of a code to a user, exactly once. Its buyer may redeem it, too."""
        raise NotImplementedError
