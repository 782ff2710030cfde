"""Several pictures at once: the grid with its numbers, the single pictures, ×4, Cancel all, replies and limits."""

from typing import Any

import pytest
import sqlalchemy as sa
from aiogram.types import Message, User
from PIL import Image, ImageChops, ImageStat

from playground import faults
from playground.faults import Fault
from storage.schema import requests
from tests.support.ledger import connect
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

RESULT = ["🔁 Again", "📐 Shape", "✏️ Edit", "📎 Original", "☆ Favourite", "↗️ Share", "⋯ More"]
FOUR = "×4 Four more"


async def _grid(
    world: World, user: User, words: str, chat_id: int | None = None, pictures: int = 1
) -> Message:
    """Ask for several pictures and return the message of their grid."""
    world.telegram.say(user, words, chat_id=chat_id)
    return await world.wait_for_picture_in(chat_id or user.id, pictures)


async def _pick(world: World, user: User, grid: Message, number: int, count: int = 2) -> Message:
    """Press a number under a grid and return the message of the single picture."""
    world.telegram.press(user, world.current(grid), str(number))
    return await world.wait_for_picture_in(grid.chat.id, count)


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures of one size, from 0 to 255."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB").resize(one.size))
    return max(ImageStat.Stat(difference).mean)


def _states(world: World, user: User) -> list[Any]:
    rows = world.rows("SELECT state FROM requests WHERE user_id = ? ORDER BY id", user.id)
    return [row["state"] for row in rows]


async def test_four_pictures_are_one_grid_and_each_is_sent_by_its_number(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    grid = await _grid(shared_bot, ann, "/imagine a fox --n 4 --ar 1:1")
    assert (grid.caption, buttons(grid)) == ("a fox", ["1", "2", "3", "4", FOUR])
    await shared_bot.wait_until_closed()
    assert (shared_bot.messages_to(ann), shared_bot.quota_used(ann)) == ([grid], 4)
    with shared_bot.open_picture(grid) as joined:
        gap = joined.width - 2 * (joined.width // 2)
        quarter = joined.crop((joined.width // 2 + gap + 2, 0, joined.width, joined.height // 2 - 2)).copy()
    second = await _pick(shared_bot, ann, grid, 2)
    assert (second.caption, buttons(second)) == ("a fox", RESULT)
    assert second.reply_to_message is not None
    assert second.reply_to_message.message_id == grid.message_id
    assert _difference(quarter, shared_bot.open_picture(second)) < 25
    first = await _pick(shared_bot, ann, grid, 1, count=3)
    assert _difference(shared_bot.open_picture(first), shared_bot.open_picture(second)) > 5
    shared_bot.telegram.press(ann, shared_bot.current(grid), "2")
    await shared_bot.wait_for_toast(grid, "I’ve sent it already")
    assert len(shared_bot.pictures(ann)) == 3
    shared_bot.telegram.say(ann, "make it night", reply_to=second)
    changed = await shared_bot.wait_for_picture(ann, 4)
    assert changed.caption == "make it night"
    await shared_bot.wait_until_closed()
    rows = shared_bot.rows("SELECT id, parent_id FROM requests WHERE user_id = ? ORDER BY id", ann.id)
    assert rows[4]["parent_id"] == rows[1]["id"]


@pytest.mark.parametrize(("count", "shape"), [(2, "1x2"), (3, "1x3")])
async def test_a_russian_user_gets_two_or_three(shared_bot: World, count: int, shape: str) -> None:
    boris = shared_bot.add_user("ru", "Борис")
    shared_bot.hold_tasks()
    shared_bot.telegram.say(boris, f"/imagine лиса —n={count} --ar 16:9")
    status_message = await shared_bot.wait_for_text(boris, "Рисую картинки")
    assert status_message.text == f"🎨 Рисую картинки: {count}."
    assert buttons(status_message) == ["Отменить все"]
    shared_bot.finish_tasks()
    grid = await shared_bot.wait_for_picture(boris)
    assert buttons(grid) == [*map(str, range(1, count + 1)), "×4 Ещё четыре"]
    with shared_bot.open_picture(grid) as joined:
        columns, rows = map(int, shape.split("x"))
        assert abs(joined.width / joined.height - columns * 16 / (rows * 9)) < 0.1
    await shared_bot.wait_until_closed()
    assert shared_bot.messages_to(boris) == [grid]


async def test_less_left_than_asked_for_is_said_and_nothing_is_drawn(shared_bot: World) -> None:
    ann, boris = shared_bot.add_user(), shared_bot.add_user("ru", "Борис")
    for user in (ann, boris):
        await _grid(shared_bot, user, "/imagine a fox --n 4 --ar 1:1")
        shared_bot.telegram.say(user, "/imagine a wolf --n 3 --ar 1:1")
    await shared_bot.wait_for_text(ann, "You have 2 pictures left today; ask with --n 2.")
    await shared_bot.wait_for_text(boris, "На сегодня остались 2 картинки; попросите с --n 2.")
    shared_bot.telegram.say(ann, "/imagine a wolf --n 2 --ar 1:1")
    grid = await shared_bot.wait_for_picture(ann, 2)
    await shared_bot.wait_until_closed()
    query = shared_bot.telegram.press(ann, grid, FOUR)
    assert query
    await shared_bot.wait_for_toast(grid, "You have used all 6 pictures for today", alert=True)
    assert (shared_bot.quota_used(ann), shared_bot.quota_used(boris)) == (6, 4)


async def test_a_batch_must_fit_the_limit_of_pending_pictures(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.hold_tasks()
    shared_bot.telegram.say(ann, "/imagine a fox --n 3 --ar 1:1")
    await shared_bot.wait_for_text(ann, "Drawing 3 pictures")
    shared_bot.telegram.say(ann, "/imagine a wolf --n 3 --ar 1:1")
    await shared_bot.wait_for_text(ann, "5 pictures on the way at once, so 2 more fit now: ask with --n 2")
    assert len(_states(shared_bot, ann)) == 3
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture(ann)


async def test_four_more_are_under_more_and_taps_are_one_batch(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _grid(shared_bot, ann, "/imagine a fox --ar 16:9")
    shared_bot.telegram.press(ann, drawn, "More")
    await shared_bot.wait_until(lambda: FOUR in buttons(shared_bot.current(drawn)))
    shared_bot.hold_tasks()
    for _ in range(2):
        shared_bot.telegram.press(ann, shared_bot.current(drawn), FOUR)
    await shared_bot.wait_for_toast(drawn, "Already drawing it.")
    shared_bot.finish_tasks()
    grid = await shared_bot.wait_for_picture(ann, 2)
    assert (grid.caption, buttons(grid)) == ("a fox", ["1", "2", "3", "4", FOUR])
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == 5
    rows = shared_bot.rows("SELECT DISTINCT prompt, ratio FROM requests WHERE user_id = ?", ann.id)
    assert [(row["prompt"], row["ratio"]) for row in rows] == [("a fox", "16:9")]


async def test_cancel_all_ends_the_whole_batch(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.hold_tasks()
    shared_bot.telegram.say(ann, "/imagine a fox --n 4 --ar 1:1")
    status_message = await shared_bot.wait_for_text(ann, "Drawing 4 pictures")
    shared_bot.telegram.press(ann, status_message, "Cancel all")
    await shared_bot.wait_for_text(ann, "Cancelled. It didn’t count: 6 pictures left today.")
    await shared_bot.wait_until_closed()
    assert _states(shared_bot, ann) == ["cancelled"] * 4
    assert shared_bot.quota_used(ann) == 0
    shared_bot.telegram.press(ann, status_message, "Cancel all")
    await shared_bot.wait_for_toast(status_message, "Nothing to cancel: it’s cancelled.")


async def test_what_came_is_shown_and_the_rest_is_explained(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    failed = {"code": 0, "id": "x", "status": "failed", "message": "no", "url": None}
    shared_bot.media.faults.add(Fault("result", answer=faults.json(failed), only="a stork", times=1))
    grid = await _grid(shared_bot, ann, "/imagine a stork --n 3 --ar 1:1")
    assert grid.caption is not None
    assert grid.caption.startswith(
        "a stork\n\n2 of 3 came; the rest: The picture service could not draw this."
    )
    assert grid.caption.endswith("It didn’t count: 4 pictures left today.")
    assert buttons(grid) == ["1", "2", FOUR]
    await shared_bot.wait_until_closed()
    assert sorted(_states(shared_bot, ann)) == ["delivered", "delivered", "failed"]
    assert shared_bot.messages_to(ann) == [grid]


async def test_the_link_of_a_missing_picture_is_about_that_one(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    failed = {"code": 0, "id": "x", "status": "failed", "message": "no", "url": None}
    shared_bot.media.faults.add(Fault("result", answer=faults.json(failed), only="an egret", times=1))
    await _grid(shared_bot, ann, "/imagine an egret --n 3 --ar 1:1")
    await shared_bot.wait_until_closed()
    rows = shared_bot.rows("SELECT id FROM requests WHERE user_id = ? AND state = 'failed'", ann.id)
    shared_bot.telegram.say(ann, f"/start r{rows[0]['id']}")
    text = await shared_bot.wait_for_text(ann, "The picture service could not draw this.")
    assert "None of the pictures came" not in (text.text or "")
    shared_bot.telegram.press(ann, text, "Try again")
    drawn = await shared_bot.wait_for_picture(ann, 2)
    assert drawn.caption == "an egret"
    assert len(_states(shared_bot, ann)) == 4


async def test_no_picture_at_all_is_one_message_that_tries_all_again(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    refused = {"code": 3, "message": "no"}
    shared_bot.media.faults.add(Fault("create", answer=faults.json(refused), only="a heron", times=2))
    shared_bot.telegram.say(ann, "/imagine a heron --n 2 --ar 1:1")
    text = await shared_bot.wait_for_text(ann, "None of the pictures came.")
    await shared_bot.wait_until_closed()
    assert shared_bot.texts(ann) == [text.text]
    assert _states(shared_bot, ann) == ["failed", "failed"]


async def test_replies_to_a_grid_name_a_number(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    grid = await _grid(shared_bot, ann, "/imagine a fox --n 2 --ar 1:1")
    shared_bot.telegram.say(ann, "make it night", reply_to=grid)
    await shared_bot.wait_for_text(ann, "from 1 to 2, for example: 2 make it night")
    shared_bot.telegram.say(ann, "/imagine make it night", reply_to=grid)
    await shared_bot.wait_until(lambda: sum("Which one?" in text for text in shared_bot.texts(ann)) == 2)
    shared_bot.telegram.say(ann, "2", reply_to=grid)
    second = await shared_bot.wait_for_picture(ann, 2)
    assert buttons(second) == RESULT
    shared_bot.telegram.say(ann, "1 make it night", reply_to=grid)
    changed = await shared_bot.wait_for_picture(ann, 4)
    first = shared_bot.pictures(ann)[2]
    assert (first.caption, changed.caption) == ("a fox", "make it night")
    shared_bot.telegram.say(ann, "/prompt", reply_to=grid)
    copied = await shared_bot.wait_for_text(ann, "a fox")
    assert copied.reply_markup is not None
    assert copied.reply_markup.inline_keyboard[0][0].copy_text is not None
    await shared_bot.wait_until_closed()
    rows = shared_bot.rows("SELECT id, parent_id, prompt FROM requests WHERE user_id = ? ORDER BY id", ann.id)
    assert [row["prompt"] for row in rows] == ["a fox", "a fox", "make it night"]
    assert rows[2]["parent_id"] == rows[0]["id"]
    shared_bot.telegram.say(ann, "16:9", reply_to=grid)
    wide = await shared_bot.wait_for_picture(ann, 5)
    assert wide.caption == "a fox"


async def test_a_photo_under_a_spoiler_is_changed_twice_in_a_hidden_grid(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.send_photo(ann, jpeg(), caption="negative --n 2", has_media_spoiler=True)
    grid = await shared_bot.wait_for_picture(ann)
    assert grid.has_media_spoiler
    single = await _pick(shared_bot, ann, grid, 1)
    assert single.has_media_spoiler
    assert buttons(single)[1] == "↩️ Before"


async def test_a_group_sees_one_reaction_and_one_grid_in_the_topic(shared_bot: World) -> None:
    ann, boris = shared_bot.add_user(), shared_bot.add_user(name="Boris")
    group = shared_bot.add_group(ann, boris, topics={5: "Foxes"})
    shared_bot.hold_tasks()
    asked = shared_bot.telegram.say(
        ann, "/imagine a fox --n 2 --ar 1:1", chat_id=group, message_thread_id=5, is_topic_message=True
    )
    reactions = shared_bot.telegram.chats.reactions
    await shared_bot.wait_until(lambda: reactions.get((group, asked.message_id)))
    shared_bot.finish_tasks()
    grid = await shared_bot.wait_for_picture_in(group)
    assert grid.message_thread_id == 5
    await shared_bot.wait_until_closed()
    assert not reactions.get((group, asked.message_id))
    shared_bot.telegram.press(boris, grid, "1")
    await shared_bot.wait_for_toast(grid, "Only the person who asked can press this.")
    single = await _pick(shared_bot, ann, grid, 1)
    assert single.message_thread_id == 5


async def test_the_history_shows_each_picture_of_a_grid(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    grid = await _grid(shared_bot, ann, "/imagine a fox --n 2 --ar 1:1")
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history")
    page = await shared_bot.wait_for_picture(ann, 2)
    assert (page.caption or "").endswith("1 of 2")
    newest = shared_bot.open_picture(page).copy()
    shared_bot.telegram.press(ann, page, "▶")
    await shared_bot.wait_until(lambda: (shared_bot.current(page).caption or "").endswith("2 of 2"))
    assert _difference(newest, shared_bot.open_picture(page)) > 5
    second = await _pick(shared_bot, ann, grid, 2, count=3)
    assert _difference(newest, shared_bot.open_picture(second)) < 1


async def test_forgotten_pictures_are_not_sent(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    grid = await _grid(shared_bot, ann, "/imagine a fox --n 2 --ar 1:1")
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/forget")
    question = await shared_bot.wait_for_text(ann, "Delete all I keep about you?")
    shared_bot.telegram.press(ann, question, "Delete it all")
    await shared_bot.wait_for_text(ann, "Done. Only today’s count is left")
    assert shared_bot.rows("SELECT 1 FROM batches WHERE user_id = ?", ann.id) == []
    shared_bot.telegram.press(ann, grid, "1")
    await shared_bot.wait_for_toast(grid, "The grid can still be saved from the chat", alert=True)


async def test_a_single_picture_is_only_cut_for_now_while_the_provider_does_not_answer(
    shared_bot: World,
) -> None:
    ann = shared_bot.add_user()
    grid = await _grid(shared_bot, ann, "/imagine a fox --n 4 --ar 1:1")
    await shared_bot.wait_until_closed()
    shared_bot.media.faults.add(Fault("picture", answer=faults.status(503), times=None))
    cut = await _pick(shared_bot, ann, grid, 2)
    assert "Press its number again later" in (cut.caption or "")
    shared_bot.telegram.say(ann, "make it night", reply_to=cut)  # the ledger knows the message all the same
    shared_bot.media.faults.clear()
    await shared_bot.wait_for_picture(ann, 3)
    await shared_bot.wait_until_closed()
    rows = shared_bot.rows(
        "SELECT id, file_id, parent_id FROM requests WHERE user_id = ? ORDER BY id", ann.id
    )
    assert (rows[1]["file_id"], rows[4]["parent_id"]) == (None, rows[1]["id"])
    shared_bot.telegram.say(ann, f"/start r{rows[1]['id']}")
    whole = await shared_bot.wait_for_picture(ann, 4)
    assert whole.caption == "a fox"
    assert shared_bot.open_picture(whole).width > shared_bot.open_picture(cut).width
    await shared_bot.wait_until_handled()
    (row,) = shared_bot.rows("SELECT file_id FROM requests WHERE id = ?", rows[1]["id"])
    assert row["file_id"] is not None


@pytest.mark.long(15)
async def test_a_number_works_after_a_restart_and_after_the_link_has_expired(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.hold_tasks()
    own_bot.telegram.say(ann, "/imagine a fox --n 4 --ar 16:9")
    await own_bot.wait_for_text(ann, "Drawing 4 pictures")
    # A kill before the id of the status message is stored may leave the message, and one inside a create repeats it.
    stored = "SELECT 1 FROM requests WHERE status_message_id IS NOT NULL"
    running = "SELECT 1 FROM requests WHERE state = 'running'"
    await own_bot.wait_until_handled()
    await own_bot.wait_until(lambda: own_bot.rows(stored) and len(own_bot.rows(running)) == 2)
    await own_bot.process.kill()
    own_bot.finish_tasks()
    await own_bot.process.start()
    grid = await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    third = await _pick(own_bot, ann, grid, 3)
    whole = own_bot.open_picture(third).copy()
    await own_bot.wait_until_handled()
    await own_bot.process.kill()
    with connect(own_bot.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.update(requests).values(file_id=None))
    own_bot.media.faults.add(Fault("picture", answer=faults.status(404), times=None))
    await own_bot.process.start()
    again = await _pick(own_bot, ann, grid, 3, count=3)
    assert again.caption == "a fox\n\nCut out of the grid: the full size is kept for about a day."
    assert _difference(own_bot.open_picture(again), whole) < 12
    assert own_bot.messages_to(ann) == [grid, third, again]
    assert own_bot.quota_used(ann) == 4
    own_bot.telegram.chats.files.clear()
    own_bot.telegram.press(ann, grid, "1")
    await own_bot.wait_for_toast(grid, "This picture is gone", alert=True)
