"""Floods, blocked people and words, and prompts that are held unsafe again and again."""

import time

import pytest

from playground.telegram import dump
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ADMIN = 99


async def test_a_flood_gets_one_answer_and_costs_no_writes(fresh: World) -> None:
    await fresh.bot.start(THROTTLE="5")
    ann, ben = fresh.user("ru"), fresh.user()
    for _ in range(40):
        fresh.telegram.say(ann, "/quota")
    await fresh.hears(ann, "Слишком много сразу")
    fresh.telegram.say(ben, "/imagine a fox --ar 1:1")
    await fresh.gets_picture(ben)
    await fresh.until(lambda: not fresh.telegram.waiting())
    assert sum("Слишком много" in text for text in fresh.texts(ann)) == 1
    assert len(fresh.of_bot(ann)) <= 6
    assert len(fresh.rows("SELECT 1 FROM inbox")) == 5 + 1


async def test_what_piled_up_while_the_bot_was_away_is_no_flood(fresh: World) -> None:
    ann = fresh.user()
    for ago in range(120, 0, -20):
        message = fresh.telegram.chats.add(ann.id, ann, text="/quota")
        fresh.telegram.queue_update({"message": dump(message) | {"date": int(time.time()) - ago}})
    await fresh.bot.start(THROTTLE="4")
    await fresh.until(lambda: len(fresh.texts(ann)) == 6)
    assert all("of 20 used" in text for text in fresh.texts(ann))


async def test_a_lively_group_is_neither_a_flood_nor_stored(fresh: World) -> None:
    await fresh.bot.start(THROTTLE="5")
    ann = fresh.user()
    group = fresh.group(ann)
    for number in range(40):
        fresh.telegram.say(ann, f"just talking {number}", chat_id=group)
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    picture = await fresh.source_in(group)
    assert fresh.in_chat(group) == [picture]
    assert not any(e.kind == "ephemeral" for e in fresh.telegram.chats.events)
    assert len(fresh.rows("SELECT 1 FROM inbox")) == 1


async def test_blocked_people_chats_and_words(fresh: World) -> None:
    admin = fresh.user(user_id=ADMIN)
    await fresh.bot.start(ADMIN_IDS=str(ADMIN))
    ann, ben = fresh.user(), fresh.user(name="Ben")
    fresh.telegram.say(ben, "/ban 1")
    await fresh.hears(ben, "don’t know that command")
    for wrong in ("/ban", "/ban @ann", f"/ban {ADMIN}"):
        fresh.telegram.say(admin, wrong)
    await fresh.until(lambda: sum("with the id of a person" in t for t in fresh.texts(admin)) == 3)
    fresh.telegram.say(admin, f"/ban {ann.id}")
    await fresh.hears(admin, f"Blocked: {ann.id}")
    fresh.telegram.say(admin, "/banword nude")
    await fresh.hears(admin, "Blocked: nude")
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    fresh.telegram.say(ben, "/imagine a NUDЕ fox --ar 1:1")
    await fresh.hears(ben, "I don’t draw that here")
    said = fresh.telegram.say(ben, "/imagine a fox")
    question = await fresh.hears(ben, "Which shape for “a fox”")
    fresh.telegram.rewrite(said, "/imagine a nude fox")
    fresh.telegram.press(ben, question, "1:1")
    picture = await fresh.gets_picture(ben)
    assert picture.caption == "a fox"
    assert fresh.of_bot(ann) == []
    fresh.telegram.say(admin, f"/unban {ann.id}")
    await fresh.hears(admin, f"No longer blocked: {ann.id}")
    fresh.telegram.say(ann, "/imagine another fox --ar 1:1")
    await fresh.gets_picture(ann)
    group = fresh.group(ben)
    fresh.telegram.say(admin, f"/ban {group}")
    await fresh.hears(admin, f"Blocked: {group}")
    fresh.telegram.say(ben, "/quota", chat_id=group)
    fresh.telegram.say(ben, "/quota")
    await fresh.hears(ben, "1 of 20 used")
    assert not any(e.kind == "ephemeral" for e in fresh.telegram.chats.events)


async def test_unsafe_thrice_in_an_hour_is_a_pause(fresh: World) -> None:
    await fresh.bot.start()
    ann = fresh.user()
    for number in range(3):
        fresh.telegram.say(ann, f"/imagine nsfw {number} --ar 1:1")
        await fresh.until(lambda: sum("as unsafe. Please" in t for t in fresh.texts(ann)) == number + 1)  # noqa: B023
    await fresh.settled()
    fresh.telegram.say(ann, "/forget")
    fresh.telegram.press(ann, await fresh.hears(ann, "for an hour. Sure?"), "Delete it all")
    await fresh.hears(ann, "Done: I keep nothing")
    assert fresh.rows("SELECT 1 FROM requests") == []
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.hears(ann, "I take a break from drawing for you")
    assert fresh.used(ann) == 0
    assert len(fresh.media.tasks) == 3
