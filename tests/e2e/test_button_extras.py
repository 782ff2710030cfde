"""Coloured, disabled and copying buttons, and a server that refuses the first two: it costs one more call, once."""

import pytest
from aiogram.types import InlineKeyboardButton, Message

from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _keys(message: Message) -> dict[str, InlineKeyboardButton]:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return {button.text: button for row in rows for button in row}


@pytest.mark.parametrize(
    ("language", "words", "cancel", "lighthouse"),
    [
        ("en", "Tap an example", "Cancel", "🎨 a lighthouse in a storm"),
        ("ru", "Нажмите на пример", "Отменить", "🎨 маяк в шторм"),
    ],
)
async def test_a_pressed_example_is_disabled_and_cancel_is_red(
    shared_bot: World, language: str, words: str, cancel: str, lighthouse: str
) -> None:
    ann = shared_bot.add_user(language)
    shared_bot.hold_tasks()
    shared_bot.telegram.say(ann, "/start")
    greeting = await shared_bot.wait_for_text(ann, words)
    shared_bot.telegram.press(ann, greeting, lighthouse)
    await shared_bot.wait_until(lambda: _keys(shared_bot.current(greeting))[lighthouse].disabled is not None)
    keys = list(_keys(shared_bot.current(greeting)).values())
    assert [key.disabled is None for key in keys] == [False, True]
    status = await shared_bot.wait_for_text(ann, "🎨 ")
    assert _keys(status)[cancel].style == "danger"
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()


async def test_the_button_that_draws_a_question_is_green(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --seed 7 --ar 1:1")
    question = await shared_bot.wait_for_text(ann, "My model has no seeds")
    (button,) = _keys(question).values()
    assert button.style == "success"


async def test_the_prompt_of_a_picture_has_a_button_that_copies_it_if_it_is_short_enough(
    shared_bot: World,
) -> None:
    ann = shared_bot.add_user()
    for number, prompt in enumerate(("a <fox> & a hen", "x" * 256, "x" * 257), start=1):
        shared_bot.telegram.say(ann, f"/imagine {prompt} --ar 1:1")
        picture = await shared_bot.wait_for_picture(ann, number)
        shared_bot.telegram.say(ann, "/prompt", reply_to=picture)
        answer = await shared_bot.wait_for_text(ann, prompt)
        copied = [key.copy_text.text for key in _keys(answer).values() if key.copy_text is not None]
        assert copied == ([prompt] if len(prompt) <= 256 else [])


async def test_a_server_without_coloured_and_disabled_buttons_refuses_them_once(own_bot: World) -> None:
    own_bot.telegram.chats.old_buttons = True
    ann = own_bot.add_user()
    await own_bot.process.start()
    own_bot.telegram.say(ann, "/start")
    greeting = await own_bot.wait_for_text(ann, "Tap an example")
    for number, label in enumerate(buttons(greeting), start=1):
        own_bot.telegram.press(ann, greeting, label)
        await own_bot.wait_for_picture(ann, number)
    own_bot.hold_tasks()
    own_bot.telegram.say(ann, "/imagine a hen --ar 1:1")
    status = await own_bot.wait_for_text(ann, "🎨 Drawing")
    assert _keys(status)["Cancel"].style is None
    own_bot.finish_tasks()
    await own_bot.wait_for_picture(ann, 3)
    await own_bot.wait_until_closed()
    refused = [line for line in own_bot.process.log if "coloured or disabled" in str(line.get("event"))]
    assert len(refused) == 1
    answers = own_bot.telegram.journal.since(0)
    assert sum("Text buttons are unallowed" in str(call["response"]) for call in answers) <= 2
