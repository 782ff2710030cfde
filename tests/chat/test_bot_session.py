"""Answers of the Bot API and of proxies before it, over HTTP: which error they are, and which message was sent."""

import asyncio
import gc
import json
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from aiogram.methods.base import TelegramMethod
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from chat.api_calls import ApiCaller
from chat.bot_session import BotSession, sent_message
from chat.deletion_scheduler import DeletionScheduler
from chat.errors import NotAllowed, Rejected, SendError, TryLater, Unreachable, Unsure, to_send_error
from chat.inline_messages import InlineMessages
from chat.picture_sender import PictureSender
from chat.private_replies import PrivateReplies
from chat.rate_limiter import LocalRateLimiter
from chat.sender import Sender, make_bot
from core import json_text
from core.metrics import Metrics
from core.model import FileKind
from core.reply_target import ReplyTarget
from playground.serve import served
from storage.open_database import open_database
from storage.scheduled_deletions import ScheduledDeletions
from tests.support.manual_clock import ManualClock

PLACE = ReplyTarget(7, None, 1)
SENT = {
    "message_id": 5,
    "date": 1,
    "chat": {"id": 7, "type": "private"},
    "photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}],
}


class _Server:
    """Answers each call with one answer, or the first calls with `first`.

    `methods` are the called methods, `bodies` their parameters, `texts` their texts.
    """

    def __init__(self) -> None:
        self.first: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}
        self.methods: list[str] = []
        self.texts: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    @property
    def calls(self) -> int:
        return len(self.methods)

    async def handle(self, request: web.Request) -> web.Response:
        self.methods.append(request.path.rpartition("/")[2])
        self.bodies.append(dict(await request.post()))
        self.texts.append(str(self.bodies[-1].get("text", "")))
        return web.Response(**(self.first.pop(0) if self.first else self.answer))


@pytest.fixture
def server() -> _Server:
    return _Server()


@pytest.fixture
async def bot(server: _Server) -> AsyncIterator[Bot]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    async with served(app) as url:
        session = BotSession(api=TelegramAPIServer.from_base(url), json_loads=json_text.loads)
        bot = make_bot("1:token", session)
        yield bot
        await bot.session.close()


def _caller(bot: Bot, clock: ManualClock) -> ApiCaller:
    return ApiCaller(
        bot=bot, rate_limiter=LocalRateLimiter(rate=1_000, clock=clock), clock=clock, metrics=Metrics()
    )


def _sender(bot: Bot, clock: ManualClock) -> Sender:
    return Sender(_caller(bot, clock))


def _picture_sender(bot: Bot, clock: ManualClock) -> PictureSender:
    async def covers(_chat_id: int) -> bool:
        return False

    return PictureSender(_caller(bot, clock), covers=covers)


def _refusal(code: int, description: str | None) -> str:
    return json.dumps(
        {"ok": False, "error_code": code} | ({"description": description} if description else {})
    )


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (502, b"<html>Bad gateway</html>", Unsure),
        (200, b"<html>This site is blocked</html>", Unsure),
        (200, b"", Unsure),
        (200, b"\xff\xfe\xfa", Unsure),
        (200, b"[]", Unsure),
        (200, b'{"ok":true}', Unsure),
        (204, b"", Unsure),
        (302, b"", Unsure),
        (403, b"<html>Access denied</html>", Unsure),
        (418, _refusal(418, "I'm a teapot").encode(), Unsure),
        (413, b"<html>Request Entity Too Large</html>", Rejected),
        (400, _refusal(400, None).encode(), Rejected),
        (400, _refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS").encode(), Rejected),
        (400, _refusal(400, "Bad Request: not enough rights to send photos").encode(), NotAllowed),
        (403, _refusal(403, "Forbidden: bot was blocked by the user").encode(), Unreachable),
        (401, _refusal(401, "Unauthorized").encode(), TryLater),
        (404, _refusal(404, "Not Found").encode(), TryLater),
        (404, _refusal(404, "Not Found: method not found").encode(), Rejected),
        (429, _refusal(429, "Too Many Requests").encode(), TryLater),
        (500, _refusal(500, None).encode(), TryLater),
        (502, _refusal(502, "Bad Gateway").encode(), TryLater),
    ],
)
async def test_an_answer_is_the_matching_error(
    bot: Bot, server: _Server, status: int, body: bytes, error: type[SendError]
) -> None:
    server.answer = {"status": status, "body": body, "content_type": "text/html"}
    with pytest.raises(SendError) as caught:
        await _picture_sender(bot, ManualClock()).send_photo(PLACE, b"x", "x.jpg", "a fox")
    assert caught.type is error


@pytest.mark.parametrize(
    ("result", "file_id"),
    [
        (SENT, "f"),
        (SENT | {"date": "tomorrow"}, "f"),
        (SENT | {"chat": {"id": 7, "type": "a new kind"}, "entities": "rubbish"}, "f"),
        (SENT | {"reply_to_message": {"message_id": "x"}}, "f"),
        (SENT | {"photo": [{"file_id": "f", "width": "wide"}]}, "f"),
        (SENT | {"photo": "rubbish", "document": {"file_id": "d"}}, "d"),
        (SENT | {"photo": None}, ""),
    ],
)
async def test_a_sent_picture_is_sent_even_if_its_message_cannot_be_parsed(
    bot: Bot, server: _Server, result: dict[str, object], file_id: str
) -> None:
    server.answer = {"text": json.dumps({"ok": True, "result": result}), "content_type": "application/json"}
    sent = await _picture_sender(bot, ManualClock()).send_photo(PLACE, b"x", "x.jpg", "a fox")
    assert (sent.message_id, sent.file_id, server.calls) == (5, file_id, 1)


async def test_a_text_that_may_be_sent_is_repeated_at_once_and_after_a_minute(
    bot: Bot, server: _Server
) -> None:
    server.answer = {"status": 502, "text": "<html>"}
    clock = ManualClock()
    with pytest.raises(Unsure):
        await _sender(bot, clock).send_text(PLACE, "hello")
    assert server.calls == 3
    assert 60.0 < clock.monotonic() < 70.0


async def test_a_private_reply_is_sent_and_deleted_despite_unreadable_answers(
    bot: Bot, server: _Server, tmp_path: Path
) -> None:
    clock = ManualClock()
    database = await open_database(f"sqlite:///{tmp_path}/bot.sqlite3")
    sender = _sender(bot, clock)
    scheduler = DeletionScheduler(sender=sender, deletions=ScheduledDeletions(database), clock=clock)
    replies = PrivateReplies(
        sender=sender,
        inline_messages=InlineMessages(_caller(bot, clock)),
        deletion_scheduler=scheduler,
    )
    server.first = [{"status": 502, "text": "<html>"}]
    server.answer = {"text": json.dumps({"ok": True, "result": SENT}), "content_type": "application/json"}
    await replies.send(ReplyTarget(-7, None, 1), 7, "hello")
    assert server.methods[:2] == ["sendMessage", "sendMessage"]
    server.first = [{"status": 502, "text": "<html>"}] * 20
    server.answer = {"text": '{"ok":true,"result":true}', "content_type": "application/json"}
    while True:
        if not await ScheduledDeletions(database).all():
            break
        await asyncio.sleep(0.01)
    assert server.first == []
    await scheduler.stop()
    await database.close()


async def test_an_edit_is_repeated_as_long_as_an_unavailable_server(bot: Bot, server: _Server) -> None:
    server.answer = {"status": 502, "text": "<html>"}
    clock = ManualClock()
    with pytest.raises(Unsure):
        await _sender(bot, clock).edit_text(7, 5, "hello")
    assert server.calls > 8
    assert clock.monotonic() > 60.0


_RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted(SENT.keys() - {"message_id"})), _RUBBISH)
def test_a_message_with_one_field_of_rubbish_is_a_sent_message(field: str, rubbish: object) -> None:
    message = sent_message({"ok": True, "result": SENT | {field: rubbish}})
    assert message is not None
    assert message.message_id == 5


@given(_RUBBISH)
def test_rubbish_is_no_sent_message(rubbish: object) -> None:
    assert sent_message(rubbish) is None
    assert sent_message({"ok": True, "result": rubbish}) is None
    assert sent_message({"ok": False, "result": SENT}) is None


def test_an_unknown_error_of_aiogram_is_a_rejection() -> None:
    assert type(to_send_error(AiogramError("odd"))) is Rejected


async def test_a_server_that_does_not_know_times_gets_them_in_words(bot: Bot, server: _Server) -> None:
    words = 'Bad Request: can\'t parse entities: Unsupported start tag "tg-time" at byte offset 4'
    server.first = [{"status": 400, "text": _refusal(400, words)}]
    server.answer = {"text": json.dumps({"ok": True, "result": SENT})}
    text = 'At <tg-time unix="1790035200" format="t">00:00 UTC</tg-time>, <b>5</b> left.'
    await _sender(bot, ManualClock()).send_text(PLACE, text)
    assert server.texts == [text, "At 00:00 UTC, <b>5</b> left."]


async def test_a_server_that_does_not_know_times_gets_those_of_a_caption_in_words(
    bot: Bot, server: _Server
) -> None:
    words = 'Bad Request: can\'t parse entities: Unsupported start tag "tg-time" at byte offset 4'
    caption = '<b>A fox</b> <tg-time unix="1790035200" format="r">today, 00:00 UTC</tg-time>'
    for answer in (SENT, True):
        server.first = [{"status": 400, "text": _refusal(400, words)}]
        server.answer = {"text": json.dumps({"ok": True, "result": answer})}
        sender = _picture_sender(bot, ManualClock())
        if answer is True:
            await sender.replace_picture(7, 5, "f", FileKind.PHOTO, caption, None)
        else:
            await sender.send_by_file_id(PLACE, "f", FileKind.PHOTO, caption, None)
    assert server.bodies[1]["caption"] == "<b>A fox</b> today, 00:00 UTC"
    assert json.loads(server.bodies[3]["media"])["caption"] == "<b>A fox</b> today, 00:00 UTC"


def test_the_types_of_answers_are_kept() -> None:
    """pydantic keeps them only while they are in use, and to build one again takes some 10 ms."""

    class GetPairs(TelegramMethod[list[tuple[int, bytes]]]):
        __returning__ = list[tuple[int, bytes]]
        __api_method__ = "getPairs"

    session = BotSession()
    answer = session.check_response(
        Bot("1:token", session=session), GetPairs(), 200, '{"ok": true, "result": []}'
    )
    kept = weakref.ref(type(answer))
    del answer
    gc.collect()
    assert kept() is not None
    del session
    gc.collect()
    assert kept() is None
