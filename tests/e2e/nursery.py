"""Bears bot processes quickly: one process imports the bot once (aiogram alone takes two seconds) and forks it.

A forked bot is the same program with the same `main`, in a process of its own; only the imports are not repeated.
Run as `python -m tests.e2e.nursery SOCKET`: each connection asks for one bot and hears its pid and, in the end, its
exit code.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import sys
import threading

from bot import process
from bot.cli import main

assert process  # imported for the children


def _be_a_bot(request: dict[str, object], errors: int) -> None:
    environment = request["environment"]
    assert isinstance(environment, dict)
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
