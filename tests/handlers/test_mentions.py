"""Mentions of the bot: an order in a group, and never a part of a prompt."""

from typing import Any

import pytest

from core.model import AspectRatio, State
from tests.support.chat_user import PHOTO, VOICE, ChatUser, content_of, drawn, picture_of
from tests.support.dispatcher_harness import DispatcherHarness

MENTIONS = [
    "@imagine_bot {}",
    "@Imagine_Bot, {}",
    "@imagine_bot: {}",
    "{} @imagine_bot",
    "{}\n@imagine_bot",
    "\u200b@imagine_bot\u2060 {}",
    "@imagine_bot {} @imagine_bot",
]


@pytest.mark.parametrize("mention", MENTIONS)
def test_a_mention_is_no_part_of_a_prompt(chat: ChatUser, mention: str) -> None:
    night = ("make it night", None, "LARGE")
    command = chat.say("/imagine " + mention.format("a fox --ar 16:9"))
    assert content_of(chat.request(command)) == ("a fox", AspectRatio.WIDE, None)
    answer = chat.say(mention.format("a fox --ar 1:1"), reply_to_message=chat.question(chat.say("/imagine")))
    assert content_of(chat.request(answer)) == ("a fox", AspectRatio.SQUARE, None)
    caption = chat.say(photo=PHOTO, caption=mention.format("make it night"))
    assert content_of(chat.request(caption)) == night
    reply = chat.say(mention.format("make it night"), reply_to_message=chat.message(photo=PHOTO))
    assert content_of(chat.request(reply)) == night
    with_command = chat.say(photo=PHOTO, caption="/imagine " + mention.format("make it night"))
    assert content_of(chat.request(with_command)) == night


@pytest.mark.parametrize("mention", MENTIONS)
def test_a_mention_is_no_part_of_a_ratio(chat: ChatUser, mention: str) -> None:
    message = chat.say("/imagine a fox")
    chat.say(mention.format("16:9"), reply_to_message=chat.question(message))
    assert content_of(chat.request(message)) == ("a fox", AspectRatio.WIDE, None)


def test_a_mention_is_no_part_of_a_plain_answer(private: ChatUser) -> None:
    private.say("/imagine")
    message = private.say("@imagine_bot a fox --ar 1:1")
    assert content_of(private.request(message)) == ("a fox", AspectRatio.SQUARE, None)


def test_a_mention_before_a_command_may_have_a_comma(group: ChatUser) -> None:
    message = group.say("@imagine_bot, /imagine a fox --ar 1:1")
    assert content_of(group.request(message)) == ("a fox", AspectRatio.SQUARE, None)


@pytest.mark.parametrize("other", ["@imagine_bot2 a fox", "fan@imagine_bot.com a fox", "@another_bot a fox"])
def test_another_name_stays(private: ChatUser, other: str) -> None:
    message = private.say(f"/imagine {other} --ar 1:1")
    assert content_of(private.request(message))[0] == other


@pytest.mark.parametrize(
    "changed",
    [
        "@imagine_bot a bad fox --ar 1:1",
        "a bad fox @imagine_bot --ar 1:1",
        "a  bad\u200b fox --ar 1:1",
        "a bad fox\n—ar 1:1",
        "--ar “1:1” a bad fox",
    ],
)
def test_an_edit_that_changes_nothing_visible_draws_nothing(chat: ChatUser, changed: str) -> None:
    question = chat.question(chat.say("/imagine"))
    message = chat.say("@imagine_bot a bad fox --ar 1:1", reply_to_message=question)
    chat.settle()
    chat.edit(message, text=changed)
    chat.settle()
    assert [request.prompt for request in chat.requests()] == ["a bad fox"]


def test_an_edit_of_a_caption_that_changes_nothing_visible_draws_nothing(chat: ChatUser) -> None:
    message = chat.say(photo=PHOTO, caption="@imagine_bot make it night")
    chat.settle()
    failed = chat.request(message)
    assert failed is not None
    assert failed.state is State.FAILED, "the fake of Telegram has no file"
    renamed = [PHOTO[0] | {"file_id": "LARGE-2"}]  # the same file by another id
    for changes in ({}, {"caption": "make it night @imagine_bot"}, {"photo": renamed}):
        if chat.chat_id > 0 or "caption" in message:
            chat.edit(message, **changes)
    chat.settle()
    assert len(chat.requests()) == 1


def test_a_photo_with_a_mention_in_a_group_is_edited(group: ChatUser) -> None:
    message = group.say(photo=PHOTO, caption="@imagine_bot make it night", has_media_spoiler=True)
    request = group.request(message)
    assert content_of(request) == ("make it night", None, "LARGE")
    assert request is not None
    assert request.spoiler
    in_topic = {"message_thread_id": 5, "is_topic_message": True}
    message = group.say(photo=PHOTO, caption="make it night, @imagine_bot", **in_topic)
    request = group.request(message)
    assert request is not None
    assert request.place.thread_id == 5


def test_a_file_with_a_mention_in_a_group_is_edited(group: ChatUser) -> None:
    document = {"file_id": "LARGE", "file_unique_id": "l", "mime_type": "image/png"}
    message = group.say(document=document, caption="@imagine_bot make it night")
    assert content_of(group.request(message)) == ("make it night", None, "LARGE")


@pytest.mark.parametrize("caption", ["@imagine_bot", " @Imagine_Bot! ", "@imagine_bot 16:9"])
def test_a_mention_alone_under_a_photo_in_a_group_asks_for_the_change(group: ChatUser, caption: str) -> None:
    message = group.say(photo=PHOTO, caption=caption)
    draft = group.draft(message)
    assert draft.source is not None
    assert draft.prompt is None
    assert any("what shall I change" in text for text in group.texts)
    answer = group.say("make it night", reply_to_message=group.question(message))
    assert content_of(group.request(answer)) == ("make it night", None, "LARGE")


def test_a_caption_that_is_not_for_the_bot_is_left_alone(group: ChatUser) -> None:
    forward = {"type": "hidden_user", "date": 1, "sender_user_name": "Ben"}
    for more in (
        {"caption": "make it night"},
        {"caption": "@another_bot make it night"},
        {"caption": "@imagine_bot make it night", "forward_origin": forward},
        {},
    ):
        group.say(photo=PHOTO, **more)
    assert group.requests() == []
    assert group.texts == []


def test_an_anonymous_admin_and_a_channel_mention_the_bot_under_a_photo(group: ChatUser) -> None:
    group_chat = {"id": group.chat_id, "type": "supergroup", "title": "Friends"}
    channel = {"id": -1_009_876_543_210, "type": "channel", "title": "Foxes daily"}
    for account, writes_for in ((1_087_968_824, group_chat), (136_817_688, channel)):
        author = {"id": account, "is_bot": True, "first_name": "x"}
        more: dict[str, Any] = {"from": author, "sender_chat": writes_for}
        message = group.say(photo=PHOTO, caption="@imagine_bot make it night", **more)
        request = group.request(message)
        assert content_of(request) == ("make it night", None, "LARGE")
        assert request is not None
        assert request.user_id == writes_for["id"]


def test_a_video_or_sound_with_a_mention_in_a_group_gets_one_sentence(group: ChatUser) -> None:
    for kind in ("video", "voice", "animation"):
        before = len(group.texts)
        media = {kind: VOICE | {"width": 1, "height": 1}}
        group.say(caption="@imagine_bot make it night", **media)
        assert len(group.texts) == before + 1
    assert group.requests() == []


def test_an_album_with_a_mention_in_a_group_is_one_edit(group: ChatUser) -> None:
    first = group.say(photo=PHOTO, caption="@imagine_bot make it night", media_group_id="m1")
    group.say(photo=PHOTO, media_group_id="m1")
    group.say(photo=PHOTO, caption="and this", media_group_id="m1")
    group.edit(first)
    assert [content_of(request) for request in group.requests()] == [("make it night", None, "LARGE")]


def test_a_mention_that_is_added_later_counts(group: ChatUser) -> None:
    message = group.say(photo=PHOTO, caption="make it night")
    for _ in range(2):
        group.edit(message, caption="@imagine_bot make it night")
    assert [content_of(request) for request in group.requests()] == [("make it night", None, "LARGE")]


def test_a_mention_in_reply_to_a_picture_of_the_bot_edits_it(harness: DispatcherHarness) -> None:
    group = ChatUser(harness, group=True)
    request = drawn(group)
    message = group.say("make it night @imagine_bot", reply_to_message=picture_of(group, request))
    edit = group.request(message)
    assert content_of(edit) == ("make it night", None, "LARGE")
