"""Delete under More: one picture goes from the ledger and from the chat, where Telegram allows it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiogram.types import Message, User

from playground.faults import Fault
from playground.methods import DELETABLE
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _draw(world: World, user: User, prompt: str = "a fox", chat_id: int | None = None) -> Message:
    chat = chat_id or user.id
    count = sum(message.photo is not None for message in world.messages_in(chat))
    world.telegram.say(user, f"/imagine {prompt} --ar 1:1", chat_id=chat)
    picture = await world.wait_for_picture_in(chat, count + 1)
    await world.wait_until_closed()
    return picture


async def _press(world: World, user: User, message: Message, label: str) -> None:
    world.telegram.press(user, world.current(message), label)
    await world.wait_until_handled()


def _let_time_pass(world: World, message: Message) -> None:
    """Make a message too old to be deleted."""
    old = world.current(message).model_copy(
        update={"date": datetime.now(UTC) - DELETABLE - timedelta(minutes=1)}
    )
    world.telegram.chats.messages[message.chat.id, message.message_id] = old


def _is_there(world: World, message: Message) -> bool:
    return (message.chat.id, message.message_id) in world.telegram.chats.messages


def _kept(world: World, user: User) -> list[str]:
    rows = world.rows("SELECT prompt FROM requests WHERE user_id = ? ORDER BY id", user.id)
    return [row["prompt"] for row in rows]


async def test_a_picture_is_deleted_after_one_question(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    fox, lake = await _draw(shared_bot, ann), await _draw(shared_bot, ann, "a lake")
    used = shared_bot.quota_used(ann)
    await _press(shared_bot, ann, fox, "⋯ More")
    await _press(shared_bot, ann, fox, "🗑 Delete")
    await shared_bot.wait_for_toast(fox, "Delete this picture?")
    assert buttons(shared_bot.current(fox)) == ["🗑 Yes, delete it", "« Keep it"]
    shared_bot.telegram.press(ben, shared_bot.current(fox), "Yes, delete")
    await shared_bot.wait_for_toast(fox, "Only the person who asked")
    await _press(shared_bot, ann, fox, "« Keep it")
    assert buttons(shared_bot.current(fox)) == buttons(lake)
    assert _kept(shared_bot, ann) == ["a fox", "a lake"]
    await _press(shared_bot, ann, fox, "⋯ More")
    await _press(shared_bot, ann, fox, "🗑 Delete")
    sure = shared_bot.current(fox)
    await _press(shared_bot, ann, fox, "Yes, delete")
    await shared_bot.wait_for_toast(fox, "Deleted.")
    assert not _is_there(shared_bot, fox)
    assert _is_there(shared_bot, lake)
    assert _kept(shared_bot, ann) == ["a lake"]
    assert shared_bot.quota_used(ann) == used
    shared_bot.telegram.press(ann, sure, "Yes, delete")
    await shared_bot.wait_for_toast(fox, "I don’t keep this picture any more", alert=True)


async def test_the_message_stays_if_telegram_does_not_delete_it(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    group = shared_bot.add_group(ann)
    for chat_id, words in ((ann.id, "Удалите его, пожалуйста, сами"), (group, "администратор группы")):
        fox = await _draw(shared_bot, ann, "лиса", chat_id)
        _let_time_pass(shared_bot, fox)
        await _press(shared_bot, ann, fox, "⋯ Ещё")
        await _press(shared_bot, ann, fox, "🗑 Удалить")
        await _press(shared_bot, ann, fox, "🗑 Да, удалить")
        await shared_bot.wait_for_toast(fox, words, alert=True)
        assert _is_there(shared_bot, fox)
        assert buttons(shared_bot.current(fox)) == []
        assert _kept(shared_bot, ann) == []


async def test_an_inline_message_stays_when_its_picture_is_deleted(shared_bot: World) -> None:
    """The bot may only edit it (Bot API, InlineKeyboardMarkup): its user deletes it."""
    ann = shared_bot.add_user()
    club = shared_bot.add_club(ann)
    query_id, query = await shared_bot.ask_inline(ann, "a fox --ar 1:1")
    assert query.results
    sent = shared_bot.telegram.choose(ann, query_id, query.results[0].id, club, feedback=True)
    await shared_bot.wait_until(lambda: shared_bot.current(sent).photo)
    kept = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    for label in ("⋯ More", "🗑 Delete", "Yes, delete it"):
        await _press(shared_bot, ann, kept, label)
    await shared_bot.wait_for_toast(kept, "You can delete it yourself", alert=True)
    assert not _is_there(shared_bot, kept)
    assert _is_there(shared_bot, sent)
    assert _kept(shared_bot, ann) == []


async def test_the_source_of_an_edit_is_named_before_it_is_deleted(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    fox = await _draw(shared_bot, ann)
    shared_bot.telegram.say(ann, "make it night", reply_to=fox)
    edited = await shared_bot.wait_for_picture(ann, 2)
    await shared_bot.wait_until_closed()
    await _press(shared_bot, ann, fox, "⋯ More")
    await _press(shared_bot, ann, fox, "🗑 Delete")
    await shared_bot.wait_for_toast(fox, "Pictures made from it stay, and Before", alert=True)
    await _press(shared_bot, ann, fox, "Yes, delete")
    assert not _is_there(shared_bot, fox)
    assert _kept(shared_bot, ann) == ["make it night"]
    shared_bot.telegram.press(ann, edited, "Before")
    before = await shared_bot.wait_for_picture(ann, 2)
    assert before.caption == "As it was."
    shared_bot.telegram.press(ann, edited, "Again")
    await shared_bot.wait_for_picture(ann, 3)


async def test_a_picture_that_an_open_edit_changes_is_deleted_without_harm(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    fox = await _draw(shared_bot, ann)
    shared_bot.hold_tasks()
    shared_bot.telegram.say(ann, "make it night", reply_to=fox)
    await shared_bot.wait_for_text(ann, "Drawing")
    await _press(shared_bot, ann, fox, "⋯ More")
    await _press(shared_bot, ann, fox, "🗑 Delete")
    await _press(shared_bot, ann, fox, "Yes, delete")
    assert not _is_there(shared_bot, fox)
    shared_bot.finish_tasks()
    edited = await shared_bot.wait_for_picture(ann)
    assert edited.caption == "make it night"
    await shared_bot.wait_until_closed()
    assert _kept(shared_bot, ann) == ["make it night"]


async def test_again_draws_after_one_of_its_pictures_is_deleted(shared_bot: World) -> None:
    """The key of a redraw counts the redraws before it, which must not lead back to one that exists."""
    ann = shared_bot.add_user()
    fox = await _draw(shared_bot, ann)
    redraws = []
    for count in (2, 3):
        shared_bot.telegram.press(ann, fox, "Again")
        redraws.append(await shared_bot.wait_for_picture(ann, count))
        await shared_bot.wait_until_closed()
    await _press(shared_bot, ann, redraws[0], "⋯ More")
    await _press(shared_bot, ann, redraws[0], "🗑 Delete")
    await _press(shared_bot, ann, redraws[0], "Yes, delete")
    assert len(shared_bot.pictures(ann)) == 2
    shared_bot.telegram.press(ann, fox, "Again")
    await shared_bot.wait_for_picture(ann, 3)


async def test_the_history_goes_on_after_a_deletion(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    pictures = [await _draw(shared_bot, ann, f"fox {number}") for number in (1, 2)]
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history")
    page = await shared_bot.wait_for_picture(ann, 3)
    for left in (1, 0):
        for label in ("⋯ More", "🗑 Delete", "Yes, delete"):
            await _press(shared_bot, ann, page, label)
        assert not _is_there(shared_bot, pictures[left])
        if left:
            assert (shared_bot.current(page).caption or "").startswith("fox 1\n")
            assert (shared_bot.current(page).caption or "").endswith("1 of 1")
    assert not _is_there(shared_bot, page)
    assert _kept(shared_bot, ann) == []


@pytest.mark.parametrize("after", [False, True])
async def test_a_deletion_outlives_a_kill(own_bot: World, *, after: bool) -> None:
    """The process is killed inside of the call that deletes the message, before or after Telegram carries it out."""
    await own_bot.process.start()
    ann = own_bot.add_user()
    fox = await _draw(own_bot, ann)
    await _press(own_bot, ann, fox, "⋯ More")
    await _press(own_bot, ann, fox, "🗑 Delete")
    killed = asyncio.Event()
    hanging = own_bot.telegram.faults.add(
        Fault("deleteMessage", until=killed, drop=not after, after=after, only=f"chat {ann.id}.")
    )
    own_bot.telegram.press(ann, own_bot.current(fox), "Yes, delete")
    await own_bot.wait_until(lambda: hanging.hits)
    await own_bot.process.kill()
    killed.set()
    assert _kept(own_bot, ann) == ["a fox"]
    await own_bot.process.start()
    await own_bot.wait_until_handled()
    assert not _is_there(own_bot, fox)
    assert _kept(own_bot, ann) == []
