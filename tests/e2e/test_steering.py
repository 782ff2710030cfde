"""The bot's admins steer it: pause, limits, cards of users, and the record of what they did."""

import os
import signal

import pytest
from aiogram.types import Message, User
from aiohttp import web

from playground.faults import Fault
from tests.support.world import ADMIN, World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _answer(world: World, admin: User, question: Message, text: str) -> None:
    """Reply to a question that a button of an admin asked."""
    world.telegram.say(admin, text, reply_to=question)
    await world.wait_until_handled()


async def _press_new(world: World, admin: User, message: Message, label: str, words: str) -> Message:
    """Press a button and return the new message with some words that it leads to."""
    before = {one.message_id for one in world.messages_to(admin)}
    world.telegram.press(admin, world.current(message), label)

    def found() -> list[Message]:
        new = [one for one in world.messages_to(admin) if one.message_id not in before]
        return [one for one in new if words in (one.text or "")]

    await world.wait_until(found)
    return found()[0]


async def _press(world: World, admin: User, message: Message, label: str, words: str) -> None:
    """Press a button and wait for the words in the pressed message."""
    world.telegram.press(admin, world.current(message), label)
    await world.wait_until(lambda: words in (world.current(message).text or ""))


def _brightness(world: World, message: Message) -> int:
    """Return the brightness of the corner of a picture, from 0 to 255."""
    return world.open_picture(message).convert("L").tobytes()[0]


async def test_a_pause_holds_everywhere_and_over_a_kill(own_bot: World) -> None:
    world = own_bot
    admin = world.add_user(user_id=ADMIN)
    await world.process.start(ADMIN_IDS=str(ADMIN))
    ann, ben = world.add_user(), world.add_user("ru", name="Ben")
    world.telegram.say(ann, "/imagine an owl --ar 1:1")
    drawn = await world.wait_for_picture(ann)
    await world.wait_until_closed()
    world.hold_tasks()
    world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    world.telegram.say(admin, "/pause Back at <noon>")
    await world.wait_for_text(admin, "Paused: I take no new requests")
    await world.process.kill()
    await world.process.start(ADMIN_IDS=str(ADMIN))

    world.telegram.say(ben, "/imagine a fox --ar 1:1")
    await world.wait_for_text(ben, "⏸ Back at <noon>")
    world.telegram.say(ben, "a fox")
    await world.wait_until(lambda: len(world.texts(ben)) == 2)
    group = world.add_group(ann)
    world.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await world.wait_for_ephemeral(group, ann, "⏸ Back at")
    _, query = await world.ask_inline(ann, "a fox")
    assert query.button is not None
    assert query.button["text"] == "⏸ Back at <noon>"
    mention, _ = world.telegram.mention(ben, world.add_club(ben), "@imagine_demo_bot a fox")
    await world.wait_until(lambda: world.replies_to(mention.chat.id, mention.message_id))
    assert "Back at" in (world.replies_to(mention.chat.id, mention.message_id)[0].text or "")
    world.telegram.press(ann, drawn, "Again")
    await world.wait_for_toast(drawn, "⏸ Back at <noon>", alert=True)

    world.finish_tasks()
    await world.wait_for_picture(ann, 2)  # what runs goes on
    await world.wait_until_closed()
    assert len(world.rows("SELECT 1 FROM requests")) == 2
    world.telegram.say(admin, "/admin")
    menu = await world.wait_for_text(admin, "Back at <noon>")
    question_of = await world.wait_for_text(admin, "For admins")
    assert "▶️ Resume" in buttons(question_of)
    await _press(world, admin, question_of, "Resume", "I take requests.")
    question = await _press_new(world, admin, question_of, "⏸ Pause", "What shall users see")
    await _answer(world, admin, question, ".")
    world.telegram.say(ben, "/imagine a fox --ar 1:1")
    await world.wait_for_text(ben, "У меня перерыв")
    world.telegram.say(admin, "/resume")
    await world.wait_for_text(admin, "I take requests again.")
    world.telegram.say(ben, "/imagine a fox --ar 1:1")
    await world.wait_for_picture(ben)
    kinds = world.rows("SELECT kind, details, admin_id FROM admin_actions ORDER BY id")
    assert [(row["kind"], row["details"], row["admin_id"]) for row in kinds] == [
        ("pause", "Back at <noon>", ADMIN),
        ("resume", None, ADMIN),
        ("pause", None, ADMIN),
        ("resume", None, ADMIN),
    ]
    assert menu.message_id


async def test_an_admin_finds_limits_rewards_and_blocks_a_user(shared_bot: World) -> None:
    world = shared_bot
    admin, zoe = world.add_user(user_id=ADMIN), world.add_user(name="Zoë <b>")
    world.telegram.say(zoe, "/imagine a fox --ar 1:1")
    await world.wait_for_picture(zoe)
    await world.wait_until_closed()
    await world.wait_until(lambda: world.rows("SELECT 1 FROM users WHERE id = ?", zoe.id))
    world.telegram.say(admin, "/admin")
    menu = await world.wait_for_text(admin, "For admins")
    question = await _press_new(world, admin, menu, "Find a user", "Whom do you look for?")
    await _answer(world, admin, question, "zoë <b")
    found = await world.wait_for_text(admin, "Users like “zoë <b”")
    await _press(world, admin, found, f"Zoë <b> · {zoe.id}", "Requests: 1; pictures: 1")
    card = world.current(found)
    assert "👤 Zoë <b>" in (card.text or "")
    assert "Today: 1 of 6" in (card.text or "")
    assert "✅" in (card.text or "")

    question = await _press_new(world, admin, card, "Limit", "How many pictures a day?")
    await _answer(world, admin, question, "1")
    await world.wait_for_text(admin, "a limit of their own: 1.")
    world.telegram.say(zoe, "/imagine an owl --ar 1:1")
    await world.wait_for_text(zoe, "You have used your 1 picture for today.")
    question = await _press_new(world, admin, card, "Give", "How many extra pictures?")
    await _answer(world, admin, question, "1")
    await world.wait_for_text(admin, f"Given: 1 picture to {zoe.id}. Extra pictures there now: 1.")
    await world.wait_for_text(zoe, "Extra pictures now: 1.")
    world.telegram.say(zoe, "/imagine an owl --ar 1:1")
    await world.wait_for_picture(zoe, 2)
    await world.wait_until_closed()
    world.telegram.say(zoe, "/imagine a cat --ar 1:1")
    await world.wait_until(lambda: sum("used your 1 picture" in text for text in world.texts(zoe)) == 2)
    world.telegram.say(admin, f"/limit {zoe.id} default")
    await world.wait_for_text(admin, "the usual limit: 6.")

    await _press(world, admin, card, "Block", f"Block {zoe.id}?")
    await _press(world, admin, card, "Yes, block", "Blocked by admins")
    count = len(world.messages_to(zoe))
    world.telegram.say(zoe, "/quota")
    await world.wait_until_handled()
    assert len(world.messages_to(zoe)) == count
    world.telegram.press(admin, world.current(card), "Unblock")
    await world.wait_until(lambda: "Blocked by admins" not in (world.current(card).text or ""))
    world.telegram.say(zoe, "/quota")
    await world.wait_for_text(zoe, "1 of 6 used")
    await _press(world, admin, card, "Actions", "Actions of admins: 1–5 of 5")
    lines = (world.current(card).text or "").splitlines()[-5:]
    ends = ["✅ unblocked", "🚫 blocked", "📏 daily limit", "🎁 pictures given", "📏 daily limit"]
    rest = ["", "", "", " 1", " 1"]
    for line, end, more in zip(lines, ends, rest, strict=True):
        assert line.partition(": ")[2] == f"{end} Zoë <b> {zoe.id}{more}"


async def test_a_kill_before_the_answer_repeats_no_action(own_bot: World) -> None:
    world = own_bot
    admin, ann = world.add_user(user_id=ADMIN), world.add_user()
    await world.process.start(ADMIN_IDS=str(ADMIN))

    def kill() -> web.Response:
        os.kill(world.process.pid, signal.SIGKILL)
        return web.Response(status=500)  # the killed process does not receive it

    world.telegram.faults.add(Fault("sendMessage", answer=kill))
    world.telegram.say(admin, f"/grant {ann.id} 5")
    await world.wait_until(lambda: world.process.ended)
    await world.process.kill()
    await world.process.start(ADMIN_IDS=str(ADMIN))
    await world.wait_for_text(admin, f"Given: 5 pictures to {ann.id}. Extra pictures there now: 5.")
    (action,) = world.rows("SELECT kind, subject_id, details FROM admin_actions")
    assert (action["kind"], action["subject_id"], action["details"]) == ("grant", ann.id, "5")


async def test_an_admin_sees_statistics_on_a_light_and_a_dark_page(shared_bot: World) -> None:
    world = shared_bot
    admin, ann = world.add_user(user_id=ADMIN), world.add_user()
    world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_for_picture(ann)
    await world.wait_until_closed()
    count = len(world.pictures(admin))
    world.telegram.say(admin, f"/stats {ann.id}")
    own = await world.wait_for_picture(admin, count + 1)
    lines = (own.caption or "").splitlines()
    assert lines[:2] == [f"User {ann.id}, 30 days, UTC", "Today · 7 days · 30 days"]
    assert {"Requests: 1 · 1 · 1", "Pictures: 1 · 1 · 1", "Failed: 0 · 0 · 0"} <= set(lines)
    assert not any(line.startswith("Active users") for line in lines)
    assert _brightness(world, own) > 200
    world.telegram.press(admin, own, "Dark")
    await world.wait_until(lambda: buttons(world.current(own)) == ["☀️ Light", "🔄 Now"])
    assert _brightness(world, world.current(own)) < 50
    assert (world.current(own).caption or "").splitlines()[:2] == lines[:2]

    world.telegram.say(admin, "/admin")
    menu = await world.wait_for_text(admin, "For admins")
    world.telegram.press(admin, menu, "Statistics")
    everybody = await world.wait_for_picture(admin, count + 2)
    assert "Active users: " in (everybody.caption or "")
    assert "Stars" not in (everybody.caption or "")  # this bot sells nothing
    world.telegram.say(admin, "/stats everybody")
    await world.wait_for_text(admin, "Send /stats for all users")
