"""Fixtures that more than one room's tests use."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from storage.database import Database
from tests.support.manual_clock import ManualClock
from tests.support.virtual_loop import VirtualLoop

# CI judges a change, so it looks at the same examples each time; a desk looks at new ones.
settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("house")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh file."""
    opened = await Database.open(f"sqlite:///{tmp_path}/bot.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    """An event loop whose time jumps."""
    made = VirtualLoop()
    asyncio.set_event_loop(made)
    yield made
    made.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that moves when told, or when somebody sleeps on it."""
    return ManualClock()
