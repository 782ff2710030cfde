"""The updates of a user are handled one after the other, in order, also by two replicas."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiogram import Dispatcher
from aiogram.types import Message
from pydantic import SecretStr

from bot.build_chat import build_chat
from bot.build_storage import build_storage
from bot.notices import Notices
from bot.settings import Settings
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from storage.open_database import open_database
from storage.replicas import Replicas
from tests.support.fake_apis import EngineTelegram, KillSwitch
from tests.support.virtual_loop import LoopClock, virtual_time


class OneReplica:
    """A replica that only handles updates: it notes their texts, once `may_handle` is set."""

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.may_handle = asyncio.Event()
        self.may_handle.set()
        self.dispatcher = Dispatcher()
        self.dispatcher.message.register(self._handle)
        self.queue: UpdateQueue

    async def _handle(self, message: Message) -> None:
        await self.may_handle.wait()
        self.handled.append(str(message.text))


@asynccontextmanager
async def _replicas(url: str, *names: str) -> AsyncIterator[list[OneReplica]]:
    """Yield replicas that share a database and are registered with it."""
    settings = Settings.model_construct(bot_token=SecretStr("1:token"))
    async with AsyncExitStack() as stack:
        made = []
        for name in names:
            database = await open_database(url, shared=True)
            stack.push_async_callback(database.close)
            await Replicas(database).register(name)
            storage = build_storage(database, LoopClock())
            session = EngineTelegram(KillSwitch())
            chat = build_chat(
                settings, session=session, clock=LoopClock(), storage=storage, stack=stack, replica=None
            )
            replica = OneReplica()
            replica.queue = UpdateQueue(
                inbox=storage.inbox,
                dispatcher=replica.dispatcher,
                bot=chat.bot,
                clock=LoopClock(),
                throttle=Throttle(0),
                notices=Notices(
                    sender=chat.sender, private_replies=chat.private_replies, languages=chat.languages
                ),
                owner=name,
            )
            stack.push_async_callback(replica.queue.stop, 0.0)
            made.append(replica)
        yield made


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
        database = await open_database(postgres_url, shared=True)
        await Replicas(database).retire("one")
        await database.close()
        await two.queue.adopt()
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == ([], ["1", "2"])


@virtual_time
async def test_an_update_that_comes_to_both_replicas_is_handled_once(postgres_url: str) -> None:
    async with _replicas(postgres_url, "one", "two") as (one, two):
        await asyncio.gather(one.queue.put([_update(1)]), two.queue.put([_update(1)]))
        await asyncio.sleep(5)
        assert sorted(one.handled + two.handled) == ["1"]
