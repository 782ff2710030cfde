"""After a long stop the owner of a waiting request is asked whether it is still wanted, before anything is paid."""

import itertools
import json

import pytest
import sqlalchemy as sa
from aiogram.types import Message

from playground import faults
from playground.faults import Fault
from storage.schema import key_values, replicas, requests
from tests.support.ledger import connect
from tests.support.postgres_server import end_connections
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

QUESTIONS = {
    "en": ("Do you still want “{}”?", ["🎨 Draw it", "No, thanks"], "Cancelled"),
    "ru": ("Картинка «{}» ещё нужна?", ["🎨 Нарисовать", "Нет, спасибо"], "Отменено"),
}
STOP = 11 * 60
ENGINES = pytest.mark.parametrize("engine", ["local", "auto"])
"""On PostgreSQL, `auto` is the engine of several replicas. On SQLite both are the same, so one is enough."""


def _skip_same(world: World, engine: str) -> None:
    if engine == "auto" and not world.process.settings["DATABASE_URL"].startswith("postgresql:"):
        pytest.skip("the local engine again")


def _refuse_creates(world: World) -> None:
    """Refuse all creates from now on, and count them."""
    world.media.calls["create"] = world.media.empty_creates = 0
    answer = faults.status(503, '{"message":"Service unavailable"}')
    world.media.faults.add(Fault("create", times=None, answer=answer))


async def _stop_while_requests_wait(world: World, number: int = 1, *, engine: str = "local") -> None:
    """Kill the bot while requests wait unpaid, and let the ledger look as if that was long ago. The provider recovers.

    Replicas follow the clock of the database, so no clock of the bot can be set forward.
    """
    await world.process.start(ENGINE=engine)
    await _kill_while_requests_wait(world, number)


async def _kill_while_requests_wait(world: World, number: int = 1) -> None:
    recorded = "SELECT value FROM key_values WHERE name = 'interruptions'"
    waiting = "SELECT 1 FROM requests WHERE state = 'queued' AND creates = 0"
    await world.wait_until_handled()

    def all_wait() -> bool:
        """Return whether no create is on its way or follows: each request had one, or all are held back.

        A refused request has another create only after an answered probe, and all probes are refused.
        """
        creates = world.media.calls["create"] - world.media.empty_creates
        held = any(line.get("event") == "creates held back" for line in world.process.log)
        tried = held if number > 2 else creates >= number
        return tried and bool(world.rows(recorded)) and len(world.rows(waiting)) == number

    url = world.process.settings["DATABASE_URL"]
    await world.process.wait_until(all_wait)
    await world.process.kill()
    _end_sessions(world)
    assert len(world.rows(waiting)) == number
    known = json.loads(world.rows(recorded)[0]["value"])
    known["available_at"] -= STOP
    with connect(url) as ledger:
        ledger.execute(sa.update(requests).values(accepted_at=requests.c.accepted_at - STOP))
        is_it = key_values.c.name == "interruptions"
        ledger.execute(sa.update(key_values).where(is_it).values(value=json.dumps(known)))
    _bury(world)
    world.media.faults.clear()


def _end_sessions(world: World) -> None:
    """Let no write of a killed process be committed from now on."""
    url = world.process.settings["DATABASE_URL"]
    if url.startswith("postgresql:"):
        end_connections(url)


def _bury(world: World) -> None:
    """Let the next replica take over at once what a killed one drew."""
    _end_sessions(world)
    with connect(world.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.update(replicas).values(dead_at=replicas.c.beat_at))


def _questions(world: World, chat_id: int) -> list[Message]:
    messages = world.messages_in(chat_id)
    known = [labels for _, labels, _ in QUESTIONS.values()]
    return [message for message in messages if buttons(message) in known]


@ENGINES
@pytest.mark.parametrize("language", ["en", "ru"])
async def test_each_waiting_request_is_asked_about_and_drawn_or_cancelled_by_a_press(
    own_bot: World, language: str, engine: str
) -> None:
    _skip_same(own_bot, engine)
    question, labels, cancelled = QUESTIONS[language]
    ann = own_bot.add_user(language)
    _refuse_creates(own_bot)
    for prompt in ("a fox", "a <hen>"):
        own_bot.telegram.say(ann, f"/imagine {prompt} --ar 1:1")
    await _stop_while_requests_wait(own_bot, 2, engine=engine)
    await own_bot.process.start(ENGINE=engine)
    fox = await own_bot.wait_for_text(ann, question.format("a fox"))
    hen = await own_bot.wait_for_text(ann, question.format("a <hen>"))
    assert buttons(fox) == buttons(hen) == labels
    own_bot.telegram.say(ann, "/queue")
    listed = await own_bot.wait_for_text(ann, "❓ a fox")
    assert "❓ a <hen>" in (listed.text or "")
    assert len(own_bot.media.tasks) == 0
    number = own_bot.rows("SELECT id FROM requests WHERE prompt = 'a fox'")[0]["id"]
    before = len(_questions(own_bot, ann.id))
    own_bot.telegram.say(ann, f"/start r{number}")
    await own_bot.wait_until(lambda: len(_questions(own_bot, ann.id)) == before + 1)

    own_bot.telegram.press(ann, hen, labels[1])
    await own_bot.wait_for_toast(hen, cancelled)
    await own_bot.wait_until(lambda: cancelled in (own_bot.current(hen).text or ""))
    for _ in range(2):
        own_bot.telegram.press(ann, fox, labels[0])
    picture = await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_handled()
    await own_bot.wait_until_closed()
    assert picture.caption == "a fox"
    assert len(own_bot.media.tasks) == 1
    assert own_bot.quota_used(ann) == 1
    assert fox.message_id not in {message.message_id for message in own_bot.messages_to(ann)}
    own_bot.telegram.press(ann, hen, labels[0])  # still shown for a moment
    await own_bot.wait_until_handled()
    assert len(own_bot.media.tasks) == 1


@ENGINES
async def test_a_batch_is_asked_about_once_and_drawn_or_cancelled_as_a_whole(
    own_bot: World, engine: str
) -> None:
    _skip_same(own_bot, engine)
    ann = own_bot.add_user()
    _refuse_creates(own_bot)
    for prompt in ("a fox", "a hen"):
        own_bot.telegram.say(ann, f"/imagine {prompt} --ar 1:1 --n 2")
    await _stop_while_requests_wait(own_bot, 4, engine=engine)
    await own_bot.process.start(ENGINE=engine)
    fox = await own_bot.wait_for_text(ann, "Do you still want “a fox” (2 pictures)?")
    hen = await own_bot.wait_for_text(ann, "Do you still want “a hen” (2 pictures)?")
    assert buttons(fox) == buttons(hen) == QUESTIONS["en"][1]
    await own_bot.process.kill()
    _bury(own_bot)
    await own_bot.process.start(ENGINE=engine)
    own_bot.telegram.press(ann, hen, "No, thanks")
    await own_bot.wait_for_toast(hen, "Cancelled")
    for _ in range(2):
        own_bot.telegram.press(ann, fox, "Draw it")
    grid = await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_handled()
    await own_bot.wait_until_closed()
    assert (grid.caption or "").startswith("a fox")
    assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (2, 2)
    await own_bot.wait_until(lambda: not _questions(own_bot, ann.id))  # they are deleted in the background


async def test_in_a_group_the_question_answers_the_message_and_only_its_owner_may_press(
    own_bot: World,
) -> None:
    ann, boris = own_bot.add_user(), own_bot.add_user()
    group = own_bot.add_group(ann, boris)
    _refuse_creates(own_bot)
    command = own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await _stop_while_requests_wait(own_bot)
    await own_bot.process.start()
    question = await own_bot.wait_for_text_in(group, "Do you still want “a fox”?")
    assert question.reply_to_message is not None
    assert question.reply_to_message.message_id == command.message_id
    for label in buttons(question):
        own_bot.telegram.press(boris, question, label)
    await own_bot.wait_for_toast(question, "Only the person who asked can press this")
    await own_bot.wait_until_handled()
    assert len(own_bot.media.tasks) == 0
    own_bot.telegram.press(ann, question, "Draw it")
    await own_bot.wait_for_picture_in(group)
    await own_bot.wait_until_closed()
    assert not own_bot.telegram.chats.reactions
    assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (1, 1)


@pytest.mark.parametrize("label", ["No, thanks", "Draw it"])
async def test_an_answer_under_a_link_leaves_other_messages_of_the_group(own_bot: World, label: str) -> None:
    """The link shows the question in the private chat, whose message ids the group has, too."""
    ann = own_bot.add_user()
    group = own_bot.add_group(ann)
    _refuse_creates(own_bot)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await _stop_while_requests_wait(own_bot)
    await own_bot.process.start()
    question = await own_bot.wait_for_text_in(group, "Do you still want “a fox”?")
    number = own_bot.rows("SELECT id FROM requests")[0]["id"]
    own_bot.telegram.say(ann, f"/start r{number}")
    shown = await own_bot.wait_for_text(ann, "Do you still want “a fox”?")
    own_bot.telegram.seen.clear()
    own_bot.telegram.press(ann, shown, label)
    await own_bot.wait_for_toast(shown, "Cancelled" if label == "No, thanks" else "On it!")
    await own_bot.wait_until_handled()
    await own_bot.wait_until_closed()
    touched = [
        json.loads(call)["message_id"]
        for call in own_bot.telegram.seen
        if json.loads(call).get("chat_id") == group and "message_id" in json.loads(call)
    ]
    assert shown.message_id not in touched
    assert question.reply_to_message is not None
    assert set(touched) <= {question.message_id, question.reply_to_message.message_id}
    if label == "No, thanks":
        assert (ann.id, shown.message_id) not in own_bot.telegram.chats.messages


async def test_a_question_under_a_link_is_no_status_message_of_the_group(own_bot: World) -> None:
    """Its own question may not be sent yet, or its id not be stored."""
    ann = own_bot.add_user()
    group = own_bot.add_group(ann)
    _refuse_creates(own_bot)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await _stop_while_requests_wait(own_bot)
    await own_bot.process.start()
    await own_bot.wait_for_text_in(group, "Do you still want “a fox”?")
    number = own_bot.rows("SELECT id FROM requests")[0]["id"]
    own_bot.telegram.say(ann, f"/start r{number}")
    shown = await own_bot.wait_for_text(ann, "Do you still want “a fox”?")
    own_bot.hold_tasks()
    with connect(own_bot.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.update(requests).values(status_message_id=None))
    own_bot.telegram.press(ann, shown, "Draw it")
    await own_bot.wait_for_toast(shown, "On it!")
    await own_bot.wait_until_handled()
    assert own_bot.rows("SELECT status_message_id AS id FROM requests")[0]["id"] != shown.message_id
    own_bot.finish_tasks()
    await own_bot.wait_for_picture_in(group)


@pytest.mark.parametrize("refused", [False, True], ids=["edited", "edits refused"])
async def test_an_inline_message_or_the_private_chat_has_the_question_and_then_the_picture(
    own_bot: World, refused: bool
) -> None:
    ann = own_bot.add_user()
    club = own_bot.add_club(ann)
    await own_bot.process.start()
    query_id, query = await own_bot.ask_inline(ann, "a fox")
    _refuse_creates(own_bot)
    sent = own_bot.telegram.choose(ann, query_id, (query.results or [])[0].id, club)
    await _kill_while_requests_wait(own_bot)
    if refused:
        gone = faults.telegram(400, "Bad Request: MESSAGE_ID_INVALID")
        own_bot.telegram.faults.add(Fault("editMessageText", times=None, answer=gone))
    await own_bot.process.start()
    words = "Do you still want “a fox”?"
    if refused:
        await own_bot.wait_for_text(ann, words)
    else:
        await own_bot.wait_until(lambda: words in (own_bot.current(sent).text or ""))
    await own_bot.process.stop()
    await own_bot.process.start()  # nothing is sent twice, and nothing is drawn
    asked = _questions(own_bot, ann.id)
    assert len(asked) == refused
    own_bot.telegram.press(ann, asked[0] if refused else own_bot.current(sent), "Draw it")
    await own_bot.wait_until(lambda: own_bot.current(sent).photo)
    await own_bot.wait_until_closed()
    assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (1, 1)
    await own_bot.wait_until(lambda: not _questions(own_bot, ann.id))


async def test_a_request_whose_owner_blocked_the_bot_ends_without_a_picture(own_bot: World) -> None:
    ann = own_bot.add_user()
    _refuse_creates(own_bot)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await _stop_while_requests_wait(own_bot)
    own_bot.telegram.chats.blocked.add(ann.id)
    await own_bot.process.start()
    await own_bot.wait_until_closed()
    assert [row["state"] for row in own_bot.rows("SELECT state FROM requests")] == ["cancelled"]
    assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (0, 0)


async def test_a_short_stop_and_the_setting_0_ask_nobody(own_bot: World) -> None:
    ann = own_bot.add_user()
    _refuse_creates(own_bot)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await _stop_while_requests_wait(own_bot)
    await own_bot.process.start(ASK_AFTER_MINUTES="0")
    await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    assert _questions(own_bot, ann.id) == []


POINTS = [" ".join(point) for point in itertools.product(("write", "commit", "committed"), ["queued"], "123")]


@pytest.mark.long(30)
@pytest.mark.parametrize(("engine", "points"), [("local", POINTS), ("auto", POINTS[::4])])
async def test_a_kill_around_any_commit_loses_no_question_and_pays_nothing(
    own_bot: World, engine: str, points: list[str]
) -> None:
    _skip_same(own_bot, engine)
    passed = 0
    for number, point in enumerate(points, start=1):
        ann = own_bot.add_user()
        _refuse_creates(own_bot)
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
        await _stop_while_requests_wait(own_bot, engine=engine)
        own_bot.process.die_at = point
        await own_bot.process.start(until=None, ENGINE=engine)
        await own_bot.process.wait_until(
            lambda ann=ann: own_bot.process.ended or _questions(own_bot, ann.id)  # type: ignore[misc]
        )
        passed += await own_bot.process.stop() != 0
        _bury(own_bot)
        await own_bot.process.start(ENGINE=engine)
        question = await own_bot.wait_for_text(ann, f"Do you still want “fox {number}”?")
        assert len(_questions(own_bot, ann.id)) <= 2  # one may be sent without its id being stored
        assert len(own_bot.media.tasks) == number - 1
        own_bot.telegram.press(ann, question, "Draw it")
        await own_bot.wait_for_picture(ann)
        await own_bot.wait_until_closed()
        assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (number, 1)
        await own_bot.process.stop()
    assert passed >= len(points) // 3
