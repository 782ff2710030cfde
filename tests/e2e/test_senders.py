"""Anonymous admins and channels, end to end: each counts as the chat it writes for, not as the account they share."""

import json

import pytest
from aiogram.types import Chat, User

from playground import faults
from playground.chats import BOT
from playground.faults import Fault
from tests.support.process_launcher import ROOT
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ANONYMOUS = User(id=1_087_968_824, is_bot=True, first_name="Group", username="GroupAnonymousBot")
CHANNEL = User(id=136_817_688, is_bot=True, first_name="Channel", username="Channel_Bot")
PAUSE = 80
"""Seconds of a pause that Telegram asks for: less than the bot waits, and long for any machine."""
REFUSAL = faults.telegram(429, f"Too Many Requests: retry after {PAUSE}", retry_after=PAUSE)


async def test_the_anonymous_admins_of_32_groups_do_not_share_a_throttle(own_bot: World) -> None:
    await own_bot.process.start()
    case = json.loads((ROOT / "tests/cases/anonymous-admins.json").read_text(encoding="utf-8"))
    groups = [update["message"]["chat"]["id"] for update in case]
    for group in groups:
        own_bot.telegram.chats.add_group(group, "Friends", {})
    for update in case:
        own_bot.telegram.queue_update({"message": update["message"]})
    assert len(set(groups)) >= 32

    await own_bot.wait_until(lambda: all(_got_an_answer(own_bot, group) for group in groups))


def _got_an_answer(world: World, chat_id: int) -> bool:
    sent = [
        event for event in world.telegram.chats.events if event.kind == "sent" and event.chat_id == chat_id
    ]
    return any(event.message is not None and event.message.from_user == BOT for event in sent)


@pytest.mark.parametrize("account", [ANONYMOUS, CHANNEL], ids=["anonymous admins", "channels"])
async def test_a_429_in_one_group_does_not_delay_the_picture_of_another(
    own_bot: World, account: User
) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    first, second = own_bot.add_group(ann), own_bot.add_group(ann)
    fault = own_bot.telegram.faults.add(Fault("sendMessage", only=f"chat {first}.", answer=REFUSAL))
    for group, text in ((first, "/quota"), (second, "/imagine a fox --ar 1:1")):
        chat = own_bot.telegram.chats.chats[group]
        if account is CHANNEL:
            chat = Chat(id=-1_000_000_000_000 + group, type="channel", title="News")
        own_bot.telegram.say(account, text, chat_id=group, sender_chat=chat)
        if group == first:
            await own_bot.wait_until(lambda: fault.hits)
    await own_bot.wait_for_picture_in(second)
    assert own_bot.messages_in(first) == [], "the answer still waits"


async def test_many_members_of_a_group_in_a_429_do_not_delay_another_chat(own_bot: World) -> None:
    await own_bot.process.start()
    members = [own_bot.add_user() for _ in range(70)]
    group, ben = own_bot.add_group(*members), own_bot.add_user()
    fault = own_bot.telegram.faults.add(
        Fault("sendMessage", only=f"chat {group}.", times=None, answer=REFUSAL)
    )
    for member in members:
        own_bot.telegram.say(member, "/quota", chat_id=group)
    await own_bot.wait_until(lambda: not own_bot.telegram.waiting())
    own_bot.telegram.say(ben, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ben)
    assert fault.hit_at[-1] - fault.hit_at[0] < PAUSE, "the group was not tried again"
