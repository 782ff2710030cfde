"""The permissions of the ledger's files, and errors about missing permissions."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from structlog.testing import capture_logs

from storage.database_errors import DatabaseError
from storage.open_database import open_database
from tests.support.other_user import NOBODY, as_nobody

FILES = ("bot.sqlite3", "bot.sqlite3-wal", "bot.sqlite3-shm", "bot.sqlite3.lock")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that every user can reach. Files are created with all permissions that are asked for."""
    before = os.umask(0)
    with TemporaryDirectory(prefix="ledger-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
    os.umask(before)


def _modes(folder: Path) -> dict[str, int]:
    return {name: stat.S_IMODE((folder / name).stat().st_mode) for name in FILES}


def _give_to_nobody(folder: Path) -> None:
    """Change the owner of the files in a folder, which needs root."""
    if os.geteuid() == 0:
        for path in folder.iterdir():
            os.chown(path, NOBODY, NOBODY)


def _let_everybody_write(folder: Path) -> None:
    folder.chmod(0o777)


async def _refusal(folder: Path) -> str:
    with as_nobody(), pytest.raises(DatabaseError) as raised:
        await open_database(f"sqlite:///{folder}/bot.sqlite3")
    return str(raised.value)


async def test_the_ledger_is_created_for_its_user_only(folder: Path) -> None:
    with capture_logs() as lines:
        database = await open_database(f"sqlite:///{folder}/bot.sqlite3")
    assert _modes(folder) == dict.fromkeys(FILES, 0o600)
    assert lines == []
    await database.close()


async def test_an_existing_ledger_is_made_private_and_that_is_logged(folder: Path) -> None:
    await (await open_database(f"sqlite:///{folder}/bot.sqlite3")).close()
    for name in FILES:
        (folder / name).touch()
        (folder / name).chmod(0o644)
    link = folder / "link.sqlite3"
    link.symlink_to("bot.sqlite3")
    (folder / "link.sqlite3.lock").touch(0o666)
    with capture_logs() as lines:
        database = await open_database(f"sqlite:///{link}")
    made_private = {Path(line["path"]).name: line["old_mode"] for line in lines}
    assert {line["event"] for line in lines} == {"file made private"}
    assert made_private == dict.fromkeys(FILES[:3], "0644") | {"link.sqlite3.lock": "0666"}
    assert [mode for name, mode in _modes(folder).items() if name != FILES[3]] == [0o600] * 3
    await database.close()


async def test_a_folder_of_another_user_is_named_with_both_users(folder: Path) -> None:
    reason = await _refusal(folder)
    assert reason == (
        f"{folder}/bot.sqlite3 cannot be opened: Permission denied for user id {NOBODY}; "
        f"{folder} belongs to user id 0, mode 0755"
    )


@pytest.mark.parametrize("name", ["bot.sqlite3", "bot.sqlite3.lock"])
async def test_a_file_of_another_user_is_named_with_both_users(folder: Path, name: str) -> None:
    await (await open_database(f"sqlite:///{folder}/bot.sqlite3")).close()
    _let_everybody_write(folder)
    if name == "bot.sqlite3":
        (folder / "bot.sqlite3.lock").unlink()
    reason = await _refusal(folder)
    assert (
        f"Permission denied for user id {NOBODY}; {folder}/{name} belongs to user id 0, mode 0600" in reason
    )


async def test_a_folder_that_cannot_be_created_is_named_with_both_users(folder: Path) -> None:
    reason = await _refusal(folder / "new")
    assert re.search(
        rf"Permission denied for user id {NOBODY}; {folder} belongs to user id 0, mode 0755$", reason
    )


async def test_a_ledger_in_a_folder_without_write_permission_names_the_user(folder: Path) -> None:
    """SQLite cannot create its write-ahead log there."""
    await (await open_database(f"sqlite:///{folder}/bot.sqlite3")).close()
    _give_to_nobody(folder)
    reason = await _refusal(folder)
    assert f"user id {NOBODY}" in reason
    assert f"{folder} belongs to user id 0" in reason


async def test_the_lock_is_released_when_the_ledger_cannot_be_opened(folder: Path) -> None:
    (folder / "bot.sqlite3").mkdir()
    with pytest.raises(DatabaseError, match="cannot be opened: Is a directory"):
        await open_database(f"sqlite:///{folder}/bot.sqlite3")
    (folder / "bot.sqlite3").rmdir()
    await (await open_database(f"sqlite:///{folder}/bot.sqlite3")).close()
