"""SIGTERM and SIGINT from the first moment of the process on, also as process 1 of a container."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest

from playground.faults import Fault
from tests.support.kernel_events import blocks, catches, wait_for
from tests.support.process_launcher import DEADLINE, ROOT, started
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PYTHON = (sys.executable, "-m", "bot")
UNSHARE = ("unshare", "--pid", "--fork", "--kill-child")
AFTER_SECONDS = (0.0, 0.3, 1.0, 2.0)
"""Times of the signal after the process has installed its handler. The imports of a start take two seconds."""


@asynccontextmanager
async def _started(world: World, *command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a command with the settings of a world, and kill it at the end. Its whole output is on stdout."""
    async with started(
        *command,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | world.process.settings,
        folder=world.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    ) as process:
        yield process


async def _end_of(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """Wait for the end of a process and return its exit code and its output."""
    assert process.stdout is not None
    output = await asyncio.wait_for(process.stdout.read(), DEADLINE)
    return await asyncio.wait_for(process.wait(), DEADLINE), output.decode()


async def _child_of(process: asyncio.subprocess.Process) -> int:
    """Return the pid of the first child of a process."""
    parent = psutil.Process(process.pid)
    return (await wait_for(parent.children))[0].pid


@pytest.mark.parametrize("after", AFTER_SECONDS)
async def test_process_1_of_a_container_obeys_sigterm_while_it_starts(
    sqlite_bot: World, after: float
) -> None:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a pid namespace needs root and unshare")
    async with _started(sqlite_bot, *UNSHARE, *PYTHON, "run") as unshare:
        pid = await _child_of(unshare)
        await wait_for(lambda: catches(pid, signal.SIGTERM))
        await asyncio.sleep(after)
        os.kill(pid, signal.SIGTERM)
        code, output = await _end_of(unshare)
    assert code in {0, 143}
    assert "Traceback" not in output


@pytest.mark.parametrize("after", AFTER_SECONDS)
async def test_ctrl_c_while_the_bot_starts_prints_no_traceback(sqlite_bot: World, after: float) -> None:
    async with _started(sqlite_bot, *PYTHON, "run") as process:
        await wait_for(lambda: catches(process.pid, signal.SIGTERM))
        await asyncio.sleep(after)
        os.kill(process.pid, signal.SIGINT)
        code, output = await _end_of(process)
    assert code in {0, 130}
    assert "Traceback" not in output


async def test_ctrl_c_during_a_check_ends_it(sqlite_bot: World) -> None:
    hanging = sqlite_bot.telegram.faults.add(Fault("getMe", delay=30.0))
    async with _started(sqlite_bot, *PYTHON, "check") as process:
        await asyncio.wait_for(hanging.begun.wait(), DEADLINE)
        os.kill(process.pid, signal.SIGINT)
        code, output = await _end_of(process)
    assert code == 130
    assert "Traceback" not in output


async def test_ctrl_c_during_the_demo_ends_it_and_its_bot(sqlite_bot: World) -> None:
    async with _started(sqlite_bot, *PYTHON, "demo", "--once") as process:
        bot = await _child_of(process)
        assert blocks(bot, signal.SIGINT) or catches(bot, signal.SIGTERM)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        code, output = await _end_of(process)
    assert code == 130
    assert "Traceback" not in output
    assert not psutil.pid_exists(bot)
