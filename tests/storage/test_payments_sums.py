"""The sums of payments: whatever happens in whatever order, they agree with charges, refunds and requests."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from core.clock import utc_day
from core.model import PENDING, Accepted, Allowance, Request, State
from core.payments.charges import Crediting, FoundBy, Payment
from core.payments.credits import MovementKind
from core.payments.offers import OrderKind, Pack, Prices
from core.payments.refunds import RefundState
from storage.database import Database
from storage.open_database import open_database
from storage.quotas import Quotas
from storage.schema import (
    credit_entries,
    credit_lots,
    gift_codes,
    quotas,
    star_charges,
    star_refunds,
)
from storage.schema import requests as requests_table
from tests.support.factories import generation_request
from tests.support.healthy import find_oddities
from tests.support.payments_ledger import PRICES, PaymentsLedger
from tests.support.property_tests import examples

FREE = 2
"""Units of a user's day."""
RETURNED = {RefundState.INTENDED, RefundState.DONE}
GIVEN = {MovementKind.BOUGHT, MovementKind.RENEWED, MovementKind.RECEIVED, MovementKind.GRANTED}
_numbers = itertools.count(1)


@dataclass
class Shop:
    """Two users on the ledger, with the payments and requests that they have made."""

    ledger: PaymentsLedger
    users: tuple[int, int] = field(default_factory=lambda: (1_000 * next(_numbers), 1_000 * next(_numbers)))
    payments: list[Payment] = field(default_factory=list)
    orders: list[Any] = field(default_factory=list)
    pending: list[Request] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)

    async def place(self, who: int, kind: OrderKind, pack: Pack) -> None:
        """Order a product."""
        units, stars = pack.units, pack.stars
        self.orders.append(await self.ledger.order(kind, units, stars, user_id=self.users[who]))

    async def pay(self, who: int, index: int, stars: int, times: int, *, has_order: bool) -> None:
        """Pay an order, as its user or as the other one, or something unknown. The report may be repeated."""
        order = self.orders[index % len(self.orders)] if has_order and self.orders else None
        price = stars if order is None else order.stars
        payment = self.ledger.payment(order, user_id=self.users[who], stars=price)
        await self.report(payment, times)

    async def report(self, payment: Payment, times: int) -> None:
        """Report a payment, as fresh only once."""
        is_known = payment in self.payments
        self.payments.append(payment)
        found = await asyncio.gather(*(self.ledger.charges.credit(payment) for _ in range(times)))
        fresh = [one.outcome for one in found if one.outcome is not Crediting.KNOWN]
        assert len(fresh) == (0 if is_known else 1)

    async def repeat(self, index: int) -> None:
        """Report an earlier payment again, as the list of transactions shows it."""
        if self.payments:
            payment = self.payments[index % len(self.payments)]
            listed = replace(payment, found_by=FoundBy.RECONCILIATION, income=1)
            assert (await self.ledger.charges.credit(listed)).outcome is Crediting.KNOWN

    async def refunded_first(self, who: int) -> None:
        """Learn of a refund before its payment."""
        payment = self.ledger.payment(user_id=self.users[who])
        await self.ledger.refunds.outside(payment.charge_id, payment.user_id, FoundBy.UPDATE)
        await self.report(payment, 1)

    async def refund(self, index: int, how: str) -> None:
        """Refund a charge in one of several ways, or end its refund."""
        if not self.payments:
            return
        charge_id, refunds = self.payments[index % len(self.payments)].charge_id, self.ledger.refunds
        if how == "outside":
            await refunds.outside(charge_id, 0, FoundBy.UPDATE)
        elif how in {"done", "refuse"}:
            await (refunds.done(charge_id) if how == "done" else refunds.refuse(charge_id))
        else:
            await refunds.intend(charge_id, "ada")

    async def accept(self, who: int, count: int) -> None:
        """Ask for pictures. Free units and the balance decide."""
        user, number = self.users[who], next(_numbers)
        wanted = replace(generation_request(number, user), count=count)
        balance = (await self.ledger.credits.balance(user)).units
        left = FREE - await self._used_today(user) + max(0, balance)
        allowance = Allowance(daily=FREE, pending=1_000, credits=True)
        rejection = await self.ledger.requests.rejection_of(wanted.origin, allowance, count=count)
        answer = await self.ledger.requests.accept(wanted, allowance)
        assert (isinstance(answer, Accepted), rejection is None) == ((count <= left,) * 2)
        if isinstance(answer, Accepted):
            self.pending += [answer.request, *answer.members]
        elif rejection is not None:
            assert (answer, rejection.left) == (rejection, left)

    async def settle(self, index: int, final: State) -> None:
        """Settle a request, twice at once."""
        if self.pending:
            one = self.pending.pop(index % len(self.pending))
            await asyncio.gather(*(self.ledger.requests.settle(one, PENDING, final) for _ in range(2)))

    async def grant(self, who: int, units: int, seconds: int, *, again: bool) -> None:
        """Give credits, or repeat an earlier grant."""
        is_repeat = again and bool(self.grants)
        cause = self.grants[-1] if is_repeat else f"grant {next(_numbers)}"
        self.grants.append(cause)
        end = self.ledger.clock.now() + seconds if seconds else None
        given = await self.ledger.credits.grant(cause, self.users[who], units, expires_at=end)
        assert given is not is_repeat

    async def redeem(self, who: int, index: int) -> None:
        """Redeem a gift code, whatever happened to it."""
        of_users = sa.select(gift_codes.c.code).where(gift_codes.c.buyer_id.in_(self.users))
        codes = await self.ledger.database.read(lambda c: sorted(c.execute(of_users).scalars()))
        if codes:
            await self.ledger.gifts.redeem(codes[index % len(codes)], self.users[who])

    async def change_prices(self, stars: int) -> None:
        """Let the operator change the prices."""
        self.ledger.prices = Prices((Pack(7, stars),), PRICES.plan)

    async def wait(self, seconds: int) -> None:
        """Let time pass, with housekeeping at its end."""
        self.ledger.clock.advance(seconds)

    async def expire(self) -> None:
        """Do the housekeeping."""
        await self.ledger.credits.expire()

    async def check(self) -> None:
        """Compare every sum with its parts."""
        found = await self.ledger.database.read(self._read)
        used = self._used(found)
        for user in self.users:
            counted = [lot for lot in found["lots"] if lot.user_id == user and self._counts(lot)]
            assert (await self.ledger.credits.balance(user)).units == sum(lot.left for lot in counted)
        for lot in found["lots"]:
            entries = [entry for entry in found["entries"] if entry.lot_id == lot.id]
            by_kind = _by_kind(entries)
            assert lot.left == sum(entry.units for entry in entries)
            assert {entry.user_id for entry in entries} == {lot.user_id}
            assert -(by_kind["spent"] + by_kind["given_back"]) == used[lot.id]
            assert [entry.units for entry in entries if entry.kind in GIVEN] == [lot.units]
        self._check_charges(found, used)
        self._check_days(found)

    def _check_charges(self, found: dict[str, Any], used: Counter[str]) -> None:
        """Each charge is credited once, to the unit, unless its refund has taken all of it."""
        assert {charge.id for charge in found["charges"]} == {one.charge_id for one in self.payments}
        lots = {lot.id: lot for lot in found["lots"]}
        codes = {gift.charge_id: gift for gift in found["gifts"]}
        states = {refund.charge_id: refund.state for refund in found["refunds"]}
        for charge in found["charges"]:
            gift, is_returned = codes.get(charge.id), states.get(charge.id) in RETURNED
            assert (gift is not None) == (charge.kind == OrderKind.GIFT)
            lot = lots.get(f"c:{charge.id}" if gift is None else f"g:{gift.code}")
            if lot is None:
                assert charge.kind is None or (gift is not None and gift.redeemed_by is None)
                assert gift is None or (gift.withdrawn_at is not None) == is_returned
                continue
            by_kind = _by_kind([one for one in found["entries"] if one.lot_id == lot.id])
            assert lot.units == charge.units
            if is_returned:
                assert lot.left == -used[lot.id]
            else:
                assert by_kind["taken_back"] + by_kind["restored"] == 0
                assert lot.left >= 0
            if charge.expires_at is None:
                assert lot.left == (0 if is_returned else charge.units) - used[lot.id]

    def _check_days(self, found: dict[str, Any]) -> None:
        """The day's counter has the requests that no lot pays for."""
        free = Counter(
            (one.user_id, one.quota_day)
            for one in found["requests"]
            if one.credit_lot_id is None and _keeps_unit(one)
        )
        for row in found["quotas"]:
            assert row.used == free[row.subject_id, row.day] <= FREE

    def _counts(self, lot: Any) -> bool:
        now = self.ledger.clock.now()
        return bool(lot.expires_at is None or lot.expires_at > now or lot.left < 0)

    @staticmethod
    def _used(found: dict[str, Any]) -> Counter[str]:
        """Return the units that requests use, by lot."""
        return Counter(one.credit_lot_id for one in found["requests"] if _keeps_unit(one))

    def _read(self, connection: sa.Connection) -> dict[str, Any]:
        """Return the rows of the two users by table."""
        owners = {
            "lots": credit_lots.c.user_id,
            "entries": credit_entries.c.user_id,
            "charges": star_charges.c.user_id,
            "gifts": gift_codes.c.buyer_id,
            "requests": requests_table.c.user_id,
            "quotas": quotas.c.subject_id,
        }
        found: dict[str, Any] = {
            name: connection.execute(sa.select(owner.table).where(owner.in_(self.users))).all()
            for name, owner in owners.items()
        }
        ids = [charge.id for charge in found["charges"]]
        refunds = sa.select(star_refunds).where(star_refunds.c.charge_id.in_(ids))
        return found | {"refunds": connection.execute(refunds).all()}

    async def _used_today(self, user: int) -> int:
        return await Quotas(self.ledger.database).used(user, utc_day(self.ledger.clock.wall()))


def _by_kind(entries: list[Any]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for entry in entries:
        sums[entry.kind] += entry.units
    return sums


def _keeps_unit(request: Any) -> bool:
    return request.finished_at is None or request.state == State.DELIVERED


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def shared_database(module_database_url: str, runner: asyncio.Runner) -> Iterator[Database]:
    database = runner.run(open_database(module_database_url))
    yield database
    runner.run(database.close())


def _step(name: str, *arguments: Any, **options: Any) -> st.SearchStrategy[tuple[str, Any, Any]]:
    return st.tuples(st.just(name), st.tuples(*arguments), st.fixed_dictionaries(options))


_users, _indexes, _prices = st.integers(0, 1), st.integers(0, 9), st.sampled_from([50, 60, 110])
_steps = st.one_of(
    _step("place", _users, st.sampled_from(OrderKind), st.sampled_from([Pack(3, 50), Pack(5, 60)])),
    _step(
        "pay",
        _users,
        _indexes,
        _prices,
        st.sampled_from([1, 3]),
        has_order=st.sampled_from([True, True, False]),
    ),
    _step("repeat", _indexes),
    _step("refunded_first", _users),
    _step("refund", _indexes, st.sampled_from(["intend", "intend", "done", "refuse", "outside"])),
    _step("accept", _users, st.integers(1, 4)),
    _step("accept", _users, st.integers(1, 4)),
    _step("settle", _indexes, st.sampled_from([State.DELIVERED, State.FAILED, State.CANCELLED])),
    _step("grant", _users, st.integers(1, 5), st.sampled_from([0, 3_600, 86_400]), again=st.booleans()),
    _step("redeem", _users, _indexes),
    _step("change_prices", _prices),
    _step("wait", st.sampled_from([1_800, 3_600, 86_400, 32 * 86_400])),
    _step("expire"),
)


@examples(40)
@given(steps=st.lists(_steps, max_size=25))
def test_every_sum_agrees_after_every_step(
    shared_database: Database, runner: asyncio.Runner, steps: list[tuple[str, Any, Any]]
) -> None:
    shop = Shop(PaymentsLedger(shared_database))

    async def run() -> None:
        for name, arguments, options in steps:
            await getattr(shop, name)(*arguments, **options)
            await shop.check()
        # Requests stay open here over weeks.
        now = shop.ledger.clock.now()
        assert (
            await shared_database.read(
                lambda connection: find_oddities(connection, now, leave_out={"open requests"})
            )
            == []
        )

    runner.run(run())
