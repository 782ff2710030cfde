"""A storm of updates: all are stored at once, a bounded number is in memory, and a checkout passes them."""

import asyncio
import json
from collections import defaultdict
from typing import Any

import pytest

from bot import user_queues
from bot.handler_pause import LONGEST_SECONDS, HandlerPause
from bot.user_queues import MOST_IN_MEMORY
from storage.inbox import QueuedUpdate, StoredUpdate
from tests.support.intake import OneReplica, checkout_query, open_replicas, retire, text_update
from tests.support.virtual_loop import LoopClock, virtual_time

STORM, BATCH, USERS = 5_000, 100, 1_000


def _in_memory(replica: OneReplica) -> int:
    return len(replica.queue._user_queues.ids)


async def _unhandled(replica: OneReplica, most: int = STORM) -> list[int]:
    return await replica.storage.inbox.unhandled_ids(None, most)


@virtual_time
async def test_a_checkout_is_answered_while_five_thousand_updates_before_it_wait(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        one.may_handle.clear()
        storm = [text_update(number, user=100 + number % USERS) for number in range(STORM)]
        for first in range(0, STORM, BATCH):
            await one.queue.put(storm[first : first + BATCH])
            assert _in_memory(one) <= MOST_IN_MEMORY
        await one.queue.put([checkout_query(STORM)])
        await asyncio.sleep(1)
        assert one.telegram.checkouts == {f"{STORM}": None}
        assert one.handled == ["order"]
        assert len(await _unhandled(one)) == STORM


def _numbers_by_user(handled: list[str]) -> dict[int, list[int]]:
    """Return the numbers that were handled for each of five users, in this order."""
    numbers = defaultdict(list)
    for number in map(int, handled):
        numbers[number % 5].append(number)
    return numbers


def _of_five_users(*numbers: int) -> list[dict[str, Any]]:
    return [text_update(number, user=100 + number % 5) for number in numbers]


def _expected(count: int) -> dict[int, list[int]]:
    return _numbers_by_user([f"{number}" for number in range(count)])


@virtual_time
async def test_updates_that_memory_has_no_room_for_are_handled_in_order(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_queues, "MOST_IN_MEMORY", 10)
    async with open_replicas(database_url, None) as (one,):
        one.may_handle.clear()
        for first in range(0, 60, 6):
            await one.queue.put(_of_five_users(*range(first, first + 6)))
            assert _in_memory(one) <= 10
        one.may_handle.set()
        for number in range(60, 100):  # they come while the others are read
            await one.queue.put(_of_five_users(number))
        await asyncio.sleep(5)
        assert _numbers_by_user(one.handled) == _expected(100)
        assert await _unhandled(one) == []
        await one.queue.put(_of_five_users(100))
        await asyncio.sleep(1)
        assert one.handled[-1] == "100"


@virtual_time
async def test_a_restart_goes_on_with_the_updates_in_memory_and_in_the_inbox(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_queues, "MOST_IN_MEMORY", 10)
    async with open_replicas(database_url, None) as (one,):
        await one.queue.put(_of_five_users(*range(5)))
        await asyncio.sleep(1)
        one.may_handle.clear()
        await one.queue.put(_of_five_users(*range(5, 12)))
        await one.queue.put(_of_five_users(*range(12, 40)))
    async with open_replicas(database_url, None) as (two,):
        two.may_handle.clear()
        await two.queue.start()
        await two.queue.put(_of_five_users(*range(35, 45)))  # Telegram repeats some of them
        await asyncio.sleep(1)
        assert _in_memory(two) == 10
        two.may_handle.set()
        await asyncio.sleep(5)
        assert _numbers_by_user(one.handled + two.handled) == _expected(45)


@virtual_time
async def test_an_update_that_a_dead_process_stored_after_the_start_is_handled(database_url: str) -> None:
    """The server may get its commit after the next process has read the inbox. Telegram repeats such an update."""
    async with open_replicas(database_url, None) as (one,):
        await one.queue.start()
        await asyncio.sleep(1)
        late = QueuedUpdate(StoredUpdate(1, json.dumps(text_update(1))), "100")
        await one.storage.inbox.put([late])
        await one.queue.put([text_update(1)])
        await asyncio.sleep(5)
        assert one.handled == ["1"]


@virtual_time
async def test_an_update_waits_for_earlier_ones_in_the_inbox_of_another_replica(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_queues, "MOST_IN_MEMORY", 4)
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([text_update(number) for number in range(3)])
        await one.queue.put([text_update(number) for number in range(3, 9)])
        await two.queue.put([text_update(9)])
        await asyncio.sleep(5)
        assert (_in_memory(one), two.handled) == (3, [])
        one.may_handle.set()
        await asyncio.sleep(5)
        assert one.handled == [f"{number}" for number in range(9)]
        assert two.handled == ["9"]


@virtual_time
async def test_a_replica_adopts_more_updates_than_memory_has_room_for(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_queues, "MOST_IN_MEMORY", 4)
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([text_update(number) for number in range(4)])
        await one.queue.put([text_update(number) for number in range(4, 20)])
        await asyncio.sleep(1)
        await one.queue.stop(0.0)  # it dies
        await retire(postgres_url, "one")
        two.may_handle.clear()
        await two.queue.adopt()
        await asyncio.sleep(1)
        assert _in_memory(two) == 4
        two.may_handle.set()
        await asyncio.sleep(5)
        assert two.handled == [f"{number}" for number in range(20)]


@virtual_time
async def test_updates_are_read_once_the_database_answers_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_queues, "MOST_IN_MEMORY", 4)
    async with open_replicas(database_url, None) as (one,):
        one.may_handle.clear()
        for first in range(0, 12, 3):
            await one.queue.put([text_update(number) for number in range(first, first + 3)])
        one.refuses_writes = True
        one.may_handle.set()
        await asyncio.sleep(60)
        assert one.handled == ["0"]  # it cannot be recorded
        one.refuses_writes = False
        await asyncio.sleep(60)
        assert one.handled == [f"{number}" for number in range(12)]


@virtual_time
async def test_handlers_begin_after_the_receipt_of_what_waits_at_telegram(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        await one.queue.put([text_update(number, user=100 + number) for number in range(BATCH)])
        await asyncio.sleep(LONGEST_SECONDS / 2)
        assert one.handled == []
        await one.queue.put([text_update(BATCH)])
        await asyncio.sleep(1)
        assert len(one.handled) == BATCH + 1


@virtual_time
async def test_a_pause_of_handlers_ends_in_time_and_is_followed_by_none_for_as_long() -> None:
    pause = HandlerPause(LoopClock())
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pause.during("receipt"), pause.during("checkout"):
        await pause.wait()
        assert loop.time() - begun == LONGEST_SECONDS
        pause.begin("another checkout")
        await pause.wait()
        assert loop.time() - begun == LONGEST_SECONDS
        pause.end("another checkout")
    await asyncio.sleep(LONGEST_SECONDS)
    with pause.during("checkout"):
        waiting = asyncio.create_task(pause.wait())
        await asyncio.sleep(1)
        assert not waiting.done()
    await waiting
    await pause.stop()
