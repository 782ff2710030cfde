"""Measures the answers to pre-checkout queries while a storm of updates is received and handled."""

import asyncio
import statistics
import time

from benchmarks.harness import Harness
from playground.star_ledger import StarInvoice
from tests.support.world import ADMIN

USERS, EACH = 1_000, 5
EVERY_SECONDS = 0.1
"""Time between two queries, and so the number of them."""
LINK = "https://t.me/$storm"


async def checkouts(harness: Harness) -> list[tuple[str, str, str]]:
    """Measure the time from Pay to the bot's answer, during a storm of 5,000 updates.

    The first query is written when all of them wait at Telegram, further ones until the last update is handled.
    """
    telegram = harness.world.telegram
    telegram.stars.ledger.links[LINK] = StarInvoice(title="x", description="x", payload="unknown", stars=50)
    settings = {"STARS": "true", "ADMIN_IDS": str(ADMIN), "DAILY_QUOTA": "1", "MAX_IN_FLIGHT": "5"}
    await harness.world.process.start(**settings)
    await asyncio.sleep(2.0)
    harness.world.hold_tasks()
    idle = await _pay(harness)
    users = [harness.world.add_user() for _ in range(USERS)]
    begun, sent = time.monotonic(), telegram.calls["sendMessage"]
    for number in range(EACH):
        for user in users:
            telegram.say(user, f"/imagine fox {number} --ar 1:1")
    behind = asyncio.create_task(_pay(harness))
    others = []
    while telegram.calls["sendMessage"] - sent < USERS * EACH:
        await asyncio.sleep(EVERY_SECONDS)
        others.append(asyncio.create_task(_pay(harness)))
    seconds = time.monotonic() - begun
    times = sorted(await asyncio.gather(behind, *others))
    return [
        ("Pay to answer ms, idle", f"{idle * 1_000:.0f}", ""),
        ("Pay to answer ms, behind 5,000 updates", f"{behind.result() * 1_000:.0f}", "<= 1000"),
        (f"Pay to answer ms, p50 of {len(times)} in a storm", f"{statistics.median(times) * 1_000:.0f}", ""),
        ("Pay to answer ms, p99", f"{times[len(times) * 99 // 100 - 1] * 1_000:.0f}", "<= 1000"),
        ("Pay to answer ms, slowest", f"{times[-1] * 1_000:.0f}", "<= 1000"),
        ("5,000 updates handled s", f"{seconds:.1f}", ""),
    ]


async def _pay(harness: Harness) -> float:
    """Return the seconds from Pay to the end of the checkout."""
    begun = time.monotonic()
    await harness.world.telegram.stars.pay(harness.world.add_user(), LINK)
    return time.monotonic() - begun
