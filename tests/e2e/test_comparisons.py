"""Before and After: the pictures before an edit, in a message below it that replies are recognised to."""

from typing import Any

import pytest
from aiogram.types import Message, User

from playground import files
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

RESULT = ["🔁 Again", "📐 Shape", "✏️ Edit", "📎 Original", "☆ Favourite", "↗️ Share", "⋯ More"]
EDITED = ["🔁 Again", "↩️ Before", "✏️ Edit", "📎 Original", "☆ Favourite", "↗️ Share", "⋯ More"]


async def _edited(world: World, user: User, words: str, source: Message) -> Message:
    """Let a user change a picture, and return the new one."""
    count = len(world.pictures(user))
    world.telegram.say(user, words, reply_to=world.current(source))
    return await world.wait_for_picture(user, count + 1)


async def _before(world: World, user: User, edited: Message) -> Message:
    """Press Before, and return the message of the comparison."""
    count = len(world.pictures(user))
    world.telegram.press(user, world.current(edited), "Before")
    return await world.wait_for_picture(user, count + 1)


async def _step(world: World, user: User, comparison: Message, label: str, caption: str) -> list[str]:
    """Press a button of a comparison, wait for another picture, and return the buttons under it."""
    world.telegram.press(user, world.current(comparison), label)
    await world.wait_until(lambda: world.current(comparison).caption == caption)
    return buttons(world.current(comparison))


def _pixels(world: World, message: Message) -> bytes:
    return world.open_picture(message).tobytes()


async def test_before_keeps_the_edit_and_leads_back_to_it(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 16:9")
    drawn = await shared_bot.wait_for_picture(ann)
    night = await _edited(shared_bot, ann, "make it night", drawn)
    snow = await _edited(shared_bot, ann, "add snow", night)
    assert buttons(snow) == EDITED
    before = await _before(shared_bot, ann, snow)
    assert before.reply_to_message is not None
    assert before.reply_to_message.message_id == snow.message_id
    assert (before.caption, buttons(before)) == ("make it night", [*EDITED, "↪️ After"])
    assert _pixels(shared_bot, before) == _pixels(shared_bot, night)
    assert await _step(shared_bot, ann, before, "Before", "a fox") == [*RESULT, "↪️ After"]
    assert _pixels(shared_bot, before) == _pixels(shared_bot, drawn)
    assert await _step(shared_bot, ann, before, "After", "make it night") == [*EDITED, "↪️ After"]
    assert await _step(shared_bot, ann, before, "After", "add snow") == EDITED
    assert _pixels(shared_bot, before) == _pixels(shared_bot, snow)
    assert await _step(shared_bot, ann, before, "Before", "make it night") == [*EDITED, "↪️ After"]
    assert shared_bot.current(snow) == snow
    assert shared_bot.quota_used(ann) == 3


async def test_two_presses_of_before_are_one_comparison(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.send_photo(ann, jpeg(), caption="negative")
    edited = await shared_bot.wait_for_picture(ann)
    for _ in range(2):
        shared_bot.telegram.press(ann, edited, "Before")
    await shared_bot.wait_for_toast(edited, "I’ve sent it already")
    assert len(shared_bot.pictures(ann)) == 2


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_the_photo_of_a_user_is_shown_again_and_can_be_changed(shared_bot: World, kind: str) -> None:
    ann = shared_bot.add_user()
    if kind == "photo":
        shared_bot.send_photo(ann, jpeg(colour="purple"), caption="negative", has_media_spoiler=True)
    else:
        chats = shared_bot.telegram.chats
        document = files.keep_document(chats, jpeg(colour="purple"), "x.jpg", "image/jpeg")
        shared_bot.telegram.send(ann, document=document, caption="negative")
    edited = await shared_bot.wait_for_picture(ann)
    before = await _before(shared_bot, ann, edited)
    assert (before.caption, buttons(before)) == ("As it was.", ["✏️ Edit", "↪️ After"])
    assert bool(before.has_media_spoiler) == (kind == "photo")
    red, green, _ = shared_bot.open_picture(before).getpixel((5, 5))  # type: ignore[misc]
    assert red > 100 > green
    hidden = [label for label in EDITED if label != "↗️ Share"]  # an inline result has no spoiler
    expected = hidden if kind == "photo" else EDITED
    assert await _step(shared_bot, ann, before, "After", "negative") == expected
    assert await _step(shared_bot, ann, before, "Before", "As it was.") == ["✏️ Edit", "↪️ After"]
    shared_bot.telegram.press(ann, shared_bot.current(before), "Edit")
    question = await shared_bot.wait_for_text(ann, "What shall I change?")
    shared_bot.telegram.say(ann, "sepia", reply_to=question)
    await shared_bot.wait_for_picture(ann, 3)
    await shared_bot.wait_until_closed()
    row = shared_bot.rows("SELECT * FROM requests WHERE user_id = ? ORDER BY id DESC", ann.id)
    assert (row[0]["prompt"], row[0]["parent_id"]) == ("sepia", None)
    assert row[0]["source_file_id"] == row[1]["source_file_id"]


async def test_replies_to_a_comparison_are_recognised_after_a_restart(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 16:9")
    drawn = await own_bot.wait_for_picture(ann)
    night = await _edited(own_bot, ann, "make it night", drawn)
    before = await _before(own_bot, ann, night)
    own_bot.send_photo(ann, jpeg(), caption="negative")
    negative = await own_bot.wait_for_picture(ann, 4)
    photo = await _before(own_bot, ann, negative)
    await own_bot.wait_until_handled()
    await own_bot.process.kill()
    await own_bot.process.start()
    for message in (before, photo):  # a reply may come without the buttons of the message
        own_bot.telegram.chats.messages[message.chat.id, message.message_id] = message.model_copy(
            update={"reply_markup": None}
        )
    own_bot.telegram.say(ann, "9:16", reply_to=own_bot.current(before))
    tall = await own_bot.wait_for_picture(ann, 6)
    assert tall.caption == "a fox"
    assert tall.photo is not None
    assert tall.photo[-1].width < tall.photo[-1].height
    await _edited(own_bot, ann, "add snow", before)
    await _edited(own_bot, ann, "add rain", photo)
    await own_bot.wait_until_closed()
    rows = own_bot.rows("SELECT id, prompt, parent_id FROM requests ORDER BY id")
    parents = {row["prompt"]: row["parent_id"] for row in rows}
    assert parents["add snow"] == rows[0]["id"]
    assert parents["add rain"] is None
    own_bot.telegram.say(ann, "/prompt", reply_to=own_bot.current(before))
    await own_bot.wait_for_text(ann, "a fox")
    own_bot.telegram.press(ann, before, "After")
    await own_bot.wait_until(lambda: own_bot.current(before).caption == "make it night")
    own_bot.telegram.say(ann, "16:9", reply_to=own_bot.current(before))
    await own_bot.wait_for_text(ann, "A changed picture keeps its shape")


async def test_the_shapes_in_a_comparison_lead_back_to_its_buttons(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 16:9")
    night = await _edited(shared_bot, ann, "make it night", await shared_bot.wait_for_picture(ann))
    before = await _before(shared_bot, ann, night)
    shared_bot.telegram.press(ann, before, "Shape")
    await shared_bot.wait_until(lambda: "« Back" in buttons(shared_bot.current(before)))
    shared_bot.telegram.press(ann, shared_bot.current(before), "Back")
    await shared_bot.wait_until(lambda: buttons(shared_bot.current(before)) == [*RESULT, "↪️ After"])


async def test_before_in_the_history_keeps_its_arrows(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 16:9")
    night = await _edited(shared_bot, ann, "make it night", await shared_bot.wait_for_picture(ann))
    await _edited(shared_bot, ann, "add snow", night)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history")
    page = await shared_bot.wait_for_picture(ann, 4)
    assert buttons(page) == [*EDITED, "·", "·", "▶", "▶▶"]
    before = await _before(shared_bot, ann, page)
    assert before.caption == "make it night"
    assert shared_bot.current(page) == page
    shared_bot.telegram.press(ann, page, "▶")
    await shared_bot.wait_until(lambda: buttons(shared_bot.current(page)) == [*EDITED, "◀◀", "◀", "▶", "▶▶"])
    assert (await _before(shared_bot, ann, page)).caption == "a fox"


async def test_the_picture_of_another_member_is_shown_without_their_buttons(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben, topics={77: "Pictures"})
    topic: dict[str, Any] = {"chat_id": group, "message_thread_id": 77, "is_topic_message": True}
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", **topic)
    drawn = await shared_bot.wait_for_picture_in(group)
    shared_bot.telegram.say(ben, "/imagine make it night", reply_to=drawn, **topic)
    night = await shared_bot.wait_for_picture_in(group, 2)
    shared_bot.telegram.press(ann, night, "Before")
    await shared_bot.wait_for_toast(night, "Only the person who asked")
    shared_bot.telegram.press(ben, night, "Before")
    before = await shared_bot.wait_for_picture_in(group, 3)
    assert (before.caption, buttons(before)) == ("As it was.", ["✏️ Edit", "↪️ After"])
    assert before.message_thread_id == 77
    shared_bot.telegram.press(ann, before, "After")
    await shared_bot.wait_for_toast(before, "Only the person who asked")
    shared_bot.telegram.press(ben, before, "After")
    await shared_bot.wait_until(lambda: shared_bot.current(before).caption == "make it night")


async def test_forged_and_forgotten_steps_are_too_old(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    drawn = await shared_bot.wait_for_picture(ann)
    night = await _edited(shared_bot, ann, "make it night", drawn)
    before = await _before(shared_bot, ann, night)
    ids = [
        row["id"] for row in shared_bot.rows("SELECT id FROM requests WHERE user_id = ? ORDER BY id", ann.id)
    ]
    forged = [(drawn, f"v:{ids[1]}:{ids[0]}"), (before, f"v:{ids[1]}:0"), (before, f"v:{ids[0]}:{ids[0]}")]
    for message, data in [*forged, (before, "v:99999999:0"), (drawn, f"x:{ids[0]}:p:0")]:
        press = shared_bot.telegram.press_data(ann, message, data)
        await shared_bot.wait_until(lambda: press not in shared_bot.telegram.presses)  # noqa: B023
        toast = next(e for e in reversed(shared_bot.telegram.chats.events) if e.kind == "toast")
        assert "too old" in toast.text
    assert shared_bot.current(drawn) == drawn
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/forget")
    shared_bot.telegram.press(ann, await shared_bot.wait_for_text(ann, "Delete all"), "Delete it all")
    await shared_bot.wait_for_text(ann, "Done.")
    assert not shared_bot.rows("SELECT 1 FROM comparisons WHERE user_id = ?", ann.id)
    press = shared_bot.telegram.press(ann, before, "After")
    await shared_bot.wait_until(lambda: press not in shared_bot.telegram.presses)
    assert shared_bot.current(before) == before
