"""`make bench`: prints a table of the real bot's speed, CPU time, memory, lag, latencies and recovery."""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.checkouts import checkouts
from benchmarks.databases import database_table
from benchmarks.harness import (
    Harness,
    conversion_seconds,
    import_seconds,
    machine_line,
    open_harness,
    quantile,
)
from benchmarks.inline import inline
from benchmarks.ledger import ledger_rows
from benchmarks.page import page_rows
from playground.flood import Flood
from tests.support.poll_simulation import PollStatistics, lognormal, trained_statistics

Row = tuple[str, str, str]
"""A measure, its value, and the bar that it must reach."""


async def busy(harness: Harness) -> list[Row]:
    """Measure 1,500 pictures at full speed: generations a second and CPU time a generation."""
    warm_up, count = (
        50,
        1_500,
    )  # the warm-up keeps imports, new connections and learning out of the measurement
    harness.set_durations(8.0, 0.35)
    await harness.world.process.start()
    harness.request(warm_up)
    await harness.wait_until_sent(warm_up)
    cpu, begun = harness.cpu(), time.monotonic()
    harness.request(count)
    await harness.wait_until_sent(warm_up + count)
    seconds = time.monotonic() - begun
    calls = harness.world.media.calls["result"] / (count + warm_up)
    each, conversion = (harness.cpu() - cpu) / count, conversion_seconds(harness.picture)
    return [
        ("generations a second", f"{count / seconds:.1f}", ">= 30"),
        ("CPU ms a generation", f"{each * 1_000:.1f}", ""),
        ("CPU ms of Pillow's conversion of the picture", f"{conversion * 1_000:.1f}", ""),
        ("CPU a generation, times Pillow's conversion", f"{each / conversion:.2f}", "<= 1.35"),
        ("result calls a generation", f"{calls:.2f}", ""),
    ]


async def crowded(harness: Harness) -> list[Row]:
    """Measure memory and loop lag with 1,000 generations in flight."""
    harness.set_durations(60.0, 0.1)
    await harness.world.process.start()
    await asyncio.sleep(5.0)
    idle_memory = harness.memory()
    harness.request(1_000)
    await harness.wait_until_created(1_000)
    before = await harness.lag()
    await asyncio.sleep(20.0)
    after = await harness.lag()
    memory = harness.memory()
    return [
        ("resident MB, idle", f"{idle_memory:.0f}", ""),
        ("resident MB with 1,000 in flight", f"{memory:.0f}", "<= 225"),
        ("resident MB more with 1,000 in flight", f"{memory - idle_memory:.0f}", "<= 30"),
        ("loop lag p50 ms, 1,000 in flight", f"{quantile(0.5, before, after) * 1_000:.1f}", ""),
        ("loop lag p99 ms, 1,000 in flight", f"{quantile(0.99, before, after) * 1_000:.1f}", "<= 10"),
    ]


async def started(harness: Harness) -> list[Row]:
    """Measure starts on a ledger that exists, and the import of aiogram alone."""
    await harness.world.process.start()
    starts, imports = [], []
    for _ in range(5):
        await harness.world.process.stop()
        begun = time.monotonic()
        await harness.world.process.start()
        starts.append(time.monotonic() - begun)
        imports.append(import_seconds("aiogram"))
    start, alone = statistics.median(starts), statistics.median(imports)
    return [
        ("start to ready s, idle", f"{start:.2f}", ""),
        ("import of aiogram s", f"{alone:.2f}", ""),
        ("start to ready s beside the import of aiogram", f"{start - alone:.2f}", "<= 0.6"),
    ]


async def idle(harness: Harness) -> list[Row]:
    """Measure latencies of one request after the other."""
    harness.set_durations(1.0, 0.2)
    await harness.world.process.start()
    for number in range(1, 41):
        harness.request(1)
        await harness.wait_until_sent(number)
    sent = harness.sent_at()
    to_create = [task.created_at - harness.requested_at[task.prompt] for task in harness.tasks[5:]]
    to_chat = [
        sent[task.prompt] - task.noticed_at for task in harness.tasks[5:] if task.noticed_at is not None
    ]
    return [
        ("update to create p50 ms, idle", f"{statistics.median(to_create) * 1_000:.1f}", "<= 50"),
        ("noticed to picture sent p50 ms, idle", f"{statistics.median(to_chat) * 1_000:.1f}", ""),
    ]


async def killed(harness: Harness) -> list[Row]:
    """Measure the restart after `kill -9` with 200 generations in flight, until all of them are polled again."""
    harness.set_durations(120.0, 0.05)
    await harness.world.process.start()
    harness.request(200)
    await harness.wait_until_created(200)
    await asyncio.sleep(3.0)
    await harness.world.process.kill()
    polls = {task.id: task.polls for task in harness.tasks}
    begun = time.monotonic()
    await harness.world.process.start()
    ready = time.monotonic()
    await harness.wait_until_polled(polls)
    polled = time.monotonic()
    return [
        ("start to ready s", f"{ready - begun:.2f}", ""),
        ("ready to 200 polled again s", f"{polled - ready:.2f}", "<= 1"),
        ("creates beyond the requests", str(len(harness.tasks) - 200), "0"),
    ]


async def polled(harness: Harness) -> list[Row]:
    """Measure the polls of 200 tasks at once, after 200 others at once that the schedule learned from."""
    harness.set_durations(8.0, 0.35)
    await harness.world.process.start()
    for count in (200, 400):
        harness.request(200)
        await harness.wait_until_sent(count)
    tasks = harness.tasks[200:]
    late = [task.noticed_at - task.done_at for task in tasks if task.noticed_at is not None]
    return [
        ("done to noticed s, mean, 200 at once", f"{statistics.mean(late):.3f}", "<= 0.5"),
        (
            "result calls a task, 200 at once",
            f"{statistics.mean(task.polls for task in tasks):.2f}",
            "<= 5.6",
        ),
    ]


async def paced(harness: Harness) -> list[Row]:
    """Measure 75 requests at once with Telegram's limit of 30 messages a second as a strict sliding window."""
    flood = await _draw_at_once(harness, 75, 60.0)
    sent = harness.sent_at()
    times = [sent[prompt] - requested for prompt, requested in harness.requested_at.items()]
    return [
        ("messages refused by a strict Telegram, 75 at once", str(flood.refused), "<= 2"),
        ("request to picture s, mean, 75 at once", f"{statistics.mean(times):.2f}", ""),
        ("request to picture s, last, 75 at once", f"{max(times):.2f}", ""),
    ]


async def full_line(harness: Harness) -> list[Row]:
    """Measure the share of pictures among the messages while 300 requests at once fill Telegram's limits."""
    flood = await _draw_at_once(harness, 300, 120.0)
    pictures = sorted(harness.sent_at().values())
    first, last = pictures[0], pictures[-1]
    messages = [at for at in harness.messages_at() if first <= at <= last]
    return [
        ("messages refused by a strict Telegram, 300 at once", str(flood.refused), "<= 2"),
        ("pictures among 30 messages, 300 at once", f"{len(pictures) / len(messages) * 30:.1f}", ">= 26"),
        ("pictures a second, 300 at once", f"{(len(pictures) - 1) / (last - first):.1f}", ""),
    ]


async def _draw_at_once(harness: Harness, count: int, seconds: float) -> Flood:
    """Draw so many pictures at once, within some seconds, with Telegram's limit as a strict sliding window."""
    harness.set_durations(3.0, 0.1)
    flood = harness.world.telegram.flood = Flood(strict=True)
    await harness.world.process.start(TELEGRAM_RATE="30")
    harness.request(count)
    await harness.world.wait_until(lambda: len(harness.sent_at()) == count, seconds)
    return flood


def simulated() -> list[Row]:
    """Compare the poll schedule with a poll every two seconds, on the same durations."""
    learned, fixed = trained_statistics(), _every_two_seconds(6_000, 2)
    return [
        (
            "done to noticed s, mean (simulated)",
            f"{learned.late:.3f} (each 2 s: {fixed.late:.2f})",
            "<= 0.45",
        ),
        ("result calls a task (simulated)", f"{learned.calls:.2f} (each 2 s: {fixed.calls:.2f})", "<= 5.5"),
    ]


def _every_two_seconds(tasks: int, seed: int) -> PollStatistics:
    dice, law = random.Random(seed), lognormal(8, 0.35)
    durations = [law(dice) for _ in range(tasks)]
    calls = [int(duration // 2) + 1 for duration in durations]
    late = sum(2 * count - duration for count, duration in zip(calls, durations, strict=True))
    return PollStatistics(late / tasks, sum(calls) / tasks, 2.0)


SCENES: dict[str, Callable[[Harness], Awaitable[list[Row]]]] = {
    "idle": idle,
    "busy": busy,
    "crowded": crowded,
    "started": started,
    "killed": killed,
    "paced": paced,
    "full_line": full_line,
    "polled": polled,
    "inline": inline,
    "checkouts": checkouts,
}


async def main(chosen: list[str]) -> None:
    """Run the chosen scenes, or all of them and the simulation, and print a table.

    The comparison of databases has a table of its own and runs only if it is chosen.
    """
    if "databases" in chosen:
        print(await database_table(), flush=True)
        if chosen == ["databases"]:
            return
        print()
    print(f"{machine_line()}\n\n| what | measured | bar |\n|---|---|---|")
    if not chosen:
        _print(simulated())
    for name, scene in SCENES.items():
        if chosen and name not in chosen:
            continue
        with tempfile.TemporaryDirectory(prefix="imagine-bench-") as folder:
            async with open_harness(Path(folder)) as harness:
                _print(await scene(harness))
    if not chosen or "ledger" in chosen:
        _print(await ledger_rows())
    if not chosen or "page" in chosen:
        _print(await page_rows())


def _print(rows: list[Row]) -> None:
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
