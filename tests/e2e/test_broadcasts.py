"""Broadcasts: from /broadcast to the end, over blocks, unsubscribed users, a stop, a deleted original and a kill."""

from collections.abc import Sequence
from functools import partial

import pytest
import sqlalchemy as sa
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message, User

from playground import files
from playground.faults import Fault
from playground.telegram import refusal
from storage.schema import users
from tests.support.ledger import connect
from tests.support.world import ADMIN, World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

LINK = InlineKeyboardButton(text="Our channel", url="https://t.me/example")
UNSUBSCRIBE, SUBSCRIBE = "🔕 No more of these", "🔔 Get these again"


def _add_users(world: World, count: int, *, language: str = "en") -> list[User]:
    """Add users with a private chat, whom the ledger knows."""
    added = [world.add_user(language) for _ in range(count)]
    _store(world, added, language)
    return added


def _store(world: World, added: Sequence[User], language: str) -> None:
    rows = [{"id": user.id, "private_chat": True, "language": language} for user in added]
    with connect(world.process.settings["DATABASE_URL"]) as connection:
        connection.execute(sa.insert(users), rows)


async def _panel(world: World, admin: User, original: Message, text: str = "/broadcast") -> Message:
    """Reply /broadcast to a message, and return the panel."""
    await world.wait_until_handled()  # the bot asks whether to draw the original
    before = len(world.messages_to(admin))
    world.telegram.say(admin, text, reply_to=original)
    await world.wait_until(lambda: len(world.messages_to(admin)) == before + 2)
    return world.messages_to(admin)[-1]


async def _wait_for(world: World, panel: Message, words: str) -> str:
    await world.wait_until(lambda: words in (world.current(panel).text or ""))
    return world.current(panel).text or ""


def _received(world: World, user: User, words: str) -> list[Message]:
    return [one for one in world.messages_to(user) if words in (one.text or one.caption or "")]


async def _start(world: World) -> User:
    admin = world.add_user(name="Olga", user_id=ADMIN)
    _store(world, [admin], "en")
    await world.process.start(ADMIN_IDS=str(ADMIN))
    return admin


async def test_a_broadcast_reaches_all_who_want_it(own_bot: World) -> None:
    admin = await _start(own_bot)
    telegram = own_bot.telegram
    english, spanish = _add_users(own_bot, 4), _add_users(own_bot, 2, language="es")
    ann, blocked, *_ = english
    telegram.chats.blocked.add(blocked.id)
    pressed = InlineKeyboardButton(text="Vote", callback_data="vote")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[LINK, pressed]])
    photo = files.photo_sizes(telegram.chats, jpeg())
    original = telegram.chats.add(admin.id, admin, photo=photo, caption="Big news", reply_markup=keyboard)
    panel = await _panel(own_bot, admin, original, "/broadcast\nMore https://example.org/more")
    preview = own_bot.messages_to(admin)[-2]
    assert preview.photo == original.photo
    assert buttons(preview) == ["Our channel", "More", UNSUBSCRIBE]
    assert "1 button is left out" in (panel.text or "")
    assert "Users who get it: 7" in (panel.text or "")
    assert buttons(panel)[:2] == ["✓ English · 5", "✓ Español · 2"]
    telegram.press(admin, panel, "Español")
    await _wait_for(own_bot, panel, "Users who get it: 5")
    telegram.press(admin, own_bot.current(panel), "Send now")
    text = await _wait_for(own_bot, panel, "Done.")
    assert "Sent: 4 of 5" in text
    assert "Can’t be written to: 1" in text
    assert buttons(own_bot.current(panel)) == []
    for user in (ann, *english[2:]):
        (copy,) = _received(own_bot, user, "Big news")
        assert (copy.photo, buttons(copy)) == (original.photo, ["Our channel", "More", UNSUBSCRIBE])
    assert not any(_received(own_bot, user, "Big news") for user in (blocked, *spanish))

    (copy,) = _received(own_bot, ann, "Big news")
    telegram.press(ann, copy, UNSUBSCRIBE)
    await own_bot.wait_for_toast(copy, "You get no more news from me", alert=True)
    await own_bot.wait_until_handled()
    assert buttons(own_bot.current(copy)) == ["Our channel", "More", SUBSCRIBE]
    second = await _panel(own_bot, admin, telegram.say(admin, "Small news"))
    assert "Users who get it: 5" in (second.text or "")
    telegram.press(admin, second, "Send now")
    await _wait_for(own_bot, second, "Sent: 5 of 5")
    assert not _received(own_bot, ann, "Small news")
    assert own_bot.process.tracebacks == []


async def test_a_time_a_stop_and_a_deleted_original(own_bot: World) -> None:
    admin = await _start(own_bot)
    telegram = own_bot.telegram
    (ann,) = _add_users(own_bot, 1)
    panel = await _panel(own_bot, admin, telegram.say(admin, "Later news"))
    telegram.say(admin, "some day", reply_to=panel)
    await own_bot.wait_for_text(admin, "I don’t understand that time")
    telegram.say(admin, "2020-01-01 12:00", reply_to=panel)
    await own_bot.wait_for_text(admin, "That time has passed")
    telegram.say(admin, "in 2 days", reply_to=panel)
    await _wait_for(own_bot, panel, "Goes out")
    telegram.press(admin, own_bot.current(panel), "Stop")
    await _wait_for(own_bot, panel, "Not sent.")
    telegram.say(admin, "in 2 days", reply_to=panel)
    await own_bot.wait_for_text(admin, "This one has been sent or stopped already")
    original = telegram.say(admin, "Lost news")
    gone = await _panel(own_bot, admin, original)
    telegram.chats.remove(original)
    telegram.press(admin, gone, "Send now")
    await _wait_for(own_bot, gone, "the original message was deleted")
    telegram.say(
        admin, "/broadcast", reply_to=telegram.chats.add(admin.id, admin, text="x", media_group_id="1")
    )
    await own_bot.wait_for_text(admin, "Albums can’t be copied")
    telegram.say(admin, "/broadcast")
    await own_bot.wait_for_text(admin, "Reply to any message with /broadcast")
    await own_bot.wait_until_handled()
    assert not _received(own_bot, ann, "news")
    telegram.say(ann, "/broadcast", reply_to=telegram.say(ann, "Spam"))
    telegram.say(ann, "/unsubscribe")
    await own_bot.wait_for_text(ann, "You get no more news from me")
    telegram.say(ann, "/forget")
    await own_bot.wait_for_text(ann, "Your choice to get no news stays")
    assert own_bot.rows("SELECT 1 FROM broadcasts WHERE admin_id <> ?", ADMIN) == []


@pytest.mark.parametrize("kills", [2])
async def test_a_killed_bot_goes_on_without_a_second_message(own_bot: World, kills: int) -> None:
    admin = await _start(own_bot)
    known = _add_users(own_bot, 60)
    panel = await _panel(own_bot, admin, own_bot.telegram.say(admin, "News"))
    limited = partial(refusal, 429, "Too Many Requests: retry after 1", retry_after=1)
    own_bot.telegram.faults.add(Fault("copyMessage", times=2, answer=limited))
    own_bot.telegram.press(admin, panel, "Send now")
    in_flight: set[int] = set()
    for kill in range(1, kills + 1):
        await own_bot.wait_until(lambda: own_bot.telegram.calls["copyMessage"] >= 20 * kill)  # noqa: B023
        await own_bot.process.kill()
        in_flight |= {
            row["sending_user_id"] for row in own_bot.rows("SELECT sending_user_id FROM broadcasts")
        }
        await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    await _wait_for(own_bot, panel, "Done.")
    for user in known:
        copies = len(_received(own_bot, user, "News"))
        assert copies == 1 or (copies == 0 and user.id in in_flight)
    (row,) = own_bot.rows("SELECT * FROM broadcasts")
    assert row["sent"] + row["unknown"] == row["total"] == len(known) + 1
    assert row["unknown"] == len(in_flight - {None})
