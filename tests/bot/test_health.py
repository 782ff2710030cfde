"""The health of the process."""

import asyncio

from bot.app import App
from tests.support.fake_apis import EngineTelegram, FakeProvider, KillSwitch
from tests.support.in_process_app import open_app
from tests.support.virtual_loop import LoopClock, virtual_time


async def _app(database_url: str, points: list[str]) -> App:
    """Return an application that is not started. `points` collects the failpoints of its ledger."""
    provider = FakeProvider(KillSwitch())
    telegram = EngineTelegram(provider.kill_switch)
    return await open_app(
        database_url, telegram=telegram, provider=provider, clock=LoopClock(), failpoint=points.append
    )


@virtual_time
async def test_a_bot_is_healthy_only_while_it_runs_and_polls(database_url: str) -> None:
    app = await _app(database_url, [])
    await app.start()
    assert not await app.is_healthy()
    polling = asyncio.create_task(app.polling.run())
    assert await app.is_healthy()
    polling.cancel()
    assert not await app.is_healthy()
    polling = asyncio.create_task(app.polling.run())
    await app.engine.stop()
    assert not await app.is_healthy()
    await app.stop()


@virtual_time
async def test_a_health_check_writes_nothing(database_url: str) -> None:
    points: list[str] = []
    app = await _app(database_url, points)
    await app.start()
    polling = asyncio.create_task(app.polling.run())
    await asyncio.sleep(1.0)  # the tasks of the start write to the ledger
    points.clear()
    for _ in range(10):
        assert await app.is_healthy()
    assert points == []
    polling.cancel()
    await app.stop()


@virtual_time
async def test_an_app_that_was_never_started_stops(database_url: str) -> None:
    app = await _app(database_url, [])
    assert not await app.is_healthy()
    await app.stop()
