"""Retention: old requests are emptied in small steps, but for favourites, and nothing shows them any more."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.model import Accepted, FileKind, Request, SourcePicture, State
from storage.batches import Batches, DeliveredGrid
from storage.comparisons import Comparison, Comparisons
from storage.database import Database
from storage.drafts import Drafts
from storage.picture_history import ALL_PICTURES, FAVOURITES, History
from storage.requests import Requests
from storage.retention import DAY, ROWS, Retention
from storage.schema import comparisons as comparisons_table
from storage.schema import drafts as drafts_table
from storage.schema import requests as requests_table
from storage.schema import stickers as stickers_table
from storage.searches import Searches
from storage.stickers import Stickers
from tests.support.factories import AMPLE, generation_request, origin
from tests.support.manual_clock import ManualClock

USER = 7
SECRETS = ("a fox", "source", "unique", "task-", "https://", "photo-", "original-")
"""Starts of all texts of a request's contents."""


@pytest.fixture
def requests(database: Database, clock: ManualClock) -> Requests:
    return Requests(database=database, clock=clock)


@pytest.fixture
def history(database: Database, clock: ManualClock) -> History:
    return History(database=database, clock=clock)


@pytest.fixture
def retention(database: Database, clock: ManualClock) -> Retention:
    return Retention(database=database, clock=clock, keep_days=90)


async def _picture(requests: Requests, number: int, *, closed: bool = True) -> Request:
    wanted = replace(
        generation_request(number, USER, f"a fox {number}"),
        source=SourcePicture(f"source-{number}", unique_id=f"unique-{number}"),
    )
    accepted = await requests.accept(wanted, AMPLE)
    assert isinstance(accepted, Accepted)
    one = accepted.request
    assert await requests.move(
        one.id, State.QUEUED, State.RUNNING, task_id=f"task-{number}", started_at=one.accepted_at
    )
    delivered = await requests.settle(
        one,
        [State.RUNNING],
        State.DELIVERED,
        picture_url=f"https://store.example.org/{number}?signature=x",
        file_id=f"photo-{number}",
        file_kind=FileKind.PHOTO,
        result_message_id=number + 100,
    )
    assert delivered is not None
    await requests.set_original(delivered.id, f"original-{number}")
    if closed:
        await requests.close(delivered.id)
    return delivered


async def _pass(retention: Retention) -> int:
    """Take the steps of one pass over the requests, and return the number of emptied ones."""
    emptied, after = 0, 0
    while True:
        step = await retention.empty_requests(after)
        assert step.changed <= ROWS
        emptied += step.changed
        if step.after is None:
            return emptied
        assert step.after > after
        after = step.after


async def _texts(database: Database, request_id: int) -> str:
    """Return all values of a request's row in one text."""
    query = sa.select(requests_table).where(requests_table.c.id == request_id)
    return str(await database.read(lambda connection: tuple(connection.execute(query).one())))


async def _count(database: Database, table: sa.Table) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    return await database.read(lambda connection: connection.execute(query).scalar_one())


async def test_an_old_request_loses_its_contents_and_is_shown_nowhere(
    database: Database, clock: ManualClock, requests: Requests, history: History, retention: Retention
) -> None:
    old = await _picture(requests, 1)
    await Comparisons(database=database, clock=clock).add(Comparison(USER, 500, USER, old.id, 101, old.id))
    await Stickers(database=database, clock=clock).claim(USER, old.id, "imagine_bot")
    clock.advance(90 * DAY - 1)
    assert await _pass(retention) == 0
    before = await _texts(database, old.id)
    assert all(secret in before for secret in SECRETS)
    new = await _picture(requests, 2)
    clock.advance(2)
    assert await _pass(retention) == 1
    after = await _texts(database, old.id)
    assert not any(secret in after for secret in SECRETS)
    emptied = await requests.get(old.id)
    assert emptied is not None
    assert not emptied.is_visible
    assert (emptied.state, emptied.cost, emptied.accepted_at) == (old.state, old.cost, old.accepted_at)
    page = await history.page(USER, USER, selection=ALL_PICTURES)
    assert page is not None
    assert (page.total, page.request.id) == (1, new.id)
    assert await history.shareable(USER, old.id) is None
    assert await history.set_favourite(old.id, favourite=True) is None
    assert await _count(database, comparisons_table) == await _count(database, stickers_table) == 0
    assert await _pass(retention) == 0


async def test_a_repeated_message_of_an_emptied_request_is_not_drawn_again(
    clock: ManualClock, requests: Requests, retention: Retention
) -> None:
    old = await _picture(requests, 1)
    clock.advance(91 * DAY)
    assert await _pass(retention) == 1
    again = await requests.accept(generation_request(1, USER), AMPLE)
    assert isinstance(again, Accepted)
    assert not again.fresh
    assert again.request.id == old.id


async def test_favourites_stay_as_long_as_they_are_favourites(
    clock: ManualClock, requests: Requests, history: History, retention: Retention
) -> None:
    first = await _picture(requests, 1)
    await _picture(requests, 2)
    await history.set_favourite(first.id, favourite=True)
    clock.advance(1_000 * DAY)
    assert await _pass(retention) == 1
    page = await history.page(USER, USER, selection=FAVOURITES)
    assert page is not None
    assert page.request.prompt == "a fox 1"
    await history.set_favourite(first.id, favourite=False)
    assert await _pass(retention) == 1


async def test_an_open_request_stays(clock: ManualClock, requests: Requests, retention: Retention) -> None:
    one = await _picture(requests, 1, closed=False)
    clock.advance(1_000 * DAY)
    assert await _pass(retention) == 0
    await requests.close(one.id)
    assert await _pass(retention) == 0
    clock.advance(91 * DAY)
    assert await _pass(retention) == 1


async def test_forget_deletes_the_rows_of_emptied_requests(
    database: Database, clock: ManualClock, requests: Requests, history: History, retention: Retention
) -> None:
    await _picture(requests, 1)
    clock.advance(91 * DAY)
    assert await _pass(retention) == 1
    await history.forget(USER)
    assert await _count(database, requests_table) == 0


async def test_a_batch_goes_with_the_last_of_its_pictures(
    database: Database, clock: ManualClock, requests: Requests, history: History, retention: Retention
) -> None:
    batches = Batches(database=database, clock=clock)
    accepted = await requests.accept(replace(generation_request(1, USER), count=2), AMPLE)
    assert isinstance(accepted, Accepted)
    head, other = accepted.request, accepted.members[0]
    for one in (head, other):
        assert await requests.move(one.id, State.QUEUED, State.READY, ready_at=clock.now())
    grid = DeliveredGrid(101, "grid-file", FileKind.PHOTO, [head.id, other.id], 2)
    await batches.settle_delivered(head.id, grid)
    await requests.close(head.id)
    await history.set_favourite(other.id, favourite=True)
    clock.advance(91 * DAY)
    assert await _pass(retention) == 1
    kept = await batches.get(head.id)
    assert kept is not None
    assert kept.file_id == "grid-file"
    await history.set_favourite(other.id, favourite=False)
    assert await _pass(retention) == 1
    assert await batches.get(head.id) is None


async def test_many_old_requests_take_many_transactions(
    database: Database, clock: ManualClock, requests: Requests, retention: Retention
) -> None:
    one = await _picture(requests, 1)
    query = sa.select(requests_table).where(requests_table.c.id == one.id)
    row = dict(await database.read(lambda connection: connection.execute(query).mappings().one()))
    del row["id"]
    copies = [row | {"key": f"copy {number}"} for number in range(2 * ROWS)]
    await database.write(lambda connection: connection.execute(sa.insert(requests_table), copies).rowcount)
    clock.advance(91 * DAY)
    step = await retention.empty_requests(0)
    assert step.changed == ROWS
    assert step.after is not None
    # A kill here loses the position only: a pass from the beginning finds the rest.
    assert await _pass(retention) == ROWS + 1


async def test_old_words_are_deleted_and_new_ones_stay(
    database: Database, clock: ManualClock, retention: Retention
) -> None:
    drafts, searches = Drafts(database=database, clock=clock), Searches(database=database, clock=clock)
    draft = await drafts.save(origin(1), prompt="a fox")
    await drafts.add_answer(draft.id, USER, 5)
    await searches.add("s:1", USER, "a fox")
    clock.advance(91 * DAY)
    await drafts.save(origin(2), prompt="an owl")
    step = await retention.delete_words()
    assert (step.after, step.changed) == (None, 2)
    assert await _count(database, drafts_table) == 1
    assert await drafts.answers_to(draft.id) == []
