"""The end of a question: words without a reply answer only the last one, and a bare yes or no is never drawn."""

import pytest

from core.model import AspectRatio
from tests.support.chat_user import PHOTO, ChatUser, content_of, drawn, picture_of

COMMANDS = [
    "/forget",
    "/quota",
    "/help",
    "/ratio",
    "/imagin",
    "/Language",
    "/nothing",
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("asked", ["prompt", "change", "ratio"])
def test_words_after_another_command_answer_no_question(private: ChatUser, command: str, asked: str) -> None:
    message = (
        private.say(photo=PHOTO)
        if asked == "change"
        else private.say("/imagine a fox" if asked == "ratio" else "/imagine")
    )
    private.say(command)
    private.say("9:16" if asked == "ratio" else "a cat --ar 1:1")
    assert private.requests() == []
    private.say("9:16" if asked == "ratio" else "a cat --ar 9:16", reply_to_message=private.question(message))
    assert len(private.requests()) == 1, "a reply still answers"


@pytest.mark.parametrize(
    "word", ["no", "No!", "нет", "Нет.", "НЕТ, спасибо", "no, thanks", "cancel", "отмена", "не надо"]
)
def test_a_bare_no_is_never_drawn(chat: ChatUser, word: str) -> None:
    question = chat.question(chat.say("/imagine"))
    if chat.chat_id > 0:
        chat.say("/forget")
        chat.say(word)
        assert "I leave everything as it is" in chat.texts[-1]
        chat.say("/imagine")
        chat.say(word)
        assert "I leave everything as it is" in chat.texts[-1]
        chat.say("a cat")
        assert "Shall I draw" in chat.texts[-1], "the question is declined"
    chat.say(word, reply_to_message=question)
    assert "I leave everything as it is" in chat.texts[-1]
    assert chat.requests() == []


YES = ["yes", "Yes!", "да", "Да, пожалуйста", "ok", "OK 👍", "давай", "+", "👍🏽", "✅", "ага", "do it"]


@pytest.mark.parametrize("word", YES)
def test_a_yes_draws_the_words_that_the_bot_asked_about_once(private: ChatUser, word: str) -> None:
    message = private.say("a fox")
    question = private.question(message)["message_id"]
    answer = private.say(word)
    private.harness.feed({"message": answer})
    private.press(f"r:{private.draft(message).id}:16x9", question)
    private.edit(answer, text=word + " ")
    assert [content_of(r) for r in private.requests()] == [("a fox", AspectRatio.SQUARE, None)]
    assert private.requests()[0].status_message_id == question
    assert private.texts == ["Shall I draw “a fox”?"]


@pytest.mark.parametrize(
    ("words", "ratio"),
    [
        ("a fox --ar 16:9", AspectRatio.WIDE),
        ("a fox --ar 21:9", AspectRatio.SQUARE),
        ("a fox --ar 4:3 --ar 16:9", AspectRatio.LANDSCAPE),
        ("/imagine a fox --v 6 --ar 16:9", AspectRatio.WIDE),
        ("/imagine a fox --size 5 --ar 3:4", AspectRatio.PORTRAIT),
    ],
)
def test_a_yes_draws_in_the_shape_that_the_words_name(
    private: ChatUser, words: str, ratio: AspectRatio
) -> None:
    private.say(words)
    private.say("yes")
    assert [content_of(r) for r in private.requests()] == [("a fox", ratio, None)]


def test_a_yes_draws_in_the_preferred_shape(private: ChatUser) -> None:
    private.harness.run(
        private.harness.app.dispatcher["preferences"].choose(private.user_id, ratio=AspectRatio.TALL)
    )
    private.say("a fox")
    private.say("да")
    assert [content_of(r) for r in private.requests()] == [("a fox", AspectRatio.TALL, None)]


def test_a_yes_after_an_edit_of_the_words_draws_the_new_ones(private: ChatUser) -> None:
    message = private.say("a fxo")
    private.edit(message, text="a fox --ar 3:4")
    private.say("yes")
    assert [content_of(r) for r in private.requests()] == [("a fox", AspectRatio.PORTRAIT, None)]


def test_a_yes_changes_a_picture(chat: ChatUser) -> None:
    message = chat.say(photo=PHOTO, caption="/imagine make it night --v 6")
    chat.say("ok", reply_to_message=chat.question(message))
    assert [content_of(r) for r in chat.requests()] == [("make it night", None, "LARGE")]


@pytest.mark.parametrize("text", ["yes, 16:9", "да 16:9", "ok --ar 16:9", "Давай, 16 x 9!"])
@pytest.mark.parametrize("words", ["a fox", "/imagine a fox"])
def test_a_yes_with_a_shape_draws_in_it(private: ChatUser, words: str, text: str) -> None:
    private.say(words)
    private.say(text)
    assert [content_of(r) for r in private.requests()] == [("a fox", AspectRatio.WIDE, None)]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("/imagine", "describe it in a few words"),
        ("/imagine a fox", "press one of the buttons"),
        ("/forget", "If there is a button under my question, please press it"),
        ("/quota", "Otherwise tell me what to draw"),
    ],
)
def test_a_yes_to_another_question_says_what_to_do(private: ChatUser, asked: str, words: str) -> None:
    private.say("a lake")
    private.say(asked)
    private.say("yes")
    assert words in private.texts[-1]
    assert private.requests() == []


def test_a_yes_of_another_member_draws_nothing(group: ChatUser) -> None:
    message = group.say("/imagine a fox --v 6 --ar 1:1")
    stranger = {"id": 5, "is_bot": False, "first_name": "Eve"}
    group.say("yes", reply_to_message=group.question(message), **{"from": stranger})
    assert group.request(message) is None


def test_an_edit_to_a_yes_answers_the_question_before(private: ChatUser) -> None:
    first = private.say("a fox")
    answer = private.say("yse")
    question = private.question(answer)["message_id"]
    for _ in range(2):
        private.edit(answer, text="yes")
    assert question not in private.harness.telegram.texts
    assert content_of(private.request(first)) == ("a fox", AspectRatio.SQUARE, None)
    assert len(private.requests()) == 1
    before = len(private.texts)
    private.edit(answer, text="no")
    private.settle()
    private.edit(answer, text="no!")
    assert len(private.texts) == before
    assert len(private.requests()) == 1


@pytest.mark.parametrize("edited", ["/quota", "/imagin a fox", "/imagine@other_bot a fox"])
@pytest.mark.parametrize("said", ["/imagine a fox", "/imagine"])
def test_an_edit_to_another_command_deletes_the_question(chat: ChatUser, said: str, edited: str) -> None:
    message = chat.say(said)
    question = chat.question(message)["message_id"]
    chat.edit(message, text=edited)
    assert question not in chat.harness.telegram.texts
    chat.edit(message, text="/imagine a wolf --ar 1:1")
    assert [content_of(r) for r in chat.requests()] == [("a wolf", AspectRatio.SQUARE, None)]


def test_an_edit_to_a_no_deletes_the_question(private: ChatUser) -> None:
    message = private.say("a fox")
    question = private.question(message)["message_id"]
    private.edit(message, text="no")
    assert question not in private.harness.telegram.texts
    private.edit(message, text="a wolf")
    assert private.texts[-1] == "Shall I draw “a wolf”?"


def test_an_edit_that_loses_its_words_or_corrects_its_shape_is_asked_about_again(private: ChatUser) -> None:
    message = private.say("/imagine a fox")
    private.edit(message, text="/imagine")
    assert private.texts[-1] == "What shall I draw?"
    private.edit(message, text="/imagine 21:9")
    private.edit(message, text="/imagine 16:9")
    assert private.texts[-1] == "What shall I draw?"
    before = len(private.texts)
    private.edit(message, text="/imagine --ar 16:9")
    assert len(private.texts) == before
    answer = private.say("a wolf")
    assert content_of(private.request(answer)) == ("a wolf", AspectRatio.WIDE, None)


def test_a_deletion_is_no_yes(private: ChatUser) -> None:
    private.say("a fox")
    private.say("delete it all")
    assert private.requests() == []


@pytest.mark.parametrize("word", ["yes", "Да!", "ok", "Delete it all", "удалить всё"])
def test_a_bare_yes_is_never_drawn(private: ChatUser, word: str) -> None:
    question = private.question(private.say("/imagine"))
    private.say("/forget")
    answers = [({}, "please press it"), ({"reply_to_message": question}, "describe it in a few words")]
    for more, words in answers:
        private.say(word, **more)
        assert words in private.texts[-1]
    assert private.requests() == []


def test_a_bare_no_to_a_picture_is_no_edit(chat: ChatUser) -> None:
    request = drawn(chat)
    chat.say("no" if chat.chat_id > 0 else "@imagine_bot no", reply_to_message=picture_of(chat, request))
    chat.say("no", reply_to_message=chat.message("shall we go?"))
    assert len(chat.requests()) == 1
    assert chat.texts[-1] == "All right, I leave everything as it is."


def test_a_no_among_members_of_a_group_is_left_alone(group: ChatUser) -> None:
    request = drawn(group)
    before = len(group.texts)
    group.say("no", reply_to_message=picture_of(group, request))
    group.say("no")
    assert len(group.texts) == before


def test_a_no_that_becomes_a_description_is_drawn(private: ChatUser) -> None:
    private.say("/imagine")
    message = private.say("no")
    for _ in range(2):
        private.edit(message, text="a cat --ar 1:1")
    assert [content_of(request) for request in private.requests()] == [("a cat", AspectRatio.SQUARE, None)]


def test_a_longer_text_that_starts_with_no_is_an_answer(private: ChatUser) -> None:
    private.say("/imagine")
    message = private.say("no man's land --ar 1:1")
    assert content_of(private.request(message))[0] == "no man's land"
    message = private.say("/imagine no --ar 1:1")
    assert content_of(private.request(message))[0] == "no"


def test_a_repeated_update_of_the_command_does_not_end_its_question(private: ChatUser) -> None:
    """After a kill the update is handled again."""
    command = private.say("/imagine")
    private.harness.feed({"message": command})
    message = private.say("a cat --ar 1:1")
    assert content_of(private.request(message)) == ("a cat", AspectRatio.SQUARE, None)


def test_a_question_after_a_command_is_open(private: ChatUser) -> None:
    private.say("/imagine")
    private.say("/quota")
    private.say("/imagine")
    message = private.say("a cat --ar 1:1")
    assert content_of(private.request(message)) == ("a cat", AspectRatio.SQUARE, None)


def test_a_command_of_somebody_else_that_is_forwarded_ends_no_question(private: ChatUser) -> None:
    private.say("/imagine")
    private.say("/quota", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "Ben"})
    message = private.say("a cat --ar 1:1")
    assert content_of(private.request(message)) == ("a cat", AspectRatio.SQUARE, None)


def test_a_command_in_a_group_ends_no_question_in_private(private: ChatUser, group: ChatUser) -> None:
    group.user_id = private.user_id
    private.say("/imagine")
    group.say("/quota")
    message = private.say("a cat --ar 1:1")
    assert content_of(private.request(message)) == ("a cat", AspectRatio.SQUARE, None)
