"""Several processes on one PostgreSQL database: heartbeats, tombstones, the leader, and the owners of updates."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import sqlalchemy as sa

from bot.build_storage import build_storage
from storage.bans import Ban
from storage.database import Database
from storage.database_errors import DatabaseLocked
from storage.inbox import Inbox, PutUpdate
from storage.key_values import KeyValueStore
from storage.open_database import open_database
from storage.replicas import DEAD_SECONDS, TOMBSTONE_SECONDS, Heartbeat, Replicas
from storage.schema import replicas
from tests.support.factories import admin_cause, queued_update
from tests.support.manual_clock import ManualClock


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Yield the database as two replicas have opened it."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(2):
            database = await open_database(postgres_url, shared=True)
            stack.push_async_callback(database.close)
            opened.append(database)
        yield opened[0], opened[1]


async def age(database: Database, replica_id: str, seconds: float) -> None:
    """Move the last heartbeat of a replica, and its tombstone if it has one, into the past."""
    statement = (
        sa.update(replicas)
        .where(replicas.c.id == replica_id)
        .values(beat_at=replicas.c.beat_at - seconds, dead_at=replicas.c.dead_at - seconds)
    )
    await database.write(lambda connection: connection.execute(statement).rowcount)


async def beat(registry: Replicas, replica_id: str, *, may_bury: bool = True) -> Heartbeat:
    """Record a heartbeat of a living replica."""
    heartbeat = await registry.beat(replica_id, trouble=None, may_bury=may_bury)
    assert heartbeat is not None
    return heartbeat


async def test_a_single_process_and_replicas_keep_each_other_out(postgres_url: str) -> None:
    alone = await open_database(postgres_url)
    with pytest.raises(DatabaseLocked):
        await open_database(postgres_url, shared=True)
    await alone.close()
    one, two = [await open_database(postgres_url, shared=True) for _ in range(2)]
    with pytest.raises(DatabaseLocked):
        await open_database(postgres_url)
    await one.close()
    with pytest.raises(DatabaseLocked):
        await open_database(postgres_url)
    await two.close()
    await (await open_database(postgres_url)).close()


async def test_the_oldest_living_replica_leads(pair: tuple[Database, Database]) -> None:
    one, two = map(Replicas, pair)
    await one.register("one")
    await two.register("two")
    assert (await beat(one, "one")).leader == (await beat(two, "two")).leader == "one"
    await one.retire("one")
    assert await one.beat("one", trouble=None, may_bury=True) is None
    heartbeat = await beat(two, "two")
    assert (heartbeat.leader, heartbeat.living, heartbeat.dead) == ("two", ("two",), ("one",))


async def test_a_replica_without_a_heartbeat_is_buried_once_and_for_ever(
    pair: tuple[Database, Database],
) -> None:
    one, two = map(Replicas, pair)
    await one.register("one")
    await two.register("two")
    await age(pair[0], "one", DEAD_SECONDS / 2)  # a busy machine may need the other half
    assert (await beat(two, "two")).buried == ()
    await age(pair[0], "one", DEAD_SECONDS / 2)
    assert (await beat(two, "two", may_bury=False)).buried == ()
    assert (await beat(two, "two")).buried == ("one",)
    heartbeat = await beat(two, "two")
    assert (heartbeat.buried, heartbeat.dead, heartbeat.leader) == ((), ("one",), "two")
    assert await one.beat("one", trouble=None, may_bury=True) is None


async def test_a_jump_of_the_database_s_clock_buries_nobody(pair: tuple[Database, Database]) -> None:
    one, two = map(Replicas, pair)
    await one.register("one")
    await two.register("two")
    for name in ("one", "two"):
        await age(pair[0], name, 2 * DEAD_SECONDS)
    heartbeat = await beat(two, "two")
    assert (heartbeat.buried, heartbeat.gap > DEAD_SECONDS) == ((), True)
    assert (await beat(one, "one")).living == ("one", "two")


async def test_a_tombstone_stays_a_day(pair: tuple[Database, Database]) -> None:
    one, two = map(Replicas, pair)
    await one.register("one")
    await two.register("two")
    await one.retire("one")
    await age(pair[0], "one", TOMBSTONE_SECONDS - 60)
    await two.forget_dead()
    assert (await beat(two, "two")).dead == ("one",)
    await age(pair[0], "one", 61)
    await two.forget_dead()
    assert (await beat(two, "two")).dead == ()


async def test_an_outage_that_one_replica_notices_is_known_to_all(pair: tuple[Database, Database]) -> None:
    one, two = map(Replicas, pair)
    await one.register("one")
    await two.register("two")
    await one.beat("one", trouble="down", may_bury=False)
    assert (await beat(two, "two")).trouble == "down"
    await one.beat("one", trouble=None, may_bury=False)
    assert (await beat(two, "two")).trouble is None


async def test_an_update_is_handled_by_one_replica_and_adopted_from_a_dead_one(
    pair: tuple[Database, Database], clock: ManualClock
) -> None:
    registry = Replicas(pair[0])
    for name in ("one", "two", "three"):
        await registry.register(name)
    one, two = (Inbox(database=database, clock=clock) for database in pair)
    updates = [queued_update(number) for number in (1, 2, 3)]
    await one.put(updates[:2], "one")
    assert await two.put(updates[1:], "two") == [PutUpdate(updates[2].update, waits=True)]
    assert await two.adopt("two") == 0
    await registry.retire("one")
    adopted = await asyncio.gather(one.adopt("three"), two.adopt("two"))
    assert sorted(adopted) == [0, 2]
    owned = [await one.unhandled_ids(name, 9) for name in ("one", "two", "three")]
    assert owned in ([[], [1, 2, 3], []], [[], [3], [1, 2]])


async def test_an_update_waits_for_an_earlier_one_of_its_queue(
    pair: tuple[Database, Database], clock: ManualClock
) -> None:
    one, two = (Inbox(database=database, clock=clock) for database in pair)
    await one.put([queued_update(1), queued_update(2, "8")], "one")
    later, other = queued_update(3), queued_update(4, "9")
    assert await two.put([later, other], "two") == [(later.update, True), (other.update, False)]
    assert await two.has_earlier(3, "7")
    await one.handled(1)
    assert not await two.has_earlier(3, "7")
    latest = queued_update(5)
    assert await one.put([latest], "one") == [(latest.update, True)]
    await two.leave_queue(3)
    assert not await one.has_earlier(5, "7")
    assert await two.unhandled_ids("two", 9) == [3, 4]


async def test_updates_of_a_single_process_are_adopted_by_the_first_replica(
    pair: tuple[Database, Database], clock: ManualClock
) -> None:
    inbox = Inbox(database=pair[0], clock=clock)
    await inbox.put([queued_update(1)])
    assert await inbox.adopt("one") == 1
    assert await inbox.unhandled_ids("one", 9) == [1]


async def test_a_choice_and_a_ban_are_known_to_the_other_replica_at_once(
    pair: tuple[Database, Database],
) -> None:
    stores = [build_storage(database, ManualClock()) for database in pair]
    preferences, bans = [store.preferences for store in stores], [store.bans for store in stores]
    for language in ("ru", "en"):
        await preferences[0].choose(7, language=language)
        assert (await preferences[1].of(7)).language == language
    await bans[0].add(Ban.WORD, "fox", admin_cause())
    assert await bans[1].of_kind(Ban.WORD) == {"fox"}
    await bans[0].lift(Ban.WORD, "fox", admin_cause())
    assert await bans[1].of_kind(Ban.WORD) == frozenset()


async def test_one_of_many_claims_of_a_name_succeeds(pair: tuple[Database, Database]) -> None:
    stores = [KeyValueStore(database) for database in pair]
    claims = await asyncio.gather(*(store.claim("alarm", 1_000.0, 60.0) for store in stores * 5))
    assert sum(claims) == 1


async def test_a_claim_holds_against_another_one_that_began_just_before_it(database: Database) -> None:
    store = KeyValueStore(database)
    assert await store.claim("alarm", 1_000.0, 3_600.0)
    assert not await store.claim("alarm", 999.5, 3_600.0)  # its process read the clock first, and wrote later


async def test_a_claim_ends_after_its_time_or_if_the_clock_was_set_back(database: Database) -> None:
    store = KeyValueStore(database)
    times = [1_000.0, 1_059.0, 1_060.0, 1_100.0, 900.0, 950.0]
    assert [await store.claim("alarm", now, 60.0) for now in times] == [True, False, True, False, True, False]


async def test_a_transaction_of_a_stopped_process_does_not_hold_its_locks_for_long(
    pair: tuple[Database, Database],
) -> None:
    timeout = sa.text("SHOW idle_in_transaction_session_timeout")
    assert await pair[0].read(lambda connection: connection.execute(timeout).scalar()) == "5s"
