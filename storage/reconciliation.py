"""The comparison of Telegram's list of Star transactions with the ledger, and the cursor in that list."""

import json
import math
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from core.payments import (
    Credited,
    Crediting,
    FoundBy,
    OutsideRefund,
    PageResult,
    Payment,
    Refund,
    Transaction,
    TransactionKind,
)
from storage.charges import Charges
from storage.database import Database
from storage.key_values import KeyValueStore
from storage.refunds import Refunds
from storage.schema import star_charges, star_refunds

_NAME, _REPORTED = "star-transactions", "star-transactions-reported"
_FOUND = sa.select(
    *(
        sa.select(sa.func.count()).where(table.c.found_by == FoundBy.RECONCILIATION.value).scalar_subquery()
        for table in (star_charges, star_refunds)
    )
)


class _Cursor(NamedTuple):
    """The number of transactions that were compared, and the last of them."""

    known: int = 0
    last: str = ""

    @property
    def offset(self) -> int:
        """The offset of the next page: the last compared transaction, by which the list is recognised."""
        return max(0, self.known - 1)


def _mark(transaction: Transaction) -> str:
    """Return the text by which a transaction is recognised: a refund has the id of its payment."""
    return f"{transaction.kind}:{transaction.id}"


class Reconciliation:
    """Credits payments and records refunds of the list that the ledger does not know.

    The caller reads the list: it asks for `next_offset()`, calls `getStarTransactions` with this offset and any limit
    from 2 to 100, gives the answer to `apply`, and goes on with `next_offset` of the result until that is None.
    """

    def __init__(self, *, database: Database, charges: Charges, refunds: Refunds) -> None:
        self._database = database
        self._key_values = KeyValueStore(database)
        self._charges = charges
        self._refunds = refunds

    async def next_offset(self) -> int:
        """Return the offset of the next page: the transaction before the cursor, which is compared, or 0."""
        return (await self._cursor()).offset

    async def found(self) -> int:
        """Return the number of payments and refunds that the ledger has from the list. It only grows."""
        return await self._database.read(lambda connection: sum(connection.execute(_FOUND).one()))

    async def reported(self) -> int:
        """Return the number of these of which the admins know."""
        return int(await self._key_values.get(_REPORTED) or 0)

    async def set_reported(self, number: int) -> None:
        """Store the number of which the admins know."""
        await self._key_values.set(_REPORTED, str(number))

    async def apply(
        self, offset: int, page: Sequence[Transaction], limit: int, *, before: float = math.inf
    ) -> PageResult:
        """Compare a page with the ledger: credit unknown payments, record unknown refunds, and store the income.

        `offset` and `limit` are those of the call that returned the page. Transactions at or after `before` (Unix
        seconds) are left for the next time, because their updates may be on their way. Every step is repeatable, and
        the cursor moves last. If the transaction before the cursor is not the remembered one, nothing is compared and
        the list is read from its start.
        """
        cursor = await self._cursor()
        if offset != cursor.offset:  # another process has moved the cursor
            return PageResult((), (), cursor.offset)
        if cursor.known and (not page or _mark(page[0]) != cursor.last):
            await self._key_values.delete(_NAME)
            return PageResult((), (), 0, restarted=True)
        new = list(page[1:] if cursor.known else page)
        recent = next((index for index, one in enumerate(new) if one.at >= before), len(new))
        credited, refunded = await self._compare(new[:recent])
        if recent:
            cursor = _Cursor(cursor.known + recent, _mark(new[recent - 1]))
            await self._key_values.set(_NAME, json.dumps({"known": cursor.known, "last": cursor.last}))
        is_last = len(page) < limit or recent < len(new)
        return PageResult(credited, refunded, None if is_last else cursor.offset)

    async def _compare(
        self, transactions: Sequence[Transaction]
    ) -> tuple[tuple[Credited, ...], tuple[Refund, ...]]:
        """Bring the ledger up to date with some transactions, and return what it did not know."""
        paid = [one for one in transactions if one.kind is TransactionKind.PAYMENT]
        known = await self._charges.known([one.id for one in paid])
        credited: list[Credited] = []
        refunded: list[Refund] = []
        for one in transactions:
            if one.kind is TransactionKind.PAYMENT and one.id not in known:
                result = await self._charges.credit(_payment(one))
                if result.outcome is not Crediting.KNOWN:
                    credited.append(result)
            elif one.kind is TransactionKind.REFUND:
                found = await self._refunds.outside(one.id, one.user_id or 0, FoundBy.RECONCILIATION)
                refund = await self._refunds.get(one.id)
                if found is OutsideRefund.FOUND and refund is not None:
                    refunded.append(refund)
        await self._charges.set_income({one.id: one.stars for one in paid})
        return tuple(credited), tuple(refunded)

    async def _cursor(self) -> _Cursor:
        stored = await self._key_values.get(_NAME)
        return _Cursor() if stored is None else _Cursor(**json.loads(stored))


def _payment(transaction: Transaction) -> Payment:
    price = transaction.stars if transaction.price is None else transaction.price
    return Payment(
        charge_id=transaction.id,
        user_id=transaction.user_id or 0,
        payload=transaction.payload or "",
        stars=price,
        paid_at=transaction.at,
        found_by=FoundBy.RECONCILIATION,
        is_subscription=transaction.is_subscription,
        income=transaction.stars,
    )
