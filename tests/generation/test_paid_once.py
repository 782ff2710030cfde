"""A change that comes while the source of a request is read counts for the paid call, in virtual time."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiogram.methods import GetFile
from aiogram.methods.base import TelegramMethod
from aiogram.types import File

from bot.app import App
from core.model import Failure, GenerationRequest, Request, SourcePicture, State
from core.options import SourceImages
from storage.quotas import Quotas
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import WEBP, EngineTelegram
from tests.support.virtual_loop import virtual_time


class _SlowFiles(EngineTelegram):
    """The Bot API with files: each arrives once `may_arrive` is set. `asked` is set when one is asked for."""

    def __init__(self, harness: EngineHarness, data: bytes = WEBP) -> None:
        super().__init__(harness.provider.kill_switch)
        self._data = data
        self.asked, self.may_arrive = asyncio.Event(), asyncio.Event()

    def perform(self, method: TelegramMethod[Any]) -> Any:
        if isinstance(method, GetFile):
            return File(file_id=method.file_id, file_unique_id="u", file_path="photos/1.jpg")
        return super().perform(method)

    async def stream_content(self, *_args: Any, **_more: Any) -> AsyncGenerator[bytes, None]:
        self.asked.set()
        await self.may_arrive.wait()
        yield self._data


def _edit(number: int = 1) -> GenerationRequest:
    return dataclasses.replace(generation_request(number), ratio=None, source=SourcePicture("a-photo"))


async def _used(app: App, request: Request) -> int:
    return await Quotas(app.database).used(request.user_id, request.quota_day)


@virtual_time
async def test_a_request_that_is_cancelled_while_its_source_is_read_is_not_paid(database_url: str) -> None:
    harness = EngineHarness(database_url)
    harness.telegram = files = _SlowFiles(harness)
    app = await harness.start()
    await app.engine.submit(_edit(), AMPLE)
    await files.asked.wait()
    assert await app.engine.cancel(1)
    files.may_arrive.set()
    (request,) = await requests_until_closed(app, 1)
    await asyncio.sleep(10.0)
    assert (request.state, harness.provider.creates) == (State.CANCELLED, 0)
    assert await _used(app, request) == 0
    await app.stop()


@virtual_time
async def test_words_that_are_changed_while_the_source_is_read_are_the_ones_that_are_paid_for(
    database_url: str,
) -> None:
    harness = EngineHarness(database_url)
    harness.telegram = files = _SlowFiles(harness)
    app = await harness.start()
    await app.engine.submit(_edit(), AMPLE)
    await files.asked.wait()
    assert await app.requests.revise("m:7:1", "a wolf", None, SourcePicture("a-photo"))
    files.may_arrive.set()
    (request,) = await requests_until_closed(app, 1)
    assert (request.state, harness.paid_prompts()) == (State.DELIVERED, ["a wolf"])
    await app.stop()


@pytest.mark.parametrize("way", [SourceImages.DATA, SourceImages.LINK])
@virtual_time
async def test_a_source_that_is_no_picture_is_not_paid_for(database_url: str, way: SourceImages) -> None:
    """By a link, only the provider would notice, perhaps after the payment."""
    harness = EngineHarness(database_url, source_images=way, public_url="https://bot.example.org")
    harness.telegram = files = _SlowFiles(harness, b"no picture")
    files.may_arrive.set()
    app = await harness.start()
    await app.engine.submit(_edit(), AMPLE)
    (request,) = await requests_until_closed(app, 1)
    assert (request.failure, harness.provider.creates) == (Failure.SOURCE_UNKNOWN_FORMAT, 0)
    assert await _used(app, request) == 0
    await app.stop()
