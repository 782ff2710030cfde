"""The PostgreSQL server that all workers of a test session share, and a database for each test.

The first worker that needs it starts a process that runs the server. Each worker holds a shared lock on a file as long
as it lives, however it ends; the process ends with its server once it gets the lock for itself alone.
"""

import asyncio
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from tests.support.postgres_server import EMPTY, execute_unused, find_programs, new_server
from tests.support.process_launcher import ROOT

DATABASES = ("sqlite", "postgresql")
MIGRATED, WITH_DBOS = "migrated", "with_dbos"
"""The templates of databases with the newest schema, and with the tables of DBOS, too."""


class SharedPostgres:
    """This worker's share of the server. `folder` is common to all workers of the session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._in_use = (folder / "postgres-in-use").open("w")
        url_file = folder / "postgres-url"
        with filelock.FileLock(folder / "postgres-start"):
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
            if not url_file.exists():
                self._start(folder)
        self.admin_url = url_file.read_text(encoding="ascii")

    def create_dbos_template(self) -> None:
        """Create the template with the tables of DBOS, unless a worker has done it."""
        from generation.dbos_workflows import DbosWorkflows

        done = self._folder / "postgres-with-dbos"
        with filelock.FileLock(self._folder / "postgres-dbos"):
            if not done.exists():
                execute_unused(self.admin_url, f"CREATE DATABASE {WITH_DBOS} TEMPLATE {MIGRATED}")
                url = self.admin_url.replace("/postgres?", f"/{WITH_DBOS}?")
                workflows = DbosWorkflows(url=url, replica_id="template", in_flight=1)
                workflows.migrate()
                workflows.close()
                done.touch()

    def close(self) -> None:
        """Release this worker's share."""
        self._in_use.close()

    def _start(self, folder: Path) -> None:
        log = folder / "postgres-log"
        with log.open("w") as output:
            command = [sys.executable, "-m", "tests.support.shared_postgres", str(folder)]
            done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False)
        assert done.returncode == 0, log.read_text()


def skip_without_postgres() -> None:
    """Skip a test on a machine without PostgreSQL, or fail it in CI."""
    if find_programs() is not None:
        return
    reason = "PostgreSQL is not installed: apt-get install postgresql"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _main(folder: Path) -> None:
    """End once a process of its own runs the server."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        os._exit(0 if os.read(reader, 1) else 1)
    os.close(reader)
    os.setsid()
    _serve(folder, writer)


def _serve(folder: Path, ready: int) -> None:
    """Run the server until no worker uses it. Write a byte to a pipe once it runs."""
    from storage.open_database import open_database

    url_file = folder / "postgres-url"
    with new_server() as server:
        server.execute(f"CREATE DATABASE {MIGRATED} TEMPLATE {EMPTY}")

        async def migrate() -> None:
            await (await open_database(server.url(MIGRATED))).close()

        asyncio.run(migrate())
        url_file.write_text(server.url("postgres"), encoding="ascii")
        with (folder / "postgres-in-use").open("w") as in_use:
            os.write(ready, b".")
            fcntl.flock(in_use, fcntl.LOCK_EX)
            url_file.unlink(missing_ok=True)
            (folder / "postgres-with-dbos").unlink(missing_ok=True)  # it was a database of this server


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
