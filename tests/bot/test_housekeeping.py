"""The hourly deletion of old rows."""

import asyncio

from bot.housekeeping import RELEARN_SECONDS, prune_hourly, relearn_regularly
from bot.retention import empty_regularly
from core.metrics import Metrics
from core.model import Accepted, State
from generation.poll_schedule import PollSchedule
from storage.drafts import KEPT_SECONDS, Drafts
from storage.durations import Durations, Interval, record_duration
from storage.inbox import Inbox
from storage.open_database import open_database
from storage.requests import Requests
from storage.retention import Retention
from tests.support.factories import AMPLE, generation_request, origin, queued_update
from tests.support.ledger import connect
from tests.support.virtual_loop import LoopClock, virtual_time

HOUR = 3600.0


def _count(database_url: str, table: str) -> int:
    with connect(database_url) as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608


@virtual_time
async def test_unfinished_drafts_and_handled_updates_are_deleted_within_an_hour_of_their_time(
    database_url: str,
) -> None:
    database = await open_database(database_url)
    clock = LoopClock()
    drafts, inbox = Drafts(database=database, clock=clock), Inbox(database=database, clock=clock)
    await drafts.save(origin(), prompt="a fox")
    await inbox.put([queued_update(1), queued_update(2)])
    await inbox.handled(1)
    task = asyncio.create_task(prune_hourly([inbox.prune, drafts.prune], clock))
    await asyncio.sleep(23 * HOUR)
    assert (_count(database_url, "drafts"), _count(database_url, "inbox")) == (1, 2)
    await asyncio.sleep(3 * HOUR)
    assert (_count(database_url, "drafts"), _count(database_url, "inbox")) == (1, 1)
    await asyncio.sleep(KEPT_SECONDS - 27 * HOUR)
    assert _count(database_url, "drafts") == 1
    await asyncio.sleep(3 * HOUR)
    assert _count(database_url, "drafts") == 0
    task.cancel()
    await database.close()


@virtual_time
async def test_a_replica_learns_from_the_tasks_of_the_others(database_url: str) -> None:
    database = await open_database(database_url)
    clock = LoopClock()
    poll_schedule = PollSchedule(clock)
    task = asyncio.create_task(relearn_regularly(Durations(database), poll_schedule, clock))
    before = poll_schedule.usual()
    for _ in range(50):
        await database.write(lambda connection: record_duration(connection, Interval(90.0, 91.0)))
    await asyncio.sleep(RELEARN_SECONDS - 1)
    assert poll_schedule.usual() == before
    await asyncio.sleep(2)
    assert 80 < poll_schedule.usual() < 100
    task.cancel()
    await database.close()


@virtual_time
async def test_old_contents_are_removed_every_six_hours_and_counted(database_url: str) -> None:
    database = await open_database(database_url)
    clock, metrics = LoopClock(), Metrics()
    requests = Requests(database=database, clock=clock)
    accepted = await requests.accept(generation_request(), AMPLE)
    assert isinstance(accepted, Accepted)
    await requests.settle(accepted.request, [State.QUEUED], State.CANCELLED)
    await requests.close(accepted.request.id)
    retention = Retention(database=database, clock=clock, keep_days=2)
    task = asyncio.create_task(empty_regularly(retention, metrics, clock))
    await asyncio.sleep(47 * HOUR)
    assert metrics.registry.get_sample_value("imagine_emptied_requests_total") == 0
    await asyncio.sleep(7 * HOUR)
    assert metrics.registry.get_sample_value("imagine_emptied_requests_total") == 1
    passed = metrics.registry.get_sample_value("imagine_retention_passed_timestamp_seconds")
    assert passed is not None
    assert clock.now() - passed < 6 * HOUR + 60
    task.cancel()
    await database.close()
