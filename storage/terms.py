"""The version of the terms of sale that each user accepted."""

from core.clock import Clock
from storage.database import Database


class Terms:
    """Every read and write of the table of accepted terms."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def accept(self, user_id: int, version: str) -> None:
        """Store that a user accepted a version. The time of the first acceptance of a version stays."""
        raise NotImplementedError

    async def accepted(self, user_id: int) -> str | None:
        """Return the version that a user accepted last, or None."""
        raise NotImplementedError
