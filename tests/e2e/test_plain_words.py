"""In a private chat plain words are enough: from the first message to a picture in at most two taps and no command."""

import pytest

from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.parametrize(
    ("language", "words", "question"),
    [
        ("en", "a <lighthouse> in a storm", "Shall I draw “{}”?"),
        ("ru", "маяк в шторм", "Нарисовать «{}»?"),
        ("es", "un faro en la tormenta", "¿Dibujo “{}”?"),
        ("pt", "um farol na tempestade", "Desenho “{}”?"),
    ],
)
async def test_the_first_words_are_one_tap_from_their_picture(
    shared_bot: World, language: str, words: str, question: str
) -> None:
    ann = shared_bot.add_user(language)
    said = shared_bot.telegram.say(ann, words)
    asked = await shared_bot.wait_for_text(ann, question.format(words))
    assert asked.text == question.format(words), "no lecture"
    assert [label.split()[-1] for label in buttons(asked)] == ["1:1", "16:9", "9:16", "4:3", "3:4"]
    assert shared_bot.quota_used(ann) == 0
    for _ in range(2):
        shared_bot.telegram.press(ann, asked, "16:9")
    picture = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert picture.caption == words
    assert picture.reply_to_message is not None
    assert picture.reply_to_message.message_id == said.message_id
    assert shared_bot.messages_to(ann) == [picture], "the question became the status message"
    assert shared_bot.quota_used(ann) == 1


async def test_start_and_one_example_are_two_taps(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/start")  # the first tap, on START
    greeting = await shared_bot.wait_for_text(ann, "Describe something")
    shared_bot.telegram.press(ann, greeting, "fox")
    assert (await shared_bot.wait_for_picture(ann)).caption == "a fox asleep in the snow"


async def test_a_yes_draws_once_also_beside_a_press(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    shared_bot.telegram.say(ann, "лиса в снегу")
    asked = await shared_bot.wait_for_text(ann, "Нарисовать «лиса в снегу»?")
    shared_bot.telegram.say(ann, "да")
    shared_bot.telegram.press(ann, asked, "16:9")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "лиса в снегу"
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 1


async def test_a_photo_and_the_next_words_need_no_tap(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a lake --ar 1:1")
    picture = await shared_bot.wait_for_picture(ann)
    shared_bot.telegram.press(ann, picture, "Edit")
    await shared_bot.wait_for_text(ann, "What shall I change?")
    shared_bot.telegram.say(ann, "make it night")
    assert (await shared_bot.wait_for_picture(ann, 2)).caption == "make it night"


async def test_a_preferred_shape_is_offered_first(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/ratio")
    choice = await shared_bot.wait_for_text(ann, "Which shape shall I use")
    shared_bot.telegram.press(ann, choice, "9:16")
    await shared_bot.wait_until_handled()
    shared_bot.telegram.say(ann, "a tall tower")
    asked = await shared_bot.wait_for_text(ann, "Shall I draw “a tall tower”?")
    assert buttons(asked) == ["🎨 Draw it, 9:16", "◻️ 1:1", "🖥 16:9", "📷 4:3", "🖼 3:4"]
    shared_bot.telegram.press(ann, asked, "Draw it")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.photo is not None
    assert picture.photo[-1].width < picture.photo[-1].height


async def test_a_shape_in_words_answers_the_question(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "a fox")
    await shared_bot.wait_for_text(ann, "Shall I draw “a fox”?")
    shared_bot.telegram.say(ann, "21:9")
    await shared_bot.wait_for_text(ann, "I don’t have 21:9. Which shape for “a fox”?")
    shared_bot.telegram.say(ann, "16:9")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "a fox"
    assert shared_bot.quota_used(ann) == 1


async def test_words_with_a_shape_are_offered_in_it(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "a fox --ar 21:9")
    await shared_bot.wait_for_text(ann, "I don’t have 21:9. Shall I draw “a fox”?")
    shared_bot.telegram.say(ann, "a fox --ar 16:9")  # the same words again, with a shape: the answer
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "a fox"
    shared_bot.telegram.say(ann, "a wolf --ar 3:4")
    asked = await shared_bot.wait_for_text(ann, "Shall I draw “a wolf”?")
    assert buttons(asked)[0] == "🎨 Draw it, 3:4"
    await shared_bot.wait_until_closed()
    assert [m.text for m in shared_bot.messages_to(ann) if m.text] == ["Shall I draw “a wolf”?"]


async def test_edited_words_change_its_question(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    said = shared_bot.telegram.say(ann, "a fxo")
    asked = await shared_bot.wait_for_text(ann, "Shall I draw “a fxo”?")
    shared_bot.telegram.rewrite(said, "a fox")
    await shared_bot.wait_until(lambda: shared_bot.current(asked).text == "Shall I draw “a fox”?")
    shared_bot.telegram.press(ann, asked, "1:1")
    assert (await shared_bot.wait_for_picture(ann)).caption == "a fox"
