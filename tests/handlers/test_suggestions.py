"""Presses on the suggestions under the question for a change."""

import pytest

from storage.bans import Ban
from tests.support.chat_user import PHOTO, ChatUser, content_of
from tests.support.dispatcher_harness import DispatcherHarness
from tests.support.factories import admin_cause


@pytest.mark.parametrize(
    ("number", "words"), [(0, "Make it night"), (1, "Add snow"), (2, "Turn it into a watercolour")]
)
def test_a_press_is_the_edit_with_these_words(private: ChatUser, number: int, words: str) -> None:
    message = private.say(photo=PHOTO)
    draft = private.draft(message)
    private.press(f"e:{draft.id}:{number}", draft.question_message_id or 0)
    assert content_of(private.request(message)) == (words, None, "LARGE")
    assert draft.question_message_id not in private.harness.telegram.texts
    private.press(f"e:{draft.id}:0", draft.question_message_id or 0)
    assert len(private.requests()) == 1


def test_the_number_of_the_question_counts_for_the_press(private: ChatUser) -> None:
    message = private.say(photo=PHOTO, caption="/imagine --n 2")
    draft = private.draft(message)
    private.press(f"e:{draft.id}:1", draft.question_message_id or 0)
    assert [content_of(one) for one in private.requests()] == [("Add snow", None, "LARGE")] * 2


def test_a_refused_press_keeps_the_question(private: ChatUser) -> None:
    message = private.say(photo=PHOTO)
    draft = private.draft(message)
    bans = private.harness.app.dispatcher["bans"]
    private.harness.run(bans.add(Ban.WORD, "snow", admin_cause()))
    private.press(f"e:{draft.id}:1", draft.question_message_id or 0)
    private.harness.run(bans.lift(Ban.WORD, "snow", admin_cause()))
    assert private.requests() == []
    assert draft.question_message_id in private.harness.telegram.texts
    private.press(f"e:{draft.id}:1", draft.question_message_id or 0)
    assert content_of(private.request(message)) == ("Add snow", None, "LARGE")


def test_only_the_asked_user_may_press(private: ChatUser, harness: DispatcherHarness) -> None:
    message = private.say(photo=PHOTO)
    draft = private.draft(message)
    other = ChatUser(harness)
    other.press(f"e:{draft.id}:0", draft.question_message_id or 0)
    assert other.requests() == private.requests() == []
    assert harness.telegram.toasts[-1] == "Only the person who asked can press this."


@pytest.mark.parametrize("data", ["e:999999:0", "e:1:3", "e:1:-1", "e:1"])
def test_forged_and_old_presses_draw_nothing(private: ChatUser, data: str) -> None:
    before = len(private.harness.telegram.toasts)
    private.press(data, 1)
    assert private.requests() == []
    assert len(private.harness.telegram.toasts) == before + 1


def test_a_suggestion_after_typed_words_is_another_edit(private: ChatUser) -> None:
    message = private.say(photo=PHOTO)
    draft = private.draft(message)
    private.say("make it day")
    private.press(f"e:{draft.id}:1", draft.question_message_id or 0)
    assert [one.prompt for one in private.requests()] == ["make it day", "Add snow"]
