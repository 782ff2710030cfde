"""Runs a command of the command line in a world."""

import asyncio
import os
import sys

from tests.support.process_launcher import DEADLINE, ROOT, started
from tests.support.world import World


async def run_to_end(world: World, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run `python -m bot …` to its end. Return the exit code, stdout and stderr. A setting `-` is left out."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | world.process.settings | settings
    async with started(
        *(sys.executable, "-m", "bot", *arguments),
        env={name: value for name, value in environment.items() if value != "-"},
        folder=world.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    ) as process:
        out, errors = await asyncio.wait_for(process.communicate(), DEADLINE)
    return process.returncode or 0, out.decode(), errors.decode()
