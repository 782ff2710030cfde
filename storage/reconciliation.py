"""The comparison of Telegram's list of Star transactions with the ledger, and the cursor in that list."""

from collections.abc import Sequence

from core.payments import PageResult, Transaction
from storage.charges import Charges
from storage.database import Database
from storage.refunds import Refunds


class Reconciliation:
    """Credits payments and records refunds of the list that the ledger does not know.

    The caller reads the list: it asks for `next_offset()`, calls `getStarTransactions` with this offset and any limit
    from 2 to 100, gives the answer to `apply`, and goes on with `next_offset` of the result until that is None.
    """

    def __init__(self, *, database: Database, charges: Charges, refunds: Refunds) -> None:
        self._database = database
        self._charges = charges
        self._refunds = refunds

    async def next_offset(self) -> int:
        """Return the offset of the next page: the transaction before the cursor, which is compared, or 0."""
        raise NotImplementedError

    async def apply(self, offset: int, page: Sequence[Transaction], limit: int) -> PageResult:
        """Compare a page with the ledger: credit unknown payments, record unknown refunds, and store the income.

        `offset` and `limit` are those of the call that returned the page. Every step is repeatable, and the cursor
        moves last. If the transaction before the cursor is not the remembered one, nothing is compared and the list is
        read from its start.
        """
        raise NotImplementedError
