"""Many requests at once in virtual time, with Telegram's limit on all messages as a strict sliding window."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import EditMessageText, SendDocument, SendMessage, SendPhoto
from aiogram.methods.base import TelegramMethod

from playground.flood import Flood
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import EngineTelegram, KillSwitch

Latency = Callable[[random.Random], float]
"""Draws the seconds that a message takes in one direction."""


def jittered(dice: random.Random) -> float:
    """Draw a latency of 20 to 120 ms, and of up to 400 ms for one message in ten."""
    return dice.uniform(0.02, 0.12) if dice.random() < 0.9 else dice.uniform(0.12, 0.4)


def quick(dice: random.Random) -> float:
    """Draw a latency of 1 to 20 ms."""
    return dice.uniform(0.001, 0.02)


def slow(dice: random.Random) -> float:
    """Draw a latency of 100 to 300 ms."""
    return dice.uniform(0.1, 0.3)


class StrictTelegram(EngineTelegram):
    """The Bot API with latencies and a strict limit. `refusals` counts its 429, `pictures_at` the pictures' times."""

    def __init__(self, kill_switch: KillSwitch, latency: Latency, seed: int) -> None:
        super().__init__(kill_switch)
        self.flood = Flood(strict=True, now=lambda: asyncio.get_running_loop().time())
        self.pictures_at: list[float] = []
        self._latency = latency
        self._dice = random.Random(seed)

    @property
    def refusals(self) -> int:
        return self.flood.refused

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        await asyncio.sleep(self._latency(self._dice))
        if isinstance(method, SendMessage | SendPhoto | SendDocument | EditMessageText):
            seconds = self.flood.refuse(int(method.chat_id or 0))
            if seconds is not None:
                await asyncio.sleep(self._latency(self._dice))
                call: TelegramMethod[Any] = method
                raise TelegramRetryAfter(call, f"Too Many Requests: retry after {seconds}", seconds)
        answer = await super().make_request(bot, method, timeout)
        if isinstance(method, SendPhoto | SendDocument):
            self.pictures_at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._latency(self._dice))
        return answer


@dataclass(frozen=True, slots=True)
class PaceStatistics:
    """The refused messages, and the mean and the last time of the pictures in seconds."""

    refusals: int
    mean: float
    last: float


async def deliver_at_once(
    folder: Path, requests: int, seed: int, latency: Latency = jittered
) -> PaceStatistics:
    """Let as many users request a picture at the same moment."""
    harness = EngineHarness(f"sqlite:///{folder}/bot.sqlite3", max_in_flight=requests, telegram_rate=30)
    telegram = harness.telegram = StrictTelegram(harness.provider.kill_switch, latency, seed)
    app = await harness.start()
    submits: list[Awaitable[object]] = [
        app.engine.submit(generation_request(number, number), AMPLE) for number in range(1, requests + 1)
    ]
    await asyncio.gather(*submits)
    await requests_until_closed(app, requests)
    await app.stop()
    times = telegram.pictures_at
    return PaceStatistics(telegram.refusals, sum(times) / len(times), max(times))
