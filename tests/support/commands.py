"""Runs commands of the command line: as forks of the fork server, if there is one, else as processes of their own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.bot_process import BotProcess
from tests.support.process_launcher import DEADLINE, ROOT, ChildProcess, kill_group, started
from tests.support.world import World


@asynccontextmanager
async def started_command(
    *arguments: str, environment: dict[str, str], folder: Path
) -> AsyncIterator[ChildProcess]:
    """Start `python -m bot …`. At the end, kill it and its children."""
    pipe = asyncio.subprocess.PIPE
    if BotProcess.fork_server is None:
        command = (sys.executable, "-m", "bot", *arguments)
        async with started(*command, env=environment, folder=folder, stdout=pipe, stderr=pipe) as process:
            yield process
        return
    fork = await BotProcess.fork_server.spawn(*arguments, environment=environment, folder=folder)
    try:
        yield fork
    finally:
        await kill_group(fork)


async def run_to_end(world: World, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run a command to its end. Return the exit code, stdout and stderr. A setting `-` is left out."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | world.process.settings | settings
    environment = {name: value for name, value in environment.items() if value != "-"}
    async with started_command(*arguments, environment=environment, folder=world.folder) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        async with asyncio.timeout(DEADLINE):
            out, errors = await asyncio.gather(process.stdout.read(), process.stderr.read())
            return await process.wait(), out.decode(), errors.decode()
