"""Thousands of updates at the start: answered in order for each user, in bounded memory."""

from collections import defaultdict

import psutil
import pytest
from aiogram.types import Message

from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

USERS, EACH = 1_000, 5
MIB = 1024 * 1024
MOST_GROWTH = 64 * MIB


@pytest.mark.long(50)
async def test_five_thousand_updates_are_answered_in_order_and_in_bounded_memory(own_bot: World) -> None:
    own_bot.hold_tasks()
    own_bot.telegram.flood.rate = 10_000
    users = [own_bot.add_user() for _ in range(USERS)]
    for number in range(EACH):
        for user in users:
            own_bot.telegram.say(user, f"/imagine fox {number} --ar 1:1")
    await own_bot.process.start(DAILY_QUOTA="1", MAX_IN_FLIGHT="5", TELEGRAM_RATE="10000")
    process = psutil.Process(own_bot.process.pid)
    before = peak = process.memory_info().rss

    def all_are_answered() -> bool:
        nonlocal peak
        peak = max(peak, process.memory_info().rss)
        return len(own_bot.telegram.chats.messages) >= 2 * USERS * EACH

    await own_bot.process.wait_until(all_are_answered, 500)
    answers = defaultdict(list)
    for message in own_bot.telegram.chats.messages.values():
        if message.reply_to_message is not None:
            answers[message.chat.id].append(message)
    for user in users:
        _check_order(answers[user.id])
    accepted = own_bot.rows("SELECT prompt, count(*) AS n FROM requests GROUP BY prompt")
    assert [(row["prompt"], row["n"]) for row in accepted] == [("fox 0", USERS)]
    assert peak - before < MOST_GROWTH


def _check_order(answers: list[Message]) -> None:
    """Check that the first request is accepted and the others are rejected in order, each with a reply of its own."""
    replied_to = defaultdict(list)
    for message in answers:
        assert message.reply_to_message is not None
        rejected = "your 1 picture for today" in (message.text or "")
        replied_to[rejected].append(message.reply_to_message.message_id)
    assert replied_to[True] == sorted(replied_to[True])
    assert (len(replied_to[False]), len(replied_to[True])) == (1, EACH - 1)
    assert replied_to[False][0] < replied_to[True][0]
