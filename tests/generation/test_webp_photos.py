"""The provider's WebP pictures reach an inline message whose picture no chat keeps, and stay in use afterwards."""

from dataclasses import replace
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import EditMessageMedia, EditMessageText, SendDocument, SendPhoto
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile

from core.model import State
from core.reply_target import ReplyTarget
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import EngineTelegram
from tests.support.virtual_loop import virtual_time

GUEST, FRIEND, STORAGE = 7, 8, -1005


class _ClosedChats(EngineTelegram):
    """Refuses the pictures for some chats, but for their documents if `takes_documents` is set.

    `refused_once` refuses the first picture of any other chat. `formats` are those of the photos for other chats.
    """

    refusals: dict[int, str]
    refused_once: str | None = None
    takes_documents: bool = False
    formats: list[str]
    shown: list[str]

    def perform(self, method: TelegramMethod[Any]) -> Any:
        if isinstance(method, EditMessageText) and method.inline_message_id:
            return True
        if isinstance(method, EditMessageMedia):
            self.shown.append(str(method.media.media))
            return True
        refused = SendPhoto if self.takes_documents else SendPhoto | SendDocument
        if isinstance(method, refused) and (refusal := self.refusals.get(int(method.chat_id))):
            forbidden = refusal.startswith("Forbidden")
            raise (TelegramForbiddenError if forbidden else TelegramBadRequest)(method, refusal)
        if isinstance(method, SendPhoto):
            assert isinstance(method.photo, BufferedInputFile)
            self.formats.append((method.photo.filename or "").rpartition(".")[2])
            if self.refused_once is not None:
                refusal, self.refused_once = self.refused_once, None
                raise TelegramBadRequest(method, refusal)
        return super().perform(method)


def _harness(database_url: str, **settings: Any) -> tuple[EngineHarness, _ClosedChats]:
    harness = EngineHarness(
        database_url, public_url="https://bot.example.org", listen="127.0.0.1:0", **settings
    )
    telegram = _ClosedChats(harness.provider.kill_switch)
    telegram.refusals = {GUEST: "Forbidden: bot can't initiate conversation with a user"}
    telegram.formats, telegram.shown = [], []
    harness.telegram = telegram
    return harness, telegram


def _inline() -> Any:
    request = generation_request(1, GUEST)
    return replace(
        request, origin=replace(request.origin, place=ReplyTarget(GUEST, inline_message_id="inline"))
    )


@pytest.mark.parametrize(
    "refusal",
    [
        "Forbidden: bot was kicked from the supergroup chat",
        "Bad Request: not enough rights to send photos to the chat",
    ],
)
@virtual_time
async def test_a_link_stands_in_for_a_storage_chat_that_takes_no_picture(
    database_url: str, refusal: str
) -> None:
    harness, telegram = _harness(database_url, storage_chat_id=STORAGE)
    telegram.refusals[STORAGE] = refusal
    app = await harness.start()
    await app.engine.submit(_inline(), AMPLE)
    (request,) = await requests_until_closed(app, 1)
    await app.stop()
    assert request.state is State.DELIVERED
    assert [link.partition("/picture/")[0] for link in telegram.shown] == ["https://bot.example.org"]


@virtual_time
async def test_a_picture_that_a_link_shows_ends_no_use_of_webp(database_url: str) -> None:
    harness, telegram = _harness(database_url)
    app = await harness.start()
    await app.engine.submit(_inline(), AMPLE)
    await requests_until_closed(app, 1)
    await app.engine.submit(generation_request(2, FRIEND), AMPLE)
    await requests_until_closed(app, 2)
    await app.stop()
    assert telegram.formats == ["webp"]


@virtual_time
async def test_a_server_that_refuses_a_webp_gets_jpegs_from_then_on(database_url: str) -> None:
    harness, telegram = _harness(database_url)
    telegram.refused_once = "Bad Request: IMAGE_PROCESS_FAILED"
    app = await harness.start()
    for number in (1, 2):
        await app.engine.submit(generation_request(number, FRIEND), AMPLE)
        await requests_until_closed(app, number)
    await app.stop()
    assert telegram.formats == ["webp", "jpg", "jpg"]


@virtual_time
async def test_a_photo_that_is_refused_in_each_format_ends_no_use_of_webp(database_url: str) -> None:
    harness, telegram = _harness(database_url)
    telegram.refusals[FRIEND] = "Bad Request: PHOTO_INVALID_DIMENSIONS"
    telegram.takes_documents = True
    app = await harness.start()
    await app.engine.submit(generation_request(1, FRIEND), AMPLE)
    await requests_until_closed(app, 1)
    telegram.refusals.clear()
    await app.engine.submit(generation_request(2, FRIEND), AMPLE)
    await requests_until_closed(app, 2)
    await app.stop()
    assert telegram.formats == ["webp"]
