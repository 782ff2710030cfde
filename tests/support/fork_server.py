"""Bears bot processes quickly: one process imports the bot once (aiogram alone takes two seconds) and forks it.

A forked bot is the same program with the same `main`, in a process of its own; only the imports are not repeated.
Run as `python -m tests.support.fork_server SOCKET`: each connection asks for one bot and hears its pid and, in the end, its
exit code.
"""

import contextlib
import functools
import gc
import json
import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bot import process
from bot.cli import main


def _how_far() -> str:
    """Return the state that the ledger's only request is in, as committed."""
    with contextlib.closing(sqlite3.connect("bot.sqlite3", timeout=10)) as connection:
        rows = connection.execute("SELECT iif(closed_at IS NULL, state, 'closed') FROM requests").fetchall()
    return rows[0][0] if rows else "no row"


def _tamper(die_at: str, clock: str) -> None:
    """Give a bot a fate: a place of the ledger's to die at, or a clock that a file's number sets forward.

    A place is named by what it is, the state the request is in, and how often it was passed in that state:
    `commit running 1`. Besides, while a file `read-only` lies beside its own, the ledger meets what SQLite says
    of a read-only disk.
    """
    passed: Counter[str] = Counter()

    def failpoint(place: str) -> None:
        if die_at:
            here = f"{place} {_how_far()}"
            passed[here] += 1
            if die_at == f"{here} {passed[here]}":
                os.kill(os.getpid(), signal.SIGKILL)
        if place == "write" and Path("read-only").exists():
            refusal = sqlite3.OperationalError("attempt to write a readonly database")
            refusal.sqlite_errorname = "SQLITE_READONLY"
            raise refusal

    process.run = functools.partial(process.run, failpoint=failpoint)
    if clock:
        real = time.time
        time.time = lambda: real() + float(Path(clock).read_text(encoding="ascii"))


def _be_a_bot(request: dict[str, Any], errors: int) -> None:
    environment = request["environment"]
    _tamper(**request["fate"])
    os.setsid()
    os.dup2(errors, 2)
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(environment)
    sys.stderr = os.fdopen(2, "w", buffering=1)
    code = 1
    try:
        code = main(["run"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(code)


def _serve(connection: socket.socket, server: socket.socket) -> None:
    with connection:
        raw, descriptors, _, _ = socket.recv_fds(connection, 65_536, 1)
        pid = os.fork()
        if pid == 0:
            server.close()
            connection.close()
            _be_a_bot(json.loads(raw), descriptors[0])
        os.close(descriptors[0])
        connection.sendall(f"{pid}\n".encode())
        threading.Thread(target=_wait, args=(connection.dup(), pid), daemon=True).start()


def _wait(connection: socket.socket, pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError), connection:
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def serve(path: str) -> None:
    """Bear a bot for each connection, until killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = server.accept()
            _serve(connection, server)


if __name__ == "__main__":
    serve(sys.argv[1])
