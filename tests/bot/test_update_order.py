"""The updates of a user are handled one after the other, in order, also by two replicas; queries are not stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiogram import Dispatcher
from aiogram.types import InlineQuery, Message
from pydantic import SecretStr

from bot.build_chat import build_chat
from bot.build_storage import build_storage
from bot.fleeting_updates import ANSWER_SECONDS, HANDLED_AT_ONCE, LARGEST_BACKLOG
from bot.notices import Notices
from bot.settings import Settings
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from storage.database_errors import StorageUnreachable
from storage.open_database import open_database
from storage.replicas import Replicas
from tests.support.fake_apis import EngineTelegram, KillSwitch
from tests.support.virtual_loop import LoopClock, virtual_time


class OneReplica:
    """A replica that only handles updates: it notes their texts, once `may_handle` is set."""

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.loses_answers = False
        self.may_handle = asyncio.Event()
        self.may_handle.set()
        self.dispatcher = Dispatcher()
        self.dispatcher.message.register(self._handle)
        self.dispatcher.inline_query.register(self._answer)
        self.queue: UpdateQueue

    def lose_an_answer(self, point: str) -> None:
        """Lose the database's answer to a commit (Failpoint)."""
        if point == "committed" and self.loses_answers:
            self.loses_answers = False
            raise StorageUnreachable("the connection ended")

    async def _handle(self, message: Message) -> None:
        await self.may_handle.wait()
        self.handled.append(str(message.text))

    async def _answer(self, query: InlineQuery) -> None:
        await self.may_handle.wait()
        self.handled.append(query.query)


@asynccontextmanager
async def _replicas(url: str, *names: str | None) -> AsyncIterator[list[OneReplica]]:
    """Yield replicas that share a database and are registered with it, or a single process, named None."""
    settings = Settings.model_construct(bot_token=SecretStr("1:token"))
    async with AsyncExitStack() as stack:
        made = []
        for name in names:
            replica = OneReplica()
            database = await open_database(url, replica.lose_an_answer, shared=name is not None)
            stack.push_async_callback(database.close)
            if name is not None:
                await Replicas(database).register(name)
            storage = build_storage(database, LoopClock())
            session = EngineTelegram(KillSwitch())
            chat = build_chat(
                settings, session=session, clock=LoopClock(), storage=storage, stack=stack, replica=None
            )
            replica.queue = UpdateQueue(
                inbox=storage.inbox,
                dispatcher=replica.dispatcher,
                bot=chat.bot,
                clock=LoopClock(),
                throttle=Throttle(0),
                notices=Notices(
                    sender=chat.sender,
                    private_replies=chat.private_replies,
                    guest_answers=chat.guest_answers,
                    languages=chat.languages,
                ),
                owner=name,
            )
            stack.push_async_callback(replica.queue.stop, 0.0)
            made.append(replica)
        yield made


async def _retire(url: str, name: str) -> None:
    database = await open_database(url, shared=True)
    await Replicas(database).retire(name)
    await database.close()


def _update(number: int, user: int = 7) -> dict[str, Any]:
    sender = {"id": user, "is_bot": False, "first_name": "Ann"}
    chat = {"id": user, "type": "private"}
    message = {"message_id": number, "date": 1_790_000_000, "chat": chat, "from": sender, "text": f"{number}"}
    return {"update_id": number, "message": message}


@virtual_time
async def test_an_update_waits_for_an_earlier_one_at_another_replica(postgres_url: str) -> None:
    async with _replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([_update(1)])
        await two.queue.put([_update(2)])
        await two.queue.put([_update(3, user=8)])
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == ([], ["3"])
        one.may_handle.set()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == (["1"], ["3", "2"])


@virtual_time
async def test_an_update_of_a_dead_replica_is_handled_before_a_later_one(postgres_url: str) -> None:
    async with _replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([_update(1)])
        await two.queue.put([_update(2)])
        await asyncio.sleep(5)
        assert two.handled == []
        await one.queue.stop(0.0)  # it dies
        await _retire(postgres_url, "one")
        await two.queue.adopt()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == ([], ["1", "2"])


@virtual_time
async def test_an_update_that_comes_to_both_replicas_is_handled_once(postgres_url: str) -> None:
    async with _replicas(postgres_url, "one", "two") as (one, two):
        await asyncio.gather(one.queue.put([_update(1)]), two.queue.put([_update(1)]))
        await asyncio.sleep(5)
        assert sorted(one.handled + two.handled) == ["1"]


@virtual_time
async def test_an_update_is_handled_though_the_answer_to_its_storing_was_lost(postgres_url: str) -> None:
    """Telegram repeats it, to another replica perhaps, which has it stored already."""
    async with _replicas(postgres_url, "one", "two") as (one, two):
        one.loses_answers = True
        with pytest.raises(StorageUnreachable):
            await one.queue.put([_update(1)])
        await two.queue.put([_update(1)])
        await two.queue.put([_update(2)])
        await one.queue.adopt()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == (["1"], ["2"])


@virtual_time
async def test_a_single_process_handles_an_update_though_the_answer_to_its_storing_was_lost(
    postgres_url: str,
) -> None:
    async with _replicas(postgres_url, None) as (alone,):
        alone.loses_answers = True
        with pytest.raises(StorageUnreachable):
            await alone.queue.put([_update(1)])
        await alone.queue.put([_update(1)])
        await asyncio.sleep(5)
        assert alone.handled == ["1"]


@virtual_time
async def test_an_update_is_handled_though_its_receiver_was_cancelled(postgres_url: str) -> None:
    """Polling is cancelled when another replica leads, which receives the update again."""
    async with _replicas(postgres_url, "one", "two") as (one, two):
        receiving = asyncio.create_task(one.queue.put([_update(1)]))
        await asyncio.sleep(0)
        receiving.cancel()
        await asyncio.sleep(5)
        await two.queue.put([_update(1)])
        await one.queue.adopt()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == (["1"], [])


@virtual_time
async def test_an_adopted_update_is_handled_though_the_answer_to_its_adoption_was_lost(
    postgres_url: str,
) -> None:
    async with _replicas(postgres_url, "one", "two") as (one, two):
        one.may_handle.clear()
        await one.queue.put([_update(1)])
        await one.queue.stop(0.0)
        await _retire(postgres_url, "one")
        two.loses_answers = True
        with pytest.raises(StorageUnreachable):
            await two.queue.adopt()
        await two.queue.adopt()
        await asyncio.sleep(5)
        assert two.handled == ["1"]


@virtual_time
async def test_looks_for_lost_updates_handle_none_twice(postgres_url: str) -> None:
    async with _replicas(postgres_url, "one") as (one,):
        for number in range(1, 31):
            await asyncio.gather(one.queue.put([_update(number, user=number)]), one.queue.adopt())
            await one.queue.adopt()
        await asyncio.sleep(5)
        await one.queue.adopt()
        await asyncio.sleep(5)
        assert sorted(map(int, one.handled)) == list(range(1, 31))


def _query(number: int, user: int) -> dict[str, Any]:
    sender = {"id": user, "is_bot": False, "first_name": "Ann"}
    query = {"id": f"{number}", "from": sender, "query": f"q{number}", "offset": ""}
    return {"update_id": number, "inline_query": query}


@virtual_time
async def test_queries_of_an_outage_are_few_and_delay_no_message(database_url: str) -> None:
    async with _replicas(database_url, None) as (one,):
        one.may_handle.clear()
        for first in range(0, 5_000, 100):
            await one.queue.put([_query(number, user=100 + number) for number in range(first, first + 100)])
            await asyncio.sleep(0.01)
        await one.queue.put([_update(5_000)])
        await asyncio.sleep(1)
        one.may_handle.set()
        await asyncio.sleep(1)
        assert "5000" in one.handled
        assert len(one.handled) == HANDLED_AT_ONCE + LARGEST_BACKLOG + 1
        assert f"q{4_999}" in one.handled


@virtual_time
async def test_of_the_queries_that_wait_only_the_newest_of_each_user_is_answered(database_url: str) -> None:
    async with _replicas(database_url, None) as (one,):
        one.may_handle.clear()
        await one.queue.put([_query(number, user=100 + number) for number in range(HANDLED_AT_ONCE)])
        await asyncio.sleep(0.1)
        await one.queue.put([_query(1_000 + number, user=7) for number in range(5)])
        one.may_handle.set()
        await asyncio.sleep(0.1)
        assert [text for text in one.handled if len(text) == 5] == ["q1004"]
        await one.queue.put([_query(2_000, user=7)])
        await asyncio.sleep(0.1)
        assert one.handled[-1] == "q2000"


@virtual_time
async def test_a_query_that_waited_too_long_is_dropped(database_url: str) -> None:
    async with _replicas(database_url, None) as (one,):
        one.may_handle.clear()
        await one.queue.put([_query(number, user=100 + number) for number in range(HANDLED_AT_ONCE + 5)])
        await asyncio.sleep(ANSWER_SECONDS + 0.1)
        one.may_handle.set()
        await asyncio.sleep(0.1)
        assert len(one.handled) == HANDLED_AT_ONCE
        await one.queue.put([_query(2_000, user=7)])
        await asyncio.sleep(0.1)
        assert one.handled[-1] == "q2000"
