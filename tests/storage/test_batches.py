"""Batches in the ledger: accepted, settled, forgotten and moved as a whole."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest_asyncio
import sqlalchemy as sa

from core.model import Accepted, Failure, FileKind, GenerationRequest, Request, State
from core.reply_target import ReplyTarget
from storage.batches import Batches, DeliveredGrid
from storage.chat_migration import migrate_chat
from storage.database import Database
from storage.open_database import open_database
from storage.picture_history import History
from storage.quotas import Quotas
from storage.requests import Beginning, Requests
from storage.schema import requests as table
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import ManualClock

USER, GROUP = 7, -5
GRID = DeliveredGrid(40, "g", FileKind.PHOTO, (), 2)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await open_database(database_url)
    yield database
    await database.close()


def _request(number: int = 1, count: int = 3, chat_id: int = USER) -> GenerationRequest:
    request = generation_request(number, USER)
    place = ReplyTarget(chat_id, None, number)
    return dataclasses.replace(request, origin=dataclasses.replace(request.origin, place=place), count=count)


async def _accept(database: Database, request: GenerationRequest) -> list[Request]:
    answer = await Requests(database=database, clock=ManualClock()).accept(request, AMPLE)
    assert isinstance(answer, Accepted)
    return [answer.request, *answer.members]


async def _make_ready(database: Database, batch: list[Request]) -> None:
    ids = [one.id for one in batch]
    ready = sa.update(table).where(table.c.id.in_(ids)).values(state=State.READY, ready_at=1.0)
    await database.write(lambda connection: connection.execute(ready).rowcount)


async def test_a_batch_has_a_unit_of_the_user_and_of_the_group_for_each_picture(database: Database) -> None:
    batch = await _accept(database, _request(chat_id=GROUP))
    quotas = Quotas(database)
    assert [await quotas.used(subject, batch[0].quota_day) for subject in (USER, GROUP)] == [3, 3]
    assert [one.origin.key for one in batch] == ["m:7:1", "m:7:1+2", "m:7:1+3"]
    assert [one.is_member for one in batch] == [False, True, True]


async def test_a_batch_is_cancelled_as_a_whole_or_not_at_all(database: Database) -> None:
    requests, quotas = Requests(database=database, clock=ManualClock()), Quotas(database)
    waiting, begun = await _accept(database, _request(1)), await _accept(database, _request(2))
    head = dataclasses.replace(begun[0], creates=1, started_at=1.0)
    assert await requests.begin_submission(head) is Beginning.BEGUN
    assert await requests.cancel_waiting(begun[0].origin.key) == []
    cancelled = await requests.cancel_waiting(waiting[0].origin.key)
    assert [(one.id, one.state) for one in cancelled] == [
        (one.id, State.CANCELLED) for one in reversed(waiting)
    ]
    assert await requests.cancel_waiting(waiting[0].origin.key) == []
    assert await requests.cancel_waiting("m:7:3") == []
    assert await quotas.used(USER, begun[0].quota_day) == 3


async def test_a_batch_begins_or_is_cancelled_when_both_happen_at_once(database: Database) -> None:
    requests = Requests(database=database, clock=ManualClock())
    for number in range(1, 9):
        head, *members = await _accept(database, _request(number))
        begun = dataclasses.replace(head if number % 2 else members[-1], creates=1, started_at=1.0)
        cancelled, beginning = await asyncio.gather(
            requests.cancel_waiting(head.origin.key), requests.begin_submission(begun)
        )
        assert (len(cancelled), beginning) in {(3, Beginning.OUTDATED), (0, Beginning.BEGUN)}


async def test_a_delivered_grid_settles_and_closes_all_but_the_head(database: Database) -> None:
    batch = await _accept(database, _request())
    await _make_ready(database, batch[:2])
    batches = Batches(database=database, clock=ManualClock())
    assert await batches.begin_delivery(batch[0].id)
    assert not await batches.begin_delivery(batch[0].id)
    cells = [one.id for one in batch[:2]]
    settled = await batches.settle_delivered(batch[0].id, dataclasses.replace(GRID, cells=cells))
    assert [one.id for one in settled] == cells
    now = await batches.requests_of(batch[0].id)
    assert [one.state for one in now] == [State.DELIVERED, State.DELIVERED, State.QUEUED]
    assert [one.closed_at is None for one in now] == [True, False, True]
    assert await batches.settle_delivered(batch[0].id, GRID) == []
    stored = await batches.in_message(USER, 40)
    assert stored is not None
    assert (stored.id, stored.size) == (batch[0].id, 3)


async def test_a_grid_that_cannot_be_sent_gives_all_units_back_once(database: Database) -> None:
    batch = await _accept(database, _request(chat_id=GROUP))
    await _make_ready(database, batch)
    batches, quotas = Batches(database=database, clock=ManualClock()), Quotas(database)
    for _ in range(2):
        await batches.settle_without_picture(batch[0].id, State.FAILED, Failure.NOT_SENDABLE)
        assert [await quotas.used(subject, batch[0].quota_day) for subject in (USER, GROUP)] == [0, 0]


async def test_an_edit_changes_a_batch_only_while_all_of_it_waits(database: Database) -> None:
    stored = Requests(database=database, clock=ManualClock())
    batch = await _accept(database, _request())
    await _accept(database, _request(2, count=1))
    assert await stored.revise("m:7:1", "a wolf", None, None)
    batches = Batches(database=database, clock=ManualClock())
    assert [one.prompt for one in await batches.requests_of(batch[0].id)] == ["a wolf"] * 3
    single = await stored.by_key("m:7:2")
    assert single is not None
    assert single.prompt == "picture 2"
    await stored.move(batch[2].id, State.QUEUED, State.RUNNING)
    assert not await stored.revise("m:7:1", "a bear", None, None)


async def test_a_batch_of_which_one_create_may_have_been_paid_is_not_changed(database: Database) -> None:
    stored = Requests(database=database, clock=ManualClock())
    batch = await _accept(database, _request())
    await stored.move(batch[2].id, State.QUEUED, State.QUEUED, creates=1)
    assert not await stored.revise("m:7:1", "a bear", None, None)
    assert await stored.cancel_waiting("m:7:1") == []
    batches = Batches(database=database, clock=ManualClock())
    assert {(one.prompt, one.state) for one in await batches.requests_of(batch[0].id)} == {
        ("picture 1", State.QUEUED)
    }


async def test_the_keys_are_free_only_if_no_picture_came(database: Database) -> None:
    stored = Requests(database=database, clock=ManualClock())
    batch = await _accept(database, _request())
    await stored.settle(batch[0], [State.QUEUED], State.FAILED, failure=Failure.TIMEOUT)
    assert not await stored.release_key(batch[0].id)
    for one in batch[1:]:
        await stored.settle(one, [State.QUEUED], State.CANCELLED)
    assert await stored.release_key(batch[0].id)
    again = await _accept(database, _request())
    assert {one.id for one in again}.isdisjoint(one.id for one in batch)


async def test_forgetting_deletes_batches_that_have_ended_and_open_ones_at_their_end(
    database: Database,
) -> None:
    stored, batches = (
        Requests(database=database, clock=ManualClock()),
        Batches(database=database, clock=ManualClock()),
    )
    ended, running = await _accept(database, _request(1)), await _accept(database, _request(2))
    for batch in (ended, running):
        await _make_ready(database, batch)
    await batches.settle_delivered(ended[0].id, GRID)
    await stored.close(ended[0].id)
    await History(database=database, clock=ManualClock()).forget(USER)
    assert await batches.get(ended[0].id) is None
    assert await batches.get(running[0].id) is not None
    await batches.settle_delivered(running[0].id, GRID)
    assert [one.id for one in await batches.requests_of(running[0].id)] == [running[0].id]
    await stored.close(running[0].id)
    assert await batches.get(running[0].id) is None
    assert await batches.requests_of(running[0].id) == []


async def test_a_batch_moves_with_its_group(database: Database) -> None:
    batch = await _accept(database, _request(chat_id=GROUP))
    await _make_ready(database, batch)
    batches = Batches(database=database, clock=ManualClock())
    await batches.settle_delivered(batch[0].id, GRID)
    await migrate_chat(database, GROUP, -1_000_000_000_005)
    moved = await batches.get(batch[0].id)
    assert moved is not None
    assert (moved.chat_id, moved.message_id, moved.file_id) == (-1_000_000_000_005, None, "g")


async def test_a_cause_whose_head_was_deleted_is_accepted_anew(database: Database) -> None:
    """An edited message is such a cause, once the picture of the head is deleted."""
    batch = await _accept(database, _request())
    await _make_ready(database, batch)
    batches = Batches(database=database, clock=ManualClock())
    cells = [one.id for one in batch]
    await batches.settle_delivered(batch[0].id, dataclasses.replace(GRID, cells=cells))
    await Requests(database=database, clock=ManualClock()).close(batch[0].id)
    await History(database=database, clock=ManualClock()).delete(batch[0].id)
    again = await _accept(database, _request())
    assert [one.origin.key for one in again] == ["m:7:1", "m:7:1+2", "m:7:1+3"]
    assert {one.id for one in again}.isdisjoint(cells)
    assert len(await batches.requests_of(batch[0].id)) == 2
