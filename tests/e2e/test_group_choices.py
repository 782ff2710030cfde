"""The choices of a group's admins on the second page of /settings, and the words that they block."""

import pytest
from aiogram.types import Message, User

from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _open_settings(world: World, admin: User, group: int, more: str = "More") -> Message:
    """Return the settings of a group, on their second page."""
    seen = {m.message_id for m in world.messages_in(group)}
    world.telegram.say(admin, "/settings", chat_id=group)
    await world.wait_until(lambda: [m for m in world.messages_in(group) if m.message_id not in seen])
    menu = next(m for m in world.messages_in(group) if m.message_id not in seen)
    world.telegram.press(admin, menu, more)
    await world.wait_until(lambda: not any(more in label for label in buttons(world.current(menu))))
    return menu


async def _choose(world: World, admin: User, menu: Message, label: str) -> None:
    """Press a button of the settings, and wait for its mark."""
    world.telegram.press(admin, world.current(menu), label)
    await world.wait_until(lambda: f"✓ {label}" in buttons(world.current(menu)))


async def _draw(world: World, user: User, group: int, prompt: str = "a fox") -> Message:
    """Draw a picture in a group and return its message."""
    seen = {m.message_id for m in world.messages_in(group)}
    world.telegram.say(user, f"/imagine {prompt} --ar 1:1", chat_id=group)

    def found() -> Message | None:
        new = [m for m in world.messages_in(group) if m.message_id not in seen]
        return next((m for m in new if m.photo or m.document), None)

    await world.wait_until(found)
    await world.wait_until_closed()
    picture = found()
    assert picture is not None
    return picture


async def test_the_second_page_has_switches_and_only_admins_press_them(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    menu = await _open_settings(shared_bot, ann, group)
    assert buttons(shared_bot.current(menu)) == [
        *("2 each", "4 each", "✓ No share: first come", "Shared history", "Spoiler", "Approval", "« Back")
    ]
    assert "/history all shows everybody’s pictures" in (shared_bot.current(menu).text or "")
    for label in ("Shared history", "Approval", "4 each"):
        await _choose(shared_bot, ann, menu, label)
    for forged in ("g:spoiler:1", "gs:0"):
        shared_bot.telegram.press_data(ben, menu, forged)
        await shared_bot.wait_until_handled()
    await shared_bot.wait_for_toast(menu, "Only this group’s admins can change that")
    shared_bot.telegram.press_data(ann, menu, "g:history:1")  # pressed twice
    await shared_bot.wait_until_handled()
    (row,) = shared_bot.rows("SELECT * FROM preferences WHERE subject_id = ?", group)
    assert (row["shared_history"], row["approval"], row["member_daily"]) == (1, 1, 4)
    assert not row["spoiler"]
    shared_bot.telegram.press(ann, shared_bot.current(menu), "Approval")
    await shared_bot.wait_until(lambda: "Approval" in buttons(shared_bot.current(menu)))
    shared_bot.telegram.press(ann, shared_bot.current(menu), "Back")
    await shared_bot.wait_until(lambda: "✓ Everybody" in buttons(shared_bot.current(menu)))
    for forged in ("g:share:0", "g:share:x", "g:share:-1", "g:history:2", "g:approval:"):
        shared_bot.telegram.press_data(ann, menu, forged)
    await shared_bot.wait_until(
        lambda: sum("too old" in e.text and e.to == ann.id for e in shared_bot.telegram.chats.events) == 5
    )


async def test_a_member_draws_no_more_than_their_share_of_the_group_s_day(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    await _choose(shared_bot, ann, await _open_settings(shared_bot, ann, group), "2 each")
    await _draw(shared_bot, ben, group)
    shared_bot.telegram.say(ben, "/imagine four foxes --ar 1:1 --n 4", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "Your share of this group’s day still has 1 picture")
    await _draw(shared_bot, ben, group)
    shared_bot.telegram.say(ben, "/imagine one too many --ar 1:1", chat_id=group)
    await shared_bot.wait_for_ephemeral(
        group, ben, "Your share of this group’s day, 2 pictures, is used up. New"
    )
    shared_bot.telegram.say(ben, "/quota", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "Your share of it: 2 of 2 used, 0 left.")
    assert (shared_bot.quota_used(ben), shared_bot.quota_used(ann)) == (2, 0)
    await _draw(shared_bot, ann, group)
    shared_bot.telegram.say(ben, "/imagine in private --ar 1:1")
    await shared_bot.wait_for_picture(ben)


async def test_words_that_a_group_s_admins_block_are_not_drawn_there(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group, other = shared_bot.add_group(ann, ben), shared_bot.add_group(ann, ben)

    async def ask(user: User, text: str, answer: str, chat_id: int = group) -> None:
        shared_bot.telegram.say(user, text, chat_id=chat_id)
        await shared_bot.wait_for_ephemeral(chat_id, user, answer)

    await ask(ben, "/words add fox", "Only this group’s admins")
    await ask(ann, "/words", "No word is blocked in this group")
    await ask(ann, "/words fox", "Send /words add example or /words remove example")
    await ask(ann, "/words add " + "x" * 65, "up to 64 characters")
    await ask(ann, "/words add ...", "up to 64 characters")
    await ask(ann, "/words add Red  Fox", "Blocked in this group: Red Fox")
    await ask(ann, "/words добавить rеd fox", "Blocked already: Red Fox")  # with a Cyrillic letter
    await ask(ann, "/words añadir <b>", "Blocked in this group: b")
    await ask(ann, "/words", "Blocked in this group: Red Fox, b")
    await ask(ben, "/imagine a R3D FOX --ar 1:1", "This group’s admins don’t want that drawn here.")
    await ask(ben, "/words", "Only this group’s admins", chat_id=other)
    await _draw(shared_bot, ben, other, "a red fox")
    await ask(ann, "/words remover RED FOX", "No longer blocked in this group: Red Fox")
    await ask(ann, "/words - wolf", "Was not blocked in this group: wolf")
    await _draw(shared_bot, ben, group, "a red fox")
    shared_bot.telegram.say(ann, "/words")
    await shared_bot.wait_for_text(ann, "/words is for groups")
