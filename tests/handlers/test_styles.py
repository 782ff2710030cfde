"""/style, own styles, the usual style, and `style:ink` in every way in which a picture is asked for."""

import re

import pytest

from chat.callbacks import DrawInStyle, ResultAction, ResultButton
from chat.translations import LANGUAGES, Translator
from core.model import AspectRatio, Request
from core.styles import CURATED, LONGEST_TEMPLATE, MOST_OWN, Style
from storage.bans import Ban
from storage.preferences import Preferences
from tests.support.chat_user import PHOTO, ChatUser, content_of, drawn, picture_of
from tests.support.dispatcher_harness import DispatcherHarness
from tests.support.factories import admin_cause

INK, OIL = (next(style for style in CURATED if style.key == key) for key in ("ink", "oil"))
SAVE = "/style save sketch quick sketch of _, on old paper"


def buttons(chat: ChatUser) -> dict[str, str]:
    """Return the callback data of the buttons under the bot's last message, by label."""
    message = [m for m in chat.harness.telegram.sent if m.chat_id == chat.chat_id][-1]
    rows = getattr(message.reply_markup, "inline_keyboard", None) or []
    return {button.text: button.callback_data or "" for row in rows for button in row}


def press(chat: ChatUser, label: str) -> None:
    """Press a button under the bot's last message."""
    chat.press(next(data for name, data in buttons(chat).items() if label in name), 1)


def usual(chat: ChatUser) -> str | None:
    preferences: Preferences = chat.harness.app.dispatcher["preferences"]
    return chat.harness.run(preferences.of(chat.user_id)).style


def test_a_named_style_adds_its_words(private: ChatUser) -> None:
    message = private.say("/imagine a fox style:ink --ar 16:9")
    assert content_of(private.request(message)) == (INK.fill("a fox"), AspectRatio.WIDE, None)


def test_a_question_shows_the_words(private: ChatUser) -> None:
    message = private.say("лиса стиль:тушь")
    assert INK.fill("лиса")[:40] in private.texts[-1]
    question = private.draft(message).question_message_id
    assert question is not None
    private.press(buttons(private)["◻️ 1:1"], question)
    assert content_of(private.request(message)) == (INK.fill("лиса"), AspectRatio.SQUARE, None)


def test_two_styles_are_added_in_order(private: ChatUser) -> None:
    message = private.say("/imagine a fox style:ink style:oil 1:1 --ar 1:1")
    request = private.request(message)
    assert request is not None
    assert request.prompt == OIL.fill(INK.fill("a fox 1:1"))


def test_an_unknown_style_is_named_with_those_like_it(private: ChatUser) -> None:
    private.say("/imagine a fox style:watercolr --ar 1:1")
    assert (
        "I don’t know the style “watercolr”. Did you mean watercolour? /style shows all." in private.texts[-1]
    )
    assert private.requests() == []
    message = private.say("/imagine a fox style:zzzzzz --ar 1:1")
    assert "I don’t know the style “zzzzzz”. /style shows all." in private.texts[-1]
    question = private.draft(message).question_message_id
    assert question is not None
    private.press(buttons(private)["Draw without"], question)
    assert content_of(private.request(message)) == ("a fox", AspectRatio.SQUARE, None)


def test_a_style_without_words_waits_for_them(private: ChatUser) -> None:
    private.say("/imagine style:ink --ar 1:1")
    assert private.texts[-1] == "What shall I draw?"
    answer = private.say("a fox")
    assert content_of(private.request(answer)) == (INK.fill("a fox"), AspectRatio.SQUARE, None)


def test_the_usual_style_is_added_until_it_is_removed(private: ChatUser) -> None:
    private.say("/style")
    assert "Now: none." in private.texts[-1]
    assert next(iter(buttons(private))) == "✓ No style"
    press(private, "Ink")
    assert usual(private) == "ink"
    message = private.say("/imagine a fox --ar 1:1")
    assert content_of(private.request(message)) == (INK.fill("a fox"), AspectRatio.SQUARE, None)
    without = private.say("/imagine a dog --ar 1:1 style:none")
    assert content_of(private.request(without)) == ("a dog", AspectRatio.SQUARE, None)
    other = private.say("/imagine a cat --ar 1:1 style:oil")
    assert content_of(private.request(other)) == (OIL.fill("a cat"), AspectRatio.SQUARE, None)
    private.say("/style")
    assert "Now: 🖋 Ink." in private.texts[-1]
    assert next(iter(buttons(private))) == "✕ 🖋 Ink"
    press(private, "✕")
    assert usual(private) is None


def test_the_usual_style_is_for_new_pictures_only(private: ChatUser) -> None:
    request = drawn(private)
    private.say("/style")
    press(private, "Ink")
    edit = private.say("make it night", reply_to_message=picture_of(private, request))
    assert content_of(private.request(edit))[0] == "make it night"
    shape = private.say("16:9", reply_to_message=picture_of(private, request))
    assert content_of(private.request(shape)) == ("a lake", AspectRatio.WIDE, None)
    photo = private.say(photo=PHOTO, caption="make it night")
    assert content_of(private.request(photo))[0] == "make it night"


def test_a_style_in_reply_draws_the_words_of_a_picture_in_it(private: ChatUser) -> None:
    request = drawn(private, "a lake style:oil")
    assert request.prompt == OIL.fill("a lake")
    reply = private.say("style:ink", reply_to_message=picture_of(private, request))
    assert content_of(private.request(reply)) == (INK.fill("a lake"), AspectRatio.SQUARE, None)
    command = private.say("/imagine style:ink --ar 4:3", reply_to_message=picture_of(private, request))
    assert content_of(private.request(command)) == (INK.fill("a lake"), AspectRatio.LANDSCAPE, None)
    plain = private.say("style:none", reply_to_message=picture_of(private, request))
    assert content_of(private.request(plain)) == ("a lake", AspectRatio.SQUARE, None)


def test_a_style_under_a_photo_changes_it(private: ChatUser) -> None:
    photo = private.say(photo=PHOTO, caption="style:ink")
    request = private.request(photo)
    assert request is not None
    assert (request.prompt, request.ratio) == (INK.change(), None)
    assert request.source is not None
    words = private.say(photo=PHOTO, caption="make it night style:ink")
    assert content_of(private.request(words))[0] == INK.fill("make it night")


def test_an_edited_message_gets_its_new_style(private: ChatUser) -> None:
    message = private.say("/imagine a fox style:zzzz --ar 1:1")
    private.edit(message, text="/imagine a fox style:ink --ar 1:1")
    assert content_of(private.request(message)) == (INK.fill("a fox"), AspectRatio.SQUARE, None)


def test_own_styles_are_saved_used_listed_and_deleted(private: ChatUser) -> None:
    private.say(SAVE)
    assert private.texts[-1].startswith(
        "Saved. ✨ sketch adds these words: <i>quick sketch of …, on old paper</i>"
    )
    message = private.say("/imagine a fox style:Sketch --ar 1:1")
    assert content_of(private.request(message))[0] == "quick sketch of a fox, on old paper"
    private.say("/style")
    assert "✨ sketch: <i>quick sketch of _, on old paper</i>" in private.texts[-1]
    press(private, "sketch")
    assert usual(private) == "sketch"
    private.say("/style delete Sketch")
    assert private.texts[-1] == "Deleted: Sketch."
    assert usual(private) is None
    private.say("/style delete sketch")
    assert private.texts[-1].startswith("You have no style of your own with the name “sketch”.")


def test_an_own_style_goes_before_a_curated_one(private: ChatUser) -> None:
    private.say("/style save ink black ink drawing of _, thick lines")
    message = private.say("/imagine a fox style:тушь style:ink --ar 1:1")
    request = private.request(message)
    assert request is not None
    assert request.prompt == f"black ink drawing of {INK.fill('a fox')}, thick lines"
    private.say("/style")
    assert [label for label in buttons(private) if "nk" in label] == ["✨ ink"]
    private.say("/style delete ink")
    private.say("/style")
    assert "🖋 Ink" in buttons(private)


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_styles_are_saved_and_deleted_in_the_words_of_every_language(
    private: ChatUser, language: str
) -> None:
    texts = Translator(language)
    (save,) = re.findall("<code>([^<]*)</code>", texts("style-save-how"))
    *_, delete = re.findall("<code>([^<]*)</code>", texts("style-choose", current=""))
    name, words = save.split(maxsplit=2)[2].split(maxsplit=1)
    private.say(save)
    message = private.say(f"/imagine лиса style:{name} --ar 1:1")
    assert content_of(private.request(message))[0] == words.replace("_", "лиса")
    private.say(delete)
    assert private.texts[-1] == f"Deleted: {name}."


@pytest.mark.parametrize("given", ["delete", "удалить ", "eliminar", "apagar"])
def test_a_style_to_delete_without_a_name_is_asked_for(private: ChatUser, given: str) -> None:
    private.say(f"/style {given}")
    assert "<code>/style delete sketch</code>" in private.texts[-1]


def test_words_of_a_style_without_a_blank_follow_the_prompt(private: ChatUser) -> None:
    private.say("/style сохранить набросок быстрый набросок")
    message = private.say("/imagine лиса стиль:набросок --ar 1:1")
    assert content_of(private.request(message))[0] == "лиса, быстрый набросок"


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("", "Send a name and some words"),
        ("sketch", "Send a name and some words"),
        ("sketch _", "Send a name and some words"),
        ("sketch _ and _", "Send a name and some words"),
        ("x" * 21 + " red", "The name of a style is one word"),
        ("none red", "The name of a style is one word"),
        ("a:b red", "The name of a style is one word"),
        ("✨ red", "The name of a style is one word"),
        ("漢" * 13 + " red", "The name of a style is one word"),
        ("sketch " + "x" * (LONGEST_TEMPLATE + 1), "have up to 300 characters"),
        ("sketch of _ --ar 16:9", "A style has words only"),
        ("sketch of _ --seed 5", "A style has words only"),
        ("sketch of _ style:ink", "A style has words only"),
    ],
)
def test_a_style_that_cannot_be_saved_is_refused(private: ChatUser, given: str, answer: str) -> None:
    private.say(f"/style save {given}")
    assert answer in private.texts[-1]
    assert private.harness.run(private.harness.app.dispatcher["styles"].of(private.user_id)) == []


def test_dashes_in_own_words_are_no_flags(private: ChatUser) -> None:
    private.say("/style save sketch sketch -- rough -- of ___ here")
    styles: list[Style] = private.harness.run(private.harness.app.dispatcher["styles"].of(private.user_id))
    assert [style.template for style in styles] == ["sketch — rough — of _ here"]


def test_a_user_has_a_limited_number_of_styles(private: ChatUser) -> None:
    for number in range(MOST_OWN):
        private.say(f"/style save own{number} words {number}")
    private.say("/style save more words")
    assert private.texts[-1].startswith("You have 20 styles of your own")
    private.say("/style save own3 other words")
    assert private.texts[-1].startswith("Saved.")
    private.say("/style")
    assert len(private.texts[-1]) < 4_096


def test_the_words_of_a_style_count_in_the_length_of_a_prompt(private: ChatUser) -> None:
    private.say(f"/imagine {'x' * 1_980} style:ink --ar 1:1")
    assert f"has 2,0{len(INK.fill('x' * 1_980)) - 2_000} characters" in private.texts[-1]
    assert "That includes the words of the style" in private.texts[-1]
    assert private.requests() == []


def test_the_word_filter_sees_the_words_of_a_style(private: ChatUser) -> None:
    bans = private.harness.app.dispatcher["bans"]
    private.harness.run(bans.add(Ban.WORD, "gruesome", admin_cause()))
    private.say("/style save dark gruesome mood")
    private.say("/imagine a fox style:dark --ar 1:1")
    private.harness.run(bans.lift(Ban.WORD, "gruesome", admin_cause()))
    assert private.texts[-1].startswith("I don’t draw that here.")
    assert private.requests() == []


def test_a_link_opens_a_style_and_changes_nothing(private: ChatUser) -> None:
    private.say("/start style_ink")
    assert private.texts[-1].startswith("🖋 Ink adds these words:")
    assert "style:ink" in private.texts[-1]
    assert usual(private) is None
    press(private, "From now on: 🖋 Ink")
    assert usual(private) == "ink"
    private.say("/start style_lnk")
    assert private.texts[-1] == "I don’t know the style “lnk”. Did you mean ink? /style shows all."
    private.say("/style pixel art")
    assert private.texts[-1].startswith("👾 Pixel art adds")


def test_examples_have_the_usual_style(private: ChatUser) -> None:
    private.say("/start style_ink")
    press(private, "From now on")
    private.say("/start")
    press(private, "a lighthouse in a storm")
    assert private.requests()[-1].prompt == INK.fill("a lighthouse in a storm")


def test_only_the_user_may_press_the_buttons_of_their_styles(
    private: ChatUser, harness: DispatcherHarness
) -> None:
    private.say("/style")
    data, other = buttons(private)["🖋 Ink"], ChatUser(harness)
    other.press(data, 1)
    assert usual(private) is None
    assert usual(other) is None


def test_the_words_of_the_last_question_may_be_repeated_with_a_ratio(private: ChatUser) -> None:
    private.say("/start style_ink")
    press(private, "From now on")
    private.say("a fox")
    message = private.say("a fox --ar 16:9")
    assert content_of(private.request(message)) == (INK.fill("a fox"), AspectRatio.WIDE, None)


def test_a_group_is_pointed_to_the_private_chat(group: ChatUser) -> None:
    group.say("/style")
    assert any(
        "our private chat" in (getattr(sent, "text", None) or "") for sent in group.harness.telegram.sent
    )
    message = group.say("/imagine a fox style:ink --ar 1:1")
    assert content_of(group.request(message))[0] == INK.fill("a fox")


def press_under(chat: ChatUser, request: Request, action: ResultAction) -> None:
    assert request.result_message_id is not None
    chat.press(ResultButton(request=request.id, action=action).pack(), request.result_message_id)


def draw_in(chat: ChatUser, request: Request, key: str) -> Request:
    assert request.result_message_id is not None
    chat.press(DrawInStyle(request=request.id, style=key).pack(), request.result_message_id)
    return chat.requests()[-1]


def test_the_style_button_draws_the_words_in_another_style(private: ChatUser) -> None:
    private.say(SAVE)
    request = drawn(private, "a lake style:oil")
    first = draw_in(private, request, "ink")
    assert (first.prompt, first.ratio, first.source) == (INK.fill("a lake"), AspectRatio.SQUARE, None)
    assert draw_in(private, request, "ink").id == first.id, "the same press"
    private.settle()
    assert draw_in(private, request, "ink").id != first.id, "a press after the end of the first"
    assert draw_in(private, request, "sketch").prompt == "quick sketch of a lake, on old paper"
    assert draw_in(private, request, "").prompt == "a lake"


def test_a_style_that_makes_the_words_too_long_is_not_drawn(private: ChatUser) -> None:
    request = drawn(private, "x" * 1_990)
    assert draw_in(private, request, "ink").id == request.id


def test_a_deleted_style_is_not_drawn(private: ChatUser) -> None:
    request = drawn(private)
    assert draw_in(private, request, "sketch").id == request.id
    press_under(private, request, ResultAction.STYLES)
