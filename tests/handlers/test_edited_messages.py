"""An edited message is the user's new message, exactly once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import AspectRatio, State
from tests.support.chat_user import PHOTO, ChatUser, content_of, drawn, picture_of
from tests.support.dispatcher_harness import DispatcherHarness
from tests.support.property_tests import examples

CHANNEL = {"id": -1_009_876_543_210, "type": "channel", "title": "Foxes daily"}


@pytest.mark.parametrize("name", ["edit-after-refusal", "edit-of-a-typo"])
def test_an_edit_after_a_refusal_or_a_typo_is_drawn_once(private: ChatUser, name: str) -> None:
    messages = private.replay(name)
    private.harness.feed({"edited_message": messages[-1]})
    private.settle()
    private.harness.feed({"edited_message": messages[-1]})
    assert [request.prompt for request in private.requests()] == ["a fox"]
    assert private.harness.telegram.photos[messages[-1]["message_id"]] >= 1


@pytest.mark.parametrize("part", ["text", "caption"])
@pytest.mark.parametrize("first", ["/imagine a fox --ar 5:7", "/imagin a fox", "/imagine a fox --size 5"])
def test_the_edited_text_counts(chat: ChatUser, first: str, part: str) -> None:
    content: dict[str, Any] = {part: first} | ({"photo": PHOTO} if part == "caption" else {})
    message = chat.say("", **content)
    chat.edit(message, **{part: "/imagine a wolf --ar 16:9"})
    expected = ("a wolf", None, "LARGE") if part == "caption" else ("a wolf", AspectRatio.WIDE, None)
    assert [content_of(request) for request in chat.requests()][-1] == expected
    assert len(chat.requests()) == 1


def test_a_plain_text_that_becomes_a_command_isdrawn(private: ChatUser) -> None:
    message = private.say("a fox")
    private.edit(message, text="a quick fox")
    assert len(private.texts) == 1, "one hint is enough"
    private.edit(message, text="/imagine a fox --ar 1:1")
    assert content_of(private.request(message)) == ("a fox", AspectRatio.SQUARE, None)


def test_an_edit_answers_the_question_for_a_prompt(chat: ChatUser) -> None:
    message = chat.say("/imagine")
    question = chat.question(message)
    chat.edit(message, text="/imagine a fox --ar 1:1")
    assert content_of(chat.request(message)) == ("a fox", AspectRatio.SQUARE, None)
    assert question["message_id"] not in chat.harness.telegram.texts, "the question is deleted"
    if chat.chat_id > 0:
        chat.say("a second fox")  # no question is open any more
    assert len(chat.requests()) == 1


def test_an_edit_turns_the_question_for_a_prompt_into_one_for_a_ratio(chat: ChatUser) -> None:
    message = chat.say("/imagine")
    question = chat.question(message)
    chat.edit(message, text="/imagine a fox")
    assert question["message_id"] not in chat.harness.telegram.texts
    assert "Which shape for “a fox”" in chat.texts[-1]
    draft = chat.draft(message)
    chat.press(f"r:{draft.id}:1x1", chat.question(message)["message_id"])
    assert [content_of(request) for request in chat.requests()] == [("a fox", AspectRatio.SQUARE, None)]


def test_an_edit_answers_the_question_for_a_ratio(chat: ChatUser) -> None:
    message = chat.say("/imagine a fox")
    question = chat.question(message)
    chat.edit(message, text="/imagine a wolf --ar 1:1")
    request = chat.request(message)
    assert content_of(request) == ("a wolf", AspectRatio.SQUARE, None)
    assert request is not None
    assert request.status_message_id == question["message_id"]


def test_an_edit_answers_the_question_for_a_change(private: ChatUser) -> None:
    message = private.say(photo=PHOTO)
    private.edit(message, caption="make it night")
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")


def test_an_edit_of_a_flag_answers_its_question(private: ChatUser) -> None:
    message = private.say("/imagine a fox --v 6")
    question = private.question(message)
    private.edit(message, text="/imagine a fox")
    assert "Which shape" in private.harness.telegram.texts[question["message_id"]]
    private.edit(message, text="/imagine a fox --ar 1:1")
    assert content_of(private.request(message)) == ("a fox", AspectRatio.SQUARE, None)


def test_an_edit_after_the_question_was_answered_changes_nothing(chat: ChatUser) -> None:
    message = chat.say("/imagine")
    answer = chat.say("a fox --ar 1:1", reply_to_message=chat.question(message))
    chat.edit(message, text="/imagine a wolf --ar 1:1")
    assert [request.prompt for request in chat.requests()] == ["a fox"]
    chat.settle()
    chat.edit(answer, text="a wolf --ar 1:1")
    assert [request.prompt for request in chat.requests()] == ["a fox"]


def test_an_edit_after_the_delivery_changes_nothing(chat: ChatUser) -> None:
    message = chat.say("/imagine a fox --ar 1:1")
    chat.settle()
    before = len(chat.texts)
    for text in ("/imagine a wolf --ar 16:9", "/imagine", "/help", "/imagine a wolf --size 1"):
        chat.edit(message, text=text)
    chat.settle()
    assert [request.prompt for request in chat.requests()] == ["a fox"]
    assert chat.texts[before:] == []


def test_an_edit_of_a_request_that_failed_is_a_new_request(chat: ChatUser) -> None:
    message = chat.say("/imagine a bad fox --ar 1:1")
    chat.settle()
    chat.edit(message, text="/imagine a bad fox --ar 1:1")  # nothing that a bot can see has changed
    assert [request.state for request in chat.requests()] == [State.FAILED]
    for _ in range(2):
        chat.edit(message, text="/imagine a good fox --ar 1:1")
    chat.settle()
    chat.edit(message, text="/imagine a better fox --ar 1:1")
    assert [r.prompt for r in chat.requests()] == ["a bad fox", "a good fox"]


def test_an_edited_reply_that_is_only_a_ratio_changes_the_ratio(harness: DispatcherHarness) -> None:
    chat = ChatUser(harness)
    request = drawn(chat)
    waiting = [chat.say(f"/imagine fox {n} --ar 1:1") for n in range(4)]
    message = chat.say("16:9", reply_to_message=picture_of(chat, request))
    chat.edit(message, text="3:4")
    changed = chat.request(message)
    assert changed is not None
    assert changed.state is State.QUEUED
    assert content_of(changed) == ("a lake", AspectRatio.PORTRAIT, None)
    assert waiting
    chat.settle()


FORMS = [
    "hello",
    "/imagin a fox",
    "/imagine",
    "/imagine a fox",
    "/imagine a fox --ar 5:7",
    "/imagine a fox --v 6",
    "/imagine a fox --ar 1:1",
    "/imagine a bad wolf --ar 1:1",
    "/imagine a bad fox --ar 1:1",
]


@examples(40)
@given(st.lists(st.tuples(st.sampled_from(FORMS), st.booleans()), min_size=1, max_size=6), st.booleans())
def test_any_sequence_of_edits_draws_each_complete_form_at_most_once(
    harness: DispatcherHarness, forms: list[tuple[str, bool]], in_group: bool
) -> None:
    """The first complete form is drawn. After it has failed, the next different form counts as a new message."""
    chat = ChatUser(harness, group=in_group)
    message: dict[str, Any] | None = None
    expected: list[str] = []
    current: str | None = None
    ended = False
    for text, wait in forms:
        message = chat.say(text) if message is None else chat.edit(message, text=text)
        prompt = text.removeprefix("/imagine ").removesuffix(" --ar 1:1")
        if ended and prompt != current and "5:7" not in text:
            current, ended = None, False
        if current is None and text.endswith("--ar 1:1"):
            current = prompt
            expected.append(prompt)
        if wait:
            chat.settle()
            ended = current is not None and "bad" in current
    assert [request.prompt for request in chat.requests()] == expected
    chat.settle()
    assert sum(request.state is State.DELIVERED for request in chat.requests()) <= 1


@pytest.mark.parametrize("talk", ["sorry guys, never mind", "/imagine@another_bot a wolf --ar 1:1"])
def test_an_edit_to_talk_in_a_group_changes_no_request(harness: DispatcherHarness, talk: str) -> None:
    group = ChatUser(harness, group=True)
    messages = [group.say(f"/imagine a fox {number} --ar 1:1") for number in range(5)]
    group.edit(messages[-1], text=talk)
    assert [request.prompt for request in group.requests()] == [f"a fox {number}" for number in range(5)]


def test_a_mention_alone_in_reply_to_a_picture_asks_for_the_change(harness: DispatcherHarness) -> None:
    group = ChatUser(harness, group=True)
    message = group.say("@imagine_bot", reply_to_message=group.message("", photo=PHOTO))
    assert group.request(message) is None
    assert group.question(message)
