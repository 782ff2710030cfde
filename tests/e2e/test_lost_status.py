"""A status message that was sent without its id being stored.

It is found if its id is one of the three after the user's message. The bot numbers the messages of all its private
chats together, so the window that remains is a rush: with more messages in between, the status message stays beside the
picture until its Cancel button is pressed.
"""

import pytest
from aiogram.types import Message, User

from playground.faults import Fault
from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _statuses(world: World, user: User) -> list[Message]:
    return [message for message in world.messages_to(user) if "Cancel" in buttons(message)]


async def _kill_before_the_id_is_stored(world: World, user: User) -> None:
    """Let Telegram handle the call that sends the status message, and kill the bot before the answer arrives."""
    world.telegram.faults.add(Fault("sendMessage", delay=60.0, after=True, only=f"chat {user.id}."))
    await world.process.start()
    await world.wait_until(lambda: _statuses(world, user))
    await world.process.kill()
    world.telegram.faults.clear()


async def test_a_status_message_is_continued_after_a_kill(own_bot: World) -> None:
    own_bot.media.duration = lambda: 600.0
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await _kill_before_the_id_is_stored(own_bot, ann)
    await own_bot.process.start()
    await own_bot.process.wait_for_log("lost status found")
    await own_bot.process.wait_until(
        lambda: own_bot.rows("SELECT 1 FROM requests WHERE status_message_id IS NOT NULL")
    )
    (status,) = _statuses(own_bot, ann)
    assert own_bot.messages_to(ann) == [status]
    own_bot.telegram.press(ann, status, "Cancel")
    await own_bot.wait_for_text(ann, "Cancelled")


async def test_a_status_message_is_removed_if_the_picture_was_delivered_before_the_kill(
    own_bot: World,
) -> None:
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    own_bot.telegram.faults.add(Fault("sendMessage", delay=60.0, after=True, only=f"chat {ann.id}."))
    own_bot.process.die_at = "committed delivered 1"
    await own_bot.process.start(until=None)
    await own_bot.wait_for_picture(ann)
    await own_bot.process.wait_until(lambda: own_bot.process.ended)
    assert len(_statuses(own_bot, ann)) == 1
    own_bot.telegram.faults.clear()
    await own_bot.process.start()
    await own_bot.wait_until_closed()
    assert own_bot.messages_to(ann) == own_bot.pictures(ann)


async def test_a_status_message_out_of_reach_is_removed_by_its_button(own_bot: World) -> None:
    ann, bob = own_bot.add_user(), own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    for _ in range(4):
        own_bot.telegram.say(bob, "/quota")
    await _kill_before_the_id_is_stored(own_bot, ann)
    await own_bot.process.start()
    await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    (lost,) = _statuses(own_bot, ann)
    own_bot.telegram.press(ann, lost, "Cancel")
    await own_bot.wait_for_toast(lost, "Nothing to cancel")
    await own_bot.wait_until(lambda: own_bot.messages_to(ann) == own_bot.pictures(ann))
