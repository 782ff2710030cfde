"""The folder of the newest copies of a ledger."""

import asyncio
import contextlib
import os
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import backup_folder
from storage.backup import CopyStopped
from storage.backup_folder import KEPT, BackupFolder
from storage.database_errors import DatabaseError
from storage.key_values import KeyValueStore
from storage.open_database import open_database

NOW = datetime(2026, 11, 27, 2, 0, 5, tzinfo=UTC)
NAME = "bot-2026-11-27T020005Z.sqlite3"


def _go_on() -> bool:
    return False


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    async def write() -> None:
        database = await open_database(f"sqlite:///{tmp_path}/bot.sqlite3")
        for number in range(50):
            await KeyValueStore(database).set(f"name {number}", "x" * 2_000)
        await database.close()

    asyncio.run(write())
    return tmp_path / "bot.sqlite3"


@pytest.fixture
def folder(ledger: Path, tmp_path: Path) -> BackupFolder:
    return BackupFolder(folder=tmp_path / "new" / "backups", ledger=ledger)


def test_a_copy_is_private_complete_and_known_by_its_name(folder: BackupFolder, tmp_path: Path) -> None:
    assert folder.newest(NOW) is None
    copy = folder.back_up(NOW, _go_on)
    assert copy.path == tmp_path / "new" / "backups" / NAME
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.path.parent.stat().st_mode) == 0o700
    with contextlib.closing(sqlite3.connect(copy.path)) as connection:
        assert connection.execute("SELECT count(*) FROM key_values").fetchone()[0] == 50
    assert folder.newest(NOW) == NOW
    assert folder.newest(NOW - timedelta(seconds=1)) is None  # of a clock that was ahead


def test_the_newest_copies_and_all_other_files_stay(folder: BackupFolder, tmp_path: Path) -> None:
    (place := tmp_path / "new" / "backups").mkdir(parents=True)
    others = [
        place / "notes.txt",
        place / "bot-before-upgrade.sqlite3",
        place / "other-2020-01-01T000000Z.sqlite3",
    ]
    for other in others:
        other.write_text("mine")
    (unfinished := place / f".{NAME}.abc").write_text("left by a kill")
    for day in range(KEPT + 2):
        folder.back_up(NOW + timedelta(days=day), _go_on)
    assert not unfinished.exists()
    assert all(other.read_text() == "mine" for other in others)
    copies = sorted(set(place.iterdir()) - set(others))
    assert [path.name[4:14] for path in copies] == [f"2026-{d}" for d in ("11-29", "11-30", *_december(5))]


def _december(days: int) -> list[str]:
    return [f"12-0{day}" for day in range(1, days + 1)]


def test_a_copy_that_fails_removes_none(folder: BackupFolder, ledger: Path, tmp_path: Path) -> None:
    for day in range(KEPT):
        folder.back_up(NOW + timedelta(days=day), _go_on)
    before = sorted((tmp_path / "new" / "backups").iterdir())
    content = bytearray(ledger.read_bytes())
    content[-60_000:-4_000] = b"\xff" * 56_000
    ledger.write_bytes(content)
    with pytest.raises(DatabaseError, match=r"is damaged|malformed"):
        folder.back_up(NOW + timedelta(days=KEPT), _go_on)
    assert sorted((tmp_path / "new" / "backups").iterdir()) == before


def test_a_copy_that_is_stopped_leaves_nothing(folder: BackupFolder, tmp_path: Path) -> None:
    with pytest.raises(CopyStopped):
        folder.back_up(NOW, lambda: True)
    assert list((tmp_path / "new" / "backups").iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a file system of 100 KiB."""
    (folder := tmp_path / "disk").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["/bin/umount", str(folder)], check=True)


def test_a_disk_without_room_is_not_filled(
    small_disk: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = BackupFolder(folder=small_disk, ledger=ledger)
    with pytest.raises(DatabaseError, match=r"has 0 MB free, and a copy needs 6\d MB"):
        folder.back_up(NOW, _go_on)
    monkeypatch.setattr(backup_folder, "FREE_BYTES", -1_000_000)  # another program fills the disk meanwhile
    with pytest.raises(DatabaseError, match=r"disk is full|cannot be written: No space"):
        folder.back_up(NOW, _go_on)
    assert list(small_disk.iterdir()) == []
