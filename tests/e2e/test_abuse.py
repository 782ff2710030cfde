"""Floods, banned users, chats and words, and repeated prompts that the provider refuses as unsafe."""

import time

import pytest

from playground.telegram import dump
from tests.support.world import ADMIN, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_a_flood_gets_one_warning_and_is_not_stored(own_bot: World) -> None:
    await own_bot.process.start(THROTTLE="5")
    ann, ben = own_bot.add_user("ru"), own_bot.add_user()
    for _ in range(40):
        own_bot.telegram.say(ann, "/quota")
    await own_bot.wait_for_text(ann, "Слишком быстро")
    own_bot.telegram.say(ben, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ben)
    await own_bot.wait_until(lambda: not own_bot.telegram.waiting())
    assert sum("Слишком быстро" in text for text in own_bot.texts(ann)) == 1
    assert len(own_bot.messages_to(ann)) <= 6
    assert len(own_bot.rows("SELECT 1 FROM inbox")) == 5 + 1


async def test_a_flood_of_presses_is_answered_with_toasts_and_not_stored(own_bot: World) -> None:
    await own_bot.process.start(THROTTLE="5")
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    picture = await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    for _ in range(100):  # fewer than the notices of the throttle that may be on the way at once
        own_bot.telegram.press(ann, picture, "Edit")
        own_bot.telegram.press(ann, picture, "Shape")
    await own_bot.wait_until(lambda: not own_bot.telegram.presses)
    toasts = [e.text for e in own_bot.telegram.chats.events if e.kind == "toast"]
    assert len(toasts) == 200
    assert sum("a lot at once" in text for text in toasts) == 200 - 4 - 20
    assert len(own_bot.rows("SELECT 1 FROM inbox")) == 1 + 4 + 20
    assert len(own_bot.messages_to(ann)) == 1 + 1  # the first press on Edit asks, the others say so
    own_bot.telegram.say(ann, "/forget")
    await own_bot.wait_for_text(ann, "Delete all I keep")


@pytest.mark.long(26)
async def test_pages_of_the_history_are_no_flood(own_bot: World) -> None:
    await own_bot.process.start(THROTTLE="12")
    ann = own_bot.add_user()
    for number in range(2):
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await own_bot.wait_for_picture(ann, 2)
    await own_bot.wait_until_closed()
    own_bot.telegram.say(ann, "/history")
    page = await own_bot.wait_for_picture(ann, 3)
    for turn in range(20):
        arrow, end = ("◀", "1 of 2") if turn % 2 else ("▶", "2 of 2")
        own_bot.telegram.press(ann, own_bot.current(page), arrow)
        await own_bot.wait_until(lambda: end in (own_bot.current(page).caption or ""))  # noqa: B023
    own_bot.telegram.say(ann, "/quota")
    await own_bot.wait_for_text(ann, "2 of 20 used")


async def test_updates_from_before_the_start_are_no_flood(own_bot: World) -> None:
    ann = own_bot.add_user()
    for ago in range(120, 0, -20):
        message = own_bot.telegram.chats.add(ann.id, ann, text="/quota")
        own_bot.telegram.queue_update({"message": dump(message) | {"date": int(time.time()) - ago}})
    await own_bot.process.start(THROTTLE="4")
    await own_bot.wait_until(lambda: len(own_bot.texts(ann)) == 6)
    assert all("of 20 used" in text for text in own_bot.texts(ann))


async def test_the_talk_of_a_group_is_neither_a_flood_nor_stored(own_bot: World) -> None:
    await own_bot.process.start(THROTTLE="5")
    ann = own_bot.add_user()
    group = own_bot.add_group(ann)
    for number in range(40):
        own_bot.telegram.say(ann, f"just talking {number}", chat_id=group)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    picture = await own_bot.wait_for_picture_in(group)
    assert own_bot.messages_in(group) == [picture]
    assert not any(e.kind == "ephemeral" for e in own_bot.telegram.chats.events)
    assert len(own_bot.rows("SELECT 1 FROM inbox")) == 1


async def test_banned_users_chats_and_words_are_refused(own_bot: World) -> None:
    admin = own_bot.add_user(user_id=ADMIN)
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    ann, ben = own_bot.add_user(), own_bot.add_user(name="Ben")
    own_bot.telegram.say(ben, "/ban 1")
    await own_bot.wait_for_text(ben, "don’t know that command")
    for wrong in ("/ban", "/ban @ann", f"/ban {ADMIN}", f"/ban {2**63}"):
        own_bot.telegram.say(admin, wrong)
    await own_bot.wait_until(lambda: sum("with the id of a person" in t for t in own_bot.texts(admin)) == 4)
    own_bot.telegram.say(admin, f"/banword {'nude ' * 300}")
    await own_bot.wait_for_text(admin, "Send /banword with a word")
    own_bot.telegram.say(admin, f"/unbanword {'nude ' * 300}")
    await own_bot.wait_for_text(admin, "Was not blocked: nude nude")
    own_bot.telegram.say(admin, f"/ban {ann.id}")
    await own_bot.wait_for_text(admin, f"Blocked: {ann.id}")
    own_bot.telegram.say(admin, "/banword nude")
    await own_bot.wait_for_text(admin, "Blocked: nude")
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    own_bot.telegram.say(ben, "/imagine a NUDЕ fox --ar 1:1")
    await own_bot.wait_for_text(ben, "I don’t draw that here")
    command = own_bot.telegram.say(ben, "/imagine a fox")
    question = await own_bot.wait_for_text(ben, "Which shape for “a fox”")
    own_bot.telegram.rewrite(command, "/imagine a nude fox")
    own_bot.telegram.press(ben, question, "1:1")
    picture = await own_bot.wait_for_picture(ben)
    assert picture.caption == "a fox"
    assert own_bot.messages_to(ann) == []
    own_bot.telegram.say(admin, f"/unban {ann.id}")
    await own_bot.wait_for_text(admin, f"No longer blocked: {ann.id}")
    own_bot.telegram.say(ann, "/imagine another fox --ar 1:1")
    await own_bot.wait_for_picture(ann)
    group = own_bot.add_group(ben)
    own_bot.telegram.say(admin, f"/ban {group}")
    await own_bot.wait_for_text(admin, f"Blocked: {group}")
    own_bot.telegram.say(ben, "/quota", chat_id=group)
    own_bot.telegram.say(ben, "/quota")
    await own_bot.wait_for_text(ben, "1 of 20 used")
    assert not any(e.kind == "ephemeral" for e in own_bot.telegram.chats.events)


async def test_three_unsafe_prompts_in_an_hour_pause_a_user(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    for number in range(3):
        own_bot.telegram.say(ann, f"/imagine nsfw {number} --ar 1:1")
        refused = number + 1
        await own_bot.wait_until(
            lambda: sum("won’t draw this description" in text for text in own_bot.texts(ann)) == refused  # noqa: B023
        )
    await own_bot.wait_until_closed()
    own_bot.telegram.say(ann, "/forget")
    own_bot.telegram.press(
        ann, await own_bot.wait_for_text(ann, "the times of refused descriptions"), "Delete it all"
    )
    await own_bot.wait_for_text(ann, "Done. Only today")
    assert own_bot.rows("SELECT 1 FROM requests") == []
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(ann, "I’m not drawing for you for a while")
    assert own_bot.quota_used(ann) == 0
    assert len(own_bot.media.tasks) == 3
