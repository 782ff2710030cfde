"""Reconciliation: the list of transactions is compared once, and a list that differs is read from its start."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.payments.charges import Crediting, FoundBy
from core.payments.offers import OrderKind
from core.payments.refunds import RefundState
from core.payments.transactions import PageResult, Transaction, TransactionKind
from storage.reconciliation import Find
from tests.support.payments_ledger import PaymentsLedger

pytestmark = pytest.mark.asyncio(loop_scope="module")
USER = 7
LIMIT = 3
NOTHING = PageResult((), (), None)


def _paid(charge_id: str, payload: str, at: float = 0.0, stars: int = 45) -> Transaction:
    kind = TransactionKind.PAYMENT
    return Transaction(charge_id, kind, stars, at, user_id=USER, price=50, payload=payload)


def _returned(charge_id: str, at: float = 0.0) -> Transaction:
    return Transaction(charge_id, TransactionKind.REFUND, 45, at, user_id=USER, payload="", price=50)


def _other(name: str) -> Transaction:
    return Transaction(name, TransactionKind.OTHER, 1_000, 0.0)


async def _reconcile(ledger: PaymentsLedger, listed: Sequence[Transaction]) -> list[PageResult]:
    """Read the list as a process does, in pages of `LIMIT`, and return the results."""
    results: list[PageResult] = []
    offset: int | None = await ledger.reconciliation.next_offset()
    while offset is not None:
        page = listed[offset : offset + LIMIT]
        results.append(await ledger.reconciliation.apply(offset, page, LIMIT))
        offset = results[-1].next_offset
        assert len(results) < 50
    return results


async def test_missed_payments_and_refunds_are_found_once(ledger: PaymentsLedger) -> None:
    known, order = await ledger.buy(), await ledger.order(OrderKind.SUBSCRIPTION, 300, 450)
    listed = [
        _paid(known, "x"),
        _other("withdrawal"),
        _paid("missed", order.id, ledger.clock.now()),
        _returned(known),
        _paid("strange", "x", stars=46),
    ]
    results = await _reconcile(ledger, listed)
    credited = [one for result in results for one in result.credited]
    refunded = [one for result in results for one in result.refunded]
    assert [(one.charge.id, one.outcome) for one in credited] == [
        ("missed", Crediting.FRESH),
        ("strange", Crediting.FRESH),
    ]
    assert [(one.charge_id, one.state) for one in refunded] == [(known, RefundState.DONE)]
    missed = credited[0].charge
    assert (missed.stars, missed.units, missed.income, missed.found_by) == (
        450,  # the order's: the list names the parts of the price, rounded
        300,
        45,
        FoundBy.RECONCILIATION,
    )
    assert (credited[1].charge.stars, credited[1].charge.units, credited[1].charge.income) == (50, 20, 46)
    stored = await ledger.charges.get(known)
    assert stored is not None
    assert (stored.income, stored.found_by) == (45, FoundBy.UPDATE)
    assert await ledger.balance() == 320
    assert await _reconcile(ledger, listed) == [NOTHING]
    assert await ledger.reconciliation.next_offset() == len(listed) - 1


async def test_what_was_found_counts_until_it_is_reported(ledger: PaymentsLedger) -> None:
    """The process may be killed after it has credited a payment and before it has told the admins."""
    known = await ledger.buy()
    await _reconcile(ledger, [_paid(known, "x"), _paid("missed", "x"), _returned(known)])
    await _reconcile(ledger, [_paid(known, "x"), _paid("missed", "x"), _returned(known)])
    assert [await _counts(ledger, find) for find in Find] == [(2, 0), (0, 0)]
    await ledger.reconciliation.set_reported(Find.MISSED, 2)
    assert [await _counts(ledger, find) for find in Find] == [(2, 2), (0, 0)]


async def _counts(ledger: PaymentsLedger, find: Find) -> tuple[int, int]:
    return await ledger.reconciliation.found(find), await ledger.reconciliation.reported(find)


async def test_a_chargeback_with_an_id_of_its_own_takes_the_credits_of_the_payment_that_it_fits(
    ledger: PaymentsLedger,
) -> None:
    order, other = await ledger.order(), await ledger.order()
    charge_id = (await ledger.charges.credit(ledger.payment(order))).charge.id
    await ledger.charges.credit(ledger.payment(other))
    back = Transaction("back", TransactionKind.REFUND, 45, 0.0, user_id=USER, price=50, payload=order.id)
    for listed in ([back], [_other("before"), back], [back, replace(back, id="again")]):
        results = await _reconcile(ledger, listed)
    assert await ledger.balance() == 20
    refund = await ledger.refunds.get(charge_id)
    assert refund is not None
    assert (refund.state, refund.found_by) == (RefundState.DONE, FoundBy.RECONCILIATION)
    assert [one.charge_id for one in await ledger.refunds.untold()] == [charge_id]
    # The second one fits nothing any more.
    assert [one.id for result in results for one in result.deducted] == ["again"]
    assert [await _counts(ledger, find) for find in Find] == [(1, 0), (1, 0)]
    await ledger.check_sums()


async def test_a_return_that_fits_no_payment_or_several_is_only_found(ledger: PaymentsLedger) -> None:
    order = await ledger.order()
    for _ in range(2):
        await ledger.charges.credit(ledger.payment(order))
    listed = [
        Transaction("two fit", TransactionKind.REFUND, 45, 0.0, user_id=USER, price=50, payload=order.id),
        Transaction("nobody's", TransactionKind.DEDUCTION, 45, 0.0),
    ]
    for _ in range(2):
        results = await _reconcile(ledger, listed)
    assert await _reconcile(ledger, [_other("before"), *listed]) == [
        PageResult((), (), 0, restarted=True),
        PageResult((), (), 2),
        NOTHING,
    ]
    assert results == [NOTHING]
    assert await ledger.balance() == 40
    assert await ledger.refunds.untold() == []
    assert await _counts(ledger, Find.DEDUCTION) == (2, 0)


async def test_a_list_is_read_on_from_its_last_known_transaction(ledger: PaymentsLedger) -> None:
    listed = [_paid(str(number), "x") for number in range(7)]
    assert await _reconcile(ledger, []) == [NOTHING]
    assert len(await _reconcile(ledger, listed[:1])) == 1
    assert len(await _reconcile(ledger, listed)) == 4  # offsets 0, 2, 4 and 6
    assert await ledger.balance() == 7 * 20
    more = [*listed, _returned("6"), _paid("8", "x")]
    found = await _reconcile(ledger, more)
    assert [one.charge_id for result in found for one in result.refunded] == ["6"]
    assert [one.charge.id for result in found for one in result.credited] == ["8"]


async def test_what_is_older_than_the_ledger_is_neither_credited_nor_refunded(ledger: PaymentsLedger) -> None:
    """Another program has sold something with the same bot before, or the ledger of that time is lost."""
    begun = ledger.clock.now()
    listed = [
        _paid("a pack's price", "x", begun - 1),
        replace(_paid("another price", "x", begun - 1), price=7),
        _returned("a pack's price", begun - 1),
        _paid("new", "x", begun),
    ]
    for since in (begun, begun + 100):  # the first one counts
        await ledger.reconciliation.begin(since)
    results = await _reconcile(ledger, listed)
    assert [one.charge.id for result in results for one in result.credited] == ["new"]
    assert await ledger.balance() == 20
    assert await ledger.refunds.intended() == []
    await _reconcile(ledger, [_other("before"), *listed])
    assert await ledger.charges.known([one.id for one in listed]) == {"new"}


async def test_a_list_that_was_compared_before_stays_the_ledgers_own(ledger: PaymentsLedger) -> None:
    await _reconcile(ledger, [_paid("a", "x")])
    await ledger.reconciliation.begin(ledger.clock.now())
    await _reconcile(ledger, [_paid("a", "x"), _paid("b", "x")])
    assert await ledger.balance() == 40


async def test_another_list_is_read_from_its_start(ledger: PaymentsLedger) -> None:
    listed = [_paid(str(number), "x") for number in range(4)]
    await _reconcile(ledger, listed)
    for changed in ([_paid("new", "x"), *listed], listed[:2]):
        results = await _reconcile(ledger, changed)
        assert results[0] == PageResult((), (), 0, restarted=True)
        assert await ledger.reconciliation.next_offset() == len(changed) - 1
    assert await ledger.balance() == 5 * 20


async def test_a_refund_is_not_taken_for_its_payment(ledger: PaymentsLedger) -> None:
    """Both have one id, so the list after the cursor differs if they are exchanged."""
    await _reconcile(ledger, [_paid("a", "x"), _returned("a")])
    results = await _reconcile(ledger, [_other("b"), _paid("a", "x"), _returned("a")])
    assert [result.restarted for result in results] == [True, False, False]


async def test_a_page_of_an_old_offset_changes_nothing(ledger: PaymentsLedger) -> None:
    """The leader that asked for it has stopped in the meantime."""
    listed = [_paid(str(number), "x") for number in range(4)]
    await _reconcile(ledger, listed)
    assert await ledger.reconciliation.apply(0, [_paid("z", "x")], LIMIT) == PageResult((), (), 3)
    assert await ledger.charges.get("z") is None


async def test_the_refund_that_the_bot_intended_is_no_find(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy()
    await ledger.refunds.intend(charge_id, "ada")
    assert await _reconcile(ledger, [_paid(charge_id, "x"), _returned(charge_id)]) == [NOTHING]
    refund = await ledger.refunds.get(charge_id)
    assert refund is not None
    assert (refund.state, refund.found_by) == (RefundState.DONE, None)
