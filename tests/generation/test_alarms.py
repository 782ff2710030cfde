"""Alarms to the bot admins: a low balance once, any other alarm at most once an hour, restarts included."""

import asyncio

import pytest

from generation.alarms import Alarm
from tests.support.engine_harness import EngineHarness
from tests.support.virtual_loop import virtual_time

ADMIN = 99
TEN_MINUTES = 600.0


def _harness(database_url: str) -> EngineHarness:
    return EngineHarness(database_url, admin_ids=frozenset({ADMIN}), low_balance=100)


@virtual_time
async def test_the_balance_is_checked_every_ten_minutes_and_a_low_one_is_reported_once(
    database_url: str,
) -> None:
    harness = _harness(database_url)
    app = await harness.start()
    await asyncio.sleep(6 * TEN_MINUTES + 1)
    assert harness.provider.balance_calls == 7
    assert not harness.alarms()
    harness.provider.balance = 99.0
    await asyncio.sleep(3 * TEN_MINUTES)
    assert harness.alarms().total() == 1
    harness.provider.balance = 100.0
    await asyncio.sleep(TEN_MINUTES)
    harness.provider.balance = 42.0
    await asyncio.sleep(2 * TEN_MINUTES)
    assert harness.alarms().total() == 2
    await app.stop()


@pytest.mark.parametrize("alarm", Alarm)
@virtual_time
async def test_an_alarm_is_sent_at_most_once_an_hour(database_url: str, alarm: Alarm) -> None:
    harness = _harness(database_url)
    app = await harness.start()
    for minutes in range(0, 121, 10):
        app.alarms.raise_alarm(alarm)
        await asyncio.sleep(TEN_MINUTES)
        if minutes == 30:
            await app.stop()
            app = await harness.start()
        assert harness.alarms().total() == 1 + minutes // 60
    await app.stop()
