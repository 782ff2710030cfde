"""Whose turn it is: first in first out for a person, round robin between people, limits that also hold at a start."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import App
from bot.settings import Settings
from core.model import State
from storage.database import Database
from tests.support.factories import PLENTY, generation_request
from tests.support.fake_apis import Chats, KillSwitch, Provider
from tests.support.virtual_loop import LoopClock, VirtualLoop

PEOPLE, EACH, CAP = 50, 20, 20
NEWCOMER = 9_000


class House:
    """A app whose provider takes three virtual seconds a picture."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.provider = Provider(KillSwitch())
        self.chats = Chats(self.provider.kill_switch)
        self._url = f"sqlite:///{folder}/bot.sqlite3"
        self._settings = Settings.model_construct(
            bot_token=SecretStr("1:token"),
            gptunnel_api_key=SecretStr("key-key-key"),
            gptunnel_api_url="http://media.test/v1",
            telegram_rate=10_000,
            **settings,
        )

    async def start(self) -> App:
        database = await Database.open(self._url)
        app = App(
            self._settings,
            database=database,
            session=self.chats,
            media_transport=self.provider,
            clock=LoopClock(),
        )
        await app.start()
        return app

    def order(self) -> list[str]:
        """The prompts in the order in which they were paid for."""
        return list(self.provider.prompts.values())


def _run(loop: VirtualLoop, work: Coroutine[Any, Any, None]) -> None:
    loop.run_until_complete(work)


async def _until_settled(app: App, count: int) -> None:
    while True:
        requests = [await app.requests.get(number) for number in range(1, count + 1)]
        if all(request is not None and request.closed_at is not None for request in requests):
            return
        await asyncio.sleep(1.0)


def test_503_for_ten_minutes_is_waited_out_with_few_calls(loop: VirtualLoop, tmp_path: Path) -> None:
    async def story() -> None:
        house = House(tmp_path, max_in_flight=CAP, generation_timeout=60)
        house.provider.down_until = 600.0
        app = await house.start()
        for user in range(1, PEOPLE + 1):
            await app.engine.submit(generation_request(user, user), PLENTY)
        await asyncio.sleep(600.0)
        assert house.provider.creates <= 25
        assert house.order() == []
        await _until_settled(app, PEOPLE)
        rows = [await app.requests.get(number) for number in range(1, PEOPLE + 1)]
        assert {row.state for row in rows if row is not None} == {State.DELIVERED}
        assert house.provider.creates <= 25 + PEOPLE
        assert asyncio.get_running_loop().time() < 720.0
        await app.stop()

    _run(loop, story())


def test_the_time_a_process_was_away_counts_against_nobody(loop: VirtualLoop, tmp_path: Path) -> None:
    async def story() -> None:
        house = House(tmp_path, generation_timeout=60)
        app = await house.start()
        for number, submitted in ((1, True), (2, False)):
            await app.requests.accept(generation_request(number), PLENTY)
            now = LoopClock().now()
            await app.requests.move(number, State.QUEUED, State.SUBMITTING, started_at=now, creates=1)
            if not submitted:  # surely not accepted, and put back
                await app.requests.move(number, State.SUBMITTING, State.QUEUED, creates=0)
        await app.stop()
        await asyncio.sleep(600.0)
        again = await house.start()
        await _until_settled(again, 2)
        rows = [await again.requests.get(number) for number in (1, 2)]
        assert [(row.state, row.creates) for row in rows if row] == [
            (State.DELIVERED, 2),
            (State.DELIVERED, 1),
        ]
        await again.stop()

    _run(loop, story())


def test_a_newcomer_behind_a_thousand_starts_among_the_next_51(loop: VirtualLoop, tmp_path: Path) -> None:
    async def story() -> None:
        house = House(tmp_path, max_in_flight=CAP, user_concurrency=2)
        app = await house.start()
        for user in range(1, PEOPLE + 1):
            for number in range(EACH):
                await app.engine.submit(generation_request(user * 100 + number, user), PLENTY)
        await asyncio.sleep(1.0)
        before = len(house.order())
        assert before == CAP
        await app.engine.submit(generation_request(1, NEWCOMER), PLENTY)
        await asyncio.sleep(20.0)  # of the virtual clock's: several rounds of twenty
        assert len(house.order()) >= before + 51
        assert "picture 1" in house.order()[before : before + 51]
        await app.stop()

    _run(loop, story())


def test_a_person_s_requests_start_in_order_and_no_more_than_allowed_at_once(
    loop: VirtualLoop, tmp_path: Path
) -> None:
    async def story() -> None:
        house = House(tmp_path, max_in_flight=10, user_concurrency=2)
        app = await house.start()
        for number in range(1, 7):
            await app.engine.submit(generation_request(number), PLENTY)
        await asyncio.sleep(0.5)
        assert house.order() == ["picture 1", "picture 2"]
        assert dict(app.engine.queue_positions()) == {3: 1, 4: 2, 5: 3, 6: 4}
        await _until_settled(app, 6)
        assert house.order() == [f"picture {number}" for number in range(1, 7)]
        await app.stop()

    _run(loop, story())


def test_what_was_in_flight_counts_against_the_limits_of_the_next_start(
    loop: VirtualLoop, tmp_path: Path
) -> None:
    async def story() -> None:
        house = House(tmp_path, max_in_flight=3, user_concurrency=2)
        app = await house.start()
        for user in (1, 2, 3):
            for number in (1, 2):
                await app.engine.submit(generation_request(user * 10 + number, user), PLENTY)
        await asyncio.sleep(0.5)
        paid = house.order()
        assert len(paid) == 3
        await app.stop()
        again = await house.start()
        await asyncio.sleep(0.5)
        assert house.order() == paid  # three are still being drawn, so nothing new is paid for
        await _until_settled(again, 6)
        assert sorted(house.order()) == sorted({*house.order()})
        await again.stop()

    _run(loop, story())


def test_a_cancelled_request_leaves_the_line_and_the_next_moves_up(loop: VirtualLoop, tmp_path: Path) -> None:
    async def story() -> None:
        house = House(tmp_path, max_in_flight=1, user_concurrency=1)
        app = await house.start()
        for number in (1, 2, 3):
            await app.engine.submit(generation_request(number), PLENTY)
        await asyncio.sleep(0.5)
        assert await app.engine.cancel(2)
        assert not await app.engine.cancel(2)
        assert dict(app.engine.queue_positions()) == {3: 1}
        await _until_settled(app, 3)
        states = [request.state for n in (1, 2, 3) if (request := await app.requests.get(n))]
        assert states == [State.DELIVERED, State.CANCELLED, State.DELIVERED]
        assert house.order() == ["picture 1", "picture 3"]
        await app.stop()

    _run(loop, story())
