"""The body of a call of the Bot API, as a server reads it."""

from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import SendDocument, SendMessage, SendPhoto
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st

from chat.bot_session import BotSession
from chat.call_body import LARGEST_FILES, call_body
from chat.sender import make_bot
from playground.parameters import read_parameters
from playground.serve import served

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


async def _received(
    *methods: TelegramMethod[Any],
) -> list[tuple[dict[str, object], dict[str, bytes], dict[str, str]]]:
    """Return the parameters, the files and their names that a server reads from calls."""
    received = []

    async def handle(request: web.Request) -> web.Response:
        parameters, files = await read_parameters(request)
        data, names = ({key: getattr(file, one) for key, file in files.items()} for one in ("data", "name"))
        received.append((parameters, data, names))
        message = {"message_id": 5, "date": 1, "chat": {"id": 7, "type": "private"}}
        return web.json_response({"ok": True, "result": message})

    app = web.Application(client_max_size=4 * LARGEST_FILES)
    app.router.add_post("/{path:.*}", handle)
    async with served(app) as url:
        bot: Bot = make_bot("1:token", BotSession(api=TelegramAPIServer.from_base(url)))
        for method in methods:
            await bot(method)
        await bot.session.close()
    return received


async def test_a_call_without_a_file_arrives_as_it_is() -> None:
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="☆", callback_data="a:1")]])
    method = SendMessage(
        chat_id=-7,
        text="<b>лиса</b> & fox=1\n",
        reply_markup=keyboard,
        reply_parameters=ReplyParameters(message_id=3, allow_sending_without_reply=True),
        disable_notification=False,
    )
    ((parameters, files, _),) = await _received(method)
    assert files == {}
    assert parameters == {
        "chat_id": -7,
        "text": "<b>лиса</b> & fox=1\n",
        "parse_mode": "HTML",
        "disable_notification": False,
        "reply_markup": {"inline_keyboard": [[{"text": "☆", "callback_data": "a:1"}]]},
        "reply_parameters": {
            "message_id": 3,
            "allow_sending_without_reply": True,
            "quote_parse_mode": "HTML",
        },
        "link_preview_options": {"is_disabled": True},
        "disable_web_page_preview": True,
    }


@pytest.mark.parametrize("size", [0, 22_000, LARGEST_FILES, LARGEST_FILES + 1])
async def test_a_file_arrives_as_it_is(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    photo = BufferedInputFile(data[:size], 'a "fox"\\ лиса.webp')
    calls = [
        SendPhoto(chat_id=7, photo=photo, caption="лиса\r\n--"),
        SendDocument(chat_id=7, document=photo, disable_content_type_detection=True),
    ]
    for field, (parameters, files, names) in zip(("photo", "document"), await _received(*calls), strict=True):
        (name,) = files
        assert (parameters[field], files[name]) == (f"attach://{name}", data[:size])
        assert names[name] == 'a "fox"\\ лиса.webp'
        assert parameters["parse_mode"] == "HTML"


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), TEXTS), TEXTS, st.binary(max_size=50))
@example({}, "a\r\nContent-Type: text/html\r\n\r\n.webp", b"\r\n--")
def test_no_value_ends_its_part(fields: dict[str, str], filename: str, data: bytes) -> None:
    body = call_body(fields, {"file": BufferedInputFile(data, filename)})
    assert body is not None
    boundary = body.content_type.partition("boundary=")[2].encode()
    (first, *parts, last) = body._value.split(b"--" + boundary)
    assert (first, last, len(parts)) == (b"", b"--\r\n", len(fields) + 1)
    for part in parts:
        head = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")[0]
        assert len(head.split(b"\r\n")) == (2 if b"filename=" in head else 1)
