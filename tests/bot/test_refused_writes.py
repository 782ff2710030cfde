"""Updates while the disk refuses writes: each is handled once, or Telegram has it, or its sender knows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiogram.types import TelegramObject

from handlers import error_handler
from storage.database_errors import StorageUnavailable
from tests.support.intake import open_replicas, text_update
from tests.support.virtual_loop import virtual_time


@pytest.mark.parametrize("knows_itself", [False, True])
@virtual_time
async def test_an_update_is_left_to_telegram_if_neither_the_disk_nor_its_sender_can_be_reached(
    database_url: str, knows_itself: bool
) -> None:
    async with open_replicas(database_url, None) as (one,):
        if knows_itself:
            await one.bot.me()
        one.refuses_writes = one.telegram.is_down = True
        with pytest.raises(StorageUnavailable):
            await one.queue.put([text_update(1)])
        one.refuses_writes = one.telegram.is_down = False
        await one.queue.put([text_update(1)])
        await asyncio.sleep(1)
        assert (one.handled, len(one.telegram.sent)) == (["1"], 0)


@virtual_time
async def test_the_sender_of_an_update_that_is_not_stored_is_told_so(database_url: str) -> None:
    async with open_replicas(database_url, None) as (one,):
        one.refuses_writes = True
        await one.queue.put([text_update(1)])
        one.refuses_writes = False
        await asyncio.sleep(60)
        assert (one.handled, [message.chat_id for message in one.telegram.sent]) == ([], [7])


@virtual_time
async def test_an_update_whose_handler_cannot_write_is_handled_again_and_answered_once(
    database_url: str,
) -> None:
    tries: list[TelegramObject] = []

    async def refuse_twice(
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        tries.append(event)
        if len(tries) <= 2:
            raise StorageUnavailable("the disk is full")
        return await handler(event, data)

    async with open_replicas(database_url, None) as (one,):
        one.dispatcher.include_router(error_handler.router())
        one.dispatcher.workflow_data.update(sender=None, languages=None, guest_answers=None)
        one.dispatcher.message.middleware(refuse_twice)
        await one.queue.put([text_update(1)])
        await asyncio.sleep(60)
        assert (len(tries), one.handled, len(one.telegram.sent)) == (3, ["1"], 1)


@virtual_time
async def test_an_update_whose_end_cannot_be_recorded_is_not_handled_again(database_url: str) -> None:
    async with open_replicas(database_url, None) as (one,):
        one.may_handle.clear()
        await one.queue.put([text_update(1)])
        one.refuses_writes = True
        one.may_handle.set()
        await asyncio.sleep(60)
        assert await one.storage.inbox.unhandled_ids(None, 9) == [1]
        one.refuses_writes = False
        await asyncio.sleep(60)
        assert (one.handled, await one.storage.inbox.unhandled_ids(None, 9)) == (["1"], [])
