"""A process that imports and runs the bot once and forks a command of the command line on request.

Imports and models of pydantic take two seconds, and the first picture of a process costs ten times as much as the next.
The tests start several thousand commands, most of them bots. A fork runs the same `main` in a process of its own; only
what a process makes once and keeps is not repeated.

`ForkServer` (tests.support.process_launcher) starts it. Each connection requests one command: the server answers with
the pid and, when the command has ended, with the exit code.

The server ends at the end of its standard input, a pipe from the tests, which the system closes even if the tests are
killed. The kernel kills each fork when the server ends.
"""

import asyncio
import contextlib
import functools
import gc
import io
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import alembic.command
import anyio._backends._asyncio
import sqlalchemy.dialects.postgresql.psycopg

from bot import check, demo, process
from bot.cli import main
from bot.load_settings import load
from core.tls import tls_context
from playground.media import Media
from playground.serve import KEY, TOKEN, stand_ins
from playground.telegram import Telegram
from storage import postgres
from storage.database_errors import StorageUnavailable
from tests.support.demo_fork import fork_bot
from tests.support.ledger import read_rows
from tests.support.midnight import avoid_midnight
from tests.support.parent_death import die_with

__all__ = [
    "alembic",
    "anyio",
    "check",
    "demo",
    "postgres",
    "sqlalchemy",
]  # imported here, so that no fork imports them


def _warm_up() -> None:
    """Run a bot until it has drawn a picture, so that no fork makes what a process makes once and keeps."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        asyncio.run(_draw_a_picture(Path(folder)))
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):  # the forks have environments of their own
        os.environ.pop(name, None)
    tls_context()
    left = [thread.name for thread in threading.enumerate() if not thread.daemon]
    assert left == ["MainThread"], f"a fork would lack threads: {left}"


async def _draw_a_picture(folder: Path) -> None:
    telegram, media = Telegram(TOKEN), Media(KEY, duration=lambda: 0.0, pixels=20_000)
    async with stand_ins(telegram, media) as addresses:
        own = {"DATABASE_URL": f"sqlite:///{folder}/bot.sqlite3", "LISTEN": "127.0.0.1:0", "ENGINE": "local"}
        os.environ.update(addresses | own)
        running = asyncio.create_task(process.run(load(None)))
        user = telegram.chats.add_user(1, "en", "Ann")
        telegram.say(user, "/imagine a fox --ar 1:1")
        await telegram.chats.until(lambda: any(m.photo for m in telegram.chats.of_bot(user.id)))
        os.kill(os.getpid(), signal.SIGTERM)
        await running


def _request_state() -> str:
    """Return the committed state of the newest request in the ledger."""
    query = "SELECT state, closed_at FROM requests ORDER BY id DESC LIMIT 1"
    rows = read_rows(os.environ["DATABASE_URL"], query)
    if not rows:
        return "no row"
    return str(rows[0]["state"]) if rows[0]["closed_at"] is None else "closed"


class _Armed(NamedTuple):
    """The failpoint that the file `kill-at` names. `written_at` tells one file from the next."""

    point: str
    number: int
    written_at: int


def _armed(point: str) -> _Armed | None:
    """Return the failpoint at which the process is to kill itself, if that is a pass of `point`."""
    path = Path("kill-at")
    try:
        written_at, text = path.stat().st_mtime_ns, path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    name, _, number = text.partition(" ")
    return _Armed(name, int(number), written_at) if name == point else None


def _install_test_hooks(die_at: str, clock: str) -> None:
    """Make the bot kill itself at a failpoint of the ledger, and set its clock forward by the number in a file.

    `die_at` is a failpoint, the state of the newest request, and the number of the pass in that state: `commit running
    1`. An empty string switches either hook off. Two files in the working folder act while the bot runs: with
    `read-only`, every write fails as on a read-only disk, and `kill-at` names the failpoint at which the process kills
    itself, with the number of the pass since the file was written: `commit 3`.
    """
    passed: Counter[object] = Counter()

    def failpoint(point: str) -> None:
        if die_at:
            here = f"{point} {_request_state()}"
            passed[here] += 1
            if die_at == f"{here} {passed[here]}":
                os.kill(os.getpid(), signal.SIGKILL)
        if (written := _armed(point)) is not None:
            passed[written] += 1
            if written.number == passed[written]:
                os.kill(os.getpid(), signal.SIGKILL)
        if point == "write" and Path("read-only").exists():
            raise StorageUnavailable("attempt to write a readonly database")

    process.run = functools.partial(process.run, failpoint=failpoint)
    demo.launch_bot = fork_bot
    if clock:
        machine_time = time.time
        time.time = lambda: machine_time() + float(Path(clock).read_text(encoding="ascii"))


def _run_command(request: dict[str, Any], stdout: int, stderr: int, parent: int) -> None:
    die_with(parent)
    environment = request["environment"]
    _install_test_hooks(request["die_at"], request["clock"])
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(environment)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    code = 1
    try:
        code = main(request["arguments"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _fork_command(connection: socket.socket, server: socket.socket) -> None:
    with connection:
        raw, (stdout, stderr), _, _ = socket.recv_fds(connection, 65_536, 2)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            server.close()
            connection.close()
            _run_command(json.loads(raw), stdout, stderr, parent)
        os.close(stdout)
        os.close(stderr)
        connection.sendall(f"{pid}\n".encode())
        threading.Thread(target=_report_exit, args=(connection.dup(), pid), daemon=True).start()


def _report_exit(connection: socket.socket, pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError), connection:
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _end_with_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


def serve(path: str) -> None:
    """Fork a command for each connection, until the end of the standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_input, daemon=True).start()
    avoid_midnight(time.time())
    _warm_up()
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = server.accept()
            _fork_command(connection, server)
