"""Requests in a private chat: questions, status messages, quotas, the queue, and failures."""

import asyncio
import json
import time

import pytest
from aiogram.types import InlineKeyboardButton, Message, User

from core.model import AspectRatio
from playground import faults
from playground.faults import Fault
from playground.telegram import dump
from tests.support.process_launcher import DEADLINE
from tests.support.world import ADMIN, World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_a_command_gets_a_picture_in_reply(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    command = shared_bot.telegram.say(ann, "/imagine a <lighthouse> & a storm --ar 16:9")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "a <lighthouse> & a storm"
    assert picture.reply_to_message is not None
    assert picture.reply_to_message.message_id == command.message_id
    assert picture.photo is not None
    opened = shared_bot.open_picture(picture)
    assert opened.format == "JPEG"
    assert opened.width / opened.height == pytest.approx(16 / 9, rel=0.02)
    await shared_bot.wait_until(
        lambda: shared_bot.messages_to(ann) == [picture]
    )  # the status message is deleted
    row = shared_bot.rows("SELECT * FROM requests WHERE user_id = ?", ann.id)[0]
    assert row["state"] == "delivered"
    assert row["file_id"] == picture.photo[-1].file_id
    assert row["result_message_id"] == picture.message_id
    assert shared_bot.quota_used(ann) == 1


async def test_the_status_message_is_silent_and_the_picture_is_not(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    status = await shared_bot.wait_for_text(ann, "Drawing")
    assert buttons(status) == ["Cancel"]
    assert any(
        '"disable_notification": true' in call and str(ann.id) in call for call in shared_bot.telegram.seen
    )
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture(ann)
    photo = [call for call in shared_bot.telegram.seen if "photo" in call and str(ann.id) in call]
    assert "disable_notification" not in photo[-1]


async def test_without_a_ratio_a_question_asks_and_many_presses_are_one_request(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox")
    question = await shared_bot.wait_for_text(ann, "Which shape")
    assert [label.split()[-1] for label in buttons(question)] == list(AspectRatio)
    for label in ("16:9", "16:9", "1:1"):
        shared_bot.telegram.press(ann, question, label)
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.photo is not None
    assert picture.photo[-1].width > picture.photo[-1].height
    await shared_bot.wait_for_toast(question, "On it")
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert shared_bot.messages_to(ann) == [
        picture
    ]  # the question became the status message, which was deleted
    assert shared_bot.quota_used(ann) == 1


async def test_only_the_owner_of_a_question_may_press_its_buttons(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    shared_bot.telegram.say(ann, "/imagine a fox")
    question = await shared_bot.wait_for_text(ann, "Which shape")
    shared_bot.telegram.press(ben, question, "16:9")
    await shared_bot.wait_for_toast(question, "Only the person who asked")
    shared_bot.telegram.press_data(ben, question, "r:999999:16x9")
    await shared_bot.wait_for_toast(question, "too old", alert=True)
    shared_bot.telegram.press_data(ben, question, "nonsense")
    assert shared_bot.quota_used(ann) == shared_bot.quota_used(ben) == 0


async def test_a_command_without_a_prompt_asks_for_it(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    shared_bot.telegram.say(ann, "/imagine --ar 3:4")
    question = await shared_bot.wait_for_text(ann, "Что нарисовать?")
    force = [call for call in shared_bot.telegram.seen if "force_reply" in call]
    assert json.loads(force[-1])["reply_markup"]["input_field_placeholder"] == "Маяк в шторм"
    shared_bot.telegram.say(ann, "маяк в шторм", reply_to=question)
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "маяк в шторм"
    assert picture.photo is not None
    assert picture.photo[-1].width < picture.photo[-1].height


async def test_a_preferred_ratio_is_used_until_it_is_removed(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/ratio")
    choice = await shared_bot.wait_for_text(ann, "I ask each time")
    assert len(buttons(choice)) == 6
    shared_bot.telegram.press(ann, choice, "9:16")
    await shared_bot.wait_for_text(ann, "From now on I draw in 9:16")
    shared_bot.telegram.say(ann, "/imagine a fox")
    await shared_bot.wait_for_picture(ann)
    shared_bot.telegram.say(ann, "/ratio")
    again = await shared_bot.wait_for_text(ann, "Now: 9:16")
    shared_bot.telegram.press(ann, again, "Ask me")
    await shared_bot.wait_for_text(ann, "From now on I ask")
    shared_bot.telegram.say(ann, "/imagine a fox")
    await shared_bot.wait_for_text(ann, "Which shape for “a fox”?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/imagine a fox --ar 5:4", "I don’t have 5:4. Which shape for “a fox”?"),
        ("/imagine a fox --ar", "Which shape for “a fox”?"),
        ("/imagine a fox --size 5", "--size"),
        ("/imagine a fox --v 5", "My model has no versions"),
        ("/imagin a fox", "Did you mean /imagine"),
        ("/imagine a fox --ar 1:1 --ar 4:3", "You named more than one shape. Which shape for “a fox”?"),
        ("/imagine " + "x" * 2_001, "2,001 characters"),
        ("/weather in Paris", "don’t know that command"),
        ("/draw a fox", "Did you mean /imagine"),
        ("a fox", "Shall I draw “a fox”?"),
        ("/start", "Describe something and I’ll draw it"),
        ("/help", "1:1, 16:9, 9:16, 4:3, 3:4"),
        ("/queue", "Nothing waits"),
    ],
)
async def test_a_message_without_a_request_is_answered_and_costs_nothing(
    shared_bot: World, text: str, words: str
) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, text)
    await shared_bot.wait_for_text(ann, words)
    assert shared_bot.quota_used(ann) == 0


async def test_the_quota_is_shown_and_enforced(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/quota")
    await shared_bot.wait_for_text(ann, "0 of 6 used")
    for number in range(6):
        shared_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
        await shared_bot.wait_for_picture(ann, number + 1)
    shared_bot.telegram.say(ann, "/imagine one more --ar 1:1")
    await shared_bot.wait_for_text(
        ann, "You have used all 6 pictures for today. New ones come at 00:00 UTC, in "
    )
    shared_bot.telegram.say(ann, "/imagine one more")
    await shared_bot.wait_until(lambda: sum("used all 6" in text for text in shared_bot.texts(ann)) == 2)
    shared_bot.telegram.say(ann, "/quota")
    quota = await shared_bot.wait_for_text(ann, "6 of 6 used")
    (renewal,) = [entity for entity in quota.entities or [] if entity.type == "date_time"]
    assert renewal.unix_time is not None
    assert renewal.unix_time % 86_400 == 0
    # Before midnight the tests set the days forward by an hour (tests.support.fork_server).
    assert 0 < renewal.unix_time - time.time() <= 86_400 + 3_600
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 6


async def test_a_bot_admin_has_no_daily_limit(shared_bot: World) -> None:
    admin = shared_bot.add_user(user_id=ADMIN)
    used, shown = shared_bot.quota_used(admin), len(shared_bot.pictures(admin))  # by other tests
    for number in range(1, 9):
        shared_bot.telegram.say(admin, f"/imagine fox {number} --ar 1:1")
        await shared_bot.wait_for_picture(admin, shown + number)
    shared_bot.telegram.say(admin, "/quota")
    await shared_bot.wait_for_text(admin, f"{used + 8} pictures. You have no limit")


async def test_the_queue_is_limited_listed_and_can_be_cancelled(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    for number in range(1, 7):
        shared_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await shared_bot.wait_for_text(ann, "You already have 5 pictures on the way")
    running = "SELECT 1 FROM requests WHERE user_id = ? AND state = 'running'"
    await shared_bot.wait_until(lambda: len(shared_bot.rows(running, ann.id)) == 2)
    shared_bot.telegram.say(ann, "/queue")
    listed = await shared_bot.wait_for_text(ann, "Your pictures on the way")
    lines = (listed.text or "").splitlines()[2:]
    assert lines[0] == "1. 🎨 fox 1"
    assert lines[1] == "2. 🎨 fox 2"
    assert [line.endswith("in line)") for line in lines] == [False, False, True, True, True]
    assert buttons(listed) == [f"✕ fox {number}" for number in range(1, 6)]
    shared_bot.telegram.press(ann, listed, "fox 4")
    await shared_bot.wait_for_toast(listed, "Cancelled")
    await shared_bot.wait_until(lambda: "fox 4" not in (shared_bot.current(listed).text or ""))
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture(ann, 4)
    await shared_bot.wait_until_closed()
    assert sorted(p.caption or "" for p in shared_bot.pictures(ann)) == ["fox 1", "fox 2", "fox 3", "fox 5"]
    assert shared_bot.quota_used(ann) == 4


async def test_a_button_of_the_queue_cancels_the_picture_it_names(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    prompts = [f"a <lighthouse> & a storm at sea {number}" for number in range(1, 5)]
    for prompt in prompts:
        shared_bot.telegram.say(ann, f"/imagine {prompt} --ar 1:1")
    shared_bot.telegram.say(ann, "/queue")
    await shared_bot.wait_until_handled()
    listed = await shared_bot.wait_for_text(ann, "Your pictures on the way")
    assert buttons(listed) == [f"✕ {number} · …use> & a storm at sea {number}" for number in range(1, 5)]
    ids = [
        row["id"] for row in shared_bot.rows("SELECT id FROM requests WHERE user_id = ? ORDER BY id", ann.id)
    ]
    third = _place_of(listed, ids[2])
    for _ in range(2):  # the second tap on the same place, after the list has changed
        data = _keys(shared_bot.current(listed))[third].callback_data
        shared_bot.telegram.press_data(ann, shared_bot.current(listed), data or "")
        await shared_bot.wait_until_handled()
    await shared_bot.wait_for_toast(listed, "Nothing to cancel")
    cancelled = "SELECT id FROM requests WHERE user_id = ? AND state = 'cancelled'"
    assert [row["id"] for row in shared_bot.rows(cancelled, ann.id)] == [ids[2]]
    assert buttons(shared_bot.current(listed))[third] == "Cancelled: 3 · …use> & a storm at sea 3"
    shared_bot.telegram.press_data(ann, listed, f"c:{ids[1]}:1")  # a button of the list before it changed
    await shared_bot.wait_until(lambda: len(shared_bot.rows(cancelled, ann.id)) == 2)
    assert [row["id"] for row in shared_bot.rows(cancelled, ann.id)] == ids[1:3]
    for number in (ids[0], ids[3]):
        shared_bot.telegram.press_data(ann, shared_bot.current(listed), f"c:{number}:1")
    await shared_bot.wait_until(lambda: "Nothing waits" in (shared_bot.current(listed).text or ""))
    assert buttons(shared_bot.current(listed)) == []


def _keys(message: Message) -> list[InlineKeyboardButton]:
    return (
        [key for row in message.reply_markup.inline_keyboard for key in row] if message.reply_markup else []
    )


def _place_of(message: Message, request_id: int) -> int:
    """Return the index of the button that cancels a request."""
    return [key.callback_data for key in _keys(message)].index(f"c:{request_id}:1")


async def test_a_cancelled_request_is_refunded(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    status = await shared_bot.wait_for_text(ann, "Drawing")
    shared_bot.telegram.press(ben, status, "Cancel")
    await shared_bot.wait_for_toast(status, "Only the person who asked")
    shared_bot.telegram.press(ann, status, "Cancel")
    await shared_bot.wait_for_text(ann, "Cancelled. It didn’t count: 6 pictures left")
    assert shared_bot.quota_used(ann) == 0
    final = shared_bot.messages_to(ann)[-1]
    assert final.reply_markup is None
    shared_bot.telegram.press_data(ann, final, f"c:{_last_request_id(shared_bot, ann)}:0")
    await shared_bot.wait_for_toast(final, "it’s cancelled")
    assert shared_bot.pictures(ann) == []


def _last_request_id(world: World, user: User) -> int:
    return int(world.rows("SELECT max(id) AS id FROM requests WHERE user_id = ?", user.id)[0]["id"])


async def test_a_repeated_update_is_one_request(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    message = shared_bot.telegram.chats.add(ann.id, ann, text="/imagine a fox --ar 1:1")
    update_id = shared_bot.telegram.queue_update({"message": dump(message)})
    shared_bot.telegram.queue_update({"message": dump(message)}, update_id=update_id)
    shared_bot.telegram.queue_update({"message": dump(message)})  # the same message with another update id
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 1


async def test_an_unsafe_prompt_is_reported_and_not_counted(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    shared_bot.telegram.say(ann, "/imagine nsfw --ar 1:1")
    await shared_bot.wait_for_text(
        ann,
        "отказался рисовать по этому описанию. Попробуйте описать иначе. В счёт не пошло: на сегодня осталось 6",
    )
    await shared_bot.wait_until_closed()
    assert len(shared_bot.messages_to(ann)) == 1
    assert shared_bot.quota_used(ann) == 0


async def test_a_long_prompt_is_cut_in_the_caption_only(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    prompt = "🦊" * 1_000
    shared_bot.telegram.say(ann, f"/imagine {prompt} --ar 1:1")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "🦊" * 511 + "…"
    assert any(task.prompt == prompt for task in shared_bot.media.tasks.values())


async def test_a_request_whose_message_is_deleted_gets_its_picture(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    command = shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_for_text(ann, "Drawing")
    shared_bot.telegram.chats.remove(command)
    shared_bot.finish_tasks()
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.reply_to_message is None


async def test_a_user_who_blocks_the_bot_gets_nothing_and_is_refunded(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_until(lambda: shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id))
    shared_bot.telegram.chats.blocked.add(ann.id)
    shared_bot.finish_tasks()
    await shared_bot.wait_until_closed()
    row = shared_bot.rows("SELECT * FROM requests WHERE user_id = ?", ann.id)[0]
    assert (row["state"], row["failure"]) == ("undeliverable", "blocked")
    assert shared_bot.quota_used(ann) == 0


async def test_a_picture_refused_as_a_photo_is_sent_as_a_document(shared_bot: World) -> None:
    shared_bot.telegram.faults.add(
        Fault("sendPhoto", times=None, answer=faults.telegram(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    )
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.document is not None
    assert picture.caption == "a fox"


async def test_a_server_without_webp_photos_refuses_one_and_gets_jpegs(own_bot: World) -> None:
    own_bot.telegram.chats.webp_photos = False
    await own_bot.process.start()
    ann = own_bot.add_user()
    for number in (1, 2):
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
        picture = await own_bot.wait_for_picture(ann, number)
        assert picture.photo is not None
        assert own_bot.telegram.chats.files[picture.photo[-1].file_id].startswith(b"\xff\xd8\xff")
        await own_bot.wait_until_closed()
    assert own_bot.telegram.calls["sendPhoto"] == 3
    assert own_bot.quota_used(ann) == len(own_bot.media.tasks) == 2
    await own_bot.process.stop()
    await own_bot.process.start(WEBP_PHOTOS="false")
    own_bot.telegram.say(ann, "/imagine fox 3 --ar 1:1")
    await own_bot.wait_for_picture(ann, 3)
    assert own_bot.telegram.calls["sendPhoto"] == 4


async def test_a_429_of_telegram_delays_the_picture_and_sends_it_once(shared_bot: World) -> None:
    refusal = faults.telegram(429, "Too Many Requests: retry after 2", retry_after=2)
    rule = shared_bot.telegram.faults.add(Fault("sendPhoto", answer=refusal))
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    picture = await shared_bot.wait_for_picture(ann)
    sent_at = next(e.at for e in shared_bot.telegram.chats.events if e.message is picture)
    assert sent_at - rule.hit_at[0] >= 2.0
    await shared_bot.wait_until_closed()
    assert len(shared_bot.pictures(ann)) == 1


async def test_a_failing_link_is_retried_and_then_replaced(shared_bot: World) -> None:
    rule = shared_bot.media.faults.add(Fault("picture", times=3, answer=faults.status(404)))
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a stubborn fox --ar 1:1")
    await shared_bot.wait_for_picture(ann)
    assert rule.hits == 3
    task = next(t for t in shared_bot.media.tasks.values() if t.prompt == "a stubborn fox")
    assert task.noticed_at is not None
    assert shared_bot.quota_used(ann) == 1


@pytest.mark.long(16)
async def test_a_picture_that_cannot_be_fetched_is_reported_and_not_counted(shared_bot: World) -> None:
    shared_bot.media.faults.add(Fault("picture", times=None, answer=faults.status(404)))
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_for_text(ann, "The picture was drawn, but I could not fetch it")
    assert shared_bot.quota_used(ann) == 0


async def test_an_unknown_create_is_repeated_once_and_counts_once(shared_bot: World) -> None:
    shared_bot.media.faults.add(Fault("create", drop=True, after=True))
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a doubled fox --ar 1:1")
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    assert len([t for t in shared_bot.media.tasks.values() if t.prompt == "a doubled fox"]) == 2
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 1


async def test_a_create_unknown_twice_is_reported_and_not_counted(shared_bot: World) -> None:
    shared_bot.media.faults.add(Fault("create", times=2, drop=True, only="fox"))
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_for_text(ann, "I can’t tell whether the order arrived")
    assert shared_bot.quota_used(ann) == 0


async def test_a_busy_provider_is_retried(shared_bot: World) -> None:
    shared_bot.media.faults.add(Fault("create", times=2, answer=faults.status(503)))
    shared_bot.media.faults.add(Fault("result", times=2, answer=faults.status(429, retry_after="1")))
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a patient fox --ar 1:1")
    await shared_bot.wait_for_picture(ann)
    assert len([t for t in shared_bot.media.tasks.values() if t.prompt == "a patient fox"]) == 1


async def test_a_picture_takes_three_calls_of_the_bot_api(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    counters = [
        shared_bot.telegram.faults.add(Fault(method, times=None, after=True, only=f"chat {ann.id}."))
        # The status is edited only if the picture takes long.
        for method in ("sendMessage", "sendPhoto", "deleteMessage", "editMessageText", "*")
    ]
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_for_text(ann, "Drawing")
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    sent, sent_photo, deleted, _edited, others = (counter.hits for counter in counters)
    assert (sent, sent_photo, deleted, others) == (1, 1, 1, 0)


async def test_a_press_is_answered_while_messages_wait_for_their_rate_limit(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/ratio")
    choice = await own_bot.wait_for_text(ann, "Which shape")
    too_fast = faults.telegram(429, "Too Many Requests: retry after 600", retry_after=600)
    rule = own_bot.telegram.faults.add(Fault("sendMessage", answer=too_fast, only=f"chat {ann.id}."))
    own_bot.telegram.say(ann, "/help")
    await asyncio.wait_for(rule.begun.wait(), DEADLINE)
    own_bot.telegram.press(ann, choice, "1:1")
    await own_bot.wait_for_toast(choice, "")
    assert not any("Shapes" in text for text in own_bot.texts(ann))
    await own_bot.process.kill()  # the press waits for ten minutes to change its message


async def test_refused_creates_do_not_count_as_the_unknown_one(shared_bot: World) -> None:
    shared_bot.media.faults.add(Fault("create", times=2, answer=faults.status(503)))
    shared_bot.media.faults.add(Fault("create", drop=True))
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a tried fox --ar 1:1")
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    row = shared_bot.rows("SELECT creates FROM requests WHERE user_id = ?", ann.id)[0]
    assert row["creates"] == 2
