"""The history: its selections, favourites, and the deletion of one picture."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.model import Accepted, FileKind, Request, SourcePicture, State
from core.reply_target import ReplyTarget
from storage.comparisons import Comparison, Comparisons
from storage.database import Database
from storage.open_database import open_database
from storage.picture_history import ALL_PICTURES, FAVOURITES, SHARED, History, Selection
from storage.requests import Requests
from storage.schema import requests as requests_table
from storage.schema import searches as searches_table
from storage.searches import KEPT_SECONDS, Searches
from storage.stickers import Stickers
from tests.support.factories import AMPLE, generation_request
from tests.support.ledger import file_url
from tests.support.manual_clock import ManualClock

USER, OTHER = 7, 8


@pytest.fixture
def requests(database: Database, clock: ManualClock) -> Requests:
    return Requests(database=database, clock=clock)


@pytest.fixture
def history(database: Database, clock: ManualClock) -> History:
    return History(database=database, clock=clock)


@pytest.fixture
def searches(database: Database, clock: ManualClock) -> Searches:
    return Searches(database=database, clock=clock)


async def _picture(
    requests: Requests,
    number: int,
    prompt: str = "a fox",
    *,
    user: int = USER,
    chat_id: int | None = None,
    parent: Request | None = None,
    closed: bool = True,
) -> Request:
    """Return a delivered picture of a user in their private chat, or in another chat."""
    wanted = generation_request(number, user, prompt)
    if chat_id is not None:
        wanted = replace(wanted, origin=replace(wanted.origin, place=ReplyTarget(chat_id, None, number)))
    if parent is not None:
        wanted = replace(wanted, source=SourcePicture(parent.file_id or "", parent.id), ratio=None)
    accepted = await requests.accept(wanted, AMPLE)
    assert isinstance(accepted, Accepted)
    delivered = await requests.settle(
        accepted.request,
        [State.QUEUED],
        State.DELIVERED,
        file_id=f"photo-{number}",
        file_kind=FileKind.PHOTO,
        result_message_id=number + 100,
    )
    assert delivered is not None
    if closed:
        await requests.close(delivered.id)
    return delivered


async def _ids(history: History, selection: Selection, user: int = USER) -> list[int]:
    """Return the ids of all pages, newest first."""
    found = []
    page = await history.page(user, user, selection=selection)
    while page is not None:
        found.append(page.request.id)
        assert page.number == len(found)
        page = await history.page(user, user, page.older, selection) if page.older else None
    return found


async def test_a_favourite_stays_one_however_often_it_is_made_one(
    requests: Requests, history: History, clock: ManualClock
) -> None:
    first, second = await _picture(requests, 1), await _picture(requests, 2)
    starred = await history.set_favourite(first.id, favourite=True)
    assert starred is not None
    since = starred.favourite_at
    assert since == clock.now()
    clock.advance(5)
    again = await history.set_favourite(first.id, favourite=True)
    assert again is not None
    assert again.favourite_at == since
    assert await _ids(history, FAVOURITES) == [first.id]
    assert await _ids(history, ALL_PICTURES) == [second.id, first.id]
    for _ in range(2):
        plain = await history.set_favourite(first.id, favourite=False)
        assert plain is not None
        assert plain.favourite_at is None
    assert await _ids(history, FAVOURITES) == []
    assert await history.set_favourite(10_000, favourite=True) is None


async def test_a_picture_that_is_no_favourite_any_more_keeps_its_neighbours(
    requests: Requests, history: History
) -> None:
    pictures = [await _picture(requests, number) for number in range(1, 6)]
    for picture in pictures[::2]:
        await history.set_favourite(picture.id, favourite=True)
    middle = await history.set_favourite(pictures[2].id, favourite=False)
    assert middle is not None
    page = await history.page_of(middle, USER, FAVOURITES)
    assert page.request == middle
    assert (page.newer, page.older, page.oldest) == (pictures[4].id, pictures[0].id, pictures[0].id)
    for picture in pictures:
        await history.set_favourite(picture.id, favourite=False)
    alone = await history.page_of(middle, USER, FAVOURITES)
    assert (alone.newer, alone.older, alone.oldest) == (None, None, middle.id)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fox", [0, 1]),
        ("FOX snow", [1]),
        ("ЁЛКА", [2]),
        ("елка", [2]),
        ("%", [3]),
        ("100%", [3]),
        ("a_b", [4]),
        ("\\", [5]),
        ("'", [6]),
        ("nothing", []),
    ],
)
async def test_a_search_finds_words_as_they_stand(
    requests: Requests, history: History, searches: Searches, words: str, found: list[int]
) -> None:
    prompts = ["a fox", "A FoX in the snow", "ёлка", "100% wool", "a_b", "C:\\temp", "it's axb"]
    pictures = [await _picture(requests, number, prompt) for number, prompt in enumerate(prompts, 1)]
    await _picture(requests, 1, " ".join(prompts), user=OTHER)
    search_id = await searches.add("m:7:99:", USER, words)
    expected = [pictures[at].id for at in reversed(found)]
    assert await _ids(history, Selection(search_id=search_id)) == expected
    if expected:
        page = await history.page(USER, USER, selection=Selection(search_id=search_id))
        assert page is not None
        assert (page.words, page.total) == (words, len(expected))
    assert await _ids(history, Selection(search_id=search_id), OTHER) == []


async def test_a_search_is_stored_once_and_kept_for_a_month(
    requests: Requests, history: History, searches: Searches, database: Database, clock: ManualClock
) -> None:
    picture = await _picture(requests, 1)
    first = await searches.add("m:7:1:", USER, "fox")
    assert await searches.add("m:7:1:", USER, "fox") == first
    clock.advance(KEPT_SECONDS - 1)
    await searches.prune()
    assert await _ids(history, Selection(search_id=first)) == [picture.id]
    clock.advance(2)
    await searches.prune()
    assert await history.page(USER, USER, selection=Selection(search_id=first)) is None
    assert await searches.add("m:7:2:", USER, "fox") > first, "an old button must not name a new search"
    await history.forget(USER)
    kept = sa.select(sa.func.count()).select_from(searches_table)
    assert await database.read(lambda connection: connection.execute(kept).scalar_one()) == 0


async def test_one_picture_is_deleted_and_its_edits_stay(
    requests: Requests, history: History, database: Database, clock: ManualClock
) -> None:
    comparisons = Comparisons(database=database, clock=clock)
    first, other = await _picture(requests, 1), await _picture(requests, 2)
    assert not await history.has_edits(first)
    edit = await _picture(requests, 3, "make it night", parent=first)
    assert await history.has_edits(first)
    for number, request in enumerate((first, edit), 1):
        await comparisons.add(Comparison(USER, 900 + number, USER, request.id, 103, first.id))
    await history.delete(first.id)
    await history.delete(first.id)
    assert await requests.get(first.id) is None
    assert await _ids(history, ALL_PICTURES) == [edit.id, other.id]
    kept = await requests.get(edit.id)
    assert kept is not None
    assert kept.source == SourcePicture("photo-1", first.id)
    assert await comparisons.get(USER, 901) is None
    assert await comparisons.get(USER, 902) is not None
    assert await requests.by_message(USER, 902) is None


async def test_a_deleted_picture_takes_its_sticker_along(
    requests: Requests, history: History, database: Database, clock: ManualClock
) -> None:
    fox, owl = [await _picture(requests, number) for number in (1, 2)]
    stickers = Stickers(database=database, clock=clock)
    for one in (fox, owl):
        await stickers.claim(USER, one.id, "imagine_bot")
    await history.delete(fox.id)
    assert await stickers.get(USER, fox.id) is None
    assert await stickers.get(USER, owl.id) is not None


async def test_a_shared_picture_is_found_however_many_are_newer(
    requests: Requests, history: History, database: Database
) -> None:
    owl = await _picture(requests, 1, "an owl")
    fox = await _picture(requests, 2, "a fox")

    def copies(connection: sa.Connection) -> None:
        row = connection.execute(sa.select(requests_table).where(requests_table.c.id == fox.id)).one()
        columns = row._asdict()
        del columns["id"]
        rows = [columns | {"key": f"copy {number}"} for number in range(2_001)]
        connection.execute(sa.insert(requests_table), rows)

    await database.write(copies)
    found = await history.search_shareable(USER, "owl", before=None, limit=5)
    assert [one.id for one in found] == [owl.id]
    page = await history.search_shareable(USER, "fox", before=None, limit=3)
    assert len(page) == 3
    older = await history.search_shareable(USER, "fox", before=page[-1].id, limit=3)
    assert max(one.id for one in older) < page[-1].id


async def test_an_open_picture_is_deleted_when_it_is_closed(requests: Requests, history: History) -> None:
    picture = await _picture(requests, 1, closed=False)
    await history.delete(picture.id)
    marked = await requests.get(picture.id)
    assert marked is not None
    assert marked.forget
    assert await _ids(history, ALL_PICTURES) == []
    assert await history.set_favourite(picture.id, favourite=True) is None
    await requests.close(picture.id)
    assert await requests.get(picture.id) is None


async def test_the_first_private_picture_stays_the_first(
    requests: Requests, history: History, clock: ManualClock
) -> None:
    async def ready(number: int) -> Request:
        accepted = await requests.accept(generation_request(number, USER), AMPLE)
        assert isinstance(accepted, Accepted)
        clock.advance(1)
        moved = await requests.move(accepted.request.id, State.QUEUED, State.READY, ready_at=clock.now())
        assert moved is not None
        return moved

    assert await history.first_in_private(USER) is None
    first, second = await ready(1), await ready(2)
    await requests.settle(second, [State.READY], State.DELIVERED, file_id="b", file_kind=FileKind.PHOTO)
    assert await history.first_in_private(USER) == first.id
    await requests.settle(first, [State.READY], State.FAILED)
    assert await history.first_in_private(USER) == second.id
    await ready(3)
    assert await history.first_in_private(USER) == second.id
    assert await history.first_in_private(OTHER) is None


async def test_a_shared_history_has_the_pictures_of_all_members_of_one_group(
    requests: Requests, history: History, searches: Searches, database: Database
) -> None:
    group, other_group = -5, -6
    first = await _picture(requests, 1, "a fox", chat_id=group)
    second = await _picture(requests, 2, "a wolf", user=OTHER, chat_id=group)
    third = await _picture(requests, 3, "a red fox", user=OTHER, chat_id=group)
    hidden = await _picture(requests, 4, "a hidden fox", user=OTHER, chat_id=group)
    deleted = await _picture(requests, 5, "a deleted fox", user=OTHER, chat_id=group)
    await _picture(requests, 6, "a fox elsewhere", chat_id=other_group)
    await _picture(requests, 7, "a private fox")
    hide = sa.update(requests_table).where(requests_table.c.id == hidden.id).values(hidden_at=1.0)
    await database.write(lambda connection: connection.execute(hide).rowcount)
    await history.delete(deleted.id)
    wanted = replace(generation_request(8, OTHER), origin=replace(second.origin, key="m:8"))
    for number, final in enumerate((State.CANCELLED, State.FAILED, None)):
        origin = replace(wanted.origin, key=f"m:8:{number}")
        accepted = await requests.accept(replace(wanted, origin=origin), AMPLE)
        assert isinstance(accepted, Accepted)
        if final is not None:
            await requests.settle(accepted.request, [State.QUEUED], final)

    async def ids(selection: Selection, chat_id: int) -> list[int]:
        found, page = [], await history.page(USER, chat_id, selection=selection)
        while page is not None:
            found.append(page.request.id)
            assert (page.viewer, page.number, page.oldest) == (USER, len(found), first.id)
            older = page.older
            page = await history.page(USER, chat_id, older, selection) if older else None
        return found

    assert await ids(SHARED, group) == [third.id, second.id, first.id]
    search_id = await searches.add("s:1", USER, "fox")
    assert await ids(Selection(search_id=search_id, shared=True), group) == [third.id, first.id]
    assert await history.page(OTHER, group, selection=Selection(search_id=search_id, shared=True)) is None
    assert await history.page(USER, USER, selection=SHARED) is None  # a private chat has none
    assert await ids(ALL_PICTURES, group) == [first.id]


async def test_the_shared_history_reads_the_index_of_groups(
    migrated_file: Path, tmp_path: Path, clock: ManualClock
) -> None:
    """A group's pictures are few among all requests, and SQLite uses the index only for its very condition."""
    database = await open_database(file_url(shutil.copy(migrated_file, tmp_path)))
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, sql: str, parameters: Any, *_more: object) -> None:
        seen.append((sql, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        await History(database=database, clock=clock).page(USER, -5, selection=SHARED)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    ((sql, parameters),) = seen
    plan = await database.read(
        lambda c: [row.detail for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)]
    )
    await database.close()
    assert [detail for detail in plan if "ix_requests_of_groups" in detail]
