"""The life of a replica: it follows its heartbeats, ends when it is dead to the others, and stops to lead in time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bot.replica import LEASE_SECONDS, Replica
from storage.database import Database, Unit
from storage.database_errors import StorageUnreachable
from storage.open_database import open_database
from storage.replicas import BEAT_SECONDS, DEAD_SECONDS, Heartbeat, Replicas
from storage.schema import replicas
from tests.storage.test_replicas import age
from tests.support.virtual_loop import LoopClock, virtual_time


class Partition:
    """A database that can be out of reach, as during a partition of the network."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.lost = False

    async def write(self, unit: Unit[Any]) -> Any:
        """Run a unit, or raise StorageUnreachable."""
        if self.lost:
            raise StorageUnreachable("no route to host")
        return await self.database.write(unit)


@asynccontextmanager
async def replicas_on(url: str, count: int) -> AsyncIterator[Sequence[tuple[Replica, Partition, list[str]]]]:
    """Yield started replicas with their ways to the database, and lists that get an entry at their ends."""
    database = await open_database(url, shared=True)
    made = []
    for number in range(count):
        ends: list[str] = []
        way = Partition(database)
        replica = Replica(
            replicas=Replicas(way),  # type: ignore[arg-type]
            clock=LoopClock(),
            on_dead=lambda ends=ends, number=number: ends.append(f"replica {number}"),  # type: ignore[misc]
        )
        await replica.start()
        made.append((replica, way, ends))
    yield made
    for replica, _way, _ends in made:
        await replica.stop()
    await database.close()


@virtual_time
async def test_the_second_replica_leads_when_the_first_stops(postgres_url: str) -> None:
    async with replicas_on(postgres_url, 2) as ((one, _, _), (two, _, two_ends)):
        await asyncio.sleep(BEAT_SECONDS + 1)
        assert (one.is_leader, two.is_leader, one.living) == (True, False, 2)
        await one.stop()
        await asyncio.sleep(BEAT_SECONDS + 1)
        assert (two.is_leader, two.living, two_ends) == (True, 1, [])


@virtual_time
async def test_a_replica_that_is_stopped_at_the_end_of_a_heartbeat_ends(postgres_url: str) -> None:
    """asyncio.wait_for of Python 3.11 forgets a cancel that comes when the awaited call has just ended."""
    async with replicas_on(postgres_url, 1) as ((one, _, _),):
        stops: list[asyncio.Task[None]] = []

        async def stop(_heartbeat: Heartbeat) -> None:
            stops.append(asyncio.create_task(one.stop()))

        one.on_heartbeat(stop)
        await asyncio.sleep(BEAT_SECONDS + 1)
        async with asyncio.timeout(BEAT_SECONDS):
            await stops[0]


@virtual_time
async def test_a_replica_that_the_others_have_buried_ends(postgres_url: str) -> None:
    async with replicas_on(postgres_url, 2) as ((one, way, one_ends), (two, _, two_ends)):
        await asyncio.sleep(DEAD_SECONDS + BEAT_SECONDS)  # only steady replicas bury
        way.lost = True
        await age(way.database, one.id, 2 * DEAD_SECONDS)
        await asyncio.sleep(BEAT_SECONDS + 1)
        assert two.is_leader
        way.lost = False
        await asyncio.sleep(BEAT_SECONDS)
        assert one_ends
        assert not two_ends


@virtual_time
async def test_who_was_cut_off_buries_nobody(postgres_url: str) -> None:
    """After an outage of the database the first replica that is back finds only old heartbeats."""
    async with replicas_on(postgres_url, 2) as ((one, way, _), (two, other_way, two_ends)):
        await asyncio.sleep(DEAD_SECONDS + BEAT_SECONDS)
        way.lost = other_way.lost = True
        await asyncio.sleep(20)
        for replica in (one, two):
            await age(way.database, replica.id, 20)
        way.lost = False
        await asyncio.sleep(2 * BEAT_SECONDS)
        other_way.lost = False
        await asyncio.sleep(2 * DEAD_SECONDS)
        assert (one.living, two.living, two_ends) == (2, 2, [])


@virtual_time
async def test_a_jump_of_the_database_s_clock_ends_no_replica(postgres_url: str) -> None:
    async with replicas_on(postgres_url, 2) as ((one, way, one_ends), (two, _, two_ends)):
        await asyncio.sleep(DEAD_SECONDS + BEAT_SECONDS)
        jump = sa.update(replicas).values(beat_at=replicas.c.beat_at - 2 * DEAD_SECONDS)
        await way.database.write(lambda connection: connection.execute(jump).rowcount)
        await asyncio.sleep(2 * DEAD_SECONDS)
        assert (one.living, two.living, one_ends, two_ends) == (2, 2, [], [])


@virtual_time
async def test_a_leader_without_the_database_stops_to_lead_before_it_is_buried(postgres_url: str) -> None:
    assert LEASE_SECONDS < DEAD_SECONDS
    async with replicas_on(postgres_url, 1) as ((one, way, _),):
        leads = []
        for lost, seconds in ((True, LEASE_SECONDS - 1), (True, 1.5), (False, BEAT_SECONDS + 1)):
            way.lost = lost
            await asyncio.sleep(seconds)
            leads.append(one.is_leader)
        assert leads == [True, False, True]


@virtual_time
async def test_a_callback_that_takes_long_delays_no_heartbeat(postgres_url: str) -> None:
    async with replicas_on(postgres_url, 1) as ((one, _, _),):
        calls = 0

        async def slow(_heartbeat: Heartbeat) -> None:
            nonlocal calls
            calls += 1
            await asyncio.sleep(5 * BEAT_SECONDS)

        one.on_heartbeat(slow)
        await asyncio.sleep(6 * BEAT_SECONDS)
        assert one.is_leader
        assert calls in {1, 2}


@pytest.mark.parametrize("count", [3])
@virtual_time
async def test_ids_are_new_at_each_start(postgres_url: str, count: int) -> None:
    async with replicas_on(postgres_url, count) as made:
        assert len({replica.id for replica, _, _ in made}) == count
