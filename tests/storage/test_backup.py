"""Backup and restore of an SQLite ledger."""

import asyncio
import contextlib
import itertools
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.backup import back_up, restore
from storage.database import Database, Unit
from storage.database_errors import DatabaseError, DatabaseLocked
from storage.key_values import KeyValueStore
from storage.open_database import open_database
from storage.schema import key_values
from tests.support.process_launcher import DEADLINE, ROOT
from tests.support.released_ledgers import DUMPS, build_ledger

NOW = datetime(2026, 11, 26, 9, 5, 7, tzinfo=UTC)
FORMER = "bot.sqlite3.before-restore-20261126T090507Z"


def _values(path: Path) -> dict[str, str]:
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("SELECT name, value FROM key_values"))


def _ledger(path: Path, **values: str) -> Path:
    """Open a ledger, set some values, and close it."""

    async def write() -> None:
        database = await open_database(f"sqlite:///{path}")
        for name, value in values.items():
            await KeyValueStore(database).set(name, value)
        await database.close()

    asyncio.run(write())
    return path


async def test_a_backup_of_an_open_ledger_holds_whole_transactions(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/bot.sqlite3")
    both = sa.insert(key_values)

    def write(number: int) -> Unit[int]:
        rows = [{"name": f"{half} {number}", "value": "x" * 500} for half in ("left", "right")]
        return lambda connection: connection.execute(both, rows).rowcount

    numbers, written = itertools.count(), threading.Semaphore(0)
    copying = asyncio.create_task(asyncio.to_thread(_back_up_often, tmp_path, written, times=10))
    while not copying.done():
        await asyncio.gather(*(database.write(write(next(numbers))) for _ in range(20)))
        written.release()
    await copying
    await database.close()
    counts = []
    for number in range(10):
        names = _values(tmp_path / f"copy-{number}").keys()
        left, right = ({n.split()[1] for n in names if n.startswith(half)} for half in ("left", "right"))
        assert left == right
        counts.append(len(left))
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def _back_up_often(folder: Path, written: threading.Semaphore, *, times: int) -> None:
    """Make backups, each after some more rows were written, while others are being written."""
    for number in range(times):
        written.acquire()
        back_up(folder / "bot.sqlite3", folder / f"copy-{number}")


def test_a_backup_is_one_private_file_and_overwrites_nothing(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path / "bot.sqlite3", colour="blue")
    (folder := tmp_path / "copies").mkdir()
    copy = back_up(ledger, folder / "copy.sqlite3")
    assert (copy.requests, copy.size) == (0, copy.path.stat().st_size)
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
    with pytest.raises(DatabaseError, match="exists already"):
        back_up(ledger, copy.path)
    assert _values(copy.path) == {"colour": "blue"}
    assert [path.name for path in folder.iterdir()] == ["copy.sqlite3"]


def test_a_backup_of_nothing_names_the_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no file"):
        back_up(tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_into_a_missing_folder_says_so(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path / "bot.sqlite3")
    with pytest.raises(DatabaseError, match=r"missing/copy\.sqlite3 cannot be written: No such file or"):
        back_up(ledger, tmp_path / "missing" / "copy.sqlite3")


def test_a_restore_replaces_the_ledger_and_keeps_the_former(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path / "bot.sqlite3", colour="blue")
    copy = back_up(ledger, tmp_path / "copy.sqlite3").path
    _ledger(ledger, colour="red")
    _, former = restore(copy, ledger, now=NOW)
    assert former == tmp_path / FORMER
    assert (_values(ledger), _values(former)) == ({"colour": "blue"}, {"colour": "red"})
    assert {stat.S_IMODE(path.stat().st_mode) for path in (ledger, former)} == {0o600}
    assert copy.exists()


def test_a_restore_on_a_new_machine_creates_the_ledger(tmp_path: Path) -> None:
    copy = back_up(_ledger(tmp_path / "bot.sqlite3", colour="blue"), tmp_path / "copy.sqlite3").path
    _, former = restore(copy, tmp_path / "new" / "bot.sqlite3", now=NOW)
    assert former is None
    assert _values(tmp_path / "new" / "bot.sqlite3") == {"colour": "blue"}


async def test_a_restore_while_the_bot_runs_changes_nothing(sqlite: Database, tmp_path: Path) -> None:
    await KeyValueStore(sqlite).set("colour", "blue")
    copy = back_up(tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3").path
    await KeyValueStore(sqlite).set("colour", "red")
    with pytest.raises(DatabaseLocked, match="stop the bot first"):
        restore(copy, tmp_path / "bot.sqlite3", now=NOW)
    assert await KeyValueStore(sqlite).get("colour") == "red"


def test_a_restore_replaces_a_damaged_ledger_and_keeps_all_its_files(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path / "bot.sqlite3", colour="blue")
    copy = back_up(ledger, tmp_path / "copy.sqlite3").path
    ledger.write_bytes(b"rubbish" * 1000)
    (tmp_path / "bot.sqlite3-wal").write_bytes(b"a log of another file")
    restore(copy, ledger, now=NOW)
    assert _values(ledger) == {"colour": "blue"}
    assert (tmp_path / FORMER).read_bytes() == b"rubbish" * 1000
    assert (tmp_path / f"{FORMER}-wal").read_bytes() == b"a log of another file"
    assert not (tmp_path / "bot.sqlite3-wal").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a ledger of this bot"),
        (b"rubbish" * 1000, "cannot be copied: file is not a database"),
    ],
)
def test_a_file_that_is_no_ledger_is_not_restored(tmp_path: Path, content: bytes, words: str) -> None:
    ledger = _ledger(tmp_path / "bot.sqlite3", colour="blue")
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(DatabaseError, match=words):
        restore(tmp_path / "copy", ledger, now=NOW)
    assert _values(ledger) == {"colour": "blue"}
    assert not list(tmp_path.glob("*before-restore*"))


def test_a_damaged_copy_is_not_restored(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path / "bot.sqlite3", **{f"name {n}": "x" * 900 for n in range(50)})
    copy = back_up(ledger, tmp_path / "copy.sqlite3").path
    content = bytearray(copy.read_bytes())
    content[-8_000:-4_000] = b"\xff" * 4_000
    copy.write_bytes(content)
    with pytest.raises(DatabaseError, match=r"is damaged|malformed"):
        restore(copy, ledger, now=NOW)
    assert len(_values(ledger)) == 50


def test_a_copy_of_a_newer_version_is_not_restored(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path / "bot.sqlite3")
    copy = back_up(ledger, tmp_path / "copy.sqlite3").path
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999', usable_from = '9998'")
        connection.commit()
    with pytest.raises(DatabaseError, match=r"a schema \(9999\) that this version does not know"):
        restore(copy, ledger, now=NOW)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET usable_from = '0001'")
        connection.commit()
    restore(copy, ledger, now=NOW)  # a compatible one can be used


def test_an_older_ledger_is_restored_and_migrated_at_the_next_start(tmp_path: Path) -> None:
    old = build_ledger(DUMPS[0], tmp_path)
    restore(old, tmp_path / "new" / "bot.sqlite3", now=NOW)
    _ledger(tmp_path / "new" / "bot.sqlite3")


async def test_a_restore_over_a_link_notices_the_running_bot(tmp_path: Path) -> None:
    (tmp_path / "bot.sqlite3").symlink_to("real.sqlite3")
    database = await open_database(f"sqlite:///{tmp_path}/bot.sqlite3")
    copy = back_up(tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3").path
    with pytest.raises(DatabaseLocked):
        restore(copy, tmp_path / "bot.sqlite3", now=NOW)
    await database.close()
    restore(copy, tmp_path / "bot.sqlite3", now=NOW)
    assert (tmp_path / "bot.sqlite3").is_symlink()


RESTORES_KILLED = """
import itertools, os, shutil, sys
from datetime import UTC, datetime
from pathlib import Path
from storage.backup import restore

folder = Path(sys.argv[1])

def restore_until(fatal, ledger):
    changes = itertools.count(1)

    def die(event, arguments):
        if any(str(argument).startswith(str(ledger.parent)) for argument in arguments) and next(changes) == fatal:
            os._exit(9)

    sys.addaudithook(die)
    restore(folder / "copy.sqlite3", ledger, now=datetime(2026, 11, 26, 9, 5, 7, tzinfo=UTC))
    os._exit(0)

for fatal in itertools.count(1):
    ledger = folder / str(fatal) / "bot.sqlite3"
    ledger.parent.mkdir()
    shutil.copy(folder / "bot.sqlite3", ledger)
    pid = os.fork()
    if pid == 0:
        restore_until(fatal, ledger)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(fatal, code)
    if code != 9:
        break
"""


def test_a_kill_during_a_restore_leaves_one_of_the_two_ledgers(tmp_path: Path) -> None:
    """The process dies before each of its steps that names a file of the ledger (Python's audit events)."""
    ledger = _ledger(tmp_path / "bot.sqlite3", colour="blue")
    copy = back_up(ledger, tmp_path / "copy.sqlite3").path
    _ledger(ledger, colour="red")
    command = [sys.executable, "-c", RESTORES_KILLED, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=True)
    steps = [line.split() for line in ended.stdout.splitlines()]
    colours = []
    for number, code in steps:
        left = _ledger(tmp_path / number / "bot.sqlite3")  # the bot starts and stops
        colours.append(_values(left)["colour"])
        if code == "9":
            restore(copy, left, now=NOW + timedelta(hours=1))
            assert _values(left) == {"colour": "blue"}
    assert steps[-1][1] == "0"
    assert colours == sorted(colours, reverse=True)
    assert {"red", "blue"} == set(colours[:-1])
