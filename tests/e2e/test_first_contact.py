"""The first contact of a user: the descriptions, the greeting, and examples that draw at once."""

import pytest

from chat.translations import LANGUAGES
from playground import faults
from playground.faults import Fault
from playground.profile import description_for
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_SETTERS = ("setMyDescription", "setMyShortDescription")


async def test_the_descriptions_are_set_in_every_language_and_only_if_they_differ(own_bot: World) -> None:
    chats, calls = own_bot.telegram.chats, own_bot.telegram.calls
    chats.descriptions["description", "ru"] = "Описание от владельца"
    own_bot.telegram.faults.add(
        Fault("setMyDescription", answer=faults.telegram(500, "Internal Server Error"))
    )
    await own_bot.process.start()
    await own_bot.process.wait_until(lambda: len(chats.descriptions) == 2 * len(LANGUAGES))
    await own_bot.process.wait_until(lambda: "маяк в шторм" in description_for(chats, "description", "ru"))
    assert "a lighthouse in a storm" in description_for(chats, "description", "de")
    assert description_for(chats, "short_description", "en").startswith("I draw what you describe")
    assert description_for(chats, "short_description", "ru") == "Рисую по описанию и меняю фото."
    assert "un faro en la tormenta" in description_for(chats, "description", "es")
    assert "um farol na tempestade" in description_for(chats, "description", "pt")
    set_before = [calls[name] for name in _SETTERS]
    asked_before = calls["getMyShortDescription"]
    assert await own_bot.process.stop() == 0
    await own_bot.process.start()
    await own_bot.process.wait_until(lambda: calls["getMyShortDescription"] == asked_before + len(LANGUAGES))
    chats.descriptions["short_description", "ru"] = "Другое"
    assert await own_bot.process.stop() == 0
    assert [calls[name] for name in _SETTERS] == set_before
    await own_bot.process.start()
    await own_bot.process.wait_until(
        lambda: description_for(chats, "short_description", "ru") == "Рисую по описанию и меняю фото."
    )
    assert [calls[name] for name in _SETTERS] == [set_before[0], set_before[1] + 1]


@pytest.mark.parametrize("command", ["/start", "/help"])
async def test_an_example_is_drawn_with_one_press(shared_bot: World, command: str) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, command)
    greeting = await shared_bot.wait_for_text(
        ann, "tap an example" if command == "/help" else "Tap an example"
    )
    assert buttons(greeting) == ["🎨 a lighthouse in a storm", "🎨 a fox asleep in the snow"]
    for _ in range(2):
        shared_bot.telegram.press(ann, greeting, "lighthouse")
    picture = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert picture.caption == "a lighthouse in a storm"
    assert picture.photo is not None
    assert picture.photo[-1].width == picture.photo[-1].height
    assert shared_bot.quota_used(ann) == 1
    shared_bot.telegram.press(ann, greeting, "fox")
    picture = await shared_bot.wait_for_picture(ann, 2)
    assert picture.caption == "a fox asleep in the snow"
    shared_bot.telegram.press_data(ann, greeting, "d:third")
    await shared_bot.wait_for_toast(greeting, "too old", alert=True)


async def test_an_example_has_the_preferred_shape(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    shared_bot.telegram.say(ann, "/ratio")
    choice = await shared_bot.wait_for_text(ann, "Сейчас")
    shared_bot.telegram.press(ann, choice, "16:9")
    shared_bot.telegram.say(ann, "/start")
    greeting = await shared_bot.wait_for_text(ann, "Нажмите на пример")
    shared_bot.telegram.press(ann, greeting, "маяк")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.photo is not None
    assert picture.photo[-1].width > picture.photo[-1].height
