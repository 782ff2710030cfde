"""Telegram's list of transactions: missed payments are credited once, and the admins hear of them."""

import pytest

from core.payments.refunds import RefundState
from storage.reconciliation import Find
from tests.support.payments_layer import PausingClock, Payments, until_paused

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _sum(payments: Payments, name: str, **labels: str) -> float | None:
    return payments.metrics.registry.get_sample_value(name, labels)


async def test_a_missed_payment_is_credited_once_and_reported_until_the_admins_have_heard(
    payments: Payments,
) -> None:
    order = await payments.ledger.order()
    payments.telegram.add_transaction("missed", 50, payments.ledger.clock.now(), payload=order.id)
    await payments.reconciler().run()
    for heard, reports in ((False, 1), (False, 2), (True, 3), (True, 3)):
        payments.heard = heard
        clock = PausingClock(payments.ledger.clock)
        assert await until_paused(payments.reconciler(clock).run_hourly(), clock) == 3_600.0
        assert payments.reported == [Find.MISSED] * reports
    assert await payments.ledger.balance() == 20
    assert _sum(payments, "imagine_missed_payments_total", kind="payment") == 1
    assert payments.changes == 1 + 4  # the find, and once an hour


async def test_an_update_on_its_way_is_waited_for(payments: Payments) -> None:
    order = await payments.ledger.order()
    charge = (await payments.ledger.charges.credit(payments.ledger.payment(order))).charge.id
    payments.telegram.add_transaction(charge, 50, payments.ledger.clock.now(), payload=order.id)
    reconciler = payments.reconciler()
    before = payments.ledger.clock.now()
    await reconciler.run()
    assert payments.ledger.clock.now() == before  # it has arrived
    for age, seconds in ((61, 0), (59, 3)):
        payments.telegram.add_transaction(f"new {age}", 50, payments.ledger.clock.now() - age)
        before = payments.ledger.clock.now()
        await reconciler.run()
        assert payments.ledger.clock.now() == before + seconds


async def test_a_first_run_waits_for_updates_of_a_day(payments: Payments) -> None:
    payments.telegram.add_transaction("old", 50, payments.ledger.clock.now() - 3_000)
    before = payments.ledger.clock.now()
    await payments.reconciler().run()
    assert payments.ledger.clock.now() == before + 3


async def test_every_page_is_compared_and_the_sums_are_shown(payments: Payments) -> None:
    ledger = payments.ledger
    charges = [await ledger.buy() for _ in range(3)]
    for number in range(150):
        payments.telegram.add_transaction(f"unknown {number}", 1, ledger.clock.now(), user_id=9)
    payments.telegram.add_transaction(charges[0], -50, ledger.clock.now())
    reconciler = payments.reconciler()
    await reconciler.run()
    refund = await ledger.refunds.get(charges[0])
    assert refund is not None
    assert refund.state is RefundState.DONE
    assert _sum(payments, "imagine_missed_payments_total", kind="payment") == 150
    assert _sum(payments, "imagine_missed_payments_total", kind="refund") == 1
    takings = await ledger.charges.takings()
    shown = [_sum(payments, "imagine_stars", sum=name) for name in ("paid", "arrived", "refunded")]
    assert shown == [takings.stars, takings.income, takings.refunded]
    assert shown[2] == 50
    changes = payments.changes
    await reconciler.run()
    assert payments.changes == changes
    await ledger.check_sums()


@pytest.mark.parametrize("outcome", ["down", "a bug"])
async def test_after_an_error_the_list_is_compared_again_in_a_minute(
    payments: Payments, outcome: str
) -> None:
    payments.telegram.list_outcomes = [outcome] * 60
    clock = PausingClock(payments.ledger.clock)
    assert await until_paused(payments.reconciler(clock).run_hourly(), clock) == 60.0
    assert payments.changes == 0
