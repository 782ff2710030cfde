"""Measures the answers to inline queries and to guests while other pictures are drawn."""

import statistics
import time

from benchmarks.harness import Harness

IN_FLIGHT, QUERIES, GUESTS = 100, 200, 50


async def inline(harness: Harness) -> list[tuple[str, str, str]]:
    """Measure the time from an inline query or a mention to the bot's answer, with 100 pictures in flight."""
    harness.set_durations(120.0, 0.05)
    await harness.world.process.start()
    harness.request(IN_FLIGHT)
    await harness.wait_until_created(IN_FLIGHT)
    queries = sorted([await _query(harness, number) for number in range(QUERIES)])
    guests = sorted([await _mention(harness, number) for number in range(GUESTS)])
    return [
        ("inline query to answer ms, p50", f"{statistics.median(queries) * 1_000:.0f}", ""),
        ("inline query to answer ms, p99", f"{queries[QUERIES * 99 // 100 - 1] * 1_000:.0f}", "<= 300"),
        ("mention to answer ms, p50", f"{statistics.median(guests) * 1_000:.0f}", ""),
        ("mention to answer ms, slowest of 50", f"{guests[-1] * 1_000:.0f}", "<= 1000"),
    ]


async def _query(harness: Harness, number: int) -> float:
    """Return the seconds to the answer to a query of a new user."""
    telegram = harness.world.telegram
    user = harness.world.add_user()
    begun = time.monotonic()
    query = telegram.inline.queries[telegram.ask_inline(user, f"a fox {number}")]
    await harness.world.wait_until(lambda: query.results is not None)
    return time.monotonic() - begun


async def _mention(harness: Harness, number: int) -> float:
    """Return the seconds to the answer to a mention by a new user."""
    telegram = harness.world.telegram
    user = harness.world.add_user()
    chat_id = harness.world.add_group(user)
    begun = time.monotonic()
    _, query_id = telegram.mention(user, chat_id, f"@imagine_demo_bot a fox {number}")
    query = telegram.inline.guest_queries[query_id]
    await harness.world.wait_until(lambda: query.answered)
    return time.monotonic() - begun
