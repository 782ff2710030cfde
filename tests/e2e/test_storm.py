"""What piled up while the bot was away comes all at once: answered in order, in bounded memory."""

from collections import defaultdict

import psutil
import pytest
from aiogram.types import Message

from bot.update_queue import LARGEST_BACKLOG
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PEOPLE, EACH = 1_000, 5
MIB = 1024 * 1024
MOST_GROWTH = 64 * MIB


@pytest.mark.timeout(240)
async def test_five_thousand_updates_at_once(own_bot: World) -> None:
    own_bot.media.duration = lambda: 3600.0
    own_bot.telegram.flood.rate = 10_000
    users = [own_bot.add_user() for _ in range(PEOPLE)]
    for number in range(EACH):
        for user in users:
            own_bot.telegram.say(user, f"/imagine fox {number} --ar 1:1")
    await own_bot.process.start(DAILY_QUOTA="1", MAX_IN_FLIGHT="5", TELEGRAM_RATE="10000")
    process = psutil.Process(own_bot.process.pid)
    before = peak = process.memory_info().rss
    backlog = 0

    def answered() -> bool:
        nonlocal peak, backlog
        peak = max(peak, process.memory_info().rss)
        backlog = max(backlog, len(own_bot.rows("SELECT 1 FROM inbox WHERE payload IS NOT NULL")))
        return all(len(own_bot.messages_to(user)) == EACH for user in users[::50]) and all(
            len(own_bot.messages_to(user)) == EACH for user in users
        )

    await own_bot.process.wait_until(answered, 200)
    for user in users:
        _in_order(own_bot.messages_to(user))
    accepted = own_bot.rows("SELECT prompt, count(*) AS n FROM requests GROUP BY prompt")
    assert [tuple(row) for row in accepted] == [("fox 0", PEOPLE)]
    assert peak - before < MOST_GROWTH
    assert backlog <= LARGEST_BACKLOG + 100


def _in_order(answers: list[Message]) -> None:
    """The first wish waits or is drawn; the others are refused with the reason, each answering its own message."""
    told = defaultdict(list)
    for message in answers:
        assert message.reply_to_message is not None
        refused = "your 1 picture for today" in (message.text or "")
        told[refused].append(message.reply_to_message.message_id)
    assert told[True] == sorted(told[True])
    assert (len(told[False]), len(told[True])) == (1, EACH - 1)
    assert told[False][0] < told[True][0]
