"""The choices of a group's admins on the second page of /settings, and the words that they block."""

import pytest
from aiogram.types import Message, User

from playground import faults
from playground.faults import Fault
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
    await shared_bot.wait_for_toast(menu, "Only this group’s admins can do that")
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


async def _page_of(world: World, user: User, group: int, command: str) -> Message:
    """Return the message that a command for the history sends."""
    seen = {m.message_id for m in world.messages_in(group)}
    world.telegram.say(user, command, chat_id=group)
    await world.wait_until(lambda: [m for m in world.messages_in(group) if m.message_id not in seen])
    return next(m for m in world.messages_in(group) if m.message_id not in seen)


async def test_a_shared_history_shows_the_pictures_of_all_members(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    cid = shared_bot.add_user(name="Cid")
    group, other = shared_bot.add_group(ann, ben, cid), shared_bot.add_group(ann, ben)
    await _draw(shared_bot, ben, other, "a fox elsewhere")
    await _draw(shared_bot, cid, group, "a bear of Cid")
    await _draw(shared_bot, ann, group, "a wolf of Ann")
    shared_bot.telegram.chats.members[group][cid.id] = "left"
    await _draw(shared_bot, ben, group, "a fox of Ben")
    shared_bot.telegram.say(ann, "/history all", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "Its admins can switch it on in /settings")
    menu = await _open_settings(shared_bot, ann, group)
    await _choose(shared_bot, ann, menu, "Shared history")
    shared_bot.telegram.say(ann, "/help", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "/history all shows everybody’s pictures")

    pager = await _page_of(shared_bot, ann, group, "/history ALL")
    caption = shared_bot.current(pager).caption or ""
    assert "a fox of Ben" in caption
    assert "1 of 3" in caption
    assert "👥 Everybody’s pictures · 👤 Ben" in caption
    assert buttons(shared_bot.current(pager)) == ["🔁 Again", "📋 Copy description", "·", "·", "▶", "▶▶"]
    shared_bot.telegram.press(ben, shared_bot.current(pager), "▶")
    await shared_bot.wait_for_toast(pager, "Only the person who asked")
    (fox,) = shared_bot.rows(
        "SELECT id FROM requests WHERE prompt = ? AND chat_id = ?", "a fox of Ben", group
    )
    (elsewhere,) = shared_bot.rows("SELECT id FROM requests WHERE chat_id = ?", other)
    for action in "fdy":  # favourite and delete, which only forged data asks for
        shared_bot.telegram.press_data(ann, pager, f"x:{fox['id']}:{action}:{2**62}")
    await shared_bot.wait_until_handled()
    (kept,) = shared_bot.rows("SELECT forget, favourite_at FROM requests WHERE id = ?", fox["id"])
    assert (bool(kept["forget"]), kept["favourite_at"]) == (False, None)

    used = shared_bot.quota_used(ben)
    shared_bot.telegram.press_data(ben, pager, f"da:{ann.id}:{fox['id']}")
    await shared_bot.wait_for_toast(pager, "Only the person who asked")
    shared_bot.telegram.press_data(ann, pager, f"da:{ann.id}:{elsewhere['id']}")
    await shared_bot.wait_for_toast(pager, "This button is too old", alert=True)
    shared_bot.telegram.press(ann, shared_bot.current(pager), "Again")
    await shared_bot.wait_for_toast(pager, "On it!")
    await shared_bot.wait_until_closed()
    owners = "SELECT user_id FROM requests WHERE prompt = ? AND chat_id = ? ORDER BY id"
    assert [row["user_id"] for row in shared_bot.rows(owners, "a fox of Ben", group)] == [ben.id, ann.id]
    assert shared_bot.quota_used(ben) == used
    shared_bot.telegram.say(ann, "/prompt", chat_id=group, reply_to=shared_bot.current(pager))
    await shared_bot.wait_for_ephemeral(group, ann, "a fox of Ben")

    shared_bot.telegram.press(ann, shared_bot.current(pager), "▶")
    await shared_bot.wait_until(lambda: "a wolf of Ann" in (shared_bot.current(pager).caption or ""))
    assert "👤 Ann" in (shared_bot.current(pager).caption or "")
    shared_bot.telegram.press(ann, shared_bot.current(pager), "☆")  # her own picture has its buttons
    await shared_bot.wait_until(lambda: "★ Favourite" in buttons(shared_bot.current(pager)))
    assert "◀" in buttons(shared_bot.current(pager))
    shared_bot.telegram.press(ann, shared_bot.current(pager), "▶▶")
    await shared_bot.wait_until(lambda: "a bear of Cid" in (shared_bot.current(pager).caption or ""))
    assert "👤" not in (shared_bot.current(pager).caption or "")  # Cid has left

    found = await _page_of(shared_bot, ben, group, "/history все wolf")
    assert "a wolf of Ann" in (found.caption or "")
    assert "🔎 wolf" in (found.caption or "")
    shared_bot.telegram.say(ben, "/history todos zebra", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "No picture of this group has “zebra”")
    shared_bot.telegram.say(ben, '/history "all"', chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "None of your pictures here has “all”")

    shared_bot.telegram.press(ann, shared_bot.current(menu), "✓ Shared history")
    await shared_bot.wait_until(lambda: "Shared history" in buttons(shared_bot.current(menu)))
    shared_bot.telegram.press(ann, shared_bot.current(pager), "◀")
    await shared_bot.wait_for_toast(pager, "This group has no shared history")
    assert "a bear of Cid" in (shared_bot.current(pager).caption or "")
    shared_bot.telegram.say(ann, "/history all")
    await shared_bot.wait_for_text(ann, "No pictures here yet")


async def test_a_group_under_a_spoiler_covers_every_picture_and_only_there(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    before = await _draw(shared_bot, ann, group, "a fox before")
    assert not before.has_media_spoiler
    menu = await _open_settings(shared_bot, ann, group)
    await _choose(shared_bot, ann, menu, "Spoiler")
    picture = await _draw(shared_bot, ann, group, "a fox")
    assert picture.has_media_spoiler

    pager = await _page_of(shared_bot, ann, group, "/history")
    assert pager.has_media_spoiler
    shared_bot.telegram.press(ann, shared_bot.current(pager), "▶")
    await shared_bot.wait_until(lambda: "a fox before" in (shared_bot.current(pager).caption or ""))
    assert shared_bot.current(pager).has_media_spoiler

    shared_bot.telegram.say(ann, "/imagine make it night", chat_id=group, reply_to=picture)
    await shared_bot.wait_until(
        lambda: [m for m in shared_bot.messages_in(group) if m.caption == "make it night"]
    )
    await shared_bot.wait_until_closed()
    edit = next(m for m in shared_bot.messages_in(group) if m.caption == "make it night")
    assert edit.has_media_spoiler
    (row,) = shared_bot.rows(
        "SELECT * FROM requests WHERE prompt = ? AND chat_id = ?", "make it night", group
    )
    assert not row["source_spoiler"]  # it is covered here, and nowhere else
    shared_bot.telegram.press(ann, edit, "Before")
    await shared_bot.wait_until(lambda: shared_bot.replies_to(group, edit.message_id))
    (undone,) = shared_bot.replies_to(group, edit.message_id)
    assert undone.has_media_spoiler

    grid = await _draw(shared_bot, ann, group, "two foxes --n 2")
    assert grid.has_media_spoiler
    shared_bot.telegram.press(ann, grid, "2")
    await shared_bot.wait_until(lambda: shared_bot.replies_to(group, grid.message_id))
    assert shared_bot.replies_to(group, grid.message_id)[0].has_media_spoiler
    shared_bot.telegram.press(ann, picture, "Original")
    await shared_bot.wait_until(lambda: shared_bot.replies_to(group, picture.message_id))
    (original,) = [m for m in shared_bot.replies_to(group, picture.message_id) if m.document]
    assert original.document is not None
    assert (original.document.file_name or "").endswith(".zip")

    shared_bot.telegram.press(ann, picture, "More")
    await shared_bot.wait_until(lambda: "🩹 Sticker" in buttons(shared_bot.current(picture)))
    shared_bot.telegram.press(ann, shared_bot.current(picture), "Sticker")
    await shared_bot.wait_for_ephemeral(group, ann, "Open the picture in our private chat")
    (fox,) = shared_bot.rows("SELECT id FROM requests WHERE prompt = ? AND chat_id = ?", "a fox", group)
    shared_bot.telegram.say(ann, f"/start r{fox['id']}")
    assert not (await shared_bot.wait_for_picture(ann)).has_media_spoiler


async def test_a_file_in_a_covered_group_is_in_an_archive(shared_bot: World) -> None:
    """Telegram shows a preview of every other file."""
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    refusal = faults.telegram(400, "Bad Request: not enough rights to send photos to the chat")
    for covered in (False, True):
        if covered:
            await _choose(shared_bot, ann, await _open_settings(shared_bot, ann, group), "Spoiler")
        shared_bot.telegram.faults.add(Fault("sendPhoto", answer=refusal))
        file = await _draw(shared_bot, ann, group, f"fox {covered:d}")
        assert file.document is not None
        assert (file.document.file_name or "").endswith(".zip") is covered
        assert ("🙈 In an archive" in (file.caption or "")) is covered
    pager = await _page_of(shared_bot, ann, group, "/history fox 0")  # Telegram has it as a plain file
    assert pager.document is not None
    assert (pager.document.file_name or "").endswith(".zip")


async def test_the_choices_of_a_group_in_russian(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user("ru"), shared_bot.add_user("ru", name="Бен")
    group = shared_bot.add_group(ann, ben)
    menu = await _open_settings(shared_bot, ann, group, "Ещё")
    for label in ("по 2", "Общая история", "Спойлер"):
        await _choose(shared_bot, ann, menu, label)
    assert "Доля: сколько картинок в день" in (shared_bot.current(menu).text or "")
    shared_bot.telegram.say(ann, "/words добавить волк", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "Запрещено в этой группе: волк")
    shared_bot.telegram.say(ben, "/imagine серый Волк --ar 1:1", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "Администраторы этой группы не хотят")
    for _ in range(2):
        assert (await _draw(shared_bot, ben, group, "лиса")).has_media_spoiler
    shared_bot.telegram.say(ben, "/imagine лиса --ar 1:1", chat_id=group)
    await shared_bot.wait_for_ephemeral(
        group, ben, "Ваша доля в этой группе на сегодня исчерпана: 2 картинки"
    )
    pager = await _page_of(shared_bot, ann, group, "/history все")
    assert "👥 Картинки всех · 👤 Бен" in (pager.caption or "")
