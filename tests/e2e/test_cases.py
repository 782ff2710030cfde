"""The recorded updates of tests/cases, sent to the running bot over HTTP in their order."""

from typing import Any

import pytest

from playground.chats import BOT
from tests.support.cases import updates_of
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ANN, BEN, GROUP = 101, 102, -1_001_234_567_890
Row = tuple[str, str | None, str | None]
NIGHT: Row = ("make it night", None, "LARGE")
LAKE: Row = ("a lake", "1:1", None)
ABOUT_A_PICTURE = {"photo-in-answer-to-a-picture", "praise"}
"""Cases that answer the picture of the first request."""
CASES: dict[str, tuple[list[Row], str | None]] = {
    "capital": ([("a cat", "1:1", None)] * 2, None),
    "comment-under-photo-post": ([("a red fox in the snow", "16:9", None)], None),
    "edit-after-refusal": ([("a fox", "16:9", None)], None),
    "edit-of-a-typo": ([("a fox", "1:1", None)], None),
    "external-reply-photo": ([NIGHT], None),
    "forwarded-advertisement": ([], "What shall I change"),
    "photo-in-answer-to-a-picture": ([LAKE, ("put this dog into it", None, "LARGE")], None),
    "praise": ([LAKE], None),
    "question-answered-plainly": ([], "Which shape for “a cat in a hat”"),
    "shape-with-a-photo": ([NIGHT], "keeps its shape"),
}


async def _replay(world: World, name: str, **settings: str) -> list[dict[str, Any]]:
    await world.process.start(**settings)
    ann, ben = world.add_user(user_id=ANN), world.add_user(name="Ben", user_id=BEN)
    world.telegram.chats.add_group(GROUP, "Friends", {ann.id: "member", ben.id: "member"})
    world.telegram.chats.files["LARGE"] = jpeg()
    if name in ABOUT_A_PICTURE:
        world.telegram.say(ann, "/imagine a lake --ar 1:1", chat_id=GROUP)
        await world.wait_for_picture_in(GROUP)
    messages = []
    for update in updates_of(name, bot_id=BOT.id, username=BOT.username or ""):
        world.telegram.queue_update(update)
        await world.wait_until_handled()
        messages.append(next(iter(update.values())))
    return messages


def _rows(world: World) -> list[Row]:
    rows = world.rows("SELECT prompt, ratio, source_file_id FROM requests ORDER BY id")
    return [(row["prompt"], row["ratio"], row["source_file_id"]) for row in rows]


def _pictures(world: World, chat_id: int) -> int:
    return sum(message.photo is not None for message in world.messages_in(chat_id))


@pytest.mark.parametrize("name", CASES)
async def test_a_case_has_its_result(own_bot: World, name: str) -> None:
    expected, words = CASES[name]
    messages = await _replay(own_bot, name)
    chat_id = messages[-1]["chat"]["id"]
    assert _rows(own_bot) == expected
    if words is not None:
        await own_bot.wait_for_text_in(chat_id, words)
    chats = {message["chat"]["id"] for message in messages}
    await own_bot.wait_until(lambda: sum(_pictures(own_bot, chat) for chat in chats) == len(expected))
    if not expected and words is None:
        assert own_bot.messages_in(chat_id) == []


@pytest.mark.parametrize("name", ["flag-spellings", "invisible-marks"])
async def test_each_spelling_of_a_case_is_drawn(own_bot: World, name: str) -> None:
    messages = await _replay(own_bot, name, USER_QUEUE_LIMIT="50", DAILY_QUOTA="100")
    empty = [m for m in messages if not m["text"].replace("/imagine", "").strip(" \u200b")]
    rows = _rows(own_bot)
    assert len(rows) == len(messages) - len(empty)
    assert {prompt for prompt, _, _ in rows} <= {"a cat", "a fox", "cat", "گربه"}
    assert {(ratio, source) for _, ratio, source in rows} <= {("1:1", None), ("16:9", None)}
