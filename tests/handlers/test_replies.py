"""Replies that are not text, pictures from elsewhere, and answers without a reply."""

from typing import Any

import pytest

from core.model import AspectRatio
from tests.support.chat_user import PHOTO, VOICE, ChatUser, content_of, drawn, picture_of
from tests.support.dispatcher_harness import DispatcherHarness

CHANNEL = {"id": -1_009_876_543_210, "type": "channel", "title": "Foxes daily"}


def test_a_photo_in_answer_to_a_picture_is_edited(group: ChatUser) -> None:
    request = drawn(group)
    for more in ({"caption": "put this dog into it"}, {}):
        message = group.say(photo=PHOTO, reply_to_message=picture_of(group, request), **more)
        if more:
            assert content_of(group.request(message)) == ("put this dog into it", None, "LARGE")
        else:
            draft = group.draft(message)
            assert draft.source is not None
            assert draft.prompt is None


def test_the_recorded_photo_in_answer_to_a_picture_is_edited(group: ChatUser) -> None:
    (message,) = group.replay("photo-in-answer-to-a-picture")
    assert content_of(group.request(message)) == ("put this dog into it", None, "LARGE")


@pytest.mark.parametrize("kind", ["photo", "sticker", "document"])
def test_a_picture_in_answer_to_a_question_is_edited(chat: ChatUser, kind: str) -> None:
    file = {"file_id": "LARGE", "file_unique_id": "l"}
    sticker = file | {"type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}
    content: Any = {"photo": PHOTO, "sticker": sticker, "document": file | {"mime_type": "image/png"}}[kind]
    question = chat.question(chat.say("/imagine"))
    message = chat.say(reply_to_message=question, **{kind: content})
    draft = chat.draft(message)
    assert draft.source is not None
    assert draft.source.file_id == "LARGE"


@pytest.mark.parametrize("kind", ["voice", "video", "video_note", "audio", "animation"])
def test_a_sound_or_video_in_answer_to_the_bot_gets_one_sentence(chat: ChatUser, kind: str) -> None:
    question = chat.question(chat.say("/imagine"))
    before = len(chat.texts)
    chat.say(reply_to_message=question, **{kind: VOICE | {"width": 1, "height": 1, "length": 1}})
    assert len(chat.texts) == before + 1
    assert chat.requests() == []


def test_pictures_and_questions_of_others_are_left_alone(harness: DispatcherHarness) -> None:
    ann, ben = ChatUser(harness, group=True), ChatUser(harness, group=True)
    ben.chat_id = ann.chat_id
    question = ann.question(ann.say("/imagine"))
    before = len(harness.telegram.sent)
    ben.say(photo=PHOTO, reply_to_message=question)
    ben.say(photo=PHOTO, reply_to_message=ann.message("hello"))
    ben.say(photo=PHOTO)
    assert len(harness.telegram.sent) == before
    assert ben.requests() == []


def test_a_photo_in_another_chat_is_edited(private: ChatUser) -> None:
    (message,) = private.replay("external-reply-photo")
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")
    words = private.message("sepia", external_reply=message["external_reply"])
    private.harness.feed({"message": words})
    assert content_of(private.request(words)) == ("sepia", None, "LARGE")


def test_a_photo_in_another_topic_is_edited(group: ChatUser) -> None:
    origin = {"type": "user", "date": 1, "sender_user": {"id": 9, "is_bot": False, "first_name": "Ben"}}
    reply = {"origin": origin, "photo": PHOTO, "has_media_spoiler": True}
    message = group.say("/imagine make it night", external_reply=reply)
    request = group.request(message)
    assert content_of(request) == ("make it night", None, "LARGE")
    assert request is not None
    assert request.spoiler
    message = group.say("/imagine a fox", external_reply={"origin": origin, "voice": VOICE})
    draft = group.draft(message)
    assert draft.prompt == "a fox"


def test_bought_paid_media_is_the_photo_that_it_shows(private: ChatUser) -> None:
    paid = {"star_count": 5, "paid_media": [{"type": "photo", "photo": PHOTO}]}
    message = private.say("/imagine make it night", reply_to_message=private.message(paid_media=paid))
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")
    message = private.say(paid_media=paid, caption="sepia")
    assert content_of(private.request(message)) == ("sepia", None, "LARGE")
    preview = {"star_count": 5, "paid_media": [{"type": "preview", "width": 9, "height": 9}]}
    private.settle()
    before = len(private.texts)
    private.say(paid_media=preview)
    assert len(private.texts) == before + 1


def test_the_next_message_in_private_answers_a_question(private: ChatUser) -> None:
    _, message = private.replay("question-answered-plainly")
    draft = private.draft(message)
    assert draft.prompt == "a cat in a hat"
    private.say("16:9")
    assert content_of(private.request(message)) == ("a cat in a hat", AspectRatio.WIDE, None)
    private.say("and a dog")
    assert "Shall I draw" in private.texts[-1]
    assert len(private.requests()) == 1


def test_the_next_message_answers_the_question_for_a_change(private: ChatUser) -> None:
    private.say(photo=PHOTO)
    message = private.say("make it night")
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")


@pytest.mark.parametrize("between", ["/imagine a dog --ar 1:1", "/imagine a dog"])
def test_a_question_is_closed_once_something_else_was_asked(private: ChatUser, between: str) -> None:
    private.say("/imagine")
    private.say(between)
    message = private.say("a cat")
    assert private.request(message) is None
    assert "Shall I draw" in private.texts[-1]


def test_an_answer_that_cannot_be_drawn_leaves_the_question_open(private: ChatUser) -> None:
    private.say("/imagine")
    private.say("a cat --ar 5:7")
    message = private.say("a cat --ar 4:3")
    assert content_of(private.request(message)) == ("a cat", AspectRatio.LANDSCAPE, None)


def test_a_plain_message_in_a_group_answers_no_question(group: ChatUser) -> None:
    group.say("/imagine")
    message = group.say("a cat")
    assert group.request(message) is None


def test_a_spoiler_stays_a_spoiler(private: ChatUser) -> None:
    message = private.say(photo=PHOTO, caption="make it night", has_media_spoiler=True)
    request = private.request(message)
    assert request is not None
    assert request.spoiler
    question = private.question(private.say(photo=PHOTO, has_media_spoiler=True))
    answer = private.say("sepia", reply_to_message=question)
    request = private.request(answer)
    assert request is not None
    assert request.spoiler
    plain = private.request(private.say(photo=PHOTO, caption="make it day"))
    assert plain is not None
    assert not plain.spoiler


def test_a_ratio_alone_is_no_description(private: ChatUser) -> None:
    private.say("/imagine")
    asked_again = private.say("16:9")
    assert private.draft(asked_again).ratio is AspectRatio.WIDE
    message = private.say("a fox")
    assert content_of(private.request(message)) == ("a fox", AspectRatio.WIDE, None)
    private.say(photo=PHOTO)
    private.say("9:16")
    assert any("keeps its shape" in text for text in private.texts)
    message = private.say("make it night")
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")


def test_a_mention_in_answer_to_a_user_s_photo_in_a_group_changes_it(group: ChatUser) -> None:
    photo = group.message(photo=PHOTO)
    group.say("nice cat", reply_to_message=photo)
    assert group.requests() == []
    message = group.say("@imagine_bot make it night", reply_to_message=photo)
    assert content_of(group.request(message)) == ("make it night", None, "LARGE")
