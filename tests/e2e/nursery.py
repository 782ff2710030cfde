"""Bears bot processes quickly: one process imports the bot once (aiogram alone takes two seconds) and forks it.

A forked bot is the same program with the same `main`, in a process of its own; only the imports are not repeated.
Run as `python -m tests.e2e.nursery SOCKET`: each connection asks for one bot and hears its pid and, in the end, its
exit code.
"""

import contextlib
import functools
import gc
import itertools
import json
import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bot import process
from bot.cli import main


def _tamper(die_at: int, clock: str) -> None:
    """Give a bot a fate: to die at the n-th place the ledger passes, or a clock that a file's number sets forward.

    Besides, while a file `read-only` lies beside its own, the ledger meets what SQLite says of a read-only disk.
    """
    places = itertools.count(1)

    def failpoint(place: str) -> None:
        if next(places) == die_at:
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
