"""Fixtures for the tests of several packages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.support.manual_clock import ManualClock
from tests.support.property_tests import register_profiles

register_profiles()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Yield an open database in a new file."""
    opened = await Database.open(f"sqlite:///{tmp_path}/bot.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock at the start of its time."""
    return ManualClock()
