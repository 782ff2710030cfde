"""Faults of replicas under load: whatever happens to one of them, nothing is lost, and nothing is paid or sent twice.

A create whose answer a fault cut off is unknown and is made again once; a picture whose sending a fault cut off may be
sent again. Each test counts both at the moment of its fault.
"""

import asyncio
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram.types import User

from playground.faults import Fault
from playground.media import lognormal
from tests.support.fleet import Fleet, open_fleet
from tests.support.ledger import connect
from tests.support.postgres_server import EMPTY, PostgresServer, new_database, new_server
from tests.support.relay import relay_to
from tests.support.shared_postgres import skip_without_postgres

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.long(25)]

USERS, EACH = 8, 4
IN_FLIGHT, CONCURRENCY = 10, 2
SETTINGS = {
    "MAX_IN_FLIGHT": str(IN_FLIGHT),
    "USER_CONCURRENCY": str(CONCURRENCY),
    "USER_QUEUE_LIMIT": "10",
    "DAILY_QUOTA": "1000",
    "THROTTLE": "0",
}
TAKE_OVER_SECONDS = 30.0
"""Time within which the survivors take over the work of a dead replica."""
DEAD = "replica is dead to the others, so it ends"

COUNT_PEAKS = """
CREATE TABLE peaks (total int, own int);
CREATE FUNCTION count_peak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO peaks SELECT count(*), count(*) FILTER (WHERE user_id = NEW.user_id)
  FROM requests WHERE state IN ('submitting', 'running');
  RETURN NULL;
END $$;
CREATE TRIGGER peak AFTER UPDATE OF state ON requests
FOR EACH ROW WHEN (NEW.state = 'submitting') EXECUTE FUNCTION count_peak();
"""
"""Records the requests in flight, of all and of the same user, whenever one more is submitted."""


@dataclass(slots=True)
class Rush:
    """Many requests at two replicas, and those that a fault may have cut off from an answer."""

    fleet: Fleet
    users: list[User]
    unknown: Counter[int] = field(default_factory=Counter)
    sending: Counter[int] = field(default_factory=Counter)

    @classmethod
    async def begin(cls, fleet: Fleet, *, until: int = 0) -> "Rush":
        """Start the replicas and let all users ask. Return once so many pictures have arrived."""
        world = fleet.world
        world.media.duration = lognormal(1.5, 0.35, 20_261_126)
        users = [world.add_user() for _ in range(USERS)]
        await fleet.start()
        with connect(world.process.settings["DATABASE_URL"]) as connection:
            connection.exec_driver_sql(COUNT_PEAKS)
        for number in range(EACH):
            for user in users:
                world.telegram.say(user, f"/imagine {user.id} {number} --ar 1:1")
        await world.wait_until(lambda: world.telegram.calls["sendPhoto"] >= until)
        return cls(fleet, users)

    async def give_work(self, number: int) -> None:
        """Let tasks last until `finish_tasks`, and wait until a replica draws some of those that use all slots."""
        world = self.fleet.world
        for attempt in itertools.count():
            world.hold_tasks()
            for words in (f"more {attempt}", f"even more {attempt}"):
                for user in self.users:
                    world.telegram.say(user, f"/imagine {user.id} {words} --ar 1:1")
            await world.wait_until(lambda: self._held() >= IN_FLIGHT)
            if await self.draws(number):
                return
            world.finish_tasks()  # by chance the other one draws all of them

    def _held(self) -> int:
        now = time.monotonic()
        return sum(task.done_at > now + 60 for task in self.fleet.world.media.tasks.values())

    async def draws(self, number: int) -> bool:
        """Return whether a replica draws a picture that has one of the slots."""
        replica = (await self.fleet.replicas[number].wait_for_log("replica started"))["replica"]
        draws = """
            SELECT 1 FROM dbos.workflow_status JOIN requests ON workflow_uuid = 'draw:' || requests.id
            WHERE status = 'PENDING' AND state IN ('submitting', 'running') AND executor_id = ?"""
        return bool(self.fleet.world.rows(draws, replica))

    def _note_cut(self) -> None:
        for row in self.fleet.world.rows("SELECT id, state FROM requests"):
            self.unknown[row["id"]] += row["state"] == "submitting"
            self.sending[row["id"]] += row["state"] == "delivering"

    def stop(self, *numbers: int) -> None:
        """Let replicas stand still, and note what is on its way."""
        for number in numbers:
            os.kill(self.fleet.replicas[number].pid, signal.SIGSTOP)
        self._note_cut()

    def send(self, sign: signal.Signals, *numbers: int) -> float:
        """Send a signal to replicas and return the time."""
        for number in numbers:
            os.kill(self.fleet.replicas[number].pid, sign)
        return time.monotonic()

    async def check(self) -> None:
        """Wait for the end and check that each picture was paid, sent and counted once, within the limits."""
        world = self.fleet.world
        unhandled = "SELECT 1 FROM inbox WHERE payload IS NOT NULL"
        await world.wait_until(lambda: not world.telegram.waiting() and not world.rows(unhandled))
        await world.wait_until_closed()
        tasks = Counter(task.prompt for task in world.media.tasks.values())
        rows = world.rows("SELECT id, chat_id, message_id, prompt, state FROM requests")
        assert len(rows) >= USERS * EACH
        for row in rows:
            assert row["state"] == "delivered", row
            assert 1 <= tasks[row["prompt"]] <= 1 + self.unknown[row["id"]], row
            answers = world.replies_to(row["chat_id"], row["message_id"])
            assert 1 <= sum(bool(m.photo) for m in answers) <= 1 + self.sending[row["id"]], row
        counted = Counter(row["chat_id"] for row in rows)
        assert {user.id: world.quota_used(user) for user in self.users} == {
            user.id: counted[user.id] for user in self.users
        }
        peaks = world.rows("SELECT max(total) AS total, max(own) AS own FROM peaks")[0]
        assert (peaks["total"] <= IN_FLIGHT, peaks["own"] <= CONCURRENCY) == (True, True), peaks
        for replica in self.fleet.replicas:
            assert replica.tracebacks == []


@pytest_asyncio.fixture(loop_scope="session")
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Yield two replicas that are not started yet."""
    async with open_fleet(tmp_path, [postgres_url] * 2, **SETTINGS) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """Yield a server of its own."""
    skip_without_postgres()
    with new_server() as running:
        yield running


@pytest.mark.parametrize("number", [0, 1], ids=["leader", "other"])
async def test_a_killed_replica_is_taken_over_within_30_seconds(fleet: Fleet, number: int) -> None:
    rush = await Rush.begin(fleet, until=6)
    survivor = fleet.replicas[1 - number]
    await rush.give_work(number)
    rush.stop(number)
    killed_at = rush.send(signal.SIGKILL, number)
    await survivor.wait_for_log("requests taken over")
    assert time.monotonic() - killed_at < TAKE_OVER_SECONDS
    fleet.world.finish_tasks()
    await rush.check()
    assert any("leader tasks begin" in line for line in survivor.lines)


async def test_replicas_killed_in_turn_at_random_lose_nothing(fleet: Fleet) -> None:
    dice = random.Random(20_261_126)
    rush = await Rush.begin(fleet)
    for sent in sorted(dice.sample(range(3, 20), 2)):
        await fleet.world.wait_until(lambda sent=sent: fleet.world.telegram.calls["sendPhoto"] >= sent)  # type: ignore[misc]
        number = dice.randrange(2)
        rush.stop(number)
        await fleet.replicas[number].kill()
        await fleet.start(number)
    await rush.check()


async def test_a_replica_killed_in_the_middle_of_creates_repeats_only_those(fleet: Fleet) -> None:
    answer = asyncio.Event()
    fleet.world.media.faults.add(Fault("create", times=None, until=answer, after=True))
    rush = await Rush.begin(fleet)
    await fleet.world.wait_until(lambda: len(fleet.world.media.tasks) >= IN_FLIGHT)
    number = 0 if await rush.draws(0) else 1  # by chance one may have all of them
    rush.stop(number)
    rush.send(signal.SIGKILL, number)
    answer.set()
    await rush.check()
    assert len(fleet.world.media.tasks) > USERS * EACH  # the unknown ones


async def test_a_replica_that_stands_still_for_20_seconds_ends_itself(fleet: Fleet) -> None:
    rush = await Rush.begin(fleet, until=6)
    rush.stop(0)
    ann = fleet.world.add_user()
    fleet.world.telegram.say(ann, "/imagine meanwhile --ar 1:1")
    await asyncio.sleep(20)  # the subject of the test
    rush.send(signal.SIGCONT, 0)
    await fleet.replicas[0].wait_for_log(DEAD)
    await fleet.world.wait_for_picture(ann)
    await rush.check()


async def test_a_stopped_replica_hands_its_work_over_at_once(fleet: Fleet) -> None:
    rush = await Rush.begin(fleet, until=6)
    await rush.give_work(0)
    assert await fleet.replicas[0].stop() == 0
    stopped_at = time.monotonic()
    await fleet.replicas[1].wait_for_log("requests taken over")
    assert time.monotonic() - stopped_at < TAKE_OVER_SECONDS
    fleet.world.finish_tasks()
    await rush.check()  # nothing is unknown, and nothing was cut off


async def test_a_server_that_is_killed_and_comes_back_costs_nothing(
    server: PostgresServer, tmp_path: Path
) -> None:
    with new_database(server.url("postgres"), EMPTY) as url:
        async with open_fleet(tmp_path, [url] * 2, **SETTINGS) as fleet:
            rush = await Rush.begin(fleet, until=6)
            rush.stop(0, 1)
            server.stop()
            rush.send(signal.SIGCONT, 0, 1)
            await asyncio.sleep(6)  # the subject of the test
            server.start()
            await rush.check()
            for replica in fleet.replicas:
                assert not replica.ended
                await replica.kill()


async def test_a_replica_cut_off_from_the_database_is_replaced_and_ends_itself(
    postgres_url: str, tmp_path: Path
) -> None:
    base, _, socket_folder = postgres_url.partition("?host=")
    async with (
        relay_to(Path(socket_folder), tmp_path) as relay,
        open_fleet(tmp_path, [postgres_url, f"{base}?host={tmp_path}"], **SETTINGS) as fleet,
    ):
        rush = await Rush.begin(fleet, until=6)
        await rush.give_work(1)
        rush.stop(1)
        relay.lose()
        rush.send(signal.SIGCONT, 1)
        await fleet.replicas[0].wait_for_log("requests taken over")
        fleet.world.finish_tasks()
        relay.restore()
        await fleet.replicas[1].wait_for_log(DEAD)
        await rush.check()
