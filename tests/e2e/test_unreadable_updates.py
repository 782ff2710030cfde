"""Updates with parts that aiogram cannot parse, end to end."""

import json
from typing import Any

import pytest
from aiogram.types import User

from playground.inline_state import GuestQueryState
from playground.telegram import dump
from tests.support.process_launcher import ROOT
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_a_complete_prompt_is_drawn_beside_an_unreadable_reply(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    contexts: list[dict[str, Any]] = [
        {"external_reply": {"origin": {"type": "hologram"}, "photo": [{"file_id": 5}]}},
        {"reply_to_message": {"message_id": 7, "photo": "rubbish"}},
    ]
    for number, context in enumerate(contexts):
        said = dump(shared_bot.telegram.chats.add(group, ann, text=f"/imagine a fox {number} --ar 16:9"))
        shared_bot.telegram.queue_update({"message": said | context})
        picture = await shared_bot.wait_for_picture_in(group, number + 1)
        assert picture.caption is not None
        assert picture.caption.startswith(f"a fox {number}")


async def test_the_cases_of_the_field_are_answered_with_pictures_or_questions(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user(user_id=101)
    own_bot.telegram.chats.files["LARGE"] = jpeg()
    for case in ("update-empty-story", "update-hidden-origin"):
        for update in json.loads((ROOT / f"tests/cases/{case}.json").read_text(encoding="utf-8")):
            expected = len(own_bot.messages_to(ann)) + 1
            # A message of its own: the same message twice would be one request.
            number = own_bot.telegram.chats.add(ann.id, ann, text="x").message_id
            own_bot.telegram.queue_update({"message": update["message"] | {"message_id": number}})
            await _wait_for_messages(own_bot, ann, expected)
    await own_bot.wait_until_closed()
    assert own_bot.rows("SELECT 1 FROM requests WHERE prompt = 'a cat' AND state = 'delivered'")
    lines = [line for line in own_bot.process.lines if "update understood in part" in line]
    assert len(lines) == 3


async def test_an_unreadable_message_is_answered_with_the_sentence_for_errors(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.telegram.queue_update({"message": _without_date(shared_bot, ann, ann.id)})
    await shared_bot.wait_for_text(ann, "Something broke on my side")
    shared_bot.telegram.queue_update({"message": _without_date(shared_bot, ann, group)})
    await shared_bot.wait_for_ephemeral(group, ann, "Something broke on my side")
    club = shared_bot.add_club(ann)
    mention = shared_bot.telegram.chats.add(club, ann, text="@imagine_demo_bot a fox")
    shared_bot.telegram.inline.guest_queries["unreadable"] = GuestQueryState(mention)
    guest = _without_date(shared_bot, ann, club) | {"guest_query_id": "unreadable"}
    shared_bot.telegram.queue_update({"guest_message": guest})
    await shared_bot.wait_for_text_in(club, "Something broke on my side")


async def _wait_for_messages(world: World, user: User, count: int) -> None:
    await world.wait_until(lambda: len(world.messages_to(user)) >= count)


def _without_date(world: World, user: User, chat_id: int) -> dict[str, object]:
    message = dump(world.telegram.chats.add(chat_id, user, text="/imagine a fox --ar 1:1"))
    return message | {"date": "rubbish"}
