"""Words without a command: asked about in a private chat, left alone in a group, and never drawn without a press."""

import pytest

from core.model import AspectRatio
from tests.support.chat_user import PHOTO, ChatUser, content_of, drawn, picture_of

STRANGER = {"id": 5, "is_bot": False, "first_name": "Eve"}
FORWARDED = {"type": "user", "date": 1_790_000_000, "sender_user": STRANGER}


def test_words_are_asked_about_once_and_drawn_by_a_press(private: ChatUser) -> None:
    message = private.say("a <fox> & a hen")
    private.harness.feed({"message": message})
    assert private.texts == ["Shall I draw “a &lt;fox&gt; &amp; a hen”?"]
    assert private.requests() == []
    draft = private.draft(message)
    question = private.question(message)["message_id"]
    for _ in range(2):
        private.press(f"r:{draft.id}:3x4", question)
    assert [content_of(r) for r in private.requests()] == [("a <fox> & a hen", AspectRatio.PORTRAIT, None)]
    assert private.requests()[0].status_message_id == question


def test_forwarded_words_are_asked_about_too(private: ChatUser) -> None:
    message = private.say("a fox by Eve", forward_origin=FORWARDED)
    assert private.texts[-1] == "Shall I draw “a fox by Eve”?"
    private.press(f"r:{private.draft(message).id}:1x1", private.question(message)["message_id"])
    assert content_of(private.request(message)) == ("a fox by Eve", AspectRatio.SQUARE, None)


def test_words_in_a_group_are_talk(group: ChatUser) -> None:
    group.say("a fox")
    assert group.texts == []


def test_a_ratio_alone_asks_for_the_words(private: ChatUser) -> None:
    private.say("21:9")
    assert private.texts[-1] == "I don’t have 21:9. What shall I draw?"
    message = private.say("a fox")
    assert private.texts[-1] == "Which shape for “a fox”?"
    private.press(f"r:{private.draft(message).id}:16x9", private.question(message)["message_id"])
    assert content_of(private.request(message)) == ("a fox", AspectRatio.WIDE, None)


def test_the_same_words_with_a_ratio_replace_the_question(private: ChatUser) -> None:
    first = private.say("a fox --ar 5:7")
    question = private.question(first)["message_id"]
    message = private.say("a fox --ar 3:4")
    assert content_of(private.request(message)) == ("a fox", AspectRatio.PORTRAIT, None)
    assert question not in private.harness.telegram.texts
    private.say("a wolf --ar 3:4")
    assert len(private.requests()) == 1, "other words are other words"


@pytest.mark.parametrize("text", ["21:9", "/imagine 21:9", "--ar 21:9"])
def test_a_ratio_that_the_model_lacks_is_no_edit(private: ChatUser, text: str) -> None:
    picture = picture_of(private, drawn(private))
    message = private.say(text, reply_to_message=picture)
    assert private.texts[-1] == "I don’t have 21:9. Which shape for “a lake”?"
    assert len(private.requests()) == 1
    private.press(f"r:{private.draft(message).id}:9x16", private.question(message)["message_id"])
    assert content_of(private.request(message)) == ("a lake", AspectRatio.TALL, None)


def test_the_same_in_a_group_but_not_in_reply_to_members(group: ChatUser) -> None:
    picture = picture_of(group, drawn(group))
    sent = len(group.texts)
    group.say("2:1", reply_to_message=group.message(photo=PHOTO))
    assert len(group.texts) == sent
    group.say("2:1", reply_to_message=picture)
    assert group.texts[-1] == "I don’t have 2:1. Which shape for “a lake”?"
    assert len(group.requests()) == 1


def test_a_photo_with_a_ratio_that_the_model_lacks_waits_for_a_press(private: ChatUser) -> None:
    message = private.say(photo=PHOTO, caption="make it night --ar 21:9")
    assert "keeps its shape" in private.texts[-1]
    assert "Shall I change the picture: “make it night”?" in private.texts[-1]
    assert private.requests() == []
    for _ in range(2):
        private.press(f"w:{private.draft(message).id}", private.question(message)["message_id"])
    assert [content_of(r) for r in private.requests()] == [("make it night", None, "LARGE")]


def test_an_edit_with_a_ratio_that_the_model_lacks_changes_nothing(private: ChatUser) -> None:
    for number in range(2):  # as many run that the next one waits
        private.say(f"/imagine fox {number} --ar 1:1")
    message = private.say("/imagine a fox --ar 1:1")
    private.edit(message, text="/imagine a wolf --ar 21:9")
    assert private.texts[-1].startswith("I don’t have 21:9. I leave your picture as it was asked for.")
    assert content_of(private.request(message)) == ("a fox", AspectRatio.SQUARE, None)
    private.edit(message, text="/imagine a wolf --ar 16:9")
    assert content_of(private.request(message)) == ("a wolf", AspectRatio.WIDE, None)
