"""The comparison of Telegram's list of Star transactions with the ledger, and the cursor in that list."""

import json
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

import sqlalchemy as sa

from core.payments.charges import Credited, Crediting, FoundBy, Payment
from core.payments.refunds import OutsideRefund, Refund
from core.payments.transactions import PageResult, Transaction, TransactionKind
from storage.charges import Charges
from storage.database import Database
from storage.key_values import KeyValueStore
from storage.refunds import HAS_CHARGE, Refunds
from storage.schema import star_charges, star_refunds

_NAME, _SINCE = "star-transactions", "star-sales-since"
_PAYMENTS = sa.select(sa.func.count()).where(star_charges.c.found_by == FoundBy.RECONCILIATION.value)
_RETURNS = sa.select(sa.func.count()).where(star_refunds.c.found_by == FoundBy.RECONCILIATION.value)
_REFUNDS = _RETURNS.where(HAS_CHARGE)
_UNEXPLAINED = _RETURNS.where(~HAS_CHARGE, star_refunds.c.told_at.is_(None))


class Find(Enum):
    """A kind of find in the list. The value is the name under which the number of reported ones is stored."""

    MISSED = "star-transactions-reported"
    """A payment or a refund that no update reported. It is entered."""
    DEDUCTION = "star-deductions-reported"
    """A return of Stars that fits no payment."""


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

    async def begin(self, since: float) -> None:
        """Store the time (Unix seconds) from which on the list is this ledger's, unless a list was compared before.

        Earlier entries are of another program with the same bot, or of a ledger that is lost. They must not be credited
        at today's prices, and far less be refunded.
        """
        if await self._key_values.get(_NAME) is None and await self._key_values.get(_SINCE) is None:
            await self._key_values.set(_SINCE, str(since))

    async def next_offset(self) -> int:
        """Return the offset of the next page: the transaction before the cursor, which is compared, or 0."""
        return (await self._cursor()).offset

    async def found(self, find: Find) -> int:
        """Return the number of finds of a kind that the ledger has from the list. It only grows."""
        counts = [_PAYMENTS, _REFUNDS] if find is Find.MISSED else [_UNEXPLAINED]
        return await self._database.read(lambda c: sum(c.execute(count).scalar_one() for count in counts))

    async def reported(self, find: Find) -> int:
        """Return the number of these of which the admins know."""
        return int(await self._key_values.get(find.value) or 0)

    async def set_reported(self, find: Find, number: int) -> None:
        """Store the number of which the admins know."""
        await self._key_values.set(find.value, str(number))

    async def apply(self, offset: int, page: Sequence[Transaction], limit: int) -> PageResult:
        """Compare a page with the ledger: credit unknown payments, record unknown refunds, and store the income.

        `offset` and `limit` are those of the call that returned the page. Transactions older than the ledger are left
        alone. Every step is repeatable, and the cursor moves last. If the transaction before the cursor is not the
        remembered one, nothing is compared and the list is read from its start.
        """
        cursor = await self._cursor()
        if offset != cursor.offset:  # another process has moved the cursor
            return PageResult((), (), cursor.offset)
        if cursor.known and (not page or _mark(page[0]) != cursor.last):
            await self._key_values.delete(_NAME)
            return PageResult((), (), 0, restarted=True)
        new = list(page[1:] if cursor.known else page)
        since = float(await self._key_values.get(_SINCE) or 0)
        result = await self._compare([one for one in new if one.at >= since])
        if new:
            cursor = _Cursor(cursor.known + len(new), _mark(new[-1]))
            await self._key_values.set(_NAME, json.dumps({"known": cursor.known, "last": cursor.last}))
        return result if len(page) < limit else replace(result, next_offset=cursor.offset)

    async def _compare(self, transactions: Sequence[Transaction]) -> PageResult:
        """Bring the ledger up to date with some transactions, and return what it did not know, without an offset."""
        named = [
            one.id for one in transactions if one.kind in {TransactionKind.PAYMENT, TransactionKind.REFUND}
        ]
        known = await self._charges.known(named)
        credited: list[Credited] = []
        refunded: list[Refund] = []
        deducted: list[Transaction] = []
        for one in transactions:
            if one.kind is TransactionKind.PAYMENT and one.id not in known:
                result = await self._charges.credit(_payment(one))
                known.add(one.id)
                if result.outcome is not Crediting.KNOWN:
                    credited.append(result)
            elif one.kind is TransactionKind.REFUND or one.kind is TransactionKind.DEDUCTION:
                refund = await self._returned(one, is_known=one.id in known)
                if refund is not None and refund.charge_id in {one.id} - known:
                    deducted.append(one)
                elif refund is not None:
                    refunded.append(refund)
        income = {one.id: one.stars for one in transactions if one.kind is TransactionKind.PAYMENT}
        await self._charges.set_income(income)
        return PageResult(tuple(credited), tuple(refunded), None, deducted=tuple(deducted))

    async def _returned(self, one: Transaction, *, is_known: bool) -> Refund | None:
        """Record the return of a payment, or of none that is known. Return the refund that the ledger did not know."""
        if not is_known:
            return await self._refunds.charged_back(one)
        found = await self._refunds.outside(one.id, one.user_id or 0, FoundBy.RECONCILIATION)
        return await self._refunds.get(one.id) if found is OutsideRefund.FOUND else None

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
