"""The bot in a process of its own, the stand-ins in this one, and the instruments."""

import asyncio
import datetime
import os
import platform
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
from aiogram.types import User
from prometheus_client.parser import text_string_to_metric_families

from playground import pictures
from playground.media import MediaTask, lognormal
from tests.support.world import World, world

PATIENCE = 300.0
LIFTED = {
    "TELEGRAM_RATE": "10000",
    "MAX_IN_FLIGHT": "1000",
    "DAILY_QUOTA": "1000",
    "GENERATION_TIMEOUT": "600",
    "LOG_LEVEL": "INFO",
}


class Harness:
    """A world with its limits lifted."""

    def __init__(self, made: World) -> None:
        self.world = made
        draw_once(made)
        made.telegram.flood.rate = 100_000
        self.asked_at: dict[str, float] = {}
        self._people = 0

    def durations(self, median: float, sigma: float, seed: int = 1) -> None:
        """Set how long tasks take."""
        self.world.media.duration = lognormal(median, sigma, seed)

    def ask(self, count: int) -> list[User]:
        """Let so many people ask for one picture each."""
        users = []
        for _ in range(count):
            self._people += 1
            user = self.world.user(name=f"Person {self._people}")
            prompt = f"picture {self._people}"
            self.world.telegram.say(user, f"/imagine {prompt} --ar 1:1")
            self.asked_at[prompt] = time.monotonic()
            users.append(user)
        return users

    @property
    def tasks(self) -> list[MediaTask]:
        """The provider's tasks, oldest first."""
        return list(self.world.media.tasks.values())

    def sent_at(self) -> dict[str, float]:
        """When each prompt's picture came into its chat."""
        events = self.world.telegram.chats.events
        return {e.text: e.at for e in events if e.kind == "sent" and e.message and e.message.photo}

    async def until_created(self, count: int) -> None:
        """Wait until the provider has so many tasks."""
        await _until(lambda: len(self.world.media.tasks) >= count, 0.05)

    async def until_sent(self, count: int) -> None:
        """Wait until so many pictures came."""
        await _until(lambda: self.world.telegram.calls["sendPhoto"] >= count, 0.05)

    async def until_polled(self, polls: dict[str, int]) -> None:
        """Wait until every task was asked about since it had so many polls."""
        await _until(lambda: all(task.polls > polls[task.id] for task in self.tasks), 0.005)

    def process(self) -> psutil.Process:
        """The bot's process."""
        return psutil.Process(self.world.bot.pid)

    def cpu(self) -> float:
        """CPU seconds the bot has used."""
        times = self.process().cpu_times()
        return float(times.user + times.system)

    async def lag(self) -> dict[float, float]:
        """The loop-lag histogram: how many timers were at most so late."""
        address = await self.world.bot.address()
        async with aiohttp.ClientSession() as http, http.get(f"{address}/metrics") as answer:
            text = await answer.text()
        return {
            float(sample.labels["le"]): sample.value
            for family in text_string_to_metric_families(text)
            if family.name == "imagine_loop_lag_seconds"
            for sample in family.samples
            if sample.name.endswith("_bucket")
        }


async def _until(ready: Callable[[], bool], every: float) -> None:
    """Look every so many seconds: the instruments must not wake at each event and so weigh on what they measure."""
    async with asyncio.timeout(PATIENCE):
        while not ready():  # noqa: ASYNC110
            await asyncio.sleep(every)


def draw_once(made: World) -> None:
    """Let the stand-in give everybody the same picture: what it spends on drawing is not what is measured."""
    picture = pictures.webp(pictures.draw("a lighthouse in a storm", "1:1"))
    made.media.draw = lambda _prompt, _ratio, _pixels: picture


def occasion() -> str:
    """Return the date and the machine a table was made on."""
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {machine}, Python {platform.python_version()}"


@asynccontextmanager
async def stage(folder: Path, **settings: str) -> AsyncIterator[Harness]:
    """Give a stage whose bot is not started yet."""
    async with world(folder, **LIFTED | settings) as made:
        yield Harness(made)


def quantile(share: float, before: dict[float, float], after: dict[float, float]) -> float:
    """Return a quantile in seconds of what a histogram counted in between, linear within its bucket."""
    counts = {bound: after[bound] - before.get(bound, 0.0) for bound in sorted(after)}
    wanted = share * max(counts.values())
    lower, below = 0.0, 0.0
    for bound, count in counts.items():
        if count >= wanted:
            width = (bound if bound != float("inf") else lower) - lower
            return lower + width * (wanted - below) / max(1.0, count - below)
        lower, below = bound, count
    return lower
