"""Edits of messages that became a request: all of it changes while it waits, and an edit of an answer is an answer."""

from typing import Any

import pytest

from core.model import AspectRatio, Request, State
from storage.bans import Ban
from tests.support.chat_user import PHOTO, VOICE, ChatUser, content_of, drawn, picture_of
from tests.support.factories import admin_cause

OTHER = [{"file_id": "OTHER", "file_unique_id": "o", "width": 900, "height": 600, "file_size": 13_682}]


def fill(chat: ChatUser) -> None:
    """Let as many requests of the user run that the next ones wait."""
    for number in range(2):
        chat.say(f"/imagine fox {number} --ar 1:1")


def waiting(chat: ChatUser, message: dict[str, Any]) -> Request:
    request = chat.request(message)
    assert request is not None
    assert request.state is State.QUEUED
    return request


@pytest.mark.parametrize("caption", ["@imagine_bot make it night", "/imagine make it night"])
def test_the_picture_and_the_spoiler_of_a_waiting_edit_change(chat: ChatUser, caption: str) -> None:
    fill(chat)
    message = chat.say(photo=PHOTO, caption=caption)
    assert content_of(waiting(chat, message)) == ("make it night", None, "LARGE")
    message = chat.edit(message, photo=OTHER)
    assert content_of(waiting(chat, message)) == ("make it night", None, "OTHER")
    message = chat.edit(message, has_media_spoiler=True)
    assert waiting(chat, message).spoiler
    message = chat.edit(
        message, has_media_spoiler=False, caption=caption.replace("night", "day"), photo=PHOTO
    )
    request = waiting(chat, message)
    assert (content_of(request), request.spoiler) == (("make it day", None, "LARGE"), False)


def test_a_photo_that_becomes_a_file_changes(private: ChatUser) -> None:
    fill(private)
    message = private.say(photo=PHOTO, caption="make it night")
    del message["photo"]
    document = {"file_id": "FILE", "file_unique_id": "f", "mime_type": "image/png"}
    private.edit(message, document=document)
    assert content_of(waiting(private, message)) == ("make it night", None, "FILE")


def test_a_photo_that_becomes_a_video_is_refused_and_the_request_stays(private: ChatUser) -> None:
    fill(private)
    message = private.say(photo=PHOTO, caption="make it night")
    del message["photo"]
    private.edit(message, video=VOICE | {"width": 1, "height": 1})
    assert "it moves" in private.texts[-1]
    assert content_of(waiting(private, message)) == ("make it night", None, "LARGE")


def test_a_text_that_gets_a_photo_becomes_an_edit(private: ChatUser) -> None:
    fill(private)
    message = private.say("/imagine make it night --ar 16:9")
    del message["text"]
    private.edit(message, photo=PHOTO, caption="/imagine make it night --ar 16:9")
    assert content_of(waiting(private, message)) == ("make it night", None, "LARGE")
    assert any("keeps its shape" in text for text in private.texts)


def test_a_reply_to_a_photo_becomes_a_drawing_and_an_edit_again(chat: ChatUser) -> None:
    fill(chat)
    message = chat.say("/imagine make it night", reply_to_message=chat.message(photo=PHOTO))
    chat.edit(message, text="/imagine a fox --ar 16:9")
    assert content_of(waiting(chat, message)) == ("a fox", AspectRatio.WIDE, None)
    chat.edit(message, text="/imagine make it day")
    assert content_of(waiting(chat, message)) == ("make it day", None, "LARGE")


def test_a_reply_to_a_picture_of_the_bot_changes(private: ChatUser) -> None:
    request = drawn(private)
    fill(private)
    message = private.say("make it night", reply_to_message=picture_of(private, request))
    private.edit(message, text="9:16")
    assert content_of(waiting(private, message)) == ("a lake", AspectRatio.TALL, None)
    private.edit(message, text="make it day")
    assert content_of(waiting(private, message)) == ("make it day", None, "LARGE")


def test_a_part_that_the_edit_lacks_stays(chat: ChatUser) -> None:
    fill(chat)
    message = chat.say("/imagine a fox --ar 16:9")
    chat.edit(message, text="/imagine a wolf")
    chat.edit(message, text="/imagine")
    assert content_of(waiting(chat, message)) == ("a wolf", AspectRatio.WIDE, None)
    chat.edit(message, text="/imagine --ar 3:4")
    assert content_of(waiting(chat, message)) == ("a wolf", AspectRatio.PORTRAIT, None)


@pytest.mark.parametrize(
    "text",
    ["/help", "/imagin a bear", "/imagine@another_bot a bear --ar 1:1", "no", "/imagine a bear --ar 5:7"],
)
def test_an_edit_that_cannot_be_followed_changes_nothing(chat: ChatUser, text: str) -> None:
    fill(chat)
    message = chat.say("/imagine a wolf --ar 3:4")
    chat.edit(message, text=text)
    assert content_of(waiting(chat, message)) == ("a wolf", AspectRatio.PORTRAIT, None)


FLAG_EDITS = [
    ("/imagine a wolf --v 6", AspectRatio.WIDE, "My model has no versions"),
    ("/imagine a wolf --ar 1:1 --no text", AspectRatio.SQUARE, "My model has no list"),
    ("/imagine a wolf --size 5", AspectRatio.WIDE, "I don’t know"),
]


@pytest.mark.parametrize(("text", "ratio", "named"), FLAG_EDITS)
def test_an_edit_with_a_flag_changes_a_waiting_request_after_a_press(
    chat: ChatUser, text: str, ratio: AspectRatio, named: str
) -> None:
    fill(chat)
    message = chat.say("/imagine a fox --ar 16:9")
    for _ in range(2):
        chat.edit(message, text=text)
    assert content_of(waiting(chat, message)) == ("a fox", AspectRatio.WIDE, None)
    asked = [text for text in chat.texts if named in text and "I leave your picture as it was" in text]
    assert len(asked) == 1
    draft, question = chat.draft(message), chat.question(message)["message_id"]
    for _ in range(2):
        chat.press(f"w:{draft.id}", question)
    assert content_of(waiting(chat, message)) == ("a wolf", ratio, None)
    assert question not in chat.harness.telegram.texts
    assert len(chat.requests()) == 3


@pytest.mark.parametrize("clear", ["/imagine a bear --ar 3:4", "/imagine a fox --ar 16:9"])
def test_a_clear_edit_deletes_the_question_about_an_earlier_one(chat: ChatUser, clear: str) -> None:
    fill(chat)
    message = chat.say("/imagine a fox --ar 16:9")
    chat.edit(message, text="/imagine a wolf --v 6 --ar 16:9")
    question = chat.question(message)["message_id"]
    chat.edit(message, text=clear)
    assert waiting(chat, message).prompt in clear
    assert question not in chat.harness.telegram.texts


def test_a_flag_in_an_edit_after_a_failure_is_named(chat: ChatUser) -> None:
    message = chat.say("/imagine a bad fox --ar 1:1")
    chat.settle()
    chat.edit(message, text="/imagine a bad fox --ar 1:1 --v 6")
    assert "My model has no versions" in chat.texts[-1]
    chat.press(f"w:{chat.draft(message).id}", chat.question(message)["message_id"])
    assert len(chat.requests()) == 2


def test_a_yes_to_an_edit_with_a_flag_changes_the_waiting_request(private: ChatUser) -> None:
    fill(private)
    message = private.say("/imagine a fox --ar 16:9")
    private.edit(message, text="/imagine a wolf --v 6")
    private.say("yes")
    assert content_of(waiting(private, message)) == ("a wolf", AspectRatio.WIDE, None)


def test_a_press_after_the_request_ran_changes_nothing(private: ChatUser) -> None:
    fill(private)
    message = private.say("/imagine a fox --ar 16:9")
    private.edit(message, text="/imagine a wolf --v 6")
    draft, question = private.draft(message), private.question(message)["message_id"]
    private.settle()
    private.press(f"w:{draft.id}", question)
    private.settle()
    assert [request.prompt for request in private.requests()] == ["fox 0", "fox 1", "a fox"]


def test_an_edit_with_an_unknown_ratio_offers_the_others(chat: ChatUser) -> None:
    fill(chat)
    message = chat.say("/imagine a fox")
    first_question = chat.question(message)["message_id"]
    chat.press(f"r:{chat.draft(message).id}:16x9", first_question)
    assert content_of(waiting(chat, message)) == ("a fox", AspectRatio.WIDE, None)
    chat.edit(message, text="/imagine a wolf --ar 21:9")
    draft, question = chat.draft(message), chat.question(message)["message_id"]
    assert question != first_question, "the first question is the status message"
    chat.press(f"r:{draft.id}:9x16", first_question)
    assert content_of(waiting(chat, message)) == ("a fox", AspectRatio.WIDE, None)
    chat.press(f"r:{draft.id}:9x16", question)
    assert content_of(waiting(chat, message)) == ("a wolf", AspectRatio.TALL, None)


def test_an_edit_of_a_photo_with_a_flag_changes_it_after_a_press(chat: ChatUser) -> None:
    fill(chat)
    message = chat.say(photo=PHOTO, caption="/imagine make it night")
    chat.edit(message, caption="/imagine make it day --tile")
    assert content_of(waiting(chat, message)) == ("make it night", None, "LARGE")
    chat.press(f"w:{chat.draft(message).id}", chat.question(message)["message_id"])
    assert content_of(waiting(chat, message)) == ("make it day", None, "LARGE")


@pytest.mark.parametrize("photo", [False, True])
def test_an_edit_to_a_misspelt_command_says_that_the_picture_stays(chat: ChatUser, photo: bool) -> None:
    fill(chat)
    part = "caption" if photo else "text"
    more = {"photo": PHOTO} if photo else {}
    message = chat.say(**more, **{part: "/imagine a fox --ar 16:9"})
    chat.edit(message, **{part: "/imagin a wolf --ar 16:9"})
    assert chat.texts[-1].startswith("Did you mean /imagine? Until you edit")
    assert waiting(chat, message).prompt == "a fox"
    before = len(chat.texts)
    chat.edit(message, **{part: "/imagin@another_bot a wolf"})
    assert len(chat.texts) == before
    chat.edit(message, **{part: "/imagine a wolf --ar 16:9"})
    assert waiting(chat, message).prompt == "a wolf"


def test_an_edit_to_another_command_is_answered_and_the_request_stays(chat: ChatUser) -> None:
    fill(chat)
    message = chat.say("/imagine a fox --ar 16:9")
    chat.edit(message, text="/quota")
    assert "used" in chat.texts[-1]
    assert content_of(waiting(chat, message)) == ("a fox", AspectRatio.WIDE, None)


def test_plain_words_describe_the_waiting_picture_in_private(private: ChatUser) -> None:
    fill(private)
    message = private.say("/imagine a fox --ar 16:9", reply_to_message=private.message("hello"))
    private.edit(message, text="a wolf")
    assert content_of(waiting(private, message)) == ("a wolf", AspectRatio.WIDE, None)


def test_a_forbidden_edit_of_a_waiting_request_is_refused(chat: ChatUser) -> None:
    fill(chat)
    chat.harness.run(chat.harness.app.dispatcher["bans"].add(Ban.WORD, "zebra", admin_cause()))
    message = chat.say("/imagine a fox --ar 16:9")
    chat.edit(message, text="/imagine a zebra")
    assert "I don’t draw that here" in chat.texts[-1]
    assert waiting(chat, message).prompt == "a fox"


def test_the_photo_of_an_open_question_changes(chat: ChatUser) -> None:
    message = chat.say(photo=PHOTO, caption="@imagine_bot")
    question = chat.question(message)
    chat.edit(message, photo=OTHER, has_media_spoiler=True)
    answer = chat.say("make it night", reply_to_message=question)
    request = chat.request(answer)
    assert content_of(request) == ("make it night", None, "OTHER")
    assert request is not None
    assert request.spoiler


def test_the_photo_of_an_answered_question_changes_while_the_answer_waits(chat: ChatUser) -> None:
    fill(chat)
    message = chat.say(photo=PHOTO, caption="@imagine_bot")
    answer = chat.say("make it night", reply_to_message=chat.question(message))
    message = chat.edit(message, photo=OTHER)
    assert content_of(waiting(chat, answer)) == ("make it night", None, "OTHER")
    chat.edit(message, has_media_spoiler=True)
    assert waiting(chat, answer).spoiler
    chat.settle()
    before = len(chat.requests())
    chat.edit(message, photo=OTHER, has_media_spoiler=True)
    assert len(chat.requests()) == before


def test_an_album_changes_with_its_first_photo_and_its_caption(private: ChatUser) -> None:
    fill(private)
    first = private.say(photo=PHOTO, media_group_id="a")
    captioned = private.say(photo=OTHER, media_group_id="a", caption="make it night")
    third = private.say(photo=OTHER, media_group_id="a")
    private.edit(third, has_media_spoiler=True)
    private.edit(captioned, caption="make it day")
    (request,) = private.requests()[2:]
    assert (content_of(request), request.spoiler) == (("make it day", None, "LARGE"), False)
    new = [PHOTO[0] | {"file_id": "NEW", "file_unique_id": "n"}]
    private.edit(first, photo=new)
    (request,) = private.requests()[2:]
    assert content_of(request) == ("make it day", None, "NEW")


def test_a_captioned_album_changes_with_its_first_photo_only(private: ChatUser) -> None:
    fill(private)
    first = private.say(photo=PHOTO, media_group_id="b", caption="make it night")
    second = private.say(photo=OTHER, media_group_id="b")
    private.edit(second, photo=[OTHER[0] | {"file_id": "NEW", "file_unique_id": "n"}])
    private.edit(first, caption="make it day")
    (request,) = private.requests()[2:]
    assert content_of(request) == ("make it day", None, "LARGE")


def test_a_photo_that_failed_is_replaced_once(chat: ChatUser) -> None:
    message = chat.say(photo=PHOTO, caption="@imagine_bot make it night")
    chat.settle()
    assert [request.state for request in chat.requests()] == [State.FAILED], (
        "the fake of Telegram has no file"
    )
    for _ in range(2):
        chat.edit(message, photo=OTHER)
    assert [content_of(request)[2] for request in chat.requests()] == ["LARGE", "OTHER"]


@pytest.mark.parametrize(
    "refused", ["a cat --ar 5:7", "a cat --size 5", "a cat --ar 1:1 --ar 16:9", "x" * 2_001]
)
@pytest.mark.parametrize("between", [None, "/quota", "/imagine a dog --ar 1:1", "/imagine", "hello"])
def test_an_edit_of_a_refused_plain_answer_counts_once(
    private: ChatUser, refused: str, between: str | None
) -> None:
    private.say("/imagine")
    message = private.say(refused)
    assert private.request(message) is None
    if between:
        private.say(between)
    for _ in range(2):
        private.edit(message, text="a cat --ar 4:3")
    assert content_of(private.request(message)) == ("a cat", AspectRatio.LANDSCAPE, None)
    assert [request.prompt for request in private.requests()].count("a cat") == 1


def test_an_edit_of_a_plain_answer_with_a_flag_counts(private: ChatUser) -> None:
    private.say("/imagine")
    message = private.say("a cat --v 6")
    private.edit(message, text="a cat")
    assert "Which shape" in private.harness.telegram.texts[private.question(message)["message_id"]]
    private.edit(message, text="a cat --ar 4:3")
    assert content_of(private.request(message)) == ("a cat", AspectRatio.LANDSCAPE, None)


def test_an_edit_of_a_plain_answer_that_failed_is_a_new_request(private: ChatUser) -> None:
    private.say("/imagine")
    message = private.say("a bad cat --ar 4:3")
    private.settle()
    for _ in range(2):
        private.edit(message, text="a good cat --ar 4:3")
    private.settle()
    assert [request.prompt for request in private.requests()] == ["a bad cat", "a good cat"]


def test_an_edit_of_a_plain_change_keeps_the_photo(private: ChatUser) -> None:
    private.say(photo=PHOTO)
    message = private.say("make it night --ar 5:7")
    private.edit(message, text="make it night")
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("refused", ["5:7", "--ar 5:7", "—ar=5:7"])
def test_an_unknown_ratio_in_answer_to_its_question_is_refused_and_corrected(
    private: ChatUser, refused: str, plain: bool
) -> None:
    message = private.say("/imagine a fox")
    more = {} if plain else {"reply_to_message": private.question(message)}
    answer = private.say(refused, **more)
    assert "I don’t have 5:7. Which shape for “a fox”?" in private.texts[-1]
    for _ in range(2):
        private.edit(answer, text="16:9")
    assert [content_of(request) for request in private.requests()] == [("a fox", AspectRatio.WIDE, None)]


def test_an_edited_ratio_changes_the_waiting_request(chat: ChatUser) -> None:
    fill(chat)
    message = chat.say("/imagine a fox")
    answer = chat.say("16:9", reply_to_message=chat.question(message))
    chat.edit(message, text="/imagine a wolf")
    chat.edit(answer, text="3:4")
    assert content_of(waiting(chat, message)) == ("a wolf", AspectRatio.PORTRAIT, None)
    chat.settle()
    chat.edit(answer, text="1:1")
    assert len(chat.requests()) == 3


def test_an_edit_after_a_failure_is_asked_about_in_a_new_message(chat: ChatUser) -> None:
    """The question became the status message, which is deleted at the end."""
    message = chat.say("/imagine a bad fox")
    chat.press(f"r:{chat.draft(message).id}:1x1", chat.question(message)["message_id"])
    chat.settle()
    chat.edit(message, text="/imagine a wolf")
    assert "Which shape for “a wolf”" in chat.texts[-1]
    question = chat.question(message)
    assert question["message_id"] in chat.harness.telegram.texts
    chat.press(f"r:{chat.draft(message).id}:1x1", question["message_id"])
    assert [request.prompt for request in chat.requests()] == ["a bad fox", "a wolf"]


def test_an_edit_after_a_failure_of_an_edit_is_drawn(chat: ChatUser) -> None:
    message = chat.say("/imagine")
    chat.edit(message, text="/imagine a bad fox --ar 1:1")
    chat.settle()
    chat.edit(message, text="/imagine a good fox --ar 1:1")
    assert [request.prompt for request in chat.requests()] == ["a bad fox", "a good fox"]
