"""The engines in real time with a fast clock, between fakes of both APIs, for the tests that all engines share.

A clock that is `SPEED` times as fast as the machine's makes all waits of the bot short. DBOS waits by itself: it polls
its queues every fifth of a second.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

from bot.app import App
from bot.setting_choices import EngineChoice
from core.clock import Clock, SystemClock
from core.model import Accepted, Request, State
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import EngineTelegram, FakeProvider, KillSwitch
from tests.support.in_process_app import open_app
from tests.support.manual_clock import START
from tests.support.process_launcher import DEADLINE

SPEED = 20.0
LONG = 86_400.0
"""Limits in seconds of the fast clock that no test reaches, however busy the machine is."""


class FastClock:
    """The machine's time, `SPEED` times as fast."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def now(self) -> float:
        return START + self.monotonic()

    def wall(self) -> float:
        return self.now()

    def monotonic(self) -> float:
        return (time.monotonic() - self._start) * SPEED

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.001, seconds / SPEED))


class HeldProvider(FakeProvider):
    """The media API with tasks that end when the test says so. A prompt names its user: `7: a fox`.

    `running` are the prompts of the tasks that run, in the order of their creates, and `created` those of all tasks.
    `most_running` is the largest number that ran at once, in total (key None) and for each user. While `create_gate` is
    closed, creates are not answered.
    """

    def __init__(self) -> None:
        super().__init__(KillSwitch())
        self.created: list[str] = []
        self.running: list[str] = []
        self.most_running: Counter[str | None] = Counter()
        self.holds = True
        self.create_gate = asyncio.Event()
        self.create_gate.set()

    def finish(self, *prompts: str) -> None:
        """End tasks that run, by their prompts, or all of them and all later ones."""
        self.holds = self.holds and bool(prompts)
        for prompt in prompts or list(self.running):
            self.running.remove(prompt)

    async def _create(self, body: dict[str, str]) -> httpx.Response:
        prompt = body["prompt"]
        self.created.append(prompt)
        if self.holds:
            self.running.append(prompt)
        users = Counter[str | None](prompt.partition(":")[0] for prompt in self.running)
        users[None] = len(self.running)
        self.most_running |= users
        await self.create_gate.wait()
        return await super()._create(body)

    def _answer(self, task: str) -> dict[str, object]:
        self._done_at[task] = float("inf") if self.prompts[task] in self.running else 0.0
        return super()._answer(task)


class ContractHarness:
    """Runs one application after the other with an engine on a ledger."""

    def __init__(
        self,
        database_url: str,
        engine: EngineChoice,
        provider: HeldProvider | None = None,
        heartbeat_clock: Clock | None = None,
    ) -> None:
        self.database_url = database_url
        self.provider = provider or HeldProvider()
        self.telegram = EngineTelegram(self.provider.kill_switch)
        self._engine = engine
        self._numbers: Counter[int] = Counter()
        self._clock = FastClock()
        # A busy machine may be late by a second, but not by a lease.
        self._heartbeat_clock = heartbeat_clock or SystemClock()
        self._app: App | None = None

    async def start(self, **settings: Any) -> App:
        """Start an application."""
        self._app = await open_app(
            self.database_url,
            telegram=self.telegram,
            provider=self.provider,
            clock=self._clock,
            heartbeat_clock=self._heartbeat_clock,
            engine=self._engine,
            **{"generation_timeout": LONG, "outage_patience": LONG} | settings,
        )
        await self._app.start()
        return self._app

    async def stop(self) -> None:
        """Stop the application, if one runs."""
        if self._app is not None:
            await self._app.stop()
            self._app = None

    async def submit(self, *users: int) -> list[str]:
        """Submit the next request of each user and return the prompts."""
        assert self._app is not None
        prompts = []
        for user in users:
            self._numbers[user] += 1
            prompts.append(f"{user}: {self._numbers[user]}")
            asked = generation_request(user * 1_000 + self._numbers[user], user, prompts[-1])
            answer = await self._app.engine.submit(asked, AMPLE)
            assert isinstance(answer, Accepted)
            assert answer.fresh
        return prompts

    async def request(self, prompt: str) -> Request:
        """Return the request with a prompt."""
        assert self._app is not None
        user, _, number = prompt.partition(": ")
        found = await self._app.requests.by_key(f"m:{user}:{int(user) * 1_000 + int(number)}")
        assert found is not None
        return found

    async def positions(self) -> list[str]:
        """Return the prompts of the requests that wait, in the order of their positions."""
        assert self._app is not None
        positions = await self._app.engine.queue_positions()
        assert sorted(positions.values()) == list(range(1, len(positions) + 1))
        found = [
            await self._app.requests.get(request_id)
            for request_id in sorted(positions, key=positions.__getitem__)
        ]
        return [request.prompt for request in found if request is not None]

    async def until_closed(self, *prompts: str) -> list[State]:
        """Wait until requests are closed and return their states."""
        states = []
        for prompt in prompts:
            request = await self.request(prompt)
            async with asyncio.timeout(DEADLINE):
                while request.closed_at is None:
                    await asyncio.sleep(0.02)
                    request = await self.request(prompt)
            states.append(request.state)
        return states


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition of the fakes holds."""
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110 - the condition is one of several objects
            await asyncio.sleep(0.01)
