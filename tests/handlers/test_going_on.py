"""Questions and refusals from which one press goes on, and questions that are asked once and closed."""

import pytest
import sqlalchemy as sa

from core.model import AspectRatio
from storage.schema import quotas
from tests.support.chat_user import PHOTO, VOICE, ChatUser, content_of, drawn, picture_of


def buttons(chat: ChatUser) -> dict[str, str]:
    """Return the callback data of the buttons under the bot's last message, by label."""
    message = [m for m in chat.harness.telegram.sent if m.chat_id == chat.chat_id][-1]
    rows = getattr(message.reply_markup, "inline_keyboard", None) or []
    return {button.text: button.callback_data or "" for row in rows for button in row}


def choose(chat: ChatUser, text: str, label: str) -> None:
    """Ask for a picture and press the button with this label."""
    message = chat.say(text)
    question = chat.draft(message).question_message_id
    assert question is not None
    chat.press(buttons(chat)[label], question)
    assert (
        len(
            [
                request
                for request in chat.requests()
                if request.origin.key.endswith(f":{message['message_id']}")
            ]
        )
        == 1
    )


def test_a_shape_chosen_twice_is_offered_for_always(private: ChatUser) -> None:
    choose(private, "a fox", "🖥 16:9")
    choose(private, "/imagine a dog", "◻️ 1:1")
    private.say("a cat")
    assert not [label for label in buttons(private) if "Always" in label]
    choose(private, "a wolf", "🖥 16:9")
    choose(private, "/imagine a bear", "📌 Always 16:9")
    assert private.texts[-1] == "From now on I draw in 16:9. /ratio changes it."
    assert private.requests()[-1].ratio is AspectRatio.WIDE
    message = private.say("/imagine a lake")
    assert content_of(private.request(message)) == ("a lake", AspectRatio.WIDE, None)
    private.say("a lake")
    assert next(iter(buttons(private))) == "🎨 Draw it, 16:9"
    assert "📌 Always 16:9" not in buttons(private)


def test_an_old_button_for_always_changes_no_preference(private: ChatUser) -> None:
    for name in ("fox", "dog"):
        choose(private, name, "🖥 16:9")
    message = private.say("a cat")
    question, data = private.draft(message).question_message_id, buttons(private)["📌 Always 16:9"]
    assert question is not None
    private.press(data, question)
    private.settle()
    preferences = private.harness.app.dispatcher["preferences"]
    private.harness.run(preferences.choose(private.user_id, ratio=None))
    private.press(data, question)
    assert private.harness.run(preferences.of(private.user_id)).ratio is None


def test_a_shape_is_offered_for_always_in_no_group(group: ChatUser) -> None:
    for name in ("fox", "dog"):
        choose(group, f"/imagine {name}", "🖥 16:9")
    group.say("/imagine a cat")
    assert len(buttons(group)) == 5


def test_edit_pressed_twice_asks_once(chat: ChatUser) -> None:
    request = drawn(chat)
    before = len(chat.texts)
    for _ in range(2):
        chat.press(f"x:{request.id}:e:0", request.result_message_id or 0)
    assert len(chat.texts) == before + 1
    chat.harness.wait(120)
    chat.press(f"x:{request.id}:e:0", request.result_message_id or 0)
    assert len(chat.texts) == before + 2, "the question may be out of sight by now"


def test_edit_asks_again_after_an_answer_or_a_no(private: ChatUser) -> None:
    request = drawn(private)
    for answer in ("make it night", "no"):
        private.press(f"x:{request.id}:e:0", request.result_message_id or 0)
        assert private.texts[-1].startswith("What shall I change?")
        private.say(answer)
    private.press(f"x:{request.id}:e:0", request.result_message_id or 0)
    assert private.texts[-1].startswith("What shall I change?")


def test_nothing_is_asked_that_would_be_refused_afterwards(private: ChatUser) -> None:
    request = drawn(private)
    used = sa.update(quotas).where(quotas.c.subject_id == private.user_id).values(used=1_000_000)
    private.harness.run(
        private.harness.app.database.write(lambda connection: connection.execute(used).rowcount)
    )
    before = len(private.texts)
    private.press(f"x:{request.id}:e:0", request.result_message_id or 0)
    assert len(private.texts) == before, "an alert says it"
    for content in ({"text": "/imagine"}, {"photo": PHOTO}):
        private.say(**content)
        assert private.texts[-1].startswith("You have used all")


@pytest.mark.parametrize(
    ("text", "preface"),
    [
        ("/imgine a fox in the snow", "Did you mean /imagine?"),
        ("/draw: a fox in the snow", "Did you mean /imagine?"),
        ("/imagine_a_fox_in_the snow", "Did you mean /imagine?"),
        ("/imaginea fox in the snow", "Did you mean /imagine?"),
        ("/имаджин@imagine_bot a fox in the snow", "Did you mean /imagine?"),
        ("/nothing a fox in the snow", "I don’t know that command."),
    ],
)
def test_a_wrong_command_keeps_the_words(private: ChatUser, text: str, preface: str) -> None:
    expected = "fox in the snow" if text.startswith("/imaginea") else "a fox in the snow"
    message = private.say(text)
    assert private.texts[-1] == f"{preface} Shall I draw “{expected}”?"
    question = private.draft(message).question_message_id
    assert question is not None
    data = buttons(private)["📷 4:3"]
    for _ in range(2):
        private.press(data, question)
    assert [content_of(one) for one in private.requests()] == [(expected, AspectRatio.LANDSCAPE, None)]


@pytest.mark.parametrize("reply", [False, True])
def test_a_wrong_command_about_a_picture_asks_before_it_changes_it(private: ChatUser, reply: bool) -> None:
    message = (
        private.say("/imgine make it night", reply_to_message=private.message(photo=PHOTO))
        if reply
        else private.say(photo=PHOTO, caption="/imgine make it night")
    )
    assert private.texts[-1] == "Did you mean /imagine? Shall I change the picture: “make it night”?"
    assert private.requests() == []
    question = private.draft(message).question_message_id
    assert question is not None
    private.press(buttons(private)["🎨 Change it"], question)
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")


def test_a_wrong_command_without_words_offers_nothing(private: ChatUser, group: ChatUser) -> None:
    for chat, text in ((private, "/imgine"), (private, "/nothing"), (group, "/imgine a fox")):
        chat.say(text)
        assert buttons(chat) == {}


def test_a_corrected_command_is_drawn(private: ChatUser) -> None:
    message = private.say("/imgine a fox")
    private.edit(message, text="/imagine a fox --ar 1:1")
    assert content_of(private.request(message)) == ("a fox", AspectRatio.SQUARE, None)


def test_a_no_to_the_picture_closes_the_question_about_it(private: ChatUser) -> None:
    request = drawn(private)
    private.press(f"x:{request.id}:e:0", request.result_message_id or 0)
    private.say("no", reply_to_message=picture_of(private, request))
    assert private.texts[-1] == "All right, I leave everything as it is."
    private.say("a fox")
    assert private.texts[-1] == "Shall I draw “a fox”?"
    assert len(private.requests()) == 1


def test_flags_alone_are_named_without_a_picture_to_draw(private: ChatUser) -> None:
    private.say("/imagine --v 6")
    assert (
        private.texts[-1] == "My model has no versions to choose from (<code>--v</code>). What shall I draw?"
    )


def test_a_shape_without_a_flag_under_a_photo_names_no_flag(private: ChatUser) -> None:
    private.say(photo=PHOTO, caption="16:9")
    assert "--ar" not in private.texts[-1]
    assert "keeps its shape" in private.texts[-1]


@pytest.mark.parametrize("content", [{"voice": VOICE}, {"location": {"latitude": 1.0, "longitude": 1.0}}])
def test_a_sound_or_a_place_gets_what_the_bot_can_do_with(
    private: ChatUser, content: dict[str, object]
) -> None:
    private.say(**content)
    assert private.texts[-1].startswith("I work with words and pictures:")


def test_the_description_of_a_source_is_the_words_that_changed_it(private: ChatUser) -> None:
    message = private.say(photo=PHOTO, caption="make it night")
    private.settle()
    edit = private.request(message)
    assert edit is not None
    private.press(f"x:{edit.id}:u:0", edit.result_message_id or 0)
    shown = private.harness.telegram.next_message_id() - 1
    private.say("/prompt", reply_to_message=private.bot_message(shown, photo=PHOTO, caption="As it was."))
    assert private.texts[-1].endswith("These words changed it: <pre>make it night</pre>")
