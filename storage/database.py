"""The ledger's database as the rest of the program sees it: units of work.

A unit of work is a plain function of a SQLAlchemy connection. It is committed as a whole or not at all, and the commit
is on the disk before `write` returns. The units of a checkout go before all others that wait (storage.urgency).
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

import sqlalchemy as sa

T = TypeVar("T")
Unit = Callable[[sa.Connection], T]
Failpoint = Callable[[str], None]
"""Called with the name of a point in the code. Tests raise an exception there to kill the process at that point."""


class Database(Protocol):
    """An open database."""

    @property
    def name(self) -> str:
        """The database as an operator knows it, without a password."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may write to the database at the same time."""

    @property
    def write_error(self) -> str | None:
        """The error of the last write if the database refused it, else None."""

    def on_unavailable(self, callback: Callable[[], None]) -> None:
        """Add a callback for the moment at which the database begins to refuse writes."""

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads committed data, and return its result. All of it sees one state of the ledger.

        Raises the unit's exception, or StorageUnavailable.
        """

    async def write(self, unit: Unit[T], *, patient: bool = False) -> T:
        """Run a unit in a transaction and return its result once the commit is on the disk.

        A patient unit may wait for another one, for some milliseconds, to share its commit.

        Raises the unit's exception, or StorageUnavailable; the unit is undone in both cases. After StorageUnreachable,
        and for a caller that is cancelled while it waits, only the rows show whether the unit was committed. A database
        may run a unit again after it undid it, so units change nothing but the database.
        """

    async def close(self) -> None:
        """Finish the pending units and release the database."""
