"""What the admins hear: of a low balance once, of other trouble at most once an hour, over restarts too."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.app import App
from generation.alarms import Alarm
from tests.generation.test_engine import House
from tests.support.virtual_loop import VirtualLoop

ADMIN = 99
TEN_MINUTES = 600.0


def _house(folder: Path) -> House:
    return House(folder, admin_ids=frozenset({ADMIN}), low_balance=100)


def _told(house: House) -> Counter[str]:
    """Return the first words of what was said to the admin."""
    return Counter(words[:24] for words in house.chats.standing.values() if words.startswith("⚠️"))


def test_the_balance_is_looked_at_each_ten_minutes_and_warned_of_once(
    loop: VirtualLoop, tmp_path: Path
) -> None:
    async def story() -> None:
        house = _house(tmp_path)
        app = await house.start()
        await asyncio.sleep(6 * TEN_MINUTES + 1)
        assert house.provider.looked_at == 7
        assert not _told(house)
        house.provider.balance = 99.0
        await asyncio.sleep(3 * TEN_MINUTES)
        assert _told(house).total() == 1
        house.provider.balance = 100.0
        await asyncio.sleep(TEN_MINUTES)
        house.provider.balance = 42.0
        await asyncio.sleep(2 * TEN_MINUTES)
        assert _told(house).total() == 2
        await app.stop()

    loop.run_until_complete(story())


@pytest.mark.parametrize("alarm", Alarm)
def test_an_alarm_is_told_at_most_once_an_hour(loop: VirtualLoop, tmp_path: Path, alarm: Alarm) -> None:
    async def story() -> None:
        house = _house(tmp_path)
        app: App = await house.start()
        for minutes in range(0, 121, 10):
            app.alarms.raise_alarm(alarm)
            await asyncio.sleep(TEN_MINUTES)
            if minutes == 30:
                await app.stop()
                app = await house.start()
        assert _told(house).total() == 3
        await app.stop()

    loop.run_until_complete(story())
