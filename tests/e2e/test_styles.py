"""Styles in the real process: the usual one, own ones, the button under a picture, /forget and a kill."""

import pytest
from aiogram.types import Message, User

from core.styles import CURATED
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

INK, OIL = (next(style for style in CURATED if style.key == key) for key in ("ink", "oil"))


async def _draw(world: World, user: User, text: str) -> Message:
    world.telegram.say(user, f"/imagine {text} --ar 1:1")
    return await world.wait_for_picture(user, len(world.pictures(user)) + 1)


async def test_the_words_of_a_style_reach_the_provider_and_the_caption(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann, "a fox style:ink")
    assert drawn.caption == INK.fill("a fox")
    assert INK.fill("a fox") in {task.prompt for task in shared_bot.media.tasks.values()}
    shared_bot.telegram.say(ann, "/prompt", reply_to=drawn)
    await shared_bot.wait_for_text(ann, INK.fill("a fox"))


async def test_a_usual_style_is_chosen_and_removed(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    shared_bot.telegram.say(ann, "/style")
    choice = await shared_bot.wait_for_text(ann, "Сейчас: без стиля")
    assert buttons(choice)[0] == "✓ Без стиля"
    assert len(buttons(choice)) == 1 + len(CURATED)
    shared_bot.telegram.press(ann, choice, "Тушь")
    chosen = await shared_bot.wait_for_text(ann, "Теперь рисую в стиле 🖋 Тушь")
    assert {"✕ 🖋 Тушь", "✓ 🖋 Тушь"} <= set(buttons(chosen))
    drawn = await _draw(shared_bot, ann, "лиса")
    assert drawn.caption == INK.fill("лиса")
    shared_bot.telegram.press(ann, shared_bot.current(choice), "✕")
    await shared_bot.wait_for_text(ann, "Теперь рисую без стиля")
    assert (await _draw(shared_bot, ann, "лиса")).caption == "лиса"


async def test_the_style_button_shows_the_other_styles_and_one_press_removes_it(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/style save sketch quick sketch of _")
    await shared_bot.wait_for_text(ann, "Saved.")
    drawn = await _draw(shared_bot, ann, "a fox style:ink")
    shared_bot.telegram.press(ann, drawn, "More")
    await shared_bot.wait_until(lambda: "🎭 Style" in buttons(shared_bot.current(drawn)))
    shared_bot.telegram.press(ann, shared_bot.current(drawn), "Style")
    await shared_bot.wait_until(lambda: "✨ sketch" in buttons(shared_bot.current(drawn)))
    shown = buttons(shared_bot.current(drawn))
    assert (shown[0], shown[-1], "🖋 Ink" in shown) == ("✕ Without a style", "« Back", False)
    shared_bot.telegram.press(ann, shared_bot.current(drawn), "sketch")
    second = await shared_bot.wait_for_picture(ann, 2)
    assert second.caption == "quick sketch of a fox"
    await shared_bot.wait_until(lambda: "⋯ More" in buttons(shared_bot.current(drawn)))


async def test_an_edit_is_changed_into_a_style(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann, "a fox")
    shared_bot.telegram.say(ann, "sepia", reply_to=drawn)
    edited = await shared_bot.wait_for_picture(ann, 2)
    await shared_bot.wait_until_closed()
    for label in ("More", "Style", "Ink"):
        await shared_bot.wait_until(
            lambda: any(label in shown for shown in buttons(shared_bot.current(edited)))  # noqa: B023
        )
        shared_bot.telegram.press(ann, shared_bot.current(edited), label)
    styled = await shared_bot.wait_for_picture(ann, 3)
    assert styled.caption == INK.change()
    await shared_bot.wait_until_closed()
    row = shared_bot.rows("SELECT parent_id, ratio FROM requests WHERE user_id = ? ORDER BY id DESC", ann.id)[
        0
    ]
    second = shared_bot.rows("SELECT id FROM requests WHERE user_id = ? ORDER BY id", ann.id)[1]
    assert (row["parent_id"], row["ratio"]) == (second["id"], None)


async def test_forget_deletes_own_styles_and_the_usual_one(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/style save sketch quick sketch of _")
    saved = await shared_bot.wait_for_text(ann, "Saved.")
    shared_bot.telegram.press(ann, saved, "From now on")
    await shared_bot.wait_for_text(ann, "From now on I draw in ✨ sketch")
    shared_bot.telegram.say(ann, "/forget")
    shared_bot.telegram.press(ann, await shared_bot.wait_for_text(ann, "your own styles"), "Delete")
    await shared_bot.wait_for_text(ann, "Done.")
    assert shared_bot.rows("SELECT 1 FROM styles WHERE user_id = ?", ann.id) == []
    shared_bot.telegram.say(ann, "/style")
    await shared_bot.wait_for_text(ann, "Now: none")


async def test_a_press_on_a_style_survives_a_kill_and_is_one_picture(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    drawn = await _draw(own_bot, ann, "a fox")
    await own_bot.wait_until_closed()
    own_bot.hold_tasks()
    row = own_bot.rows("SELECT id FROM requests")[0]
    for _ in range(2):
        own_bot.telegram.press_data(ann, drawn, f"ds:{row['id']}:oil:0")
    await own_bot.process.wait_until(lambda: len(own_bot.rows("SELECT id FROM requests")) == 2)
    await own_bot.process.kill()
    own_bot.telegram.press_data(ann, drawn, f"ds:{row['id']}:oil:0")
    await own_bot.process.start()
    own_bot.finish_tasks()
    second = await own_bot.wait_for_picture(ann, 2)
    await own_bot.wait_until_handled()
    await own_bot.wait_until_closed()
    assert second.caption == OIL.fill("a fox")
    assert len([task for task in own_bot.media.tasks.values() if task.prompt == OIL.fill("a fox")]) <= 2
    assert own_bot.quota_used(ann) == len(own_bot.pictures(ann))


async def test_styles_are_drawn_in_inline_messages(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/start style_ink")
    shared_bot.telegram.press(ann, await shared_bot.wait_for_text(ann, "adds these words"), "From now on")
    await shared_bot.wait_for_text(ann, "From now on I draw in 🖋 Ink")
    for text, expected in (
        ("a fox", INK.fill("a fox")),
        ("a fox style:oil", OIL.fill("a fox")),
        ("a fox style:none", "a fox"),
    ):
        _, query = await shared_bot.ask_inline(ann, text)
        assert query.results is not None
        assert query.results[0].description == expected
