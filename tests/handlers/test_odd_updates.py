"""Odd updates of every kind of chat: each is drawn once, asked about, answered or left alone, as the table says."""

from typing import Any

import pytest

from tests.support.chat_user import PHOTO, ChatUser
from tests.support.dispatcher_harness import DispatcherHarness

BEN = {"id": 9, "is_bot": False, "first_name": "Ben"}
FORWARD = {"type": "user", "date": 1, "sender_user": BEN}
TOPIC = {"message_thread_id": 7, "is_topic_message": True}
ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}
FILE = {"file_id": "LARGE", "file_unique_id": "l"}
PNG = FILE | {"mime_type": "image/png"}
ANIMATION = FILE | {"width": 9, "height": 9, "duration": 1}
STICKER = FILE | {"type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}
QUOTE = {"quote": {"text": "a quick", "position": 0}}
CHANNEL_POST = {
    "is_automatic_forward": True,
    "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
}

Updates = list[dict[str, Any]]
"""Messages in order. `edit` is the number of the message that is edited; `reply` of the one replied to, or content."""

PRIVATE: dict[str, tuple[Updates, list[str]]] = {
    "a command in capitals with a comma": ([{"text": "/IMAGINE, a fox -ar 16:9"}], ["a fox 16:9"]),
    "a mention at the end of a command": ([{"text": "/imagine a fox --ar 1:1 @imagine_bot"}], ["a fox 1:1"]),
    "a mention alone after a command": (
        [{"text": "/imagine @imagine_bot"}, {"text": "a fox 1:1 --ar 1:1"}],
        ["a fox 1:1 1:1"],
    ),
    "a flag in an answer": ([{"text": "/imagine"}, {"text": "a fox --ar 1:1--v 6"}], []),
    "a flag in an answer, edited out": (
        [{"text": "/imagine"}, {"text": "a fox --ar 1:1--v 6"}, {"edit": 1, "text": "a fox --ar 1:1"}],
        ["a fox 1:1"],
    ),
    "an answer to the older of two questions": (
        [{"text": "/imagine --ar 1:1"}, {"text": "/imagine --ar 16:9"}, {"text": "a fox", "answers": 0}],
        ["a fox 1:1"],
    ),
    "plain words after two questions": (
        [{"text": "/imagine --ar 1:1"}, {"text": "/imagine --ar 16:9"}, {"text": "a fox"}],
        ["a fox 16:9"],
    ),
    "no after forget after a question": ([{"text": "/imagine"}, {"text": "/forget"}, {"text": "no"}], []),
    "no as an answer, edited": (
        [{"text": "/imagine --ar 1:1"}, {"text": "no"}, {"edit": 1, "text": "a fox"}],
        ["a fox 1:1"],
    ),
    "a photo, then a command, then words": (
        [{"photo": PHOTO}, {"text": "/quota"}, {"text": "make it night"}],
        [],
    ),
    "a photo, replaced before the answer": (
        [
            {"photo": PHOTO},
            {"edit": 0, "photo": [FILE | {"file_id": "NEW", "width": 9, "height": 9}]},
            {"text": "night"},
        ],
        ["night NEW"],
    ),
    "a caption that becomes empty": (
        [{"photo": PHOTO, "caption": "night"}, {"edit": 0, "caption": None}],
        ["night LARGE"],
    ),
    "a caption with a mention and a flag, edited": (
        [{"photo": PHOTO, "caption": "@imagine_bot night -v 6"}, {"edit": 0, "caption": "night"}],
        ["night LARGE"],
    ),
    "an album without words, then an answer": (
        [{"photo": PHOTO, "media_group_id": "1"}, {"photo": PHOTO, "media_group_id": "1"}, {"text": "night"}],
        ["night LARGE"],
    ),
    "a forwarded photo with a mention": (
        [{"photo": PHOTO, "caption": "@imagine_bot x", "forward_origin": FORWARD}],
        [],
    ),
    # The bot asks whether to draw the forwarded word, so the words after it answer no open question: it asks again.
    "a forwarded no": (
        [{"text": "/imagine"}, {"text": "no", "forward_origin": FORWARD}, {"text": "a fox --ar 1:1"}],
        [],
    ),
    "a sticker in answer, then words": (
        [{"text": "/imagine"}, {"sticker": STICKER}, {"text": "add a hat"}],
        ["add a hat LARGE"],
    ),
    "an animation, then words": (
        [{"text": "/imagine --ar 1:1"}, {"animation": ANIMATION}, {"text": "a fox"}],
        ["a fox 1:1"],
    ),
    "a quoted reply to a text": (
        [{"text": "/imagine a fox --ar 1:1", "reply": {"text": "a quick fox"}, **QUOTE}],
        ["a fox 1:1"],
    ),
    "a plain ratio, wrong and edited": (
        [{"text": "/imagine a fox"}, {"text": "7:5"}, {"edit": 1, "text": "4:3"}],
        ["a fox 4:3"],
    ),
    "a wrong ratio, then a command, then the edit": (
        [{"text": "/imagine a fox"}, {"text": "7:5"}, {"text": "/quota"}, {"edit": 1, "text": "4:3"}],
        ["a fox 4:3"],
    ),
    # The last question offers shapes for the fox, so the wolf answers none: the bot asks whether to draw it.
    "a refused answer, then another answer, then the edit": (
        [
            {"text": "/imagine"},
            {"text": "a fox --ar 7:5"},
            {"text": "a wolf --ar 1:1"},
            {"edit": 1, "text": "a fox --ar 4:3"},
        ],
        ["a fox 4:3"],
    ),
    "an old text, edited while a question is open": (
        [{"text": "hello"}, {"text": "/imagine --ar 1:1"}, {"edit": 0, "text": "hello there"}],
        [],
    ),
    "a command that loses its slash": ([{"text": "/imagine"}, {"edit": 0, "text": "a fox --ar 1:1"}], []),
    "a command with two flags behind one dash": ([{"text": "/imagine a fox —ar 16:9—no text"}], []),
    "prose with dashes": (
        [{"text": "/imagine a sci-fi fox - no text --ar 1:1"}],
        ["a sci-fi fox - no text 1:1"],
    ),
}
GROUP: dict[str, tuple[Updates, list[str]]] = {
    "a mention under a photo in a topic": (
        [{"photo": PHOTO, "caption": "@imagine_bot night", **TOPIC}],
        ["night LARGE"],
    ),
    "a mention under a file": ([{"document": PNG, "caption": "night @imagine_bot"}], ["night LARGE"]),
    "a mention under an animation": ([{"animation": ANIMATION, "caption": "@imagine_bot night"}], []),
    "a mention without a picture": ([{"text": "@imagine_bot a fox --ar 1:1"}], []),
    "a mention by an anonymous admin": (
        [
            {
                "photo": PHOTO,
                "caption": "@imagine_bot night",
                "from": ANONYMOUS,
                "sender_chat": {"group": True},
            }
        ],
        ["night LARGE"],
    ),
    "a caption edited twice": (
        [
            {"photo": PHOTO, "caption": "night"},
            {"edit": 0, "caption": "@imagine_bot night"},
            {"edit": 0, "caption": "night @imagine_bot"},
        ],
        ["night LARGE"],
    ),
    "a mention that names another bot, too": (
        [{"photo": PHOTO, "caption": "@other_bot @imagine_bot night"}],
        ["@other_bot night LARGE"],
    ),
    "a misspelt command under a photo": ([{"photo": PHOTO, "caption": "/imagin night"}], []),
    "a command of another bot with a mention": (
        [{"photo": PHOTO, "caption": "/draw@other_bot night @imagine_bot"}],
        [],
    ),
    "a comment under a channel's photo with a mention": (
        [{"text": "@imagine_bot night", "reply": {"photo": PHOTO, **CHANNEL_POST}}],
        [],
    ),
    "a mention in reply to a sticker": (
        [{"text": "@imagine_bot add a hat", "reply": {"sticker": STICKER}}],
        ["add a hat LARGE"],
    ),
    "a question answered with a mention": (
        [{"text": "/imagine --ar 1:1"}, {"text": "@imagine_bot a fox", "answers": 0}],
        ["a fox 1:1"],
    ),
    "a question answered with no, then edited": (
        [{"text": "/imagine --ar 1:1"}, {"text": "no", "answers": 0}, {"edit": 1, "text": "a fox"}],
        ["a fox 1:1"],
    ),
    "a question of a photo answered in a topic": (
        [{"photo": PHOTO, "caption": "@imagine_bot", **TOPIC}, {"text": "night", "answers": 0, **TOPIC}],
        ["night LARGE"],
    ),
    "an album with a mention": (
        [
            {"photo": PHOTO, "media_group_id": "2", "caption": "@imagine_bot night"},
            {"photo": PHOTO, "media_group_id": "2"},
            {"edit": 0, "caption": "@imagine_bot night"},
        ],
        ["night LARGE"],
    ),
    "a refused answer, edited": (
        [
            {"text": "/imagine"},
            {"text": "a fox --ar 7:5", "answers": 0},
            {"edit": 1, "text": "a fox --ar 4:3"},
        ],
        ["a fox 4:3"],
    ),
    "a single dash": ([{"text": "/imagine a fox -ar 16:9 -v 6"}], []),
    "a plain no": ([{"text": "/imagine"}, {"text": "no"}], []),
}


def _play(chat: ChatUser, updates: Updates) -> list[str]:
    """Send the updates and return the requests: the prompt with the ratio or the source."""
    sent: list[dict[str, Any]] = []
    for update in updates:
        content = dict(update)
        if (answered := content.pop("answers", None)) is not None:
            content["reply_to_message"] = chat.question(sent[answered])
        if reply := content.pop("reply", None):
            content["reply_to_message"] = chat.message(**reply)
        if content.get("sender_chat"):
            content["sender_chat"] = {"id": chat.chat_id, "type": "supergroup", "title": "Friends"}
        edited = content.pop("edit", None)
        message = chat.message(**content) if edited is None else sent[edited] | content
        message = {key: value for key, value in message.items() if value is not None}
        if edited is not None:
            sent[edited] = chat.edit(message)
            continue
        chat.harness.feed({"message": message})
        sent.append(message)
    ids = {message.get("sender_chat", message["from"])["id"] for message in sent}
    requests = sorted((r for i in ids for r in chat.harness.requests_of(i)), key=lambda r: r.id)
    return [f"{r.prompt} {r.source.file_id if r.source else r.ratio}" for r in requests]


@pytest.mark.parametrize("name", PRIVATE)
def test_an_odd_update_in_private(harness: DispatcherHarness, name: str) -> None:
    updates, expected = PRIVATE[name]
    assert _play(ChatUser(harness), updates) == expected


@pytest.mark.parametrize("name", GROUP)
def test_an_odd_update_in_a_group(harness: DispatcherHarness, name: str) -> None:
    updates, expected = GROUP[name]
    assert _play(ChatUser(harness, group=True), updates) == expected
