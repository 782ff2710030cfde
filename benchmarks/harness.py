"""The processes of a bot between the stand-ins, with the limits lifted, and the instruments that measure them."""

import asyncio
import datetime
import io
import os
import platform
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families

from playground import pictures
from playground.media import MediaTask, lognormal
from tests.support.bot_process import BotProcess
from tests.support.process_launcher import ROOT
from tests.support.world import World, open_world

DEADLINE = 300.0
SETTINGS = {
    "TELEGRAM_RATE": "10000",
    "MAX_IN_FLIGHT": "1000",
    "DAILY_QUOTA": "1000",
    "GENERATION_TIMEOUT": "600",
    "LOG_LEVEL": "INFO",
}


class Harness:
    """A world with lifted limits. `requested_at` maps prompts to monotonic times.

    `processes` are those of the bot: only that of the world, or several replicas. `picture` is the WebP file that the
    provider's stand-in serves for every task.
    """

    def __init__(self, world: World, processes: Sequence[BotProcess] = ()) -> None:
        self.world = world
        self.processes = processes or [world.process]
        self.picture = serve_one_picture(world)
        world.telegram.flood.rate = 100_000
        self.requested_at: dict[str, float] = {}

    def set_durations(self, median: float, sigma: float, seed: int = 1) -> None:
        """Set the log-normal law of the durations of tasks, in seconds."""
        self.world.media.duration = lognormal(median, sigma, seed)

    def request(self, count: int) -> None:
        """Send one request for each of so many new users."""
        for _ in range(count):
            number = len(self.requested_at) + 1
            user = self.world.add_user(name=f"User {number}")
            prompt = f"picture {number}"
            self.world.telegram.say(user, f"/imagine {prompt} --ar 1:1")
            self.requested_at[prompt] = time.monotonic()

    @property
    def tasks(self) -> list[MediaTask]:
        """Return the provider's tasks, oldest first."""
        return list(self.world.media.tasks.values())

    def sent_at(self) -> dict[str, float]:
        """Return the monotonic time at which the picture of each prompt was sent."""
        events = self.world.telegram.chats.events
        return {e.text: e.at for e in events if e.kind == "sent" and e.message and e.message.photo}

    def messages_at(self) -> list[float]:
        """Return the monotonic times at which the bot sent a message of any kind."""
        events = self.world.telegram.chats.events
        return [
            e.at
            for e in events
            if e.kind == "sent" and e.message and e.message.from_user and e.message.from_user.is_bot
        ]

    async def wait_until_created(self, count: int) -> None:
        """Wait until the provider has so many tasks."""
        await _wait_until(lambda: len(self.world.media.tasks) >= count, 0.05)

    async def wait_until_sent(self, count: int) -> None:
        """Wait until so many pictures are sent."""
        await _wait_until(lambda: self.world.telegram.calls["sendPhoto"] >= count, 0.05)

    async def wait_until_polled(self, polls: dict[str, int]) -> None:
        """Wait until each of these tasks has more polls than the given number for its id."""
        tasks = self.world.media.tasks
        await _wait_until(lambda: all(tasks[task].polls > number for task, number in polls.items()), 0.005)

    def cpu(self) -> float:
        """Return the CPU seconds that the processes of the bot have used."""
        times = [psutil.Process(process.pid).cpu_times() for process in self.processes]
        return float(sum(used.user + used.system for used in times))

    def memory(self) -> float:
        """Return the mean resident memory of the bot's processes in MiB."""
        sizes = [psutil.Process(process.pid).memory_info().rss for process in self.processes]
        return float(sum(sizes) / len(sizes) / 2**20)

    async def lag(self) -> dict[float, float]:
        """Return the loop-lag histogram: the number of timers that were late by at most so many seconds."""
        address = await self.world.process.address()
        async with aiohttp.ClientSession() as http, http.get(f"{address}/metrics") as answer:
            text = await answer.text()
        return {
            float(sample.labels["le"]): sample.value
            for family in text_string_to_metric_families(text)
            if family.name == "imagine_loop_lag_seconds"
            for sample in family.samples
            if sample.name.endswith("_bucket")
        }


async def _wait_until(ready: Callable[[], bool], interval: float) -> None:
    """Wait until a condition holds, checked at an interval in seconds: a check at each event would cost CPU."""
    async with asyncio.timeout(DEADLINE):
        while not ready():  # noqa: ASYNC110
            await asyncio.sleep(interval)


def serve_one_picture(world: World) -> bytes:
    """Make the stand-in serve the same picture for every task, so that drawing costs no CPU, and return it."""
    picture = pictures.webp(pictures.draw("a lighthouse in a storm", "1:1"))
    world.media.draw = lambda _prompt, _ratio, _pixels: picture
    return picture


def conversion_seconds(picture: bytes, count: int = 50) -> float:
    """Return the CPU seconds in which Pillow converts a WebP to a JPEG of quality 92."""
    begun = time.process_time()
    for _ in range(count):
        with Image.open(io.BytesIO(picture)) as image:
            image.save(io.BytesIO(), "JPEG", quality=92)
    return (time.process_time() - begun) / count


def import_seconds(module: str) -> float:
    """Return the seconds in which a new Python process imports a module and ends."""
    begun = time.monotonic()
    subprocess.run((sys.executable, "-c", f"import {module}"), check=True)
    return time.monotonic() - begun


def machine_line() -> str:
    """Return the date, the machine and the Python version of a measurement."""
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {machine}, Python {platform.python_version()}"


def commit() -> str:
    """Return the commit that is measured, marked if files differ from it."""
    command = ("git", "describe", "--always", "--dirty", "--exclude=*")
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


@asynccontextmanager
async def open_harness(folder: Path) -> AsyncIterator[Harness]:
    """Yield a harness with a bot that is not started yet."""
    async with open_world(folder, **SETTINGS) as world:
        yield Harness(world)


def quantile(share: float, before: dict[float, float], after: dict[float, float]) -> float:
    """Return a quantile in seconds of the timers between two histograms, interpolated within its bucket."""
    counts = {bound: after[bound] - before.get(bound, 0.0) for bound in sorted(after)}
    wanted = share * max(counts.values())
    lower, below = 0.0, 0.0
    for bound, count in counts.items():
        if count >= wanted:
            width = (bound if bound != float("inf") else lower) - lower
            return lower + width * (wanted - below) / max(1.0, count - below)
        lower, below = bound, count
    return lower
