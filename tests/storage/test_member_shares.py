"""A member's share of a group's day: counted in the transaction of its cause, and a refunded unit is back."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

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
from core.reply_target import ReplyTarget
from generation.allowances import Allowances
from storage.batches import Batches
from storage.chat_migration import migrate_chat
from storage.database import Database
from storage.open_database import open_database
from storage.picture_history import History
from storage.preferences import Preference
from storage.quotas import Quotas
from storage.requests import Requests
from storage.schema import member_quotas, quotas
from storage.schema import requests as requests_table
from tests.support.factories import generation_request
from tests.support.manual_clock import ManualClock
from tests.support.property_tests import examples

GROUP, ANN, BEN = -5, 7, 8
MEMBERS = (ANN, BEN)
_numbers = itertools.count(1)


def _in_group(user_id: int, count: int = 1, chat_id: int = GROUP) -> GenerationRequest:
    number = next(_numbers)
    request = generation_request(number, user_id)
    place = ReplyTarget(chat_id, None, number)
    origin = replace(request.origin, key=f"m:{chat_id}:{number}", place=place)
    return replace(request, origin=origin, count=count)


def _allowance(share: int | None, group_daily: int | None = 100) -> Allowance:
    return Allowance(daily=1_000, pending=1_000, group_daily=group_daily, member_daily=share)


@pytest.fixture
def requests(database: Database, clock: ManualClock) -> Requests:
    return Requests(database=database, clock=clock)


async def _used(database: Database, clock: ManualClock, user_id: int, chat_id: int = GROUP) -> int:
    return await Quotas(database).used(user_id, utc_day(clock.wall()), member_of=chat_id)


async def test_a_share_is_of_one_member_in_one_group_on_one_day(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    allowance, used_up = _allowance(2), Rejection(RejectionReason.MEMBER_SHARE_USED)
    first = _in_group(ANN)
    for request in (first, first, _in_group(ANN)):
        assert isinstance(await requests.accept(request, allowance), Accepted)
    assert await requests.accept(_in_group(ANN), allowance) == used_up
    assert await requests.rejection_of(_in_group(ANN).origin, allowance) == used_up
    for other in (_in_group(BEN), _in_group(ANN, chat_id=-6), generation_request(1, ANN)):
        assert isinstance(await requests.accept(other, allowance), Accepted)
    assert await _used(database, clock, ANN) == 2
    assert await Quotas(database).used(GROUP, utc_day(clock.wall())) == 3
    clock.advance(86_400)
    assert isinstance(await requests.accept(_in_group(ANN), allowance), Accepted)
    assert await _used(database, clock, ANN) == 1


async def test_a_batch_needs_as_many_units_of_the_share(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    assert isinstance(await requests.accept(_in_group(ANN), _allowance(4)), Accepted)
    rejection = Rejection(RejectionReason.MEMBER_SHARE_USED, 3)
    assert await requests.accept(_in_group(ANN, 4), _allowance(4)) == rejection
    assert await requests.rejection_of(_in_group(ANN).origin, _allowance(4), count=4) == rejection
    assert [await _used(database, clock, ANN), await Quotas(database).used(ANN, utc_day(clock.wall()))] == [
        1
    ] * 2
    accepted = await requests.accept(_in_group(ANN, 3), _allowance(4))
    assert isinstance(accepted, Accepted)
    ready = sa.update(requests_table).where(requests_table.c.batch_id == accepted.request.id)
    await database.write(lambda c: c.execute(ready.values(state=State.READY)).rowcount)
    for _ in range(2):
        await Batches(database=database, clock=clock).settle_without_picture(
            accepted.request.id, State.FAILED, Failure.NOT_SENDABLE
        )
        assert await _used(database, clock, ANN) == 1


async def test_units_are_counted_without_a_share_too(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    """Admins may choose a share in the middle of the day."""
    for _ in range(3):
        assert isinstance(await requests.accept(_in_group(ANN), _allowance(None)), Accepted)
    assert await _used(database, clock, ANN) == 3
    assert await requests.accept(_in_group(ANN), _allowance(3)) == Rejection(
        RejectionReason.MEMBER_SHARE_USED
    )


async def test_an_anonymous_admin_has_no_share_and_a_channel_has_one(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    for _ in range(2):
        assert isinstance(await requests.accept(_in_group(GROUP), _allowance(1)), Accepted)
    assert await _used(database, clock, GROUP) == 0
    assert isinstance(await requests.accept(_in_group(-77), _allowance(1)), Accepted)
    assert await requests.accept(_in_group(-77), _allowance(1)) == Rejection(
        RejectionReason.MEMBER_SHARE_USED
    )


def test_a_share_is_at_most_the_group_s_day_and_none_for_the_bot_s_admins() -> None:
    allowances = Allowances(daily=50, concurrency=1, queue=1, admins=[1], group_daily=20)
    assert allowances.of_user(ANN, Preference(member_daily=5)).member_daily == 5
    assert allowances.of_user(ANN, Preference(member_daily=5, daily=3)).member_daily == 3
    assert allowances.of_user(ANN, Preference()).member_daily is None
    assert allowances.of_user(ANN).member_daily is None
    assert allowances.of_user(1, Preference(member_daily=5)).member_daily is None


async def test_a_request_of_an_earlier_version_is_refunded_though_its_member_has_no_unit(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    accepted = await requests.accept(_in_group(ANN), _allowance(5))
    assert isinstance(accepted, Accepted)
    await database.write(lambda c: c.execute(sa.delete(member_quotas)).rowcount)
    assert await requests.settle(accepted.request, PENDING, State.CANCELLED)
    assert await Quotas(database).used(GROUP, utc_day(clock.wall())) == 0
    assert await _used(database, clock, ANN) == 0


async def test_many_at_once_use_exactly_the_share(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    wanted = [_in_group(user, count) for user in MEMBERS for count in (1, 2, 1, 3, 1, 1, 2, 1)]
    answers = await asyncio.gather(*(requests.accept(one, _allowance(6)) for one in wanted))
    for user in MEMBERS:
        units = sum(
            one.count
            for one, answer in zip(wanted, answers, strict=True)
            if one.origin.user_id == user and isinstance(answer, Accepted)
        )
        assert await _used(database, clock, user) == units == 6


async def test_forgetting_keeps_only_the_counters_of_today(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    yesterday = utc_day(clock.wall())
    for user_id in MEMBERS:
        assert isinstance(await requests.accept(_in_group(user_id), _allowance(5)), Accepted)
    clock.advance(86_400)
    old = await requests.pending_of_user(ANN)
    assert isinstance(await requests.accept(_in_group(ANN), _allowance(5)), Accepted)
    await History(database=database, clock=clock).forget(ANN)
    stored = Quotas(database)
    assert [await stored.used(ANN, yesterday), await stored.used(ANN, yesterday, member_of=GROUP)] == [0, 0]
    assert [await stored.used(BEN, yesterday), await stored.used(BEN, yesterday, member_of=GROUP)] == [1, 1]
    assert [await stored.used(ANN, utc_day(clock.wall())), await _used(database, clock, ANN)] == [1, 1]
    assert await requests.settle(old[0], PENDING, State.CANCELLED)  # its unit has no counter any more
    assert await stored.used(GROUP, yesterday) == 1


async def test_shares_move_with_a_group(requests: Requests, database: Database, clock: ManualClock) -> None:
    new = -1_000_000_000_005
    for chat_id in (GROUP, GROUP, new):
        assert isinstance(await requests.accept(_in_group(ANN, chat_id=chat_id), _allowance(9)), Accepted)
    for _ in range(2):
        await migrate_chat(database, GROUP, new)
        assert [await _used(database, clock, ANN, chat_id) for chat_id in (GROUP, new)] == [0, 3]


class Shares:
    """A group on the ledger, with the units that its requests should have."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock = database, clock
        self.requests = Requests(database=database, clock=clock)
        self.batches = Batches(database=database, clock=clock)
        self.group = -1_000 - next(_numbers)
        self.open: list[Request] = []
        self.kept: Counter[tuple[int, str]] = Counter()

    async def accept(self, user_id: int, count: int, share: int | None, group_daily: int) -> None:
        """Ask for pictures. A rejection writes nothing and is right."""
        wanted = _in_group(user_id, count, self.group)
        day = utc_day(self.clock.wall())
        answer = await self.requests.accept(wanted, _allowance(share, group_daily))
        used = self.kept[user_id, day] + count
        of_all = count + sum(units for (_, on), units in self.kept.items() if on == day)
        limit = None if user_id == self.group else share
        assert isinstance(answer, Accepted) == (of_all <= group_daily and (limit is None or used <= limit))
        if isinstance(answer, Accepted):
            self.open += [answer.request, *answer.members]
            self.kept[user_id, day] += count

    async def settle(self, index: int, final: State) -> None:
        """Settle one request, twice."""
        if not self.open:
            return
        one = self.open.pop(index % len(self.open))
        for _ in range(2):
            await self.requests.settle(one, PENDING, final)
        if final is not State.DELIVERED:
            self.kept[one.user_id, one.quota_day] -= 1

    async def check(self) -> None:
        """Compare the counters with the requests that have their units."""
        of_members = sa.select(member_quotas).where(member_quotas.c.chat_id == self.group)
        of_group = sa.select(quotas).where(quotas.c.subject_id == self.group)
        members = await self.database.read(lambda c: c.execute(of_members).all())
        group = await self.database.read(lambda c: c.execute(of_group).all())
        by_member = {(row.user_id, row.day): row.used for row in members if row.used}
        assert by_member == {key: units for key, units in self.kept.items() if units and key[0] != self.group}
        for row in group:
            assert row.used == sum(units for (_, day), units in self.kept.items() if day == row.day)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def shared_database(module_database_url: str, runner: asyncio.Runner) -> Iterator[Database]:
    database = runner.run(open_database(module_database_url))
    yield database
    runner.run(database.close())


_accepts = st.tuples(
    st.sampled_from([ANN, BEN, 0]),  # 0 writes as the group
    st.integers(1, 4),
    st.sampled_from([None, 1, 3, 5]),
    st.integers(1, 9),
)
_settles = st.tuples(
    st.integers(0, 20),
    st.sampled_from([State.DELIVERED, State.FAILED, State.CANCELLED, State.UNDELIVERABLE]),
)
_next_days = st.just("next day")


@examples(40)
@given(steps=st.lists(st.one_of(_accepts, _settles, _next_days), max_size=20))
def test_the_counters_of_members_follow_their_requests(
    shared_database: Database, runner: asyncio.Runner, steps: list[Any]
) -> None:
    shares = Shares(shared_database, ManualClock())

    async def run() -> None:
        for step in steps:
            if step == "next day":
                shares.clock.advance(86_400)
            elif len(step) == 2:
                await shares.settle(*step)
            else:
                user, count, share, daily = step
                await shares.accept(user or shares.group, count, share, daily)
            await shares.check()

    runner.run(run())
