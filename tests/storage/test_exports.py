"""Exports: one an hour for each user, as far as they were sent, and in an order that suits short ones."""

import pytest

from core.model import Accepted
from storage.database import Database
from storage.exports import HOUR, Export, Exports, TooSoon
from storage.picture_history import History
from storage.requests import Requests
from storage.searches import Searches
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import ManualClock

USER, OTHER = 7, 8


@pytest.fixture
def requests(database: Database, clock: ManualClock) -> Requests:
    return Requests(database=database, clock=clock)


@pytest.fixture
def exports(database: Database, clock: ManualClock) -> Exports:
    return Exports(database=database, clock=clock)


async def _accept(requests: Requests, number: int, user: int = USER) -> int:
    accepted = await requests.accept(generation_request(number, user), AMPLE)
    assert isinstance(accepted, Accepted)
    return accepted.request.id


async def _begin(exports: Exports, key: str, user: int = USER) -> Export:
    export = await exports.begin(key, user, "en")
    assert isinstance(export, Export)
    return export


async def test_nothing_is_exported_of_a_user_without_requests(exports: Exports, requests: Requests) -> None:
    await _accept(requests, 1, OTHER)
    assert await exports.begin("m:7:1:", USER, "en") is None
    assert await exports.next_open() is None


async def test_what_is_kept_beside_requests_is_exported_by_itself(
    exports: Exports, database: Database, clock: ManualClock
) -> None:
    await Searches(database=database, clock=clock).add("m:7:1:", USER, "fox")
    export = await _begin(exports, "m:7:2:")
    assert await exports.requests_after(export, 0, 100) == []
    assert [words for words, _ in (await exports.choices(USER)).searches] == ["fox"]


async def test_a_user_has_one_export_an_hour(
    exports: Exports, requests: Requests, clock: ManualClock
) -> None:
    await _accept(requests, 1)
    await _accept(requests, 1, OTHER)
    first = await _begin(exports, "m:7:1:")
    clock.advance(600)
    assert await exports.begin("m:7:1:", USER, "en") == first, "a repeated update is the same export"
    assert await exports.begin("m:7:2:", USER, "en") == TooSoon(HOUR - 600)
    await _begin(exports, "m:8:1:", OTHER)
    begun = await exports.begin_send(first)
    assert begun is not None
    await exports.file_sent(begun, first.last_id, last=True)
    await exports.prune()
    assert await exports.begin("m:7:3:", USER, "en") == TooSoon(HOUR - 600)
    clock.advance(HOUR - 600)
    second = await _begin(exports, "m:7:3:")
    await exports.drop(second.id)
    assert isinstance(await exports.begin("m:7:4:", USER, "en"), Export), "one that failed does not count"


async def test_an_export_covers_the_requests_at_its_begin(
    exports: Exports, requests: Requests, database: Database, clock: ManualClock
) -> None:
    ids = [await _accept(requests, number) for number in range(1, 6)]
    await _accept(requests, 9, OTHER)
    export = await _begin(exports, "m:7:1:")
    await _accept(requests, 6)
    await History(database=database, clock=clock).delete(ids[1])  # it is open, so it is only marked
    covered = await exports.requests_after(export, 0, 100)
    assert [one.id for one in covered] == [ids[0], *ids[2:]]
    assert [one.id for one in await exports.requests_after(export, ids[2], 1)] == [ids[3]]


async def test_only_one_send_of_a_file_goes_on(exports: Exports, requests: Requests) -> None:
    await _accept(requests, 1)
    export = await _begin(exports, "m:7:1:")
    first = await exports.begin_send(export)
    assert first is not None
    assert first.tries == 1
    assert await exports.begin_send(export) is None, "another process has begun this file"
    second = await exports.begin_send(first)
    assert second is not None
    await exports.file_sent(first, 1, last=True)
    assert (await exports.next_open()) == second, "the slower process changes nothing"
    await exports.not_sent(second)
    now = await exports.next_open()
    assert now is not None
    assert now.tries == 1


async def test_the_export_with_the_fewest_files_is_next(exports: Exports, requests: Requests) -> None:
    await _accept(requests, 1)
    await _accept(requests, 1, OTHER)
    long, short = await _begin(exports, "m:7:1:"), await _begin(exports, "m:8:1:", OTHER)
    begun = await exports.begin_send(long)
    assert begun is not None
    await exports.file_sent(begun, 0, last=False)
    following = await exports.next_open()
    assert following is not None
    assert following.id == short.id
    other = await exports.next_open(without=[short.id])
    assert other is not None
    assert (other.id, other.files, other.tries) == (long.id, 1, 0)
    assert await exports.next_open(without=[short.id, long.id]) is None


async def test_forget_ends_an_export(
    exports: Exports, requests: Requests, database: Database, clock: ManualClock
) -> None:
    await _accept(requests, 1)
    await Searches(database=database, clock=clock).add("m:7:5:", USER, "fox")
    export = await _begin(exports, "m:7:1:")
    kept = await exports.choices(USER)
    assert [words for words, _ in kept.searches] == ["fox"]
    await History(database=database, clock=clock).forget(USER)
    assert await exports.next_open() is None
    assert await exports.begin_send(export) is None
    assert (await exports.choices(USER)).searches == []
