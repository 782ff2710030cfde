"""Vary under a picture: an edit with small changes, once for each press after the last one has ended."""

import pytest
from aiogram.types import Message, User

from handlers.variations import VARIATIONS
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _draw(world: World, user: User) -> Message:
    world.telegram.say(user, "/imagine a fox --ar 16:9")
    drawn = await world.wait_for_picture(user)
    await world.wait_until_closed()
    return drawn


def _vary(world: World, user: User, message: Message) -> None:
    """Press Vary, as it stands on the second page of the buttons."""
    row = world.rows("SELECT min(id) AS id FROM requests WHERE user_id = ?", user.id)[0]
    world.telegram.press_data(user, message, f"x:{row['id']}:v:0")


async def test_vary_changes_the_picture_slightly_and_says_how(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    drawn = await _draw(shared_bot, ann)
    shared_bot.telegram.press(ann, drawn, "⋯")
    await shared_bot.wait_until(lambda: "🎲 Вариант" in buttons(shared_bot.current(drawn)))
    shared_bot.hold_tasks()
    for _ in range(3):
        shared_bot.telegram.press(ann, shared_bot.current(drawn), "Вариант")
    await shared_bot.wait_for_toast(drawn, "Принято!")
    await shared_bot.wait_until_handled()
    shared_bot.finish_tasks()
    first = await shared_bot.wait_for_picture(ann, 2)
    await shared_bot.wait_until_closed()
    assert first.caption in VARIATIONS
    assert first.reply_to_message is not None
    assert first.reply_to_message.message_id == drawn.message_id
    _vary(shared_bot, ann, drawn)
    second = await shared_bot.wait_for_picture(ann, 3)
    assert second.caption == VARIATIONS[(VARIATIONS.index(first.caption) + 1) % len(VARIATIONS)]
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == len(shared_bot.pictures(ann)) == 3
    rows = shared_bot.rows("SELECT id, parent_id, ratio FROM requests WHERE user_id = ? ORDER BY id", ann.id)
    assert [(row["parent_id"], row["ratio"]) for row in rows[1:]] == 2 * [(rows[0]["id"], None)]
    shared_bot.telegram.press(ann, second, "Как было")
    assert (await shared_bot.wait_for_picture(ann, 4)).caption == "a fox"


async def test_only_the_owner_varies_a_picture(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    drawn = await _draw(shared_bot, ann)
    row = shared_bot.rows("SELECT id FROM requests WHERE user_id = ?", ann.id)[0]
    shared_bot.telegram.press_data(ben, drawn, f"x:{row['id']}:v:0")
    await shared_bot.wait_for_toast(drawn, "Only the person who asked")
    await shared_bot.wait_until_handled()
    assert len(shared_bot.rows("SELECT id FROM requests WHERE user_id = ?", ann.id)) == 1


async def test_a_press_of_vary_survives_a_kill_and_is_one_picture(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    drawn = await _draw(own_bot, ann)
    own_bot.hold_tasks()
    _vary(own_bot, ann, drawn)
    await own_bot.process.wait_until(lambda: len(own_bot.rows("SELECT id FROM requests")) == 2)
    await own_bot.process.kill()
    _vary(own_bot, ann, drawn)
    await own_bot.process.start()
    await own_bot.wait_until_handled()
    own_bot.finish_tasks()
    await own_bot.wait_for_picture(ann, 2)
    await own_bot.wait_until_closed()
    assert own_bot.quota_used(ann) == len(own_bot.pictures(ann)) == 2
