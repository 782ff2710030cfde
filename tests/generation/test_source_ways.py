"""The order of the ways of sending a source picture, across refusals and restarts."""

import asyncio

import pytest

from core.options import SourceWay
from generation.source_ways import SourceWays
from storage.database import Database
from storage.key_values import KeyValueStore
from tests.support.process_launcher import DEADLINE

LINK, BUCKET, DATA = SourceWay.LINK, SourceWay.BUCKET, SourceWay.DATA
ALL = (LINK, BUCKET, DATA)


class Restarts:
    """Starts the ways again and again on one ledger, and collects the reports to the admins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reports: list[tuple[SourceWay, SourceWay | None]] = []
        self._reported = asyncio.Event()

    def start(self, *ways: SourceWay, settings: str = "https://bot.example.org") -> SourceWays:
        return SourceWays(
            ways=ways or ALL,
            settings=settings,
            key_values=KeyValueStore(self._database),
            report=self._report,
        )

    async def _report(self, refused: SourceWay, works: SourceWay | None) -> None:
        self.reports.append((refused, works))
        self._reported.set()

    async def reported(self) -> None:
        """Wait for the first report, and for a second one that must not come."""
        await asyncio.wait_for(self._reported.wait(), DEADLINE)
        await asyncio.sleep(0.1)


@pytest.fixture
def restarts(database: Database) -> Restarts:
    return Restarts(database)


async def test_the_ways_are_tried_best_first(restarts: Restarts) -> None:
    assert await restarts.start().in_order() == [LINK, BUCKET, DATA]


async def test_a_restart_in_the_middle_continues_with_the_next_way(restarts: Restarts) -> None:
    await restarts.start().record_refused(LINK)
    assert await restarts.start().in_order() == [BUCKET, DATA, LINK]
    await restarts.start().record_refused(BUCKET)
    assert await restarts.start().in_order() == [DATA, LINK, BUCKET]


async def test_the_way_that_works_is_first_after_a_restart_and_reported_once(restarts: Restarts) -> None:
    for _ in range(3):
        ways = restarts.start()
        await ways.record_refused(LINK)
        await ways.record_accepted(DATA)
        await restarts.reported()
        assert await restarts.start().in_order() == [DATA, BUCKET, LINK]
    assert restarts.reports == [(LINK, DATA)]


async def test_a_report_that_a_kill_prevented_is_sent_after_the_next_edit(restarts: Restarts) -> None:
    ways = restarts.start()
    await ways.record_refused(LINK)
    await ways.record_accepted(DATA)
    await ways._background.stop()  # as a kill would, before the report is sent
    restarts.reports.clear()
    await restarts.start().record_accepted(DATA)
    await restarts.reported()
    assert restarts.reports == [(LINK, DATA)]


async def test_other_settings_start_anew(restarts: Restarts) -> None:
    ways = restarts.start()
    await ways.record_refused(LINK)
    await ways.record_accepted(DATA)
    assert await restarts.start(settings="https://other.example.org").in_order() == [LINK, BUCKET, DATA]


async def test_no_way_is_reported_once(restarts: Restarts) -> None:
    for _ in range(3):
        await restarts.start(DATA).record_all_refused()
        await restarts.reported()
    assert restarts.reports == [(DATA, None)]


async def test_one_refused_picture_is_the_picture_s_fault_and_a_second_one_the_ways(
    restarts: Restarts,
) -> None:
    ways = restarts.start(DATA)
    assert not await ways.has_worked()
    await ways.record_accepted(DATA)
    assert await ways.has_worked()
    await ways.record_all_refused()
    assert not await ways.has_worked()
    await asyncio.sleep(0.1)
    assert restarts.reports == []
    await ways.record_all_refused()
    await restarts.reported()
    assert restarts.reports == [(DATA, None)]


async def test_a_way_whose_picture_was_not_loaded_comes_last(restarts: Restarts) -> None:
    ways = restarts.start(LINK, DATA)
    await ways.record_accepted(LINK)
    await ways.record_not_loaded(LINK)
    assert await ways.in_order() == [DATA, LINK]
    await ways.record_accepted(DATA)
    await restarts.reported()
    assert restarts.reports == [(LINK, DATA)]


async def test_a_way_is_left_until_all_are_refused(restarts: Restarts) -> None:
    ways = restarts.start(LINK, DATA)
    assert ways.are_left({LINK})
    assert not ways.are_left({LINK, DATA})
