"""A private PostgreSQL server in a temporary folder, reached by a socket in it and by nothing else."""

import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.ledger import disconnect
from tests.support.parent_death import die_with
from tests.support.process_launcher import DEADLINE

DEBIAN = Path("/usr/lib/postgresql")
USER = "imagine"
EMPTY = "template1"
FLAGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "autovacuum": "off",
}
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}
"""The data need not survive the machine."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it has a random name
"""A file system in memory, on which to create and drop a database with its 500 files takes a tenth of the CPU time."""
_ROOM = 2 * 2**30
"""Bytes that must be free there. Docker gives a container 64 MiB."""


def find_programs() -> Path | None:
    """Return the folder of the server's programs: Debian's newest, or the one in PATH."""
    folders = sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parts[-2]))
    found = shutil.which("postgres")
    return folders[-1] if folders else Path(found).parent if found else None


@dataclass(slots=True)
class PostgresServer:
    """A server whose data lies in `folder`. It can be stopped and started again."""

    programs: Path
    folder: Path
    durable: bool = False
    _process: "subprocess.Popen[bytes] | None" = field(default=None)

    def create(self) -> None:
        """Create the data, with a collation that differs from the order of bytes, as most servers have it."""
        if self._account:
            os.chown(self.folder, *self._account.values())
        command: list[str | Path] = [
            self.programs / "initdb",
            "--pgdata",
            self.folder / "data",
            "--username",
            USER,
        ]
        command += ["--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions", "--locale=C.UTF-8"]
        command += ["--locale-provider=icu", "--icu-locale=en-US"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self._run_as)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder / "data"]
        command += [
            f"--{name}={value}" for name, value in (FLAGS if self.durable else FLAGS | NOT_DURABLE).items()
        ]
        command += [f"--unix_socket_directories={self.folder}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=functools.partial(die_with, os.getpid(), signal.SIGQUIT),  # noqa: PLW1509
                **self._run_as,
            )
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def stop(self, number: int = signal.SIGQUIT) -> None:
        """Stop the server: at once and without a checkpoint (SIGQUIT), or after ending its sessions (SIGINT)."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return server_url(self.folder, database)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement outside a transaction."""
        execute(self.url(database), statement)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def _account(self) -> dict[str, int]:
        """The account that runs the server, which refuses to run as root."""
        if os.geteuid() != 0:
            return {}
        account = pwd.getpwnam("postgres")  # the package creates it
        return {"user": account.pw_uid, "group": account.pw_gid}

    @property
    def _run_as(self) -> dict[str, Any]:
        return {**self._account, "extra_groups": []} if self._account else {}


def server_url(folder: Path, database: str) -> str:
    """Return the URL of a database of the server in a folder."""
    return f"postgresql://{USER}@/{database}?host={folder}"


def execute(url: str, statement: str) -> None:
    """Run a statement on a database, outside a transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def end_connections(url: str) -> None:
    """End all connections to a database but the own one, as a restart of the server does, and wait for their ends."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + DEADLINE
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(f"SELECT pid, pg_terminate_backend(pid) {others}".encode()).fetchall()
        pids = [pid for pid, _ in ended]
        while connection.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)", (pids,)).fetchone():
            assert time.monotonic() < deadline
            time.sleep(0.005)


def execute_unused(url: str, statement: str) -> None:
    """Run a statement on a database that must not be in use: the server gives its last sessions only five seconds."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            execute(url, statement)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
        else:
            return


def _memory() -> Path | None:
    """Return the folder of a file system in memory, if the machine has one with enough room."""
    usable = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    return _MEMORY if usable else None


@contextmanager
def new_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Yield a running server of its own. A durable one writes each commit to the disk."""
    programs = find_programs()
    assert programs is not None
    parent = None if durable else _memory()
    # A short path: that of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=parent))
    server = PostgresServer(programs, folder, durable=durable)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@contextmanager
def copied_database(url: str) -> Iterator[str]:
    """Yield the URL of a copy of a database that nobody uses."""
    disconnect(url)
    before, _, query = url.partition("?")
    server, _, name = before.rpartition("/")
    with new_database(f"{server}/postgres?{query}", name) as copy:
        yield copy


@contextmanager
def new_database(admin_url: str, template: str) -> Iterator[str]:
    """Yield the URL of a new database on the server of a URL, a copy of another one."""
    name = f"t_{uuid.uuid4().hex}"
    execute_unused(admin_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    url = admin_url.replace("/postgres?", f"/{name}?")
    try:
        yield url
    finally:
        disconnect(url)
        execute_unused(admin_url, f"DROP DATABASE {name} WITH (FORCE)")
