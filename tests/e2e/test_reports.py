"""/report and the decisions of the bot's admins: each admin once, and each decision once, over failures and kills."""

import asyncio
import re
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest
from aiogram.types import Message, User

from playground.faults import Fault
from playground.telegram import dump
from tests.support.process_launcher import DEADLINE
from tests.support.report_failures import REPORT_FAILURES, Follows, ReportFailure
from tests.support.world import ADMIN, World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

OLGA, IVAN = 71, 72
"""The admins of a bot with two of them."""


async def _draw(world: World, user: User, prompt: str, chat_id: int) -> Message:
    count = sum(message.photo is not None for message in world.messages_in(chat_id))
    world.telegram.say(user, f"/imagine {prompt} --ar 1:1", chat_id=chat_id)
    await world.wait_for_picture_in(chat_id, count + 1)
    await world.wait_until_closed()
    return world.messages_in(chat_id)[-1]


def _copies(world: World, admin: int, prompt: str) -> list[Message]:
    """Return the reports about a picture in the private chat of an admin."""
    return [message for message in world.messages_in(admin) if f"\n{prompt}\n" in (message.caption or "")]


async def _copy(world: World, admin: int, prompt: str) -> Message:
    await world.wait_until(lambda: _copies(world, admin, prompt))
    return _copies(world, admin, prompt)[-1]


def _is_there(world: World, message: Message) -> bool:
    return (message.chat.id, message.message_id) in world.telegram.chats.messages


async def _press(world: World, admin: User, copy: Message, label: str) -> str:
    """Press a button of a report, and return the report as it is then."""
    world.telegram.press(admin, copy, label)
    await world.wait_until_handled()
    return world.current(copy).caption or ""


async def test_a_reported_picture_is_hidden_by_an_admin_and_nobody_else_notices(shared_bot: World) -> None:
    ann, ben, olga = (
        shared_bot.add_user(),
        shared_bot.add_user(name="Ben"),
        shared_bot.add_user(name="Olga", user_id=ADMIN),
    )
    group = shared_bot.add_group(ann, ben)
    fox = await _draw(shared_bot, ann, "a fox of ann", group)
    shared_bot.telegram.say(ben, "/report", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "Send /report in reply to a picture")
    for reporter in (ben, ben, ann):
        shared_bot.telegram.say(reporter, "/report@imagine_demo_bot <not> here", reply_to=fox, chat_id=group)
        await shared_bot.wait_for_ephemeral(group, ben, "Thank you. My owner gets this picture")
    await shared_bot.wait_for_ephemeral(group, ann, "Thank you. My owner has this picture already.")
    copy = await _copy(shared_bot, ADMIN, "a fox of ann")
    await shared_bot.wait_until_handled()
    assert _copies(shared_bot, ADMIN, "a fox of ann") == [copy]
    assert copy.has_media_spoiler
    assert (copy.caption or "").splitlines() == [
        "🚩 A reported picture",
        "a fox of ann",
        f"Drawn for: {ann.id}",
        f"Reported by: Ben ({ben.id})",
        "Group: Friends <&>",
        "Reason: <not> here",
    ]
    assert buttons(copy) == ["🙈 Hide", "🚫 Ban", "✅ Fine"]
    assert shared_bot.messages_in(group) == [fox]

    shared_bot.telegram.press(ben, copy, "Hide")  # forged
    await shared_bot.wait_for_toast(copy, "Only the bot’s admins can decide that.")
    assert _is_there(shared_bot, fox)
    decided = await _press(shared_bot, olga, copy, "Hide")
    await shared_bot.wait_for_toast(copy, "Hidden.")
    assert re.fullmatch(r"🙈 Hidden by Olga, today, \d\d:\d\d UTC", decided.splitlines()[-1])
    assert buttons(shared_bot.current(copy)) == []
    assert not _is_there(shared_bot, fox)
    assert await _press(shared_bot, olga, copy, "Fine") == decided
    await shared_bot.wait_for_toast(copy, "This was decided before.")

    shared_bot.telegram.press(ann, fox, "Again")
    await shared_bot.wait_for_toast(fox, "My owner has hidden this picture.")
    shared_bot.telegram.say(ann, "/history", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "No pictures here yet")
    shared_bot.telegram.say(ben, "/report", reply_to=fox, chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ben, "My owner has hidden this picture already.")
    assert shared_bot.messages_in(group) == []


async def test_a_ban_hides_the_whole_grid_and_stops_its_author(shared_bot: World) -> None:
    ann, olga = shared_bot.add_user(), shared_bot.add_user("ru", "Ольга", ADMIN)
    group = shared_bot.add_group(ann, forum=True, topics={5: "Art"})
    topic: dict[str, Any] = {"message_thread_id": 5, "is_topic_message": True}
    shared_bot.telegram.say(ann, "/imagine a wolf of ann --ar 1:1 --n 2", chat_id=group, **topic)
    grid = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.press(ann, grid, "2")
    single = await shared_bot.wait_for_picture_in(group, 2)
    await shared_bot.wait_until_handled()
    # An anonymous admin reports one picture, which is in the grid, too.
    anonymous = shared_bot.telegram.chats.add(
        group,
        User(id=1_087_968_824, is_bot=True, first_name="Group"),
        text="/report",
        reply_to_message=single,
        sender_chat=single.chat,
        **topic,
    )
    shared_bot.telegram.queue_update({"message": dump(anonymous)})
    copy = await _copy(shared_bot, ADMIN, "a wolf of ann")
    assert f"Reported by: Friends <&> ({group}), a channel or an anonymous admin" in (copy.caption or "")
    await shared_bot.wait_until_handled()
    decided = await _press(shared_bot, olga, copy, "Ban")
    assert "🚫 Hidden, and its author blocked, by Ольга, today" in decided
    await shared_bot.wait_for_toast(copy, "Скрыто, автор заблокирован.")
    assert not _is_there(shared_bot, grid)
    assert not _is_there(shared_bot, single)
    creates = shared_bot.media.calls["create"]
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await shared_bot.wait_until_handled()
    assert shared_bot.media.calls["create"] == creates
    assert shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ? AND hidden_at IS NULL", ann.id) == []


async def test_a_private_picture_a_picture_of_an_admin_and_one_sent_via_the_bot(shared_bot: World) -> None:
    ann, olga = shared_bot.add_user(), shared_bot.add_user(name="Olga", user_id=ADMIN)
    owl = await _draw(shared_bot, ann, "an owl of ann", ann.id)
    shared_bot.telegram.say(ann, "/report", reply_to=owl)
    await shared_bot.wait_for_text(ann, "Thank you. My owner gets this picture")
    copy = await _copy(shared_bot, ADMIN, "an owl of ann")
    assert "In their private chat with me" in (copy.caption or "")
    assert "✅ Left as it is by Olga" in await _press(shared_bot, olga, copy, "Fine")
    await shared_bot.wait_for_toast(copy, "Left as it is.")
    assert _is_there(shared_bot, owl)

    group = shared_bot.add_group(olga, ann)
    hen = await _draw(shared_bot, olga, "a hen of olga", group)
    shared_bot.telegram.say(ann, "/report", reply_to=hen, chat_id=group)
    copy = await _copy(shared_bot, ADMIN, "a hen of olga")
    before = copy.caption
    assert await _press(shared_bot, olga, copy, "Ban") == before
    await shared_bot.wait_for_toast(copy, "admins can’t be blocked", alert=True)
    assert _is_there(shared_bot, hen)

    query_id, query = await shared_bot.ask_inline(ann, "an elk of ann --ar 1:1")
    assert query.results
    sent = shared_bot.telegram.choose(ann, query_id, query.results[0].id, group)
    await shared_bot.wait_until(lambda: shared_bot.current(sent).photo)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(olga, "/report", reply_to=shared_bot.current(sent), chat_id=group)
    copy = await _copy(shared_bot, ADMIN, "an elk of ann")
    await _press(shared_bot, olga, copy, "Hide")
    # The bot may delete only its own message: the copy in the private chat.
    await shared_bot.wait_for_toast(copy, "I removed the buttons", alert=True)
    assert "an elk of ann" not in [message.caption for message in shared_bot.messages_to(ann)]


async def _kill_inside(world: World, method: str, chat_id: int) -> None:
    """Kill the process inside its next call of a method, which is not carried out."""
    killed = asyncio.Event()
    held = world.telegram.faults.add(Fault(method, until=killed, drop=True, only=f"chat {chat_id}."))
    await asyncio.wait_for(held.begun.wait(), DEADLINE)
    await world.process.kill()
    killed.set()


async def test_a_report_and_a_decision_outlive_kills(own_bot: World) -> None:
    """The process is killed before the second admin gets the report, and before the picture is deleted."""
    world = own_bot
    settings = {"ADMIN_IDS": f"{OLGA},{IVAN}"}
    await world.process.start(**settings)
    ann = world.add_user()
    olga, ivan = (world.add_user(name=name, user_id=at) for name, at in (("Olga", OLGA), ("Ivan", IVAN)))
    world.telegram.say(ivan, "/language")
    world.telegram.press(ivan, await world.wait_for_text(ivan, "Which language"), "Русский")
    group = world.add_group(ann)
    fox = await _draw(world, ann, "a fox", group)
    world.telegram.say(ann, "/report", reply_to=fox, chat_id=group)
    await _kill_inside(world, "sendPhoto", IVAN)
    assert (len(_copies(world, OLGA, "a fox")), len(_copies(world, IVAN, "a fox"))) == (1, 0)
    await world.process.start(**settings)
    await world.wait_for_ephemeral(group, ann, "Thank you. My owner gets this picture")
    copies = [await _copy(world, admin, "a fox") for admin in (OLGA, IVAN)]
    await world.wait_until_handled()
    assert (len(_copies(world, OLGA, "a fox")), len(_copies(world, IVAN, "a fox"))) == (1, 1)

    world.telegram.press(olga, copies[0], "Hide")
    await _kill_inside(world, "deleteMessage", group)
    assert _is_there(world, fox)
    assert world.rows("SELECT decision FROM reports")[0]["decision"] == "hide"
    await world.process.start(**settings)
    assert buttons(copies[1]) == ["🙈 Скрыть", "🚫 Бан", "✅ Оставить"]
    world.telegram.press(ivan, copies[1], "Оставить")
    await world.wait_for_toast(copies[1], "Решение уже принято раньше.")
    await world.wait_until_handled()
    assert not _is_there(world, fox)
    for copy, words in zip(copies, ("🙈 Hidden by Olga, today", "🙈 Скрыто: Olga, сегодня"), strict=True):
        assert words in (world.current(copy).caption or "")
        assert buttons(world.current(copy)) == []


async def _set_photo(world: World, failure: ReportFailure, fox: Message, admin: User) -> str | None:
    """Make a picture the photo of its group while the method fails. Return a description of an unexpected end."""
    group = fox.chat.id
    fault = world.telegram.faults.add(failure.fault(group))
    rows = world.rows("SELECT id FROM requests WHERE result_message_id = ?", fox.message_id)
    world.telegram.press_data(admin, fox, f"x:{rows[-1]['id']}:g:0")
    await world.wait_until_handled()
    shown = _private_answers(world, group)
    ends = {
        Follows.PHOTO: group in world.telegram.chats.group_photos and not shown,
        Follows.NO_RIGHT: any("“Change group info”" in text for text in shown),
        Follows.PHOTO_REFUSED: any("this picture as a group photo" in text for text in shown),
    }
    return None if ends[failure.follows] and fault.hits else f"{failure}: {ends}, {fault.hits} failed calls"


async def _report_and_hide(
    world: World, failure: ReportFailure, fox: Message, reporter: User, admins: Sequence[User]
) -> str | None:
    """Report a picture and hide it while the method fails. Return a description of an unexpected end."""
    prompt, chats = (fox.caption or "").splitlines()[0], [admin.id for admin in admins]
    failing = chats if failure.follows is Follows.NO_ADMIN else chats[1:]
    if failure.method == "deleteMessage":
        failing = [fox.chat.id]
    faults = [world.telegram.faults.add(failure.fault(chat_id)) for chat_id in failing]
    world.telegram.say(reporter, "/report", reply_to=fox, chat_id=fox.chat.id)
    await world.wait_until_handled()
    counts, answer = (
        [len(_copies(world, at, prompt)) for at in chats],
        _private_answers(world, fox.chat.id)[-1],
    )
    ends = {
        Follows.REPORT: counts == [1, 1] and "Thank you. My owner gets" in answer,
        Follows.REPORT_TWICE: counts == [1, 2] and "Thank you. My owner gets" in answer,
        Follows.NO_ADMIN: counts == [0, 0] and "I can’t reach my owner" in answer,
    }
    if any(counts):
        world.telegram.press(admins[0], _copies(world, chats[0], prompt)[-1], "Hide")
        await world.wait_until_handled()
        now = [_copies(world, at, prompt)[-1] for at in chats]
        decided = all("🙈 Hidden by" in (copy.caption or "") and buttons(copy) == [] for copy in now)
        stays = _is_there(world, fox)
        ends[Follows.DELETED] = ends[Follows.DECISION] = decided and not stays
        ends[Follows.STAYS] = decided and stays and buttons(world.current(fox)) == []
    for fault in faults:
        world.telegram.faults.rules.remove(fault)
    hits = [fault.hits for fault in faults]
    met = ends.get(failure.follows, False) and all(hits)
    return None if met else f"{failure}: {ends}, {hits} failed calls"


def _private_answers(world: World, chat_id: int) -> list[str]:
    """Return the ephemeral messages in a group."""
    return [e.text for e in world.telegram.chats.events if e.kind == "ephemeral" and e.chat_id == chat_id]


@pytest.mark.long(15)
async def test_each_failure_ends_as_documented(own_bot: World) -> None:
    """Failures in the chats of the admins come one after the other, because each report goes to the same admins."""
    world = own_bot
    await world.process.start(ADMIN_IDS=f"{OLGA},{IVAN}")
    admins = [world.add_user(name=name, user_id=at) for name, at in (("Olga", OLGA), ("Ivan", IVAN))]
    owners = [world.add_user() for _ in REPORT_FAILURES]
    groups = [world.add_group(owner) for owner in owners]
    world.telegram.chats.may_change_info |= set(groups)
    for number, (owner, group) in enumerate(zip(owners, groups, strict=True)):
        world.telegram.say(owner, f"/imagine fox {number} --ar 1:1", chat_id=group)
    pictures = [await world.wait_for_picture_in(group) for group in groups]
    await world.wait_until_closed()
    together: list[Coroutine[None, None, str | None]] = []
    one_by_one: list[Coroutine[None, None, str | None]] = []
    for failure, picture, owner in zip(REPORT_FAILURES, pictures, owners, strict=True):
        if failure.method == "setChatPhoto":
            together.append(_set_photo(world, failure, picture, owner))
        else:
            of_group = failure.method == "deleteMessage"
            report = _report_and_hide(world, failure, picture, owner, admins)
            (together if of_group else one_by_one).append(report)
    ended = await asyncio.gather(*together)
    ended += [await report for report in one_by_one]
    assert [deviation for deviation in ended if deviation is not None] == []
    assert sum("report reached no admin" in line for line in world.process.lines) == 1
