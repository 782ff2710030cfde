"""The updates of a user are handled one after the other, in order, also by two replicas; queries are not stored."""

import asyncio

import pytest

from bot.fleeting_updates import ANSWER_SECONDS, HANDLED_AT_ONCE, LARGEST_BACKLOG
from storage.database_errors import StorageUnreachable
from tests.support.intake import inline_query, open_replicas, retire, text_update
from tests.support.virtual_loop import virtual_time


@virtual_time
async def test_an_update_waits_for_an_earlier_one_at_another_replica(postgres_url: str) -> None:
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([text_update(1)])
        await two.queue.put([text_update(2)])
        await two.queue.put([text_update(3, user=8)])
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == ([], ["3"])
        one.may_handle.set()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == (["1"], ["3", "2"])


@virtual_time
async def test_an_update_of_a_dead_replica_is_handled_before_a_later_one(postgres_url: str) -> None:
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([text_update(1)])
        await two.queue.put([text_update(2)])
        await asyncio.sleep(5)
        assert two.handled == []
        await one.queue.stop(0.0)  # it dies
        await retire(postgres_url, "one")
        await two.queue.adopt()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == ([], ["1", "2"])


@virtual_time
async def test_an_update_that_comes_to_both_replicas_is_handled_once(postgres_url: str) -> None:
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        await asyncio.gather(one.queue.put([text_update(1)]), two.queue.put([text_update(1)]))
        await asyncio.sleep(5)
        assert sorted(one.handled + two.handled) == ["1"]


@virtual_time
async def test_an_update_is_handled_though_the_answer_to_its_storing_was_lost(postgres_url: str) -> None:
    """Telegram repeats it, to another replica perhaps, which has it stored already."""
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        one.loses_answers = True
        with pytest.raises(StorageUnreachable):
            await one.queue.put([text_update(1)])
        await two.queue.put([text_update(1)])
        await two.queue.put([text_update(2)])
        await one.queue.adopt()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == (["1"], ["2"])


@virtual_time
async def test_a_single_process_handles_an_update_though_the_answer_to_its_storing_was_lost(
    postgres_url: str,
) -> None:
    async with open_replicas(postgres_url, None) as (alone,):
        alone.loses_answers = True
        with pytest.raises(StorageUnreachable):
            await alone.queue.put([text_update(1)])
        await alone.queue.put([text_update(1)])
        await asyncio.sleep(5)
        assert alone.handled == ["1"]


@virtual_time
async def test_an_update_is_handled_though_its_receiver_was_cancelled(postgres_url: str) -> None:
    """Polling is cancelled when another replica leads, which receives the update again."""
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        receiving = asyncio.create_task(one.queue.put([text_update(1)]))
        await asyncio.sleep(0)
        receiving.cancel()
        await asyncio.sleep(5)
        await two.queue.put([text_update(1)])
        await one.queue.adopt()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == (["1"], [])


@virtual_time
async def test_an_adopted_update_is_handled_though_the_answer_to_its_adoption_was_lost(
    postgres_url: str,
) -> None:
    async with open_replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([text_update(1)])
        await one.queue.stop(0.0)
        await retire(postgres_url, "one")
        two.loses_answers = True
        with pytest.raises(StorageUnreachable):
            await two.queue.adopt()
        await two.queue.adopt()
        await asyncio.sleep(5)
        assert two.handled == ["1"]


@virtual_time
async def test_looks_for_lost_updates_handle_none_twice(postgres_url: str) -> None:
    async with open_replicas(postgres_url, "one") as (one,):
        for number in range(1, 31):
            await asyncio.gather(one.queue.put([text_update(number, user=number)]), one.queue.adopt())
            await one.queue.adopt()
        await asyncio.sleep(5)
        await one.queue.adopt()
        await asyncio.sleep(5)
        assert sorted(map(int, one.handled)) == list(range(1, 31))


@virtual_time
async def test_queries_of_an_outage_are_few_and_delay_no_message(database_url: str) -> None:
    async with open_replicas(database_url, None) as (one,):
        one.may_handle.clear()
        for first in range(0, 5_000, 100):
            await one.queue.put(
                [inline_query(number, user=100 + number) for number in range(first, first + 100)]
            )
            await asyncio.sleep(0.01)
        await one.queue.put([text_update(5_000)])
        await asyncio.sleep(1)
        one.may_handle.set()
        await asyncio.sleep(1)
        assert "5000" in one.handled
        assert len(one.handled) == HANDLED_AT_ONCE + LARGEST_BACKLOG + 1
        assert f"q{4_999}" in one.handled


@virtual_time
async def test_of_the_queries_that_wait_only_the_newest_of_each_user_is_answered(database_url: str) -> None:
    async with open_replicas(database_url, None) as (one,):
        one.may_handle.clear()
        await one.queue.put([inline_query(number, user=100 + number) for number in range(HANDLED_AT_ONCE)])
        await asyncio.sleep(0.1)
        await one.queue.put([inline_query(1_000 + number, user=7) for number in range(5)])
        one.may_handle.set()
        await asyncio.sleep(0.1)
        assert [text for text in one.handled if len(text) == 5] == ["q1004"]
        await one.queue.put([inline_query(2_000, user=7)])
        await asyncio.sleep(0.1)
        assert one.handled[-1] == "q2000"


@virtual_time
async def test_a_query_that_waited_too_long_is_dropped(database_url: str) -> None:
    async with open_replicas(database_url, None) as (one,):
        one.may_handle.clear()
        await one.queue.put(
            [inline_query(number, user=100 + number) for number in range(HANDLED_AT_ONCE + 5)]
        )
        await asyncio.sleep(ANSWER_SECONDS + 0.1)
        one.may_handle.set()
        await asyncio.sleep(0.1)
        assert len(one.handled) == HANDLED_AT_ONCE
        await one.queue.put([inline_query(2_000, user=7)])
        await asyncio.sleep(0.1)
        assert one.handled[-1] == "q2000"
