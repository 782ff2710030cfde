"""`make bench`: speed, CPU, memory, lag, latencies and recovery of the real bot; a table with the bar beside each."""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.harness import Harness, occasion, quantile, stage
from benchmarks.page import page_rows
from tests.support.poll_simulation import Measured, fresh, lognormal, watch

Row = tuple[str, str, str]


async def busy(made: Harness) -> list[Row]:
    """1,500 pictures as fast as they go: generations a second and CPU a generation."""
    count = 1_500
    made.durations(8.0, 0.35)
    await made.world.bot.start()
    made.ask(50)  # imports, connections and learning are not what is measured
    await made.until_sent(50)
    cpu, begun = made.cpu(), time.monotonic()
    made.ask(count)
    await made.until_sent(50 + count)
    seconds = time.monotonic() - begun
    calls = made.world.media.calls["result"] / (count + 50)
    return [
        ("generations a second", f"{count / seconds:.1f}", ">= 30"),
        ("CPU ms a generation", f"{(made.cpu() - cpu) / count * 1_000:.1f}", "<= 15"),
        ("result calls a generation", f"{calls:.2f}", ""),
    ]


async def crowded(made: Harness) -> list[Row]:
    """1,000 in flight: memory and loop lag."""
    made.durations(60.0, 0.1)
    await made.world.bot.start()
    made.ask(1_000)
    await made.until_created(1_000)
    before = await made.lag()
    await asyncio.sleep(20.0)
    after = await made.lag()
    memory = made.process().memory_info().rss / 1024 / 1024
    return [
        ("resident MB with 1,000 in flight", f"{memory:.0f}", "<= 250"),
        ("loop lag p50 ms, 1,000 in flight", f"{quantile(0.5, before, after) * 1_000:.1f}", ""),
        ("loop lag p99 ms, 1,000 in flight", f"{quantile(0.99, before, after) * 1_000:.1f}", "<= 50"),
    ]


async def idle(made: Harness) -> list[Row]:
    """One request after the other: latencies when nothing else goes on."""
    made.durations(1.0, 0.2)
    await made.world.bot.start()
    for number in range(1, 41):
        made.ask(1)
        await made.until_sent(number)
    sent = made.sent_at()
    to_create = [task.created_at - made.asked_at[task.prompt] for task in made.tasks[5:]]
    to_chat = [sent[task.prompt] - task.noticed_at for task in made.tasks[5:] if task.noticed_at is not None]
    return [
        ("update to create p50 ms, idle", f"{statistics.median(to_create) * 1_000:.1f}", "<= 50"),
        ("noticed to picture sent p50 ms, idle", f"{statistics.median(to_chat) * 1_000:.1f}", ""),
    ]


async def killed(made: Harness) -> list[Row]:
    """`kill -9` with 200 in flight: from ready to all of them polled again."""
    made.durations(120.0, 0.05)
    await made.world.bot.start()
    made.ask(200)
    await made.until_created(200)
    await asyncio.sleep(3.0)
    await made.world.bot.kill()
    polls = {task.id: task.polls for task in made.tasks}
    began = time.monotonic()
    await made.world.bot.start()
    ready = time.monotonic()
    await made.until_polled(polls)
    again = time.monotonic()
    return [
        ("start to ready s", f"{ready - began:.2f}", ""),
        ("ready to 200 polled again s", f"{again - ready:.2f}", "<= 1"),
        ("creates beyond the requests", str(len(made.tasks) - 200), "0"),
    ]


def waiting() -> list[Row]:
    """The polling schedule against a poll each two seconds, on the same durations."""
    runs = []
    for seed in range(6):
        poll_schedule = fresh()
        watch(poll_schedule, lognormal(8, 0.35), 200, seed)
        runs.append(watch(poll_schedule, lognormal(8, 0.35), 1_000, seed + 100))
    late, calls = statistics.mean(r.late for r in runs), statistics.mean(r.calls for r in runs)
    plain = _each_two_seconds(6_000, 2)
    return [
        ("done to noticed s, mean (simulated)", f"{late:.3f} (each 2 s: {plain.late:.2f})", "<= 0.45"),
        ("result calls a task (simulated)", f"{calls:.2f} (each 2 s: {plain.calls:.2f})", "<= 5.5"),
    ]


def _each_two_seconds(tasks: int, seed: int) -> Measured:
    dice, law = random.Random(seed), lognormal(8, 0.35)
    durations = [law(dice) for _ in range(tasks)]
    calls = [int(duration // 2) + 1 for duration in durations]
    late = sum(2 * count - duration for count, duration in zip(calls, durations, strict=True))
    return Measured(late / tasks, sum(calls) / tasks, 2.0)


SCENES: dict[str, Callable[[Harness], Awaitable[list[Row]]]] = {
    "idle": idle,
    "busy": busy,
    "crowded": crowded,
    "killed": killed,
}


async def main(wanted: list[str]) -> None:
    """Run the scenes and print a table."""
    print(f"{occasion()}\n\n| what | measured | bar |\n|---|---|---|")
    rows = [] if wanted else waiting()
    for name, scene in SCENES.items():
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory(prefix="imagine-bench-") as folder:
            async with stage(Path(folder)) as made:
                rows += await scene(made)
        _print(rows)
        rows = []
    if not wanted or "page" in wanted:
        _print(await page_rows())


def _print(rows: list[Row]) -> None:
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
