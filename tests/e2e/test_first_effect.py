"""The effect with the first picture of a user in the private chat: once, and never in the way of the picture."""

import pytest

from playground import faults
from playground.faults import Fault
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PARTY = "5046509860389126442"


async def test_only_the_first_private_picture_has_the_effect(own_bot: World) -> None:
    own_bot.process.settings["FIRST_PICTURE_EFFECT"] = PARTY
    await own_bot.process.start()
    ann, ben = own_bot.add_user(), own_bot.add_user(name="Ben")
    group = own_bot.add_group(ann)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    assert (await own_bot.wait_for_picture_in(group)).effect_id is None
    own_bot.telegram.faults.add(Fault("sendPhoto", answer=faults.status(500), only=str(ann.id)))
    own_bot.telegram.say(ann, "/imagine an owl --ar 1:1")
    assert (await own_bot.wait_for_picture(ann)).effect_id == PARTY
    own_bot.telegram.say(ben, "/imagine a grid --n 2 --ar 1:1")
    assert (await own_bot.wait_for_picture(ben)).effect_id == PARTY
    await own_bot.wait_until_closed()
    for user in (ann, ben):
        own_bot.telegram.say(user, "/imagine a hen --ar 1:1")
        assert (await own_bot.wait_for_picture(user, 2)).effect_id is None


async def test_a_refused_effect_costs_no_picture_and_none_is_sent_twice(own_bot: World) -> None:
    own_bot.process.settings["FIRST_PICTURE_EFFECT"] = "1"
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    assert (await own_bot.wait_for_picture(ann)).effect_id is None
    await own_bot.wait_until_closed()
    assert len(own_bot.pictures(ann)) == 1
    calls = [call for call in own_bot.telegram.journal.since(0) if call["call"] == "sendPhoto"]
    assert len(calls) == 2
