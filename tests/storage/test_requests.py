"""The ledger: a request is accepted once and settled once, and its quota unit moves with it."""

import asyncio
import dataclasses
from itertools import pairwise

import pytest
import sqlalchemy as sa

from core.clock import utc_day
from core.model import (
    PENDING,
    Accepted,
    Allowance,
    AspectRatio,
    Failure,
    Rejection,
    RejectionReason,
    Request,
    SourcePicture,
    State,
)
from core.reply_target import ReplyTarget
from storage.chat_migration import migrate_chat
from storage.database import Database
from storage.open_database import open_database
from storage.quotas import Quotas
from storage.requests import Beginning, Requests
from tests.support.factories import AMPLE, generation_request, origin
from tests.support.ledger import connect
from tests.support.manual_clock import ManualClock


@pytest.fixture
def requests(database: Database, clock: ManualClock) -> Requests:
    return Requests(database=database, clock=clock)


async def _used(database: Database, clock: ManualClock, user_id: int = 7) -> int:
    return await Quotas(database).used(user_id, utc_day(clock.wall()))


async def _accept(requests: Requests, number: int = 1) -> Request:
    answer = await requests.accept(generation_request(number), AMPLE)
    assert isinstance(answer, Accepted)
    return answer.request


async def test_the_same_message_is_accepted_once(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    first = await requests.accept(generation_request(), AMPLE)
    second = await requests.accept(generation_request(), Allowance(daily=0, pending=0))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (first.fresh, second.fresh) == (True, False)
    assert first.request == second.request
    assert await _used(database, clock) == 1


async def test_a_rejection_is_known_without_a_request(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    assert await requests.rejection_of(origin(1), AMPLE) is None
    used_up = Rejection(RejectionReason.QUOTA_USED)
    assert await requests.rejection_of(origin(1), Allowance(daily=0, pending=9)) == used_up
    assert await _used(database, clock) == 0
    await _accept(requests, 1)
    for daily, pending, reason in (
        (1, 9, RejectionReason.QUOTA_USED),
        (1, 1, RejectionReason.QUOTA_USED),
        (None, 1, RejectionReason.QUEUE_FULL),
        (2, 2, None),
    ):
        rejection = await requests.rejection_of(origin(2), Allowance(daily=daily, pending=pending))
        assert rejection == (None if reason is None else Rejection(reason))
    in_group = dataclasses.replace(origin(2), place=ReplyTarget(-5, None, 2))
    allowance = Allowance(daily=9, pending=9, group_daily=0)
    assert await requests.rejection_of(in_group, allowance) == Rejection(RejectionReason.GROUP_QUOTA_USED)


async def test_a_hundred_requests_at_once_get_the_remaining_units_and_no_more(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    allowance = Allowance(daily=20, pending=1_000)
    answers = await asyncio.gather(*(requests.accept(generation_request(n), allowance) for n in range(100)))
    assert sum(isinstance(answer, Accepted) for answer in answers) == 20
    assert [a.reason for a in answers if isinstance(a, Rejection)] == [RejectionReason.QUOTA_USED] * 80
    assert await _used(database, clock) == 20
    assert len(await requests.list_open()) == 20


async def test_a_hundred_requests_at_once_fill_the_queue_and_no_more(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    allowance = Allowance(daily=None, pending=7)
    answers = await asyncio.gather(*(requests.accept(generation_request(n), allowance) for n in range(100)))
    assert sum(isinstance(answer, Accepted) for answer in answers) == 7
    assert [a.reason for a in answers if isinstance(a, Rejection)] == [RejectionReason.QUEUE_FULL] * 93
    assert await _used(database, clock) == 7


async def test_a_quota_of_zero_rejects_every_request(requests: Requests) -> None:
    assert await requests.accept(generation_request(), Allowance(daily=0, pending=5)) == Rejection(
        RejectionReason.QUOTA_USED
    )
    assert await requests.list_open() == []


@pytest.mark.parametrize("final", [State.FAILED, State.CANCELLED, State.UNDELIVERABLE, State.DELIVERED])
async def test_a_hundred_settlements_at_once_move_the_quota_once(
    requests: Requests, database: Database, clock: ManualClock, final: State
) -> None:
    request = await _accept(requests)
    other = await _accept(requests, 2)
    settled = await asyncio.gather(*(requests.settle(request, PENDING, final) for _ in range(100)))
    assert [one is not None for one in settled].count(True) == 1
    assert await _used(database, clock) == (2 if final is State.DELIVERED else 1)
    assert await requests.get(other.id) == other


async def test_a_unit_is_refunded_to_the_day_it_was_reserved_from(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    request = await _accept(requests)
    clock.advance(86_400)
    await _accept(requests, 2)
    assert await requests.settle(request, PENDING, State.FAILED, failure=Failure.TIMEOUT)
    quotas = Quotas(database)
    assert await quotas.used(7, request.quota_day) == 0
    assert await quotas.used(7, utc_day(clock.wall())) == 1


async def test_a_unit_goes_back_to_the_new_id_of_a_group_that_migrated_since_the_request_was_read(
    requests: Requests, database: Database, clock: ManualClock
) -> None:
    old, new, day, quotas = -5, -1_000_000_000_005, utc_day(clock.wall()), Quotas(database)
    wanted = generation_request()
    group = dataclasses.replace(wanted.origin, place=ReplyTarget(old, None, 1))
    answer = await requests.accept(dataclasses.replace(wanted, origin=group), AMPLE)
    assert isinstance(answer, Accepted)

    async def used() -> list[int]:
        members = [await quotas.used(7, day, member_of=chat_id) for chat_id in (old, new)]
        return [await quotas.used(subject, day) for subject in (7, old, new)] + members

    assert await used() == [1, 1, 0, 1, 0]
    await migrate_chat(database, old, new)
    assert await used() == [1, 0, 1, 0, 1]
    assert await requests.settle(answer.request, PENDING, State.FAILED, failure=Failure.TIMEOUT)
    assert await used() == [0, 0, 0, 0, 0]


async def test_a_request_whose_create_may_have_been_paid_is_neither_changed_nor_withdrawn_by_an_edit(
    requests: Requests,
) -> None:
    """It waits again, to be created a second time."""
    read = await _accept(requests)
    assert await requests.begin_submission(dataclasses.replace(read, started_at=5.0, creates=1))
    waiting = await requests.move(read.id, State.SUBMITTING, State.QUEUED, of_create=1)
    assert not await requests.revise(read.origin.key, "a wolf", AspectRatio.TALL, None)
    assert await requests.cancel_waiting(read.origin.key) == []
    assert await requests.get(read.id) == waiting


async def test_a_move_from_another_state_changes_nothing(requests: Requests) -> None:
    request = await _accept(requests)
    assert await requests.move(request.id, State.QUEUED, State.SUBMITTING, creates=1)
    assert not await requests.move(request.id, State.QUEUED, State.SUBMITTING, creates=2)
    row = await requests.get(request.id)
    assert row is not None
    assert (row.state, row.creates) == (State.SUBMITTING, 1)


async def test_only_a_user_s_own_pending_requests_are_listed_oldest_first(requests: Requests) -> None:
    for number in range(5):
        await requests.accept(generation_request(number), AMPLE)
        await requests.accept(generation_request(number, user_id=8), AMPLE)
    rows = await requests.pending_of_user(7)
    assert [row.place.reply_to for row in rows] == list(range(5))
    assert all(before.id < after.id for before, after in pairwise(rows))
    await requests.settle(rows[0], PENDING, State.CANCELLED)
    assert len(await requests.pending_of_user(7)) == 4
    assert (
        len(await requests.list_open()) == 10
    )  # the cancelled one is not closed yet: its final message is not sent
    await requests.close(rows[0].id)
    assert len(await requests.list_open()) == 9


@pytest.mark.parametrize("changed", ["prompt", "ratio", "source"])
async def test_a_request_that_was_edited_since_it_was_read_is_not_submitted(
    requests: Requests, changed: str
) -> None:
    """The source picture is fetched before the paid call, so an edit may arrive in between."""
    read = await _accept(requests)
    begun = dataclasses.replace(read, started_at=5.0, creates=1)
    prompt = "a wolf" if changed == "prompt" else read.prompt
    ratio = AspectRatio.TALL if changed == "ratio" else read.ratio
    source = SourcePicture("other") if changed == "source" else None
    assert await requests.revise(read.origin.key, prompt, ratio, source)
    assert await requests.begin_submission(begun) is Beginning.OUTDATED
    current = await requests.get(read.id)
    assert current is not None
    assert (current.state, current.prompt, current.ratio) == (State.QUEUED, prompt, ratio)
    begun = dataclasses.replace(current, started_at=5.0, creates=1)
    assert await requests.begin_submission(begun) is Beginning.BEGUN
    assert not await requests.revise(read.origin.key, "too late", ratio, None)
    submitted = await requests.get(read.id)
    assert submitted is not None
    assert (submitted.state, submitted.started_at, submitted.creates) == (State.SUBMITTING, 5.0, 1)


async def test_a_cancelled_request_is_not_submitted(requests: Requests) -> None:
    read = await _accept(requests)
    assert await requests.settle(read, PENDING, State.CANCELLED)
    begun = dataclasses.replace(read, started_at=5.0, creates=1)
    assert await requests.begin_submission(begun) is Beginning.OUTDATED


async def test_the_answer_to_a_create_does_not_move_a_request_that_was_created_again(
    requests: Requests,
) -> None:
    """A process that was stopped for a while may get its answer after another one has repeated the create."""
    request = await _accept(requests)
    for create in (1, 2):
        begun = dataclasses.replace(request, started_at=5.0, creates=create)
        assert await requests.begin_submission(begun) is Beginning.BEGUN
        assert not await requests.move(request.id, State.SUBMITTING, State.RUNNING, of_create=create - 1)
        assert not await requests.settle(request, PENDING, State.FAILED, of_create=create - 1)
        if create == 1:
            assert await requests.move(request.id, State.SUBMITTING, State.QUEUED, of_create=1)
    assert await requests.move(request.id, State.SUBMITTING, State.RUNNING, of_create=2, task_id="second")
    assert not await requests.settle(request, PENDING, State.FAILED, of_create=1)
    current = await requests.get(request.id)
    assert current is not None
    assert (current.state, current.task_id) == (State.RUNNING, "second")


async def test_a_process_that_stood_still_does_not_count_the_create_of_another_again(
    requests: Requests,
) -> None:
    """It read the request before the other one made its first create, whose outcome is unknown."""
    request = await _accept(requests)
    begun = dataclasses.replace(request, started_at=1.0, creates=1)
    assert await requests.begin_submission(begun) is Beginning.BEGUN
    assert await requests.move(request.id, State.SUBMITTING, State.QUEUED, of_create=1)
    assert await requests.begin_submission(begun) is Beginning.OUTDATED
    assert await requests.begin_submission(dataclasses.replace(begun, creates=2)) is Beginning.BEGUN


async def test_a_request_that_another_process_deletes_while_it_is_repeated_is_accepted_again(
    postgres_url: str,
) -> None:
    database = await open_database(postgres_url)
    requests = Requests(database=database, clock=ManualClock())
    first = await requests.accept(generation_request(), AMPLE)
    assert isinstance(first, Accepted)
    await requests.settle(first.request, PENDING, State.CANCELLED)
    deleted: list[str] = []

    @sa.event.listens_for(sa.Engine, "after_cursor_execute")
    def delete(_connection: sa.Connection, _cursor: object, sql: str, *_more: object) -> None:
        if "known_id" in sql and not deleted:
            deleted.append(sql)
            with connect(postgres_url) as other:
                other.exec_driver_sql("DELETE FROM requests")

    try:
        again = await requests.accept(generation_request(), AMPLE)
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", delete)
        await database.close()
    assert isinstance(again, Accepted)
    assert again.fresh
