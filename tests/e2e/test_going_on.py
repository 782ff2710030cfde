"""Every refusal and failure is one press away from going on, and two presses are one request."""

import pytest
from aiogram.types import Message, User

from core.model import AspectRatio
from playground import faults, files
from playground.faults import Fault
from tests.support.world import World, buttons, jpeg

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
    await shared_bot.wait_for_toast(failure, "too old", alert=True)
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
    assert ["Other words may work" in text for text in said] == [True, True, False]


SHAPES = [f"{label}" for label in ("◻️ 1:1", "🖥 16:9", "📱 9:16", "📷 4:3", "🖼 3:4")]


@pytest.mark.parametrize(
    ("text", "words", "labels", "press"),
    [
        ("/imagine a fox --ar 21:9", "I don’t have 21:9. Which shape for “a fox”?", SHAPES, "16:9"),
        ("/imagine a fox --ar", "Which shape for “a fox”?", SHAPES, "16:9"),
        (
            "/imagine a fox --ar 16:9 --ar 4:3",
            "You named more than one shape. Which shape for “a fox”?",
            [SHAPES[1], SHAPES[3]],
            "16:9",
        ),
        (
            "/imagine a fox --size 5",
            "I don’t know --size; I know --ar for the shape and --n for the number. Which shape for “a fox”?",
            SHAPES,
            "16:9",
        ),
        (
            "/imagine a fox --size 5 --ar 16:9",
            "I don’t know --size; I know --ar for the shape and --n for the number. Shall I draw “a fox”?",
            ["🎨 Draw it"],
            "Draw it",
        ),
        (
            "/imagine a fox --v 6 --ar 16:9",
            "(--v), but I can draw this without. Shall I draw “a fox”?",
            ["Draw without"],
            "Draw",
        ),
        (
            "/imagine a fox --v 6",
            "(--v), but I can draw this without. Which shape for “a fox”?",
            SHAPES,
            "16:9",
        ),
        ("a fox --v 6 --ar 21:9", "without. I don’t have 21:9. Shall I draw “a fox”?", SHAPES, "16:9"),
    ],
)
async def test_a_refusal_keeps_the_words_and_is_one_press_from_the_picture(
    shared_bot: World, text: str, words: str, labels: list[str], press: str
) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, text)
    question = await shared_bot.wait_for_text(ann, words)
    assert buttons(question) == labels
    assert shared_bot.quota_used(ann) == 0
    for _ in range(2):
        shared_bot.telegram.press(ann, question, press)
    picture = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert picture.caption == "a fox"
    assert picture.photo is not None
    assert picture.photo[-1].width > picture.photo[-1].height
    assert shared_bot.messages_to(ann) == [picture]
    assert shared_bot.quota_used(ann) == 1


async def test_the_same_in_a_group_and_in_russian(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user("ru"), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    shared_bot.telegram.say(ann, "/imagine лиса --ar 5:7", chat_id=group)
    question = await shared_bot.wait_for_text_in(
        group, "Формата 5:7 у меня нет. В каком формате нарисовать «лиса»?"
    )
    shared_bot.telegram.press(ben, question, "1:1")
    await shared_bot.wait_until_handled()
    assert shared_bot.quota_used(ann) == shared_bot.quota_used(ben) == 0
    shared_bot.telegram.press(ann, question, "1:1")
    picture = await shared_bot.wait_for_picture_in(group)
    assert (picture.caption or "").startswith("лиса")


async def test_a_button_of_a_forgotten_question_says_that_it_is_old(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 21:9")
    question = await shared_bot.wait_for_text(ann, "I don’t have 21:9")
    shared_bot.telegram.say(ann, "/forget")
    await shared_bot.wait_until(lambda: len(shared_bot.messages_to(ann)) == 2)
    shared_bot.telegram.press_data(ann, shared_bot.messages_to(ann)[-1], f"f:{ann.id}:1")
    await shared_bot.wait_until_handled()
    assert shared_bot.rows("SELECT 1 FROM drafts WHERE user_id = ?", ann.id) == []
    shared_bot.telegram.press(ann, question, "1:1")
    await shared_bot.wait_for_toast(question, "too old", alert=True)
    assert shared_bot.quota_used(ann) == 0


@pytest.mark.parametrize("text", ["21:9", "--ar 21:9", "/imagine 21:9", "/imagine --ar 21x9"])
async def test_a_shape_that_the_model_lacks_is_named_in_reply_to_a_picture(
    shared_bot: World, text: str
) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a lake --ar 1:1")
    picture = await shared_bot.wait_for_picture(ann)
    shared_bot.telegram.say(ann, text, reply_to=picture)
    question = await shared_bot.wait_for_text(ann, "Which shape for “a lake”?")
    assert (question.text or "").startswith("I don’t have 21")
    assert [label.split()[-1] for label in buttons(question)] == list(AspectRatio)
    assert shared_bot.quota_used(ann) == 1
    shared_bot.telegram.press(ann, question, "16:9")
    wide = await shared_bot.wait_for_picture(ann, 2)
    assert wide.caption == "a lake"


async def test_a_shape_under_a_photo_is_said_to_stay(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    photo = files.photo_sizes(shared_bot.telegram.chats, jpeg())
    shared_bot.telegram.send(ann, photo=photo, caption="make it wide --ar 16:9")
    changed = await shared_bot.wait_for_picture(ann)
    assert changed.caption == "make it wide"
    await shared_bot.wait_for_text(ann, "A changed picture keeps its shape")
    shared_bot.telegram.send(ann, photo=photo, caption="make it wider --ar 21:9")
    question = await shared_bot.wait_for_text(ann, "Shall I change the picture: “make it wider”?")
    assert "A changed picture keeps its shape" in (question.text or "")
    assert buttons(question) == ["🎨 Change it"]
    assert shared_bot.quota_used(ann) == 1
    shared_bot.telegram.press(ann, question, "Change it")
    wider = await shared_bot.wait_for_picture(ann, 2)
    assert wider.caption == "make it wider"
    shared_bot.telegram.say(ann, "21:9", reply_to=wider)
    await shared_bot.wait_for_text(ann, "Only a picture drawn from words can take another")
    shared_bot.telegram.send(ann, photo=photo, caption="21:9")
    await shared_bot.wait_for_text(ann, "What shall I change?")
    await shared_bot.wait_until_handled()
    assert shared_bot.quota_used(ann) == 2
