"""The context of a message: replies, comments, forwards. It is weighed before money is spent."""

from typing import Any

import pytest
from aiogram.fsm.storage.memory import MemoryStorage

from core.model import AspectRatio
from tests.support.chat_user import PHOTO, VOICE, ChatUser, content_of, drawn, picture_of
from tests.support.dispatcher_harness import DispatcherHarness

CHANNEL = {"id": -1_009_876_543_210, "type": "channel", "title": "Foxes daily"}


def test_a_comment_under_a_channel_s_photo_post_isdrawn(group: ChatUser) -> None:
    (message,) = group.replay("comment-under-photo-post")
    assert content_of(group.request(message)) == ("a red fox in the snow", AspectRatio.WIDE, None)
    without_ratio = message | {"message_id": 950, "text": "/imagine a red fox"}
    group.harness.feed({"message": without_ratio})
    draft = group.draft(without_ratio)
    assert (draft.prompt, draft.source) == ("a red fox", None)
    alone = message | {"message_id": 951, "text": "/imagine"}
    group.harness.feed({"message": alone})
    draft = group.draft(alone)
    assert (draft.prompt, draft.source) == (None, None)


@pytest.mark.parametrize("kind", ["voice", "video", "video_note", "audio"])
def test_a_complete_command_that_answers_a_sound_or_video_isdrawn(chat: ChatUser, kind: str) -> None:
    media = VOICE | {"width": 1, "height": 1, "length": 1}
    answered = chat.message() | {kind: media}
    message = chat.say("/imagine a fox --ar 1:1", reply_to_message=answered)
    assert content_of(chat.request(message)) == ("a fox", AspectRatio.SQUARE, None)
    message = chat.say("/imagine a fox", reply_to_message=answered)
    draft = chat.draft(message)
    assert draft.prompt == "a fox"
    before = len(chat.texts)
    alone = chat.say("/imagine", reply_to_message=answered)
    assert chat.request(alone) is None
    assert len(chat.texts) == before + 1


def test_words_without_a_ratio_change_a_picture_that_the_user_chose(chat: ChatUser) -> None:
    photo = chat.message(photo=PHOTO)
    message = chat.say("/imagine make it night", reply_to_message=photo)
    assert content_of(chat.request(message)) == ("make it night", None, "LARGE")
    message = chat.say("/imagine a fox --ar 16:9", reply_to_message=photo)
    assert content_of(chat.request(message)) == ("a fox", AspectRatio.WIDE, None)


def test_praise_in_a_group_is_no_order(harness: DispatcherHarness) -> None:
    group = ChatUser(harness, group=True)
    request = drawn(group)
    before = len(group.texts)
    group.replay("praise")
    for text in ("wow", "so good --v 5", "16 foxes"):
        group.say(text, reply_to_message=picture_of(group, request))
    assert len(group.requests()) == 1
    assert group.texts[before:] == []


PRAISE = [
    "thanks @imagine_bot!",
    "@imagine_bot thanks",
    "Thank you so much, @imagine_bot",
    "@imagine_bot wooow, so beautiful 😍",
    "great job @imagine_bot",
    "@imagine_bot 🔥🔥",
    "@imagine_bot ❤️",
    "10/10 @imagine_bot",
    "спасибо, @imagine_bot!",
    "@imagine_bot это просто супер",
    "@imagine_bot спасибооо большое",
    "@imagine_bot очень красиво получилось",
]


@pytest.mark.parametrize("text", PRAISE)
def test_praise_with_a_mention_is_no_order(group: ChatUser, text: str) -> None:
    request = drawn(group)
    before = list(group.texts)
    for answered in (picture_of(group, request), group.message(photo=PHOTO)):
        group.say(text, reply_to_message=answered)
    group.say(photo=PHOTO, caption=text)
    assert len(group.requests()) == 1
    assert group.texts == before


@pytest.mark.parametrize("text", PRAISE)
def test_praise_in_a_private_chat_is_answered_and_not_drawn(private: ChatUser, text: str) -> None:
    request = drawn(private)
    for given in (text, text.replace("@imagine_bot", "")):
        private.say(given, reply_to_message=picture_of(private, request))
        assert private.texts[-1].startswith("Thank you!")
        private.say(photo=PHOTO, caption=given)
        assert private.texts[-1].startswith("What shall I change?")
    assert len(private.requests()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "more beautiful",
        "make it great",
        "a beautiful woman",
        "красивее",
        "ночь",
        "🎅",
        "sepia 3",
        "love story",
    ],
)
def test_words_that_only_resemble_praise_are_an_order(group: ChatUser, text: str) -> None:
    request = drawn(group)
    message = group.say(f"@imagine_bot {text}", reply_to_message=picture_of(group, request))
    assert content_of(group.request(message)) == (text, None, "LARGE")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@imagine_bot make it night", ("make it night", None)),
        ("make it night, @Imagine_Bot", ("make it night,", None)),
        ("/imagine make it night", ("make it night", None)),
        ("16:9", ("a lake", AspectRatio.WIDE)),
        ("--ar 16:9", ("a lake", AspectRatio.WIDE)),
        ("/imagine --ar 16:9", ("a lake", AspectRatio.WIDE)),
        ("/imagine 16:9", ("a lake", AspectRatio.WIDE)),
    ],
)
def test_an_order_in_a_group_is_followed(
    group: ChatUser, text: str, expected: tuple[str, AspectRatio | None]
) -> None:
    request = drawn(group)
    message = group.say(text, reply_to_message=picture_of(group, request))
    prompt, ratio, source = content_of(group.request(message))
    assert (prompt, ratio) == expected
    assert (source is None) == (ratio is not None)


def test_words_are_enough_in_a_private_chat(private: ChatUser) -> None:
    request = drawn(private)
    message = private.say("make it night", reply_to_message=picture_of(private, request))
    edit = private.request(message)
    assert edit is not None
    assert edit.source is not None
    assert edit.source.parent_id == request.id
    message = private.say("sepia", reply_to_message=private.message(photo=PHOTO))
    assert content_of(private.request(message)) == ("sepia", None, "LARGE")


def test_the_first_picture_of_a_group_explains_how_to_change_it(group: ChatUser, private: ChatUser) -> None:
    captions = group.harness.telegram.captions
    drawn(group, "a <first> lake")
    assert captions[-1].startswith("a &lt;first&gt; lake\n\n<i>To change it, reply with /imagine")
    drawn(group)
    drawn(private)
    assert captions[-2:] == ["a lake", "a lake"]


def test_the_caption_of_a_forwarded_post_is_not_a_prompt(private: ChatUser) -> None:
    (message,) = private.replay("forwarded-advertisement")
    assert private.request(message) is None
    draft = private.draft(message)
    assert draft.prompt is None
    assert draft.source is not None
    assert "What shall I change" in private.texts[-1]


@pytest.mark.parametrize(
    "origin",
    [
        {"type": "user", "date": 1, "sender_user": {"id": 9, "is_bot": False, "first_name": "Ben"}},
        {"type": "hidden_user", "date": 1, "sender_user_name": "Ben"},
        {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 5},
        {"type": "chat", "date": 1, "sender_chat": CHANNEL},
    ],
    ids=lambda origin: str(origin["type"]),
)
def test_a_command_forwarded_from_another_user_is_not_drawn(chat: ChatUser, origin: dict[str, Any]) -> None:
    message = chat.say("/imagine a fox --ar 1:1", forward_origin=origin)
    assert chat.request(message) is None
    if chat.chat_id > 0:
        assert "Somebody else wrote that" in chat.texts[-1]
    caption = chat.say(photo=PHOTO, caption="/imagine a fox", forward_origin=origin)
    assert chat.request(caption) is None


def test_an_own_forwarded_command_is_drawn(chat: ChatUser) -> None:
    origin = {"type": "user", "date": 1, "sender_user": chat.message()["from"]}
    message = chat.say("/imagine a fox --ar 1:1", forward_origin=origin)
    assert content_of(chat.request(message)) == ("a fox", AspectRatio.SQUARE, None)


def test_an_edit_with_a_ratio_says_that_it_keeps_the_shape(private: ChatUser) -> None:
    (message,) = private.replay("shape-with-a-photo")
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")
    assert any("keeps its shape" in text for text in private.texts)
    private.say(photo=PHOTO, caption="--ar 9:16")
    assert any("keeps its shape" in text for text in private.texts[-2:])


def test_nothing_of_a_user_stays_in_the_dispatcher(private: ChatUser) -> None:
    private.say("/help")
    states = private.harness.app.dispatcher.fsm.storage
    assert isinstance(states, MemoryStorage)
    assert not states.storage
