"""The bot of a demo that is a fork of the fork server: a fork of that fork, so that it imports nothing either."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from bot.cli import main
from tests.support.parent_death import die_with


class ForkedBot:
    """A bot that was forked (bot.demo.LaunchedBot)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._code: int | None = None
        self._end = asyncio.create_task(self._wait())

    @property
    def returncode(self) -> int | None:
        return self._code

    async def wait(self) -> int:
        return await asyncio.shield(self._end)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._code is None:
            os.kill(self._pid, number)

    async def _wait(self) -> int:
        """Wait until the descriptor of the process is readable, which means that it has ended (pidfd_open(2))."""
        descriptor = os.pidfd_open(self._pid)
        ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(descriptor, ended.set)
        await ended.wait()
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(self._pid, 0)  # noqa: ASYNC222 - it has ended
        self._code = os.waitstatus_to_exitcode(status)
        return self._code


async def fork_bot(environment: dict[str, str], folder: Path) -> ForkedBot:
    """Fork this process and run the bot in the fork, in a folder and with an environment of its own."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run_bot(environment, folder, parent)
    return ForkedBot(pid)


def _run_bot(environment: dict[str, str], folder: Path, parent: int) -> None:
    """Run the bot and end the process. It has neither the connections nor the signal handlers of the demo."""
    die_with(parent)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code = 1
    try:
        code = main(["run"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(code)
