"""Updates that aiogram cannot parse: the smallest unreadable part is left out, and a lost request is never guessed."""

import json
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import CallbackQuery, InaccessibleMessage

from bot.update_parsing import UnreadableUpdate, parse_update
from tests.support.process_launcher import ROOT

BOT = Bot("1:token")
PHOTO = {"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}
TYPED = {"type": "hologram", "light": 1}


def _message(**content: Any) -> dict[str, Any]:
    chat = {"id": 66, "type": "private", "first_name": "Ann"}
    user = {"id": 66, "is_bot": False, "first_name": "Ann"}
    return {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": user} | content


def _left_out(content: dict[str, Any], kind: str = "message") -> set[str]:
    return set(parse_update(json.dumps({"update_id": 1, kind: content}), BOT).left_out)


@pytest.mark.parametrize("case", ["update-empty-story", "update-hidden-origin"])
def test_a_case_of_the_field_is_parsed(case: str) -> None:
    for update in json.loads((ROOT / f"tests/cases/{case}.json").read_text(encoding="utf-8")):
        parsed = parse_update(json.dumps(update), BOT)
        assert parsed.left_out in {("message.external_reply.story",), ("message.forward_origin",)}
        message = parsed.update.message
        assert message is not None
        assert "cat" in (message.text or "") or message.photo


@pytest.mark.parametrize(
    ("content", "left_out"),
    [
        ({"text": "x"}, set()),
        ({"text": "x", "forward_origin": {"type": "hidden_user", "date": 1}}, {"forward_origin"}),
        ({"text": "x", "forward_origin": TYPED}, {"forward_origin"}),
        ({"text": "x", "forward_origin": "rubbish"}, {"forward_origin"}),
        ({"text": "x", "external_reply": {"origin": TYPED}}, {"external_reply.origin"}),
        ({"text": "at night", "external_reply": {"photo": [PHOTO]}}, {"external_reply"}),
        (
            {"text": "x", "forward_origin": {"type": "user", "date": 1, "sender_user": {"id": 1}}},
            {"forward_origin.sender_user", "forward_origin"},
        ),
        (
            {"text": "x", "entities": [{"type": 5, "offset": 0, "length": 1}]},
            {"entities.0.type", "entities.0"},
        ),
        ({"text": "x", "gift": {"gift": TYPED}}, {"gift.gift", "gift"}),
        ({"photo": [PHOTO | {"file_size": "big"}]}, {"photo.0.file_size"}),
        ({"photo": [PHOTO | {"file_id": 5}, PHOTO, "x"]}, {"photo.0.file_id", "photo.0", "photo.2"}),
        (
            {"paid_media": {"star_count": 1, "paid_media": [TYPED, {"type": "photo", "photo": [PHOTO]}]}},
            {"paid_media.paid_media.0"},
        ),
        ({"text": "x", "pinned_message": {"message_id": "x"}}, {"pinned_message"}),
        ({"text": "x", "edit_date": 2**63}, {"edit_date"}),
        ({"text": "x", "chat": {"id": 66, "type": "community"}}, set()),
    ],
)
def test_the_smallest_unreadable_part_is_left_out(content: dict[str, Any], left_out: set[str]) -> None:
    assert _left_out(_message(**content)) == {f"message.{name}" for name in left_out}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"text": 5}, "text"),
        ({"caption": "/imagine make it night", "photo": [PHOTO | {"file_id": 5}]}, "photo"),
        ({"caption": "/imagine make it night", "document": {"file_id": "f"}}, "document"),
        (
            {"text": "/imagine make it night", "reply_to_message": _message(photo=[{"file_id": "f"}])},
            "reply_to_message.photo",
        ),
        ({"text": "at night", "reply_to_message": _message(message_id="x")}, "reply_to_message"),
        ({"text": "/imagine make it night", "external_reply": "rubbish"}, "external_reply"),
        ({"text": "/imagine --ar 1:1", "external_reply": 5}, "external_reply"),
        ({"text": "/prompt", "reply_to_message": _message(message_id="x")}, "reply_to_message"),
        ({"caption": "/imagine make it night", "photo": []}, "attachment"),
        ({"caption": "make it night", "photo": None}, "attachment"),
        ({"caption": "make it night", "hologram": {}}, "attachment"),
        ({"text": "x", "from": None}, "sender"),
        ({"text": "x", "from": {}}, "sender"),
        ({"caption": "at night", "paid_media": {"star_count": 1, "paid_media": [TYPED]}}, "paid_media"),
        ({"text": "x", "message_id": "x"}, "message"),
        ({"text": "x", "from": {"id": 66, "is_bot": "x", "first_name": "Ann"}}, "sender"),
        ({"text": "x", "chat": {"id": "x"}}, "message"),
    ],
)
def test_without_its_words_or_its_picture_a_message_is_unreadable(content: dict[str, Any], part: str) -> None:
    with pytest.raises(UnreadableUpdate, match=f"^{part}$"):
        _left_out(_message(**content))


UNREADABLE_CONTEXT: list[dict[str, Any]] = [
    {"external_reply": "rubbish"},
    {"external_reply": {"origin": TYPED, "photo": [{"file_id": 5}]}},
    {"external_reply": {"origin": 5, "voice": {"file_id": "v"}}},
    {"external_reply": {"photo": "x"}},
    {"reply_to_message": _message(photo=[{"file_id": "f"}])},
    {"reply_to_message": _message(paid_media={"star_count": 1, "paid_media": [TYPED]})},
    {"reply_to_message": _message(message_id="x")},
    {"reply_to_message": _message(chat=TYPED, photo=[PHOTO])},
    {"reply_to_message": "rubbish"},
]


@pytest.mark.parametrize("context", UNREADABLE_CONTEXT)
@pytest.mark.parametrize(
    "content",
    [
        {"text": "/imagine a fox --ar 16:9"},
        {"text": "/Imagine: a fox —ar 21:9"},
        {"text": "/imagine " + "x" * 2_001},
        {"text": "/quota"},
        {"text": "/imagin a fox"},
        {"photo": [PHOTO], "caption": "make it night"},
        {"photo": [PHOTO], "caption": "/imagine make it night"},
    ],
)
def test_words_that_are_complete_need_no_answered_message(
    content: dict[str, Any], context: dict[str, Any]
) -> None:
    assert _left_out(_message(**content, **context))


@pytest.mark.parametrize("origin", [TYPED, "rubbish", None, {"type": "user", "date": 1}])
def test_a_reply_to_another_chat_keeps_its_picture_if_its_origin_is_unreadable(origin: object) -> None:
    content = {"text": "/imagine make it night", "external_reply": {"origin": origin, "photo": [PHOTO]}}
    message = parse_update(json.dumps({"update_id": 1, "message": _message(**content)}), BOT).update.message
    assert message is not None
    assert message.external_reply is not None
    assert message.external_reply.photo is not None


def test_a_press_whose_message_is_damaged_keeps_its_place() -> None:
    user = _message()["from"]
    press = {
        "id": "1",
        "from": user,
        "chat_instance": "1",
        "data": "x",
        "message": _message(text=5, date="x"),
    }
    query = parse_update(json.dumps({"update_id": 1, "callback_query": press}), BOT).update.event
    assert isinstance(query, CallbackQuery)
    assert isinstance(query.message, InaccessibleMessage)
    assert query.message.chat.id == 66


@pytest.mark.parametrize("origin", [{"type": "hidden_user", "date": 1}, TYPED, "rubbish", {}, []])
def test_a_forwarded_message_stays_forwarded_if_its_origin_is_unreadable(origin: object) -> None:
    message = {"message_id": 5, "date": 1, "chat": {"id": 66, "type": "private"}, "text": "/imagine a fox"}
    sender = {"id": 66, "is_bot": False, "first_name": "Ann"}
    update = {"update_id": 1, "message": message | {"from": sender, "forward_origin": origin}}
    parsed = parse_update(json.dumps(update), BOT).update.message
    assert parsed is not None
    assert parsed.forward_origin is not None
