"""The star under a picture, /favorites, and the search in /history."""

import pytest
from aiogram.types import Message, User

from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _draw(world: World, user: User, prompt: str, chat_id: int | None = None) -> Message:
    chat = chat_id or user.id
    count = sum(message.photo is not None for message in world.messages_in(chat))
    world.telegram.say(user, f"/imagine {prompt} --ar 1:1", chat_id=chat)
    return await world.wait_for_picture_in(chat, count + 1)


async def _press(world: World, user: User, message: Message, label: str) -> Message:
    """Press a button of the current form of a message, and return its form after the press is handled."""
    world.telegram.press(user, world.current(message), label)
    await world.wait_until_handled()
    return world.current(message)


def _star(message: Message) -> str:
    return next(label for label in buttons(message) if label[0] in "☆★")


async def test_a_star_makes_a_picture_a_favourite_until_it_is_pressed_again(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    shared_bot.telegram.say(ann, "/favorites")
    await shared_bot.wait_for_text(ann, "No favourites here yet. Press ☆")
    fox = await _draw(shared_bot, ann, "a fox")
    await _draw(shared_bot, ann, "a lake")
    assert _star(fox) == "☆ Favourite"
    assert _star(await _press(shared_bot, ann, fox, "☆")) == "★ Favourite"
    await shared_bot.wait_for_toast(fox, "★ Kept. /favorites shows them all.")
    # A second tap on the old button, or the same update again, wishes the same.
    shared_bot.telegram.press(ann, fox, "☆")
    await shared_bot.wait_until_handled()
    assert _star(shared_bot.current(fox)) == "★ Favourite"
    shared_bot.telegram.press(ben, shared_bot.current(fox), "★")
    await shared_bot.wait_for_toast(fox, "Only the person who asked")
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/favourites")
    page = await shared_bot.wait_for_picture(ann, 3)
    assert page.caption is not None
    assert page.caption.startswith("a fox\n")
    assert page.caption.endswith("· 1 of 1\n★ Favourites")
    assert _star(page) == "★ Favourite"
    shared_bot.telegram.say(ann, "/history")
    history = await shared_bot.wait_for_picture(ann, 4)
    assert _star(history) == "☆ Favourite"
    assert _star(await _press(shared_bot, ann, history, "▶")) == "★ Favourite"
    assert _star(await _press(shared_bot, ann, page, "★")) == "☆ Favourite"
    await shared_bot.wait_for_toast(page, "No longer a favourite")
    shared_bot.telegram.say(ann, "/favorites")
    await shared_bot.wait_until(
        lambda: sum("No favourites here" in text for text in shared_bot.texts(ann)) == 2
    )


@pytest.mark.long(16)
async def test_the_arrows_lead_from_favourite_to_favourite(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    pictures = [await _draw(shared_bot, ann, f"лиса {number}") for number in range(1, 5)]
    for picture in pictures[::2]:
        await _press(shared_bot, ann, picture, "☆ Избранное")
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/favorites")
    page = await shared_bot.wait_for_picture(ann, 5)
    assert (page.caption or "").startswith("лиса 3\n")
    assert (page.caption or "").endswith("1 из 2\n★ Избранное")
    assert ((await _press(shared_bot, ann, page, "▶")).caption or "").startswith("лиса 1\n")
    # More, Shape and their Back keep the arrows among the favourites.
    for label in ("Ещё", "Назад", "Формат", "Назад"):
        button = next(one for one in buttons(shared_bot.current(page)) if one.endswith(label))
        await _press(shared_bot, ann, page, button)
    assert buttons(shared_bot.current(page))[-4:] == ["◀◀", "◀", "·", "·"]
    # The star does not change the picture that is shown, nor the way to the others.
    starless = await _press(shared_bot, ann, page, "★ Избранное")
    assert (starless.caption or "").startswith("лиса 1\n")
    assert buttons(starless)[-4:] == ["◀◀", "◀", "·", "·"]
    assert ((await _press(shared_bot, ann, page, "◀◀")).caption or "").startswith("лиса 3\n")
    assert "◀" not in "".join(buttons(shared_bot.current(page))), "there is one favourite left"


async def test_a_group_has_favourites_of_its_own(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    fox = await _draw(shared_bot, ann, "a fox", group)
    await _press(shared_bot, ann, fox, "☆")
    shared_bot.telegram.say(ben, "/favorites", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "No favourites here yet")
    shared_bot.telegram.say(ann, "/favorites")
    await shared_bot.wait_for_text(ann, "No favourites here yet")
    shared_bot.telegram.say(ann, "/favorites", chat_id=group)
    page = await shared_bot.wait_for_picture_in(group, 2)
    assert (page.caption or "").endswith("1 of 1\n★ Favourites")
    shared_bot.telegram.press(ben, shared_bot.current(fox), "★")
    await shared_bot.wait_for_toast(fox, "Only the person who asked")
    assert _star(shared_bot.current(fox)) == "★ Favourite"


@pytest.mark.long(16)
async def test_a_search_stays_among_the_pictures_that_it_finds(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    for prompt in ("рыжая ЛИСА", "озеро", "лиса на снегу", "ёлка"):
        await _draw(shared_bot, ann, prompt)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history лиса")
    page = await shared_bot.wait_for_picture(ann, 5)
    assert (page.caption or "").startswith("лиса на снегу\n")
    assert (page.caption or "").endswith("1 из 2\n🔎 лиса")
    older = await _press(shared_bot, ann, page, "▶")
    assert (older.caption or "").startswith("рыжая ЛИСА\n")
    assert (older.caption or "").endswith("2 из 2\n🔎 лиса")
    shared_bot.telegram.press(ann, older, "·")
    await shared_bot.wait_for_toast(page, "Это самая старая картинка")
    await _press(shared_bot, ann, page, "☆")
    assert ((await _press(shared_bot, ann, page, "◀◀")).caption or "").startswith("лиса на снегу\n")
    shared_bot.telegram.say(ann, "/history ЕЛКА")
    other = await shared_bot.wait_for_picture(ann, 6)
    assert (other.caption or "").startswith("ёлка\n")
    assert "◀" not in "".join(buttons(other))
    shared_bot.telegram.say(ann, "/history 50% <b>")
    await shared_bot.wait_for_text(ann, "нет такой, в описании которой есть «50% <b>»")


async def test_a_search_outlives_a_kill_and_ends_with_forget(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    for prompt in ("a fox", "a lake", "a red fox"):
        await _draw(own_bot, ann, prompt)
    await own_bot.wait_until_closed()
    own_bot.telegram.say(ann, "/history FOX")
    page = await own_bot.wait_for_picture(ann, 4)
    await own_bot.wait_until_handled()
    await own_bot.process.kill()
    await own_bot.process.start()
    found = await _press(own_bot, ann, page, "▶")
    assert (found.caption or "").startswith("a fox\n")
    assert (found.caption or "").endswith("2 of 2\n🔎 FOX")
    own_bot.telegram.say(ann, "/forget")
    question = await own_bot.wait_for_text(ann, "To get a copy first, send /export.")
    own_bot.telegram.press(ann, question, "Delete it all")
    await own_bot.wait_for_text(ann, "Done.")
    assert own_bot.rows("SELECT 1 FROM searches") == []
    own_bot.telegram.press(ann, found, "◀")
    await own_bot.wait_for_toast(page, "/history has new ones", alert=True)
