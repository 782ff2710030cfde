"""Credits: a request takes one where the user's day has no units left, and gives it back as it gives units back."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.clock import utc_day
from core.model import (
    PENDING,
    Accepted,
    Allowance,
    Failure,
    GenerationRequest,
    Rejection,
    RejectionReason,
    Request,
    State,
)
from core.payments.credits import DAY
from core.payments.offers import OrderKind
from core.payments.subscriptions import GRACE, PERIOD
from core.reply_target import ReplyTarget
from generation.allowances import Allowances
from storage.asked_requests import AskedRequests
from storage.batches import Batches
from storage.chat_migration import migrate_chat
from storage.credits import give_back
from storage.open_database import open_database
from storage.picture_history import History
from storage.quotas import Quotas
from storage.schema import credit_lots, metadata
from storage.schema import requests as requests_table
from tests.support.factories import generation_request
from tests.support.ledger import connect, wait_for_row_lock
from tests.support.payments_ledger import PaymentsLedger

USER, GROUP = 7, -5
PAYING = Allowance(daily=2, pending=100, group_daily=10, credits=True)
USED_UP = Rejection(RejectionReason.QUOTA_USED)


pytestmark = pytest.mark.asyncio(loop_scope="module")


def _in_group(number: int, count: int = 1) -> GenerationRequest:
    request = generation_request(number)
    origin = replace(request.origin, key=f"m:{GROUP}:{number}", place=ReplyTarget(GROUP, None, number))
    return replace(request, origin=origin, count=count)


async def _accept(
    ledger: PaymentsLedger, request: GenerationRequest, allowance: Allowance = PAYING
) -> list[Request]:
    answer = await ledger.requests.accept(request, allowance)
    assert isinstance(answer, Accepted)
    return [answer.request, *answer.members]


async def _used(ledger: PaymentsLedger, subject_id: int = USER, member_of: int | None = None) -> int:
    day = utc_day(ledger.clock.wall())
    return await Quotas(ledger.database).used(subject_id, day, member_of=member_of)


@contextmanager
def _statements() -> Iterator[list[str]]:
    """Yield the statements that are executed from now on to the end of the block."""
    read: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_more: object) -> None:
        read.append(sql)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield read
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def _batch(number: int, count: int) -> GenerationRequest:
    return replace(generation_request(number), count=count)


def _lots(requests: Sequence[Request]) -> list[str | None]:
    return [request.credit_lot_id for request in requests]


async def test_the_day_pays_first_and_credits_pay_for_the_rest_of_a_batch(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 3)
    assert _lots(await _accept(ledger, generation_request(1))) == [None]
    assert _lots(await _accept(ledger, _batch(2, 3))) == [None, "t:a", "t:a"]
    assert (await _used(ledger), await ledger.balance()) == (2, 1)
    rejected = Rejection(RejectionReason.QUOTA_USED, 1)
    assert await ledger.requests.rejection_of(generation_request(3).origin, PAYING, count=2) == rejected
    assert await ledger.requests.accept(_batch(3, 2), PAYING) == rejected
    assert await ledger.requests.rejection_of(generation_request(3).origin, PAYING) is None
    assert _lots(await _accept(ledger, generation_request(3))) == ["t:a"]
    assert await ledger.requests.accept(generation_request(4), PAYING) == USED_UP
    assert await ledger.requests.rejection_of(generation_request(4).origin, PAYING) == USED_UP
    assert (await _used(ledger), await ledger.balance()) == (2, 0)
    assert await ledger.movements() == [("granted", 3), *[("spent", -1)] * 3]
    ledger.clock.advance(DAY)
    assert _lots(await _accept(ledger, generation_request(4))) == [None]
    await ledger.check_sums()


async def test_without_credits_nothing_of_payments_is_read(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 9)
    usual = Allowances(daily=2, concurrency=1, queue=9, admins=[1], credits=True)
    assert [usual.of_user(USER).credits, usual.of_user(1).credits] == [True, False]
    off = replace(usual, credits=False).of_user(USER)
    await _accept(ledger, _batch(1, 2), off)
    with _statements() as read:
        assert await ledger.requests.accept(generation_request(2), off) == USED_UP
        assert await ledger.requests.rejection_of(generation_request(2).origin, off) == USED_UP
        ledger.clock.advance(DAY)
        (free,) = await _accept(ledger, generation_request(2), off)
        await ledger.requests.settle(free, PENDING, State.FAILED)
    assert any("quotas" in sql for sql in read)
    of_payments = [name for name in metadata.tables if name.startswith(("star_", "credit_", "gift_"))]
    assert [sql for sql in read if any(name in sql for name in of_payments)] == []


async def test_a_repeated_request_pays_once(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 3)
    first = await _accept(ledger, _batch(1, 4))
    again = await ledger.requests.accept(_batch(1, 4), PAYING)
    assert isinstance(again, Accepted)
    assert (again.fresh, [again.request, *again.members]) == (False, first)
    assert await ledger.balance() == 1


async def test_lots_are_used_in_the_order_of_their_end(ledger: PaymentsLedger) -> None:
    now = ledger.clock.now()
    await ledger.credits.grant("z-endless-old", USER, 1)
    await ledger.credits.grant("late", USER, 1, expires_at=now + 9)
    ledger.clock.advance(1)
    await ledger.credits.grant("a-endless-new", USER, 1)
    await ledger.credits.grant("soon", USER, 2, expires_at=now + 5)
    await ledger.credits.grant("over", USER, 5, expires_at=now + 1)
    requests = await _accept(ledger, _batch(1, 5), replace(PAYING, daily=0))
    assert _lots(requests) == ["t:soon", "t:soon", "t:late", "t:z-endless-old", "t:a-endless-new"]
    assert await ledger.requests.accept(generation_request(2), replace(PAYING, daily=0)) == USED_UP


async def test_a_debt_stops_paid_pictures_only(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy()
    await _accept(ledger, _batch(1, 6), replace(PAYING, daily=0))
    await ledger.refunds.intend(charge_id, "ada")
    assert await ledger.balance() == -6
    await ledger.credits.grant("a", USER, 6)
    assert await ledger.requests.accept(_batch(2, 3), PAYING) == Rejection(RejectionReason.QUOTA_USED, 2)
    assert _lots(await _accept(ledger, _batch(2, 2))) == [None, None]
    await ledger.credits.grant("b", USER, 1)
    assert len(await _accept(ledger, generation_request(3))) == 1
    assert await ledger.requests.accept(generation_request(4), PAYING) == USED_UP
    assert await ledger.balance() == 0


async def test_the_group_and_the_member_count_paid_requests_too(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 20)
    paid = await _accept(ledger, _in_group(1, 4))
    assert _lots(paid) == [None, None, "t:a", "t:a"]
    counters = [(USER, None), (GROUP, None), (USER, GROUP)]
    assert [await _used(ledger, *counter) for counter in counters] == [2, 4, 4]
    limited = replace(PAYING, member_daily=5)
    share_used = Rejection(RejectionReason.MEMBER_SHARE_USED, 1)
    assert await ledger.requests.accept(_in_group(5, 2), limited) == share_used
    assert await ledger.requests.rejection_of(_in_group(5).origin, limited, count=2) == share_used
    group_used = Rejection(RejectionReason.GROUP_QUOTA_USED, 3)
    assert await ledger.requests.accept(_in_group(5, 4), replace(PAYING, group_daily=7)) == group_used
    assert (await ledger.balance(), [await _used(ledger, *counter) for counter in counters]) == (
        18,
        [2, 4, 4],
    )
    for request in paid:
        assert await ledger.requests.settle(request, PENDING, State.FAILED)
    assert (await ledger.balance(), [await _used(ledger, *counter) for counter in counters]) == (
        20,
        [0, 0, 0],
    )


async def test_a_group_without_units_keeps_the_free_units_of_its_user(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 20)
    await _accept(ledger, generation_request(1))
    exhausted = Rejection(RejectionReason.GROUP_QUOTA_USED, 2)
    assert await ledger.requests.accept(_in_group(1, 3), replace(PAYING, group_daily=2)) == exhausted
    assert (await _used(ledger), await ledger.balance()) == (1, 20)


async def test_a_group_has_no_credits(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", -77, 5)
    channel = replace(generation_request(1), origin=replace(_in_group(1).origin, user_id=-77))
    assert await ledger.requests.accept(channel, replace(PAYING, daily=0)) == USED_UP
    assert await ledger.requests.rejection_of(channel.origin, replace(PAYING, daily=0)) == USED_UP


@pytest.mark.parametrize("final", [State.UNDELIVERABLE, State.DELIVERED])
async def test_many_settlements_at_once_give_the_credit_back_once(
    ledger: PaymentsLedger, final: State
) -> None:
    await ledger.credits.grant("a", USER, 2)
    free, _free, paid, _paid = await _accept(ledger, _batch(1, 4))
    settled = await asyncio.gather(*(ledger.requests.settle(paid, PENDING, final) for _ in range(20)))
    assert [one is not None for one in settled].count(True) == 1
    assert (await _used(ledger), await ledger.balance()) == (2, 0 if final is State.DELIVERED else 1)
    await ledger.requests.settle(free, PENDING, final)
    assert (await _used(ledger), await ledger.balance()) == ((2, 0) if final is State.DELIVERED else (1, 1))
    await ledger.check_sums()


@pytest.mark.parametrize("late", [-1.0, 0.0, 9 * DAY])
async def test_a_unit_is_given_back_once_even_without_the_fence_of_a_settlement(
    ledger: PaymentsLedger, late: float
) -> None:
    await ledger.credits.grant("a", USER, 3, expires_at=ledger.clock.now() + 100)
    (request, _other) = await _accept(ledger, _batch(1, 2), replace(PAYING, daily=0))
    ledger.clock.advance(100 + late)
    now = ledger.clock.now()
    for _ in range(3):
        await ledger.database.write(lambda c: give_back(c, "t:a", request.id, now))
    assert await ledger.balance() == {-1.0: 2, 0.0: 1}.get(late, 0)
    await ledger.check_sums()


async def test_each_way_to_end_gives_the_credits_back(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 12)
    nothing_free = replace(PAYING, daily=0)
    database, clock = ledger.database, ledger.clock
    waiting = await _accept(ledger, _batch(1, 3), nothing_free)
    assert len(await ledger.requests.cancel_waiting(waiting[0].origin.key)) == 3
    ready = await _accept(ledger, _batch(4, 3), nothing_free)
    update = sa.update(requests_table).where(requests_table.c.batch_id == ready[0].id)
    await database.write(lambda c: c.execute(update.values(state=State.READY)).rowcount)
    for _ in range(2):
        await Batches(database=database, clock=clock).settle_without_picture(
            ready[0].id, State.FAILED, Failure.NOT_SENDABLE
        )
    asked = AskedRequests(database=database, clock=clock)
    late = await _accept(ledger, _batch(7, 3), nothing_free)
    await asked.ask(late[0].id)
    assert await asked.cancel(late[0].id) is not None
    kept = await _accept(ledger, _batch(10, 3), nothing_free)
    await asked.ask(kept[0].id)
    assert await asked.resume(kept[0].id) is not None
    assert (await ledger.balance(), await _used(ledger)) == (9, 0)
    await ledger.check_sums()


@pytest.mark.parametrize(
    ("late", "left", "lasts"),
    [
        (-1.0, 20, 0.0),  # the lot has not expired
        (0.0, 2, DAY),
        (DAY - 1, 2, DAY),
        (DAY, 0, 0.0),
        (1.5 * DAY, 0, 0.0),
    ],
)
async def test_credits_come_back_to_a_lot_that_has_expired_for_less_than_a_day(
    ledger: PaymentsLedger, late: float, left: int, lasts: float
) -> None:
    end = ledger.clock.now() + 100
    await ledger.credits.grant("a", USER, 20, expires_at=end)
    requests = await _accept(ledger, _batch(1, 2), replace(PAYING, daily=0))
    ledger.clock.advance(100 + late)
    for request in requests * 2:
        await ledger.requests.settle(request, PENDING, State.FAILED)
    balance = await ledger.credits.balance(USER)
    assert balance.units == left
    assert [lot.expires_at for lot in balance.lots] == ([end + lasts] if left else [])
    await ledger.check_sums()
    await ledger.credits.expire()
    assert await ledger.balance() == left
    if left == 2:
        assert _lots(await _accept(ledger, generation_request(2), replace(PAYING, daily=0))) == ["t:a"]
        ledger.clock.advance(DAY)
        assert await ledger.balance() == 0


async def test_the_end_of_a_lot_is_written_once(ledger: PaymentsLedger) -> None:
    now = ledger.clock.now()
    await ledger.credits.grant("a", USER, 20, expires_at=now + 100)
    await ledger.credits.grant("b", USER, 1, expires_at=now + 101)
    await ledger.credits.grant("c", USER, 1)
    assert await ledger.credits.expire() == 0
    ledger.clock.advance(100)
    assert await ledger.balance() == 2  # before housekeeping, too
    assert [await ledger.credits.expire() for _ in range(2)] == [1, 0]
    assert sum(await asyncio.gather(*(ledger.credits.expire() for _ in range(5)))) == 0
    assert await ledger.balance() == 2
    assert (await ledger.movements())[-1] == ("expired", -20)


async def test_a_subscription_outlives_its_period_by_two_days(ledger: PaymentsLedger) -> None:
    await ledger.buy(OrderKind.SUBSCRIPTION, 300, 450)
    ledger.clock.advance(PERIOD + GRACE - 1)
    assert await ledger.balance() == 300
    ledger.clock.advance(1)
    assert await ledger.balance() == 0


async def test_a_grant_is_given_once(ledger: PaymentsLedger) -> None:
    given = await asyncio.gather(*(ledger.credits.grant("a", USER, 5) for _ in range(10)))
    assert sorted(given) == [False] * 9 + [True]
    assert await ledger.balance() == 5
    assert await ledger.balance(8) == 0


async def test_many_requests_at_once_spend_exactly_the_balance(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 7, expires_at=ledger.clock.now() + 1)
    await ledger.credits.grant("b", USER, 6)
    wanted = [_batch(10 * number, count) for number, count in enumerate((1, 2, 4, 1, 3, 1, 4, 2, 1, 1), 1)]
    answers = await asyncio.gather(*(ledger.requests.accept(one, PAYING) for one in wanted))
    sizes = [(one.count, isinstance(answer, Accepted)) for one, answer in zip(wanted, answers, strict=True)]
    left = 15 - sum(size for size, accepted in sizes if accepted)
    assert await ledger.balance() + 2 - await _used(ledger) == left
    assert all(size > left for size, accepted in sizes if not accepted)
    assert left < 4
    await ledger.check_sums()


async def test_spending_and_giving_back_and_the_end_of_a_lot_at_once_add_up(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 40, expires_at=ledger.clock.now() + 1)
    nothing_free = replace(PAYING, daily=0)
    first = [
        request
        for number in range(1, 6)
        for request in await _accept(ledger, _batch(10 * number, 4), nothing_free)
    ]
    earlier = PaymentsLedger(ledger.database)  # the clock of another replica
    more = [earlier.requests.accept(_batch(10 * number, 2), nothing_free) for number in range(6, 12)]
    ledger.clock.advance(1)
    ends = [ledger.requests.settle(request, PENDING, State.FAILED) for request in first]
    await asyncio.gather(*more, *ends, *(ledger.credits.expire() for _ in range(5)))
    await ledger.check_sums()
    balance = await earlier.credits.balance(USER)
    assert all(lot.left > 0 for lot in balance.lots)
    assert balance.units <= 40


async def test_a_lot_that_another_process_writes_off_meanwhile_pays_for_nothing(postgres_url: str) -> None:
    ledger = PaymentsLedger(await open_database(postgres_url))
    await ledger.credits.grant("a", USER, 5)
    with connect(postgres_url) as connection:
        connection.execute(sa.update(credit_lots).values(left=0))
        accepting = asyncio.create_task(
            ledger.requests.accept(generation_request(1), replace(PAYING, daily=0))
        )
        await wait_for_row_lock(postgres_url)
    assert await accepting == USED_UP
    await ledger.database.close()


async def test_forgetting_keeps_the_credits_and_what_is_spent(ledger: PaymentsLedger) -> None:
    charge_id = await ledger.buy()
    await ledger.refunds.ask(charge_id, USER, "my words")
    (request,) = await _accept(ledger, generation_request(1), replace(PAYING, daily=0))
    (done,) = await _accept(ledger, generation_request(2), replace(PAYING, daily=0))
    await ledger.requests.settle(done, PENDING, State.DELIVERED)
    await ledger.requests.close(done.id)
    before = await ledger.movements()
    history = History(database=ledger.database, clock=ledger.clock)
    await history.forget(USER)
    assert await ledger.movements() == before
    purchase = await ledger.charges.purchase(charge_id)
    assert purchase is not None
    assert purchase.refund is not None
    assert (purchase.used, purchase.refund.reason) == (2, None)
    await ledger.requests.settle(request, PENDING, State.FAILED)
    await ledger.requests.close(request.id)
    assert await ledger.requests.get(request.id) is None
    assert await ledger.balance() == 19


async def test_paid_requests_move_with_a_group(ledger: PaymentsLedger) -> None:
    await ledger.credits.grant("a", USER, 1)
    new = -1_000_000_000_005
    (request,) = await _accept(ledger, _in_group(1), replace(PAYING, daily=0))
    await migrate_chat(ledger.database, GROUP, new)
    await ledger.requests.settle(request, PENDING, State.FAILED)
    assert (await ledger.balance(), await _used(ledger, new), await _used(ledger)) == (1, 0, 0)
