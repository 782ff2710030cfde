"""Every refusal and failure is one press away from going on, and two presses are one request."""

import pytest
from aiogram.types import Message, User

from playground import faults
from playground.faults import Fault
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_FAILED = faults.json({"code": 0, "id": "x", "status": "failed", "message": "out of paint"})


async def _fail(world: World, user: User, words: str, *, chat_id: int | None = None) -> Message:
    """Let a request fail at once, and return the message about it."""
    world.media.faults.add(Fault("create", only=words, answer=_FAILED))
    world.telegram.say(user, f"/imagine {words} --ar 16:9", chat_id=chat_id)
    return await world.wait_for_text_in(chat_id or user.id, "The picture service could not draw this")


async def test_a_failure_can_be_tried_again_with_one_press(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    failure = await _fail(shared_bot, ann, "a stubborn lake")
    assert buttons(failure) == ["🔁 Try again"]
    assert "Please try again" not in (failure.text or "")
    assert shared_bot.quota_used(ann) == 0
    for _ in range(3):
        shared_bot.telegram.press(ann, failure, "Try again")
    picture = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert picture.caption == "a stubborn lake"
    assert picture.photo is not None
    assert picture.photo[-1].width > picture.photo[-1].height
    # The message about the failure became the status message, which is deleted.
    assert shared_bot.messages_to(ann) == [picture]
    assert shared_bot.quota_used(ann) == 1
    assert len([task for task in shared_bot.media.tasks.values() if task.prompt == "a stubborn lake"]) == 1


async def test_only_the_owner_may_try_again_and_not_after_forget(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    failure = await _fail(shared_bot, ann, "a shared lake", chat_id=group)
    shared_bot.telegram.press(ben, failure, "Try again")
    await shared_bot.wait_until_handled()
    assert shared_bot.quota_used(ann) == shared_bot.quota_used(ben) == 0
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/forget")
    await shared_bot.wait_until(lambda: shared_bot.messages_to(ann))
    shared_bot.telegram.press_data(ann, shared_bot.messages_to(ann)[-1], f"f:{ann.id}:1")
    await shared_bot.wait_until_handled()
    shared_bot.telegram.press(ann, failure, "Try again")
    await shared_bot.wait_for_toast(failure, "too old")
    assert shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id) == []


async def test_a_picture_that_telegram_refuses_is_offered_in_other_shapes(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    refusal = faults.telegram(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    for method in ("sendPhoto", "sendDocument"):
        shared_bot.telegram.faults.add(Fault(method, times=None, answer=refusal, only=f"chat {ann.id}."))
    shared_bot.telegram.say(ann, "/imagine высокая башня --ar 9:16")
    failure = await shared_bot.wait_for_text(ann, "Telegram её не принял")
    assert [label.split()[-1] for label in buttons(failure)] == ["1:1", "16:9", "4:3", "3:4"]
    shared_bot.telegram.faults.clear()
    shared_bot.telegram.press(ann, failure, "3:4")
    shared_bot.telegram.press(ann, failure, "16:9")
    picture = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert picture.caption == "высокая башня"
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 1


async def test_a_warning_comes_before_the_pause_and_the_pause_is_announced(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    said = []
    for number in range(3):
        shared_bot.telegram.say(ann, f"/imagine nsfw {number} --ar 1:1")
        count = number + 1
        await shared_bot.wait_until(
            lambda: sum("won’t draw this" in text for text in shared_bot.texts(ann)) == count  # noqa: B023
        )
        said.append(shared_bot.texts(ann)[-1])
        await shared_bot.wait_until_closed()
    assert ["One more refusal like this" in text for text in said] == [False, True, False]
    assert ["I’m not drawing for you for a while" in text for text in said] == [False, False, True]
