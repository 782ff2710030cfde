"""Commands and flags in every spelling, and flags that the model lacks."""

import pytest

from core.model import AspectRatio
from tests.support.chat_user import PHOTO, ChatUser, content_of

CHANNEL = {"id": -1_009_876_543_210, "type": "channel", "title": "Foxes daily"}


@pytest.mark.parametrize("name", ["capital", "flag-spellings", "invisible-marks"])
def test_each_spelling_isdrawn(private: ChatUser, name: str) -> None:
    for message in private.replay(name):
        text = message["text"]
        if not text.replace("/imagine", "").strip(" \u200b"):
            draft = private.draft(message)
            assert draft.prompt is None, "a prompt of invisible characters is none"
            continue
        prompt, ratio, source = content_of(private.request(message))
        assert prompt in {"a cat", "a fox", "cat", "گربه"}
        assert ratio == (AspectRatio.SQUARE if "1:1" in text else AspectRatio.WIDE)
        assert source is None


def test_each_other_command_is_found_in_every_spelling_too(chat: ChatUser) -> None:
    for text in ("\u200f/Quota", "/QUOTA:", "/quota\u200b", "/quota@Imagine_Bot"):
        chat.say(text)
    assert len(chat.texts) == 4
    assert all("of 1000000 used" in text or "no limit" in text or "used" in text for text in chat.texts)


@pytest.mark.parametrize("flag", ["--v 6", "--no text", "--seed 1 --q 2"])
def test_a_flag_of_midjourney_has_a_button_that_draws_without(chat: ChatUser, flag: str) -> None:
    message = chat.say(f"/imagine a fox {flag} --ar 16:9")
    assert chat.request(message) is None
    assert "My model has no" in chat.texts[-1]
    assert flag.split(maxsplit=1)[0] in chat.texts[-1]
    draft = chat.draft(message)
    for _ in range(2):
        chat.press(f"w:{draft.id}", chat.question(message)["message_id"])
    assert content_of(chat.request(message)) == ("a fox", AspectRatio.WIDE, None)
    assert len(chat.requests()) == 1


def test_without_a_ratio_the_button_asks_for_it_in_the_same_message(private: ChatUser) -> None:
    message = private.say("/imagine a fox --v 6")
    draft = private.draft(message)
    private.press(f"w:{draft.id}", private.question(message)["message_id"])
    assert private.request(message) is None
    assert "Which shape" in private.harness.telegram.texts[private.question(message)["message_id"]]
    private.press(f"r:{draft.id}:16x9", private.question(message)["message_id"])
    assert content_of(private.request(message)) == ("a fox", AspectRatio.WIDE, None)


def test_a_photo_with_a_flag_is_edited_without_it(private: ChatUser) -> None:
    message = private.say(photo=PHOTO, caption="make it night --style raw")
    draft = private.draft(message)
    private.press(f"w:{draft.id}", private.question(message)["message_id"])
    assert content_of(private.request(message)) == ("make it night", None, "LARGE")


@pytest.mark.parametrize("word", ["imagin", "img", "imagine_a_fox", "имаджин", "drow", "imagin@imagine_bot"])
def test_a_misspelt_command_is_answered(chat: ChatUser, word: str) -> None:
    chat.say(f"/{word} a fox --ar 1:1")
    assert "Did you mean /imagine" in chat.texts[-1]
    last = chat.harness.telegram.sent[-1]
    assert (last.ephemeral_message_parameters is not None) == (chat.chat_id < 0)


def test_commands_of_other_bots_are_left_alone_in_a_group(group: ChatUser) -> None:
    for text in (
        "/imagin@other_bot a fox",
        "/имаджин@other_bot лиса",
        "/image@other_bot a fox",
        "/start@other_bot",
        "/info",
        "/imagine@other_bot a fox",
        "/stats",
        "/forgotten",
    ):
        group.say(text)
    assert group.texts == []
    group.say("/weather@imagine_bot a fox")
    assert "I don’t know that command" in group.texts[-1]
