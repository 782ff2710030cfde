"""Files of every released schema become the newest at a start, in one transaction or not at all."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import database as storage_database
from storage.database import Database, DatabaseError, connect
from storage.schema import HEAD, metadata

RELEASED = Path(__file__).parent / "released"
FILES = sorted(RELEASED.glob("*.sql"))
MIGRATIONS = ScriptDirectory(str(Path(storage_database.__file__).parent / "migrations"))


def build(release: Path, folder: Path) -> Path:
    """Make the file that a release left behind."""
    path = folder / "bot.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(release.read_text(encoding="utf-8"))
    connection.close()
    return path


def _dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


def _requests(path: Path, columns: Sequence[str] = ()) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the columns of the requests and their rows, with only some columns if these are given."""
    with sqlite3.connect(path) as connection:
        cursor = connection.execute(f"SELECT {', '.join(columns) or '*'} FROM requests ORDER BY id")  # noqa: S608
        rows = cursor.fetchall()
    connection.close()
    return [column[0] for column in cursor.description], rows


def test_each_schema_but_the_newest_has_a_file_here() -> None:
    """Kept the moment the next migration is written: `sqlite3 bot.sqlite3 .dump` of a bot that ran before it."""
    older = {script.revision for script in MIGRATIONS.walk_revisions()} - {HEAD}
    assert {path.stem for path in FILES} >= older


@pytest.mark.parametrize("release", FILES, ids=lambda path: path.stem)
async def test_an_older_file_becomes_the_newest_and_keeps_its_rows(tmp_path: Path, release: Path) -> None:
    path = build(release, tmp_path)
    columns, kept = _requests(path)
    assert len(kept) >= 5
    database = await Database.open(f"sqlite:///{path}")
    await database.close()
    assert _requests(path, columns)[1] == kept
    engine = connect(path)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    with sqlite3.connect(path) as raw:
        assert raw.execute(
            "SELECT user_id, count(*) FROM moderation_strikes GROUP BY user_id"
        ).fetchall() == [(503, 3)]
    raw.close()


@pytest.mark.parametrize("release", FILES, ids=lambda path: path.stem)
async def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, release: Path) -> None:
    path = build(release, tmp_path)
    with sqlite3.connect(path) as connection:  # what the last step of the newest migration trips over
        connection.execute("CREATE TABLE other (x)")
        connection.execute("CREATE INDEX ix_requests_chat_id_result_message_id ON other (x)")
    connection.close()
    before = _dump(path)
    with pytest.raises(DatabaseError, match="ix_requests_chat_id_result_message_id already exists"):
        await Database.open(f"sqlite:///{path}")
    assert _dump(path) == before
