"""Migrations: a ledger of each released schema is migrated in one transaction or not at all."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import database as storage_database
from storage.database_errors import DatabaseError
from storage.open_database import open_database
from storage.schema import HEAD, metadata
from tests.support.ledger import connect, file_url
from tests.support.released_ledgers import DUMPS, build_ledger

MIGRATIONS = ScriptDirectory(str(Path(storage_database.__file__).parent / "migrations"))
OLDER = [path for path in DUMPS if path.stem < HEAD]


def _dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


def _requests(path: Path, columns: Sequence[str] = ()) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the column names and the rows of the requests, of all columns or of the given ones."""
    with sqlite3.connect(path) as connection:
        cursor = connection.execute(f"SELECT {', '.join(columns) or '*'} FROM requests ORDER BY id")  # noqa: S608
        rows = cursor.fetchall()
    connection.close()
    return [column[0] for column in cursor.description], rows


def test_each_schema_but_the_newest_has_a_dump() -> None:
    """A new migration comes with `sqlite3 bot.sqlite3 .dump` of a bot that ran before it."""
    older = {script.revision for script in MIGRATIONS.walk_revisions()} - {HEAD}
    assert {path.stem for path in DUMPS} >= older


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
async def test_an_older_ledger_is_migrated_and_keeps_its_rows(tmp_path: Path, dump: Path) -> None:
    path = build_ledger(dump, tmp_path)
    columns, rows = _requests(path)
    assert len(rows) >= 5
    database = await open_database(f"sqlite:///{path}")
    await database.close()
    assert _requests(path, columns)[1] == rows
    with connect(file_url(path)) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    with sqlite3.connect(path) as raw:
        assert raw.execute(
            "SELECT user_id, count(*) FROM moderation_strikes GROUP BY user_id"
        ).fetchall() == [(503, 3)]
    raw.close()


@pytest.mark.parametrize("dump", OLDER, ids=lambda path: path.stem)
async def test_a_failed_migration_does_not_change_the_ledger(tmp_path: Path, dump: Path) -> None:
    path = build_ledger(dump, tmp_path)
    with sqlite3.connect(path) as connection:  # makes the last step of the newest migration fail
        connection.execute("CREATE TABLE broadcasts (x)")
    connection.close()
    before = _dump(path)
    with pytest.raises(DatabaseError, match="broadcasts already exists"):
        await open_database(f"sqlite:///{path}")
    assert _dump(path) == before
