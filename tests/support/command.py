"""Runs `imagine-bot check` within the process of a test."""

import pytest

from bot.check import check
from bot.settings import Settings
from tests.support.world import World


async def run_check(world: World, capsys: pytest.CaptureFixture[str], **settings: str) -> tuple[bool, str]:
    """Run the check with the settings of a world; return its result and its lines."""
    chosen = {name.lower(): value for name, value in (world.process.settings | settings).items()}
    capsys.readouterr()
    good = await check(Settings(_env_file=None, **chosen))  # type: ignore[arg-type]
    return good, capsys.readouterr().out
