"""Groups in which admins see each description first: a picture is drawn only after a yes, also after a kill."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiogram.types import Message, User

from playground import faults
from playground.faults import Fault
from storage.schema import preferences, replicas
from tests.support.fleet import open_fleet
from tests.support.ledger import connect
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

QUESTION = {
    "en": "“{}”. Shall I draw this? An admin of this group decides.",
    "ru": "«{}». Нарисовать? Решает администратор группы.",
}


def _switch_on(world: World, group: int) -> None:
    """Let admins decide in a group that the bot does not know yet, as the button in /settings does."""
    with connect(world.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.insert(preferences).values(subject_id=group, approval=True))


def _add_group(world: World, *members: User, topics: dict[int, str] | None = None) -> int:
    group = world.add_group(*members, topics=topics)
    _switch_on(world, group)
    return group


def _questions(world: World, group: int) -> list[Message]:
    labels = ["🎨 Draw it", "Decline"]
    return [message for message in world.messages_in(group) if buttons(message) == labels]


async def test_a_picture_is_drawn_only_after_the_yes_of_an_admin(shared_bot: World) -> None:
    cleo, dan, ann = (shared_bot.add_user(name=name) for name in ("Cleo", "Dan", "Ann"))
    group = _add_group(shared_bot, cleo, dan, ann, topics={7: "Pictures"})
    tasks = len(shared_bot.media.tasks)
    topic: dict[str, Any] = {"message_thread_id": 7, "is_topic_message": True}
    command = shared_bot.telegram.say(ann, "/imagine a <fox> --ar 1:1", chat_id=group, **topic)
    question = await shared_bot.wait_for_text_in(group, QUESTION["en"].format("a <fox>"))
    assert (question.text or "").startswith("Ann: ")
    assert buttons(question) == ["🎨 Draw it", "Decline"]
    assert question.message_thread_id == 7
    assert question.reply_to_message is not None
    assert question.reply_to_message.message_id == command.message_id
    assert shared_bot.quota_used(ann) == 1
    for label in buttons(question):
        shared_bot.telegram.press(dan, question, label)
    await shared_bot.wait_for_toast(question, "Only this group’s admins can do that.")
    await shared_bot.wait_until_handled()
    assert len(shared_bot.media.tasks) == tasks
    for _ in range(2):
        shared_bot.telegram.press(cleo, question, "Draw it")
    picture = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    assert ((picture.caption or "").splitlines()[0], picture.message_thread_id) == ("a <fox>", 7)
    await shared_bot.wait_until_handled()
    assert len(shared_bot.media.tasks) == tasks + 1
    await shared_bot.wait_until(lambda: shared_bot.messages_in(group) == [shared_bot.current(picture)])

    shared_bot.telegram.press(ann, picture, "🔁 Again")
    await shared_bot.wait_for_toast(picture, "An admin of this group decides first.")
    question = await shared_bot.wait_for_text_in(group, QUESTION["en"].format("a <fox>"))
    shared_bot.telegram.press(cleo, question, "Decline")
    await shared_bot.wait_for_ephemeral(group, ann, "the admins would rather not have “a <fox>” drawn")
    await shared_bot.wait_until_closed()
    # The question is deleted in the background.
    await shared_bot.wait_until(lambda: shared_bot.messages_in(group) == [shared_bot.current(picture)])
    assert (len(shared_bot.media.tasks), shared_bot.quota_used(ann)) == (tasks + 1, 1)


async def test_a_batch_is_one_question_which_follows_an_edit(shared_bot: World) -> None:
    cleo, ann = (shared_bot.add_user("ru", name) for name in ("Клео", "Аня"))
    group = _add_group(shared_bot, cleo, ann)
    tasks = len(shared_bot.media.tasks)
    command = shared_bot.telegram.say(ann, "/imagine лиса --ar 1:1 --n 3", chat_id=group)
    old = await shared_bot.wait_for_text_in(group, "Аня: «лиса». 3 картинки. Нарисовать?")
    shared_bot.telegram.rewrite(command, "/imagine волк --ar 1:1 --n 3")
    new = await shared_bot.wait_for_text_in(group, "Аня: «волк». 3 картинки. Нарисовать?")
    assert buttons(new) == ["🎨 Нарисовать", "Отклонить"]
    shared_bot.telegram.press(cleo, old, "Нарисовать")
    await shared_bot.wait_for_toast(old, "Описание изменилось")
    assert len(shared_bot.media.tasks) == tasks
    shared_bot.telegram.press(cleo, new, "Нарисовать")
    grid = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    assert grid.caption == "волк"
    assert (len(shared_bot.media.tasks), shared_bot.quota_used(ann)) == (tasks + 3, 3)
    await shared_bot.wait_until(lambda: shared_bot.messages_in(group) == [shared_bot.current(grid)])


async def _restart(world: World, engine: str, die_at: str = "") -> None:
    """Start the bot after a kill, as the next process or replica. It may die at a failpoint of the ledger."""
    with connect(world.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.update(replicas).values(dead_at=replicas.c.beat_at))
    world.process.die_at = die_at
    await world.process.start(until=None if die_at else "ready", ENGINE=engine)


POINTS = ["commit queued 1", "committed queued 1", "write queued 2", "committed queued 2"]


@pytest.mark.long(30)
@pytest.mark.parametrize(("engine", "points"), [("local", POINTS), ("auto", POINTS[1:3])])
async def test_a_kill_before_or_after_the_question_or_the_press_draws_once_and_only_after_a_yes(
    own_bot: World, engine: str, points: list[str]
) -> None:
    """Around the commits after the acceptance, with the question among them, and around those after the press."""
    if engine == "auto" and not own_bot.process.settings["DATABASE_URL"].startswith("postgresql:"):
        pytest.skip("the local engine again")
    cleo, ann = own_bot.add_user(name="Cleo"), own_bot.add_user()
    group = _add_group(own_bot, cleo, ann)
    await own_bot.process.start(ENGINE=engine)
    killed = 0
    for number, point in enumerate(points, start=1):
        await own_bot.process.stop()
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1", chat_id=group)
        await _restart(own_bot, engine, point)
        await own_bot.process.wait_until(lambda: own_bot.process.ended or _questions(own_bot, group))
        killed += await own_bot.process.stop() != 0
        await _restart(own_bot, engine)
        question = await own_bot.wait_for_text_in(group, QUESTION["en"].format(f"fox {number}"))
        await own_bot.wait_until_handled()
        assert 1 <= len(_questions(own_bot, group)) <= 2  # one may be sent without its id being stored
        assert len(own_bot.media.tasks) == number - 1
        await own_bot.process.stop()
        own_bot.telegram.press(cleo, question, "Draw it")
        await _restart(own_bot, engine, point)
        await own_bot.process.wait_until(
            lambda number=number: own_bot.process.ended or len(own_bot.media.tasks) == number  # type: ignore[misc]
        )
        killed += await own_bot.process.stop() != 0
        await _restart(own_bot, engine)
        await own_bot.wait_for_picture_in(group, number)
        await own_bot.wait_until_closed()
        assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (number, number)
        for surplus in _questions(own_bot, group):
            own_bot.telegram.press(cleo, surplus, "Draw it")
        await own_bot.wait_until(lambda: not _questions(own_bot, group))
        assert len(own_bot.media.tasks) == number
    assert killed >= len(points)


async def test_a_group_that_takes_no_question_gets_nothing_and_pays_nothing(own_bot: World) -> None:
    cleo, ann = own_bot.add_user(name="Cleo"), own_bot.add_user()
    group = _add_group(own_bot, cleo, ann)
    answer = faults.telegram(400, "Bad Request: not enough rights to send text messages to the chat")
    own_bot.telegram.faults.add(Fault("sendMessage", times=None, answer=answer))
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await own_bot.process.start()
    await own_bot.process.wait_until(lambda: own_bot.rows("SELECT 1 FROM requests"))
    await own_bot.wait_until_closed()
    assert [row["state"] for row in own_bot.rows("SELECT state FROM requests")] == ["cancelled"]
    assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (0, 0)


async def test_replicas_draw_once_whichever_of_them_gets_the_presses(
    postgres_url: str, tmp_path: Path
) -> None:
    async with open_fleet(tmp_path, [postgres_url] * 2, USER_QUEUE_LIMIT="10") as fleet:
        world = fleet.world
        cleo, dan, ann = (world.add_user(name=name) for name in ("Cleo", "Dan", "Ann"))
        group = world.add_group(cleo, ann, dan)
        world.telegram.chats.members[group][dan.id] = "administrator"
        await fleet.start()
        _switch_on(world, group)
        for number in range(4):
            world.telegram.say(ann, f"/imagine fox {number} --ar 1:1", chat_id=group)
        await world.wait_until(lambda: len(_questions(world, group)) == 4)
        questions = _questions(world, group)
        for question in questions[:3]:
            for admin in (cleo, dan):
                world.telegram.press(admin, question, "Draw it")
        for admin in (dan, cleo):
            world.telegram.press(admin, questions[3], "Decline")
        await world.wait_for_picture_in(group, 3)
        await world.wait_until_handled()
        await world.wait_until_closed()
        assert (len(world.media.tasks), world.quota_used(ann)) == (3, 3)
        told = [e for e in world.telegram.chats.events if e.kind == "ephemeral" and "rather not" in e.text]
        assert [(e.chat_id, e.to) for e in told] == [(group, ann.id)]
