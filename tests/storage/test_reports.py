"""Reports in the ledger, and pictures that a decision hides from every selection."""

import dataclasses

import pytest
import sqlalchemy as sa

from core.model import Accepted, FileKind, Request, State
from storage.bans import Ban, Bans
from storage.batches import Batches, DeliveredGrid
from storage.chat_migration import migrate_chat
from storage.comparisons import Comparison, Comparisons
from storage.database import Database
from storage.picture_history import ALL_PICTURES, FAVOURITES, History, Selection
from storage.reports import KEPT_SECONDS, MOST_A_DAY, Decision, NewReport, Report, Reports
from storage.requests import Requests
from storage.schema import report_messages
from storage.schema import reports as table
from storage.searches import Searches
from tests.support.factories import AMPLE, admin_cause, generation_request
from tests.support.manual_clock import ManualClock

USER, REPORTER, OTHER, GROUP = 7, 8, 9, -5
NEW = NewReport(
    key="m:-5:30:",
    request_id=1,
    author_id=USER,
    chat_id=GROUP,
    message_id=20,
    chat_title="Friends",
    reporter_id=REPORTER,
    reporter_name="Ben",
    reason="not here",
)


@pytest.fixture
def requests(database: Database, clock: ManualClock) -> Requests:
    return Requests(database=database, clock=clock)


@pytest.fixture
def history(database: Database, clock: ManualClock) -> History:
    return History(database=database, clock=clock)


@pytest.fixture
def reports(database: Database, clock: ManualClock) -> Reports:
    return Reports(database=database, clock=clock)


def _new(number: int, **changes: object) -> NewReport:
    """Return a report with a picture and a cause of its own."""
    return dataclasses.replace(NEW, request_id=number, key=f"m:-5:{number}:", **changes)  # type: ignore[arg-type]


async def _add(reports: Reports, new: NewReport = NEW) -> Report:
    report = await reports.add(new)
    assert report is not None
    return report


async def _pictures(requests: Requests, count: int = 1, number: int = 1) -> list[Request]:
    """Return the delivered pictures of a request or of a batch."""
    accepted = await requests.accept(
        dataclasses.replace(generation_request(number, USER), count=count), AMPLE
    )
    assert isinstance(accepted, Accepted)
    for at, one in enumerate((accepted.request, *accepted.members)):
        await requests.settle(
            one,
            [State.QUEUED],
            State.DELIVERED,
            file_id=f"f{one.id}",
            file_kind=FileKind.PHOTO,
            result_message_id=number * 100 + at,
        )
        await requests.close(one.id)
    return await requests.get_all([accepted.request.id, *(one.id for one in accepted.members)])


async def test_a_picture_is_reported_once(reports: Reports) -> None:
    first = await _add(reports)
    assert (first.reason, first.decision, first.is_hidden) == ("not here", None, False)
    assert await _add(reports) == first
    other = await _add(reports, dataclasses.replace(NEW, key="m:-5:31:", reporter_id=OTHER))
    assert other == first
    assert await reports.get(first.id + 1) is None


async def test_a_user_reports_so_many_pictures_a_day(reports: Reports, clock: ManualClock) -> None:
    for number in range(1, MOST_A_DAY + 1):
        await _add(reports, _new(number))
    assert await reports.add(_new(99)) is None
    assert await reports.add(_new(3)) is not None, "a known report needs no room"
    await _add(reports, _new(99, reporter_id=OTHER))
    clock.advance(86_401)
    await _add(reports, _new(100))


@pytest.mark.parametrize("decision", list(Decision))
async def test_the_first_decision_counts_with_all_of_its_effects(
    database: Database, reports: Reports, requests: Requests, clock: ManualClock, decision: Decision
) -> None:
    batch, other = await _pictures(requests, 3), (await _pictures(requests, number=2))[0]
    report = await _add(reports, _new(batch[0].id))
    decided = await reports.decide(report.id, decision, "Olga", admin_cause())
    assert decided is not None
    assert (decided.decision, decided.decided_by, decided.decided_at) == (decision, "Olga", clock.now())
    clock.advance(5)
    for late in Decision:
        assert await reports.decide(report.id, late, "Ivan", admin_cause()) == decided
    hides = decision is not Decision.FINE
    assert decided.is_hidden is hides
    hidden_at = decided.decided_at if hides else None
    assert [one.hidden_at for one in await requests.get_all([one.id for one in batch])] == [hidden_at] * 3
    assert [one.is_visible for one in await requests.get_all([batch[0].id, other.id])] == [not hides, True]
    banned = await Bans(database).of_kind(Ban.SUBJECT)
    assert banned == ({str(USER)} if decision is Decision.BAN else set())
    assert await reports.decide(report.id + 1, decision, "Olga", admin_cause()) is None


async def test_the_known_messages_of_a_picture_are_its_own_its_grid_and_comparisons(
    database: Database, reports: Reports, requests: Requests, clock: ManualClock
) -> None:
    batch, other = await _pictures(requests, 2), (await _pictures(requests, number=2))[0]
    batches, comparisons = (kind(database=database, clock=clock) for kind in (Batches, Comparisons))
    assert isinstance(batches, Batches)
    assert isinstance(comparisons, Comparisons)
    await batches.settle_delivered(batch[0].id, DeliveredGrid(40, "g", FileKind.PHOTO, (), 2))
    for message_id, shown in ((50, batch[1].id), (51, other.id), (52, None)):
        await comparisons.add(Comparison(USER, message_id, USER, other.id, 49, shown))
    report = await _add(reports, _new(batch[0].id))
    assert await reports.messages_of(report) == [
        (GROUP, 20),
        (USER, 40),
        (USER, 50),
        (USER, 100),
        (USER, 101),
    ]


async def test_a_hidden_picture_is_in_no_selection(
    database: Database, reports: Reports, requests: Requests, history: History, clock: ManualClock
) -> None:
    pictures = [(await _pictures(requests, number=number))[0] for number in (1, 2, 3)]
    for picture in pictures:
        await history.set_favourite(picture.id, favourite=True)
    search_id = await Searches(database=database, clock=clock).add("m:7:99:", USER, "picture")
    hidden, left = pictures[1], [pictures[2].id, pictures[0].id]
    report = await _add(reports, _new(hidden.id))
    await reports.decide(report.id, Decision.HIDE, "Olga", admin_cause())
    for selection in (ALL_PICTURES, FAVOURITES, Selection(search_id=search_id)):
        page = await history.page(USER, USER, selection=selection)
        assert page is not None
        assert [page.request.id, page.older, page.total] == [*left, 2]
        at_its_place = await history.page(USER, USER, hidden.id, selection)
        assert at_its_place is not None
        assert at_its_place.request.id == left[1]
    found = await history.search_shareable(USER, "picture", before=None, limit=9)
    assert [one.id for one in found] == left
    assert await history.shareable(USER, hidden.id) is None
    assert await history.shareable(USER, left[0]) is not None
    assert await history.set_favourite(hidden.id, favourite=True) is None


async def test_forget_deletes_reports_about_a_user_and_the_user_in_their_own(
    database: Database, reports: Reports, history: History
) -> None:
    about, by = await _add(reports, _new(1)), await _add(reports, _new(2, author_id=OTHER, reporter_id=USER))
    for report in (about, by):
        await reports.add_copy(report.id, 99, report.id)
    await history.forget(USER)
    assert await reports.get(about.id) is None
    anonymous = dataclasses.replace(by, reporter_id=None, reporter_name=None, reason=None)
    assert await reports.get(by.id) == anonymous
    statement = sa.select(report_messages.c.report_id)
    assert await database.read(lambda c: list(c.execute(statement).scalars())) == [by.id]


async def test_a_group_that_becomes_a_supergroup_takes_its_reports_along(
    database: Database, reports: Reports
) -> None:
    report = await _add(reports, _new(1, author_id=GROUP, reporter_id=GROUP))
    for _ in range(2):
        await migrate_chat(database, GROUP, -1_000_000_000_005)
    moved = await reports.get(report.id)
    assert moved is not None
    assert (moved.chat_id, moved.author_id, moved.reporter_id) == (-1_000_000_000_005,) * 3
    assert moved.message_id is None


async def test_the_copies_are_stored_and_decided_reports_pruned(
    database: Database, reports: Reports, clock: ManualClock
) -> None:
    decided, open_ = await _add(reports, _new(1)), await _add(reports, _new(2))
    for _ in range(2):
        await reports.add_copy(decided.id, 99, 5)
        await reports.add_copy(decided.id, 98, 6)
    assert await reports.copies_of(decided.id) == [(98, 6), (99, 5)]
    assert await reports.copies_of(open_.id) == []
    await reports.decide(decided.id, Decision.FINE, "Olga", admin_cause())
    clock.advance(KEPT_SECONDS)
    await reports.prune()
    assert await reports.get(decided.id) is not None
    clock.advance(1)
    await reports.prune()
    left = await database.read(lambda c: list(c.execute(sa.select(table.c.id)).scalars()))
    assert left == [open_.id]
    assert await reports.copies_of(decided.id) == []
