"""Words with a shape in answer to a picture: they may be drawn, or the picture changed. None is lost silently."""

from typing import Any

import pytest

from core.model import AspectRatio, State
from tests.support.chat_user import PHOTO, ChatUser, content_of, drawn, picture_of

EITHER = "Shall I draw “make it day”, or change the picture? A changed picture keeps its shape."


def last_buttons(chat: ChatUser) -> dict[str, str]:
    """Return the callback data of the buttons under the bot's last message with some, by label."""
    for message in reversed(chat.harness.telegram.sent):
        if message.chat_id == chat.chat_id and (
            rows := getattr(message.reply_markup, "inline_keyboard", None)
        ):
            return {button.text: button.callback_data or "" for row in rows for button in row}
    return {}


def picture_in(chat: ChatUser, kind: str) -> dict[str, Any]:
    """Return a picture to answer: the user's photo, or one that the bot drew."""
    return chat.message(photo=PHOTO) if kind == "photo" else picture_of(chat, drawn(chat))


def as_words(chat: ChatUser, text: str) -> str:
    """Return words that ask for something without a command. In a group they mention the bot."""
    return text if chat.chat_id > 0 else f"@imagine_bot {text}"


@pytest.mark.parametrize("kind", ["photo", "picture"])
@pytest.mark.parametrize("change", [False, True])
def test_words_with_a_shape_ask_for_both_readings(chat: ChatUser, kind: str, change: bool) -> None:
    answered = picture_in(chat, kind)
    before = len(chat.requests())
    message = chat.say(as_words(chat, "make it day --ar 16:9"), reply_to_message=answered)
    assert chat.texts[-1] == EITHER
    assert len(chat.requests()) == before, "nothing is drawn or counted before the choice"
    buttons = last_buttons(chat)
    assert list(buttons) == ["🎨 Draw it, 16:9", "✏️ Change the picture"]
    question = chat.draft(message).question_message_id
    assert question is not None
    for _ in range(2):
        chat.press(buttons["✏️ Change the picture" if change else "🎨 Draw it, 16:9"], question)
    expected = (None, "LARGE") if change else (AspectRatio.WIDE, None)
    assert content_of(chat.request(message)) == ("make it day", *expected)
    assert len(chat.requests()) == before + 1


@pytest.mark.parametrize("command", ["", "/imagine "])
@pytest.mark.parametrize(
    ("shape", "named"), [("21:9", "I don’t have 21:9."), ("16:9 --ar 1:1", "You named more than one shape.")]
)
def test_a_shape_that_cannot_be_drawn_drops_no_picture(
    chat: ChatUser, command: str, shape: str, named: str
) -> None:
    text = f"{command}make it day --ar {shape}"
    message = chat.say(text if command else as_words(chat, text), reply_to_message=chat.message(photo=PHOTO))
    assert chat.texts[-1] == f"{named} {EITHER}"
    buttons = last_buttons(chat)
    assert len(buttons) == (6 if shape == "21:9" else 3)
    question = chat.draft(message).question_message_id
    assert question is not None
    chat.press(buttons["✏️ Change the picture"], question)
    assert content_of(chat.request(message)) == ("make it day", None, "LARGE")


def test_a_shape_given_to_the_question_draws_the_words(private: ChatUser) -> None:
    message = private.say("make it day --ar 21:9", reply_to_message=private.message(photo=PHOTO))
    private.say("20:9")
    assert private.texts[-1] == f"I don’t have 20:9. {EITHER}"
    assert "✏️ Change the picture" in last_buttons(private)
    private.say("4:3")
    assert content_of(private.request(message)) == ("make it day", AspectRatio.LANDSCAPE, None)


def test_a_yes_to_both_readings_draws_nothing(private: ChatUser) -> None:
    private.say("make it day --ar 16:9", reply_to_message=private.message(photo=PHOTO))
    private.say("yes")
    assert "press one of the buttons" in private.texts[-1]
    assert private.requests() == []


def test_an_edited_reply_without_the_shape_changes_the_picture(private: ChatUser) -> None:
    message = private.say("make it day --ar 16:9", reply_to_message=private.message(photo=PHOTO))
    private.edit(message, text="make it day")
    assert content_of(private.request(message)) == ("make it day", None, "LARGE")


@pytest.mark.parametrize("kind", ["photo", "picture"])
def test_a_complete_command_draws_and_offers_to_change_the_picture(chat: ChatUser, kind: str) -> None:
    answered = picture_in(chat, kind)
    message = chat.say("/imagine make it night --ar 16:9", reply_to_message=answered)
    words = chat.request(message)
    assert content_of(words) == ("make it night", AspectRatio.WIDE, None)
    assert words is not None
    assert chat.texts[-1] == "I’m drawing your words as a new picture in 16:9."
    (label, data), *_ = last_buttons(chat).items()
    assert label == "✏️ Change the picture instead"
    for _ in range(2):
        chat.press(data, 1)
    first, second = chat.requests()[-2:]
    assert first.id == words.id
    assert first.state is State.CANCELLED
    assert content_of(second) == ("make it night", None, "LARGE")
    chat.settle()
    chat.press(data, 1)
    assert len(chat.requests()) == (2 if kind == "photo" else 3)


def test_after_the_picture_arrived_the_other_reading_is_a_second_picture(private: ChatUser) -> None:
    message = private.say("/imagine make it night --ar 16:9", reply_to_message=private.message(photo=PHOTO))
    private.settle()
    private.press(last_buttons_of_offer(private), 1)
    states = [(request.state, request.ratio) for request in private.requests()]
    assert states[0] == (State.DELIVERED, AspectRatio.WIDE)
    assert len(states) == 2
    assert private.request(message) is not None


def last_buttons_of_offer(chat: ChatUser) -> str:
    for message in chat.harness.telegram.sent:
        for row in getattr(message.reply_markup, "inline_keyboard", None) or []:
            if message.chat_id == chat.chat_id and row[0].text == "✏️ Change the picture instead":
                return row[0].callback_data or ""
    raise AssertionError("no offer")


def test_a_repeated_command_offers_the_other_reading_once(chat: ChatUser) -> None:
    """After a kill the update is handled again."""
    message = chat.say("/imagine make it night --ar 16:9", reply_to_message=chat.message(photo=PHOTO))
    before = len(chat.texts)
    chat.harness.feed({"message": message})
    assert len(chat.texts) == before


def test_words_about_no_picture_offer_nothing(chat: ChatUser) -> None:
    before = len(chat.texts)
    chat.say("/imagine a fox --ar 16:9", reply_to_message=chat.message("hello"))
    chat.say("/imagine a fox --ar 16:9")
    assert len(chat.requests()) == 2
    assert len(chat.texts) == before


@pytest.mark.parametrize("command", ["", "/imagine "])
def test_an_edit_that_adds_a_shape_drops_no_picture_silently(private: ChatUser, command: str) -> None:
    for number in range(3):
        private.say(f"/imagine fox {number} --ar 1:1")
    message = private.say(f"{command}make it night", reply_to_message=private.message(photo=PHOTO))
    private.edit(message, text=f"{command}make it day --ar 16:9")
    if command:
        assert content_of(private.request(message)) == ("make it day", AspectRatio.WIDE, None)
        assert "✏️ Change the picture instead" in last_buttons(private)
    else:
        assert content_of(private.request(message)) == ("make it day", None, "LARGE")
        assert "keeps its shape" in private.texts[-1]
