"""The forms of the provider's answers: in each of them a paid task is a delivered picture, paid once."""

import itertools

import pytest

from tests.support.answer_variants import TASK_ID, VARIANTS
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.long(16)
async def test_a_paid_task_is_delivered_in_each_form_of_the_answer(own_bot: World) -> None:
    ids = itertools.count(int(TASK_ID))
    own_bot.media.new_id = lambda: str(next(ids))
    await own_bot.process.start()
    for number, (name, variant) in enumerate(VARIANTS.items(), start=1):
        own_bot.media.variant = variant
        user = own_bot.add_user(name=name)
        own_bot.telegram.say(user, f"/imagine a fox, {name} --ar 1:1")
        await own_bot.wait_for_picture(user)
        assert (len(own_bot.media.tasks), own_bot.quota_used(user)) == (number, 1)
    assert own_bot.media.calls["create"] == len(VARIANTS)


async def test_a_picture_without_a_task_id_is_delivered_and_paid_once(own_bot: World) -> None:
    own_bot.media.duration = lambda: 0.0
    own_bot.media.variant = lambda answer: (200, {"status": answer["status"], "url": answer["url"]})
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    picture = await own_bot.wait_for_picture(ann)
    assert (own_bot.media.calls["create"], own_bot.media.calls["result"]) == (1, 0)
    own_bot.telegram.press(ann, picture, "Original")
    await own_bot.wait_until(lambda: any(message.document for message in own_bot.messages_to(ann)))
    assert own_bot.quota_used(ann) == 1
