"""The fork server of the tests and its bots end with the tests, even if these are killed."""

import asyncio
import json
import os
import signal
import sys

import psutil
import pytest

from tests.support.process_launcher import DEADLINE, ROOT
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

TESTS = """
import asyncio, json, os, sys
from pathlib import Path
from tests.support.process_launcher import ForkServer

async def spawn_and_hang(folder, settings):
    server = await ForkServer.open(folder)
    bot = await server.spawn("run", environment=settings, folder=folder)
    print(server.process.pid, bot.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(spawn_and_hang(Path(sys.argv[1]), json.loads(sys.argv[2])))
"""
"""A process that uses the fork server as the tests do, and prints the pids of the server and of a bot."""


@pytest.mark.long(10)
async def test_a_kill_of_the_tests_ends_the_fork_server_and_its_bots(sqlite_bot: World) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    settings = json.dumps(environment | sqlite_bot.process.settings)
    tests = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", TESTS, str(sqlite_bot.folder), settings),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert tests.stdout is not None
    pids = (await asyncio.wait_for(tests.stdout.readline(), DEADLINE)).split()
    server, bot = (psutil.Process(int(pid)) for pid in pids)
    await sqlite_bot.wait_until(lambda: sqlite_bot.telegram.calls["getUpdates"])
    os.kill(tests.pid, signal.SIGKILL)
    await tests.wait()
    await sqlite_bot.wait_until(lambda: _has_ended(server) and _has_ended(bot))


def _has_ended(process: psutil.Process) -> bool:
    """Return whether a process has ended. Process 1 of a container may leave it as a zombie."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
