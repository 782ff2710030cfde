"""The database file: locked, migrated, written with group commits, and exact about failed writes."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.model import AspectRatio
from storage.bans import Ban, Bans
from storage.database import Database, Unit
from storage.database_errors import DatabaseError, DatabaseLocked, StorageUnavailable
from storage.drafts import Drafts
from storage.inbox import KEPT_SECONDS, Inbox
from storage.open_database import open_database
from storage.preferences import Preference, Preferences, WhoMayDraw
from storage.schema import key_values, metadata, preferences
from tests.support.factories import admin_cause, origin, queued_update
from tests.support.ledger import connect, file_url
from tests.support.manual_clock import ManualClock


def _insert(subject: int) -> "sa.sql.Insert":
    return sa.insert(preferences).values(subject_id=subject, ratio=None)


async def _count(database: Database) -> int:
    statement = sa.select(sa.func.count()).select_from(preferences)
    return await database.read(lambda connection: connection.execute(statement).scalar_one())


async def test_a_unit_that_fails_undoes_no_other_unit_of_its_batch(database: Database) -> None:
    def writes(number: int) -> Unit[int]:
        def unit(connection: sa.Connection) -> int:
            written = connection.execute(_insert(number)).rowcount
            if number == 50:
                raise ValueError("on purpose")
            return written

        return unit

    outcomes = await asyncio.gather(*(database.write(writes(n)) for n in range(100)), return_exceptions=True)
    assert [type(o) for o in outcomes].count(ValueError) == 1
    assert await _count(database) == 99


async def test_many_writes_share_a_commit_on_sqlite(tmp_path: Path) -> None:
    points: list[str] = []
    database = await open_database(f"sqlite:///{tmp_path}/x.sqlite3", points.append)
    stored = Preferences(database)
    await asyncio.gather(*(stored.choose(n, ratio=AspectRatio.WIDE) for n in range(200)))
    assert await _count(database) == 200
    assert 2 <= points.count("committed") <= 10
    await database.close()


async def test_a_unit_is_stored_when_write_returns(database: Database, database_url: str) -> None:
    await database.write(lambda c: c.execute(_insert(1)).rowcount)
    with connect(database_url) as other:
        assert other.exec_driver_sql("SELECT count(*) FROM preferences").scalar() == 1


@pytest.mark.parametrize(
    ("name", "writer", "reader"),
    [("journal_mode", "wal", "wal"), ("synchronous", 2, 2), ("foreign_keys", 1, 1), ("query_only", 0, 1)],
)
async def test_a_sqlite_file_is_opened_so_that_a_power_cut_loses_nothing(
    sqlite: Database, name: str, writer: object, reader: object
) -> None:
    """`synchronous` 2 is FULL: each commit is on the disk when it returns (sqlite.org/pragma.html)."""
    assert await sqlite.write(lambda c: c.exec_driver_sql(f"PRAGMA {name}").scalar()) == writer
    assert await sqlite.read(lambda c: c.exec_driver_sql(f"PRAGMA {name}").scalar()) == reader


@pytest.fixture
def damaged_file(migrated_file: Path, tmp_path: Path) -> Path:
    """Return a ledger with a damaged page, of a table that no statement at the start reads."""
    path = Path(shutil.copy(migrated_file, tmp_path))
    with connect(file_url(path)) as connection:
        root = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'drafts'")
        at = (root.scalar_one() - 1) * connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    data = bytearray(path.read_bytes())
    data[at : at + 64] = b"\xff" * 64
    path.write_bytes(data)
    return path


async def test_a_small_file_is_checked_for_damage_at_each_opening(damaged_file: Path) -> None:
    with pytest.raises(DatabaseError, match="the file is damaged") as raised:
        await open_database(file_url(damaged_file))
    assert "\n" not in str(raised.value)


async def test_a_second_process_is_refused(database: Database, database_url: str) -> None:
    code = (
        "import asyncio, sys\n"
        "from storage.open_database import open_database\n"
        "from storage.database_errors import DatabaseLocked\n"
        "try: asyncio.run(open_database(sys.argv[1]))\n"
        "except DatabaseLocked as error: print(error)\n"
    )
    command = [sys.executable, "-c", code, database_url]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    assert "another process" in done.stdout


async def test_a_second_open_in_the_same_process_is_refused_until_the_first_is_closed(
    database_url: str,
) -> None:
    first = await open_database(database_url)
    with pytest.raises(DatabaseLocked):
        await open_database(database_url)
    await first.close()
    await (await open_database(database_url)).close()


async def test_the_error_for_a_file_that_is_no_database_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(os.urandom(8192))
    with pytest.raises(DatabaseError, match=r"x\.sqlite3"):
        await open_database(f"sqlite:///{path}")


async def test_the_migrations_create_the_schema_of_the_code(database: Database, database_url: str) -> None:
    with connect(database_url) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


async def test_the_migrations_create_the_conditions_of_the_indexes(
    database: Database, database_url: str
) -> None:
    with connect(database_url) as connection:
        inspector, dialect = sa.inspect(connection), connection.dialect.name
        brackets = str.maketrans("", "", "()")  # PostgreSQL adds some
        created = {
            index["name"]: str(index.get("dialect_options", {}).get(f"{dialect}_where", "")).translate(
                brackets
            )
            for table in metadata.tables
            for index in inspector.get_indexes(table)
            if not index.get("duplicates_constraint")
        }
    indexes = {index for table in metadata.tables.values() for index in table.indexes}
    conditions = {index.name: index.dialect_options["sqlite"]["where"] for index in indexes}
    assert created == {name: "" if where is None else str(where) for name, where in conditions.items()}


async def test_preferences_are_stored_and_removed(database: Database) -> None:
    stored = Preferences(database)
    assert await stored.of(7) == Preference()
    await stored.choose(7, ratio=AspectRatio.WIDE)
    await stored.choose(-8, ratio=AspectRatio.TALL, who=WhoMayDraw.ADMINS, daily=30, language="ru")
    await stored.choose(7, language="en")
    for reader in (stored, Preferences(database)):  # from memory and from the file
        assert await reader.of(7) == Preference(ratio=AspectRatio.WIDE, language="en")
        assert await reader.of(-8) == Preference(AspectRatio.TALL, "ru", WhoMayDraw.ADMINS, 30)
    await stored.choose(7, ratio=None)
    assert (await stored.of(7)).ratio is None


async def test_a_draft_is_stored_once_and_found_by_its_question(
    database: Database, clock: ManualClock
) -> None:
    drafts = Drafts(database=database, clock=clock)

    async def save(prompt: str) -> int:
        draft = await drafts.save(origin(2, 1), prompt=prompt)
        return draft.id

    first = await save("a fox")
    assert await save("another") == first
    await drafts.set_question(first, 99)
    found = await drafts.by_question(1, 99)
    assert found is not None
    assert found.prompt == "a fox"
    assert await drafts.by_question(2, 99) is None


async def test_the_inbox_detects_repeated_updates_for_a_day(database: Database, clock: ManualClock) -> None:
    inbox = Inbox(database=database, clock=clock)
    one, two = (queued_update(number) for number in (1, 2))
    assert await inbox.put([one, two, one]) == [(one.update, False), (two.update, False)]
    assert await inbox.put([two]) == []
    assert [await inbox.unhandled_ids(None, most) for most in (1, 2, 3)] == [[1], [1, 2], [1, 2]]
    await inbox.handled(1)
    assert await inbox.put([one]) == []
    assert await inbox.unhandled() == [two.update._replace(received_at=clock.now())]
    clock.advance(KEPT_SECONDS)
    await inbox.prune()
    assert await inbox.put([one]) == []  # Telegram may still repeat it
    clock.advance(1)
    await inbox.prune()
    # Telegram repeats no update for so long: it is a new one with this id.
    assert await inbox.put([one]) == [(one.update, False)]
    assert await inbox.put([two]) == []


async def test_on_a_full_disk_exactly_the_confirmed_units_are_stored(sqlite: Database) -> None:
    database = sqlite
    errors: list[str | None] = []
    database.on_unavailable(lambda: errors.append(database.write_error))

    def allow(pages: int) -> Unit[None]:
        return lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").close()

    pages = await database.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
    await database.write(allow(pages + 4))

    def writes(number: int) -> Unit[int]:
        value = "x" * (20_000 if number == 20 else 10)
        statement = sa.insert(key_values).values(name=str(number), value=value)
        return lambda connection: connection.execute(statement).rowcount

    outcomes = await asyncio.gather(*(database.write(writes(n)) for n in range(40)), return_exceptions=True)
    confirmed = {str(n) for n, outcome in enumerate(outcomes) if outcome == 1}
    names = sa.select(key_values.c.name)
    assert set(await database.read(lambda c: c.execute(names).scalars().all())) == confirmed
    refused = [outcome for outcome in outcomes if outcome != 1]
    assert refused
    assert all(isinstance(outcome, StorageUnavailable) for outcome in refused)
    assert errors == ["database or disk is full"]
    await database.write(allow(pages + 100))
    assert await database.write(writes(20)) == 1
    assert database.write_error is None


async def test_a_wrong_statement_is_no_error_of_the_disk(database: Database) -> None:
    await database.write(lambda c: c.execute(_insert(1)).rowcount)
    with pytest.raises(sa.exc.IntegrityError):
        await database.write(lambda c: c.execute(_insert(1)).rowcount)
    with pytest.raises((sa.exc.OperationalError, sa.exc.ProgrammingError)):
        await database.write(lambda c: c.exec_driver_sql("nonsense").rowcount)
    assert database.write_error is None


async def test_a_choice_that_changes_while_it_is_read_is_not_remembered_as_it_was(database: Database) -> None:
    stored, bans = Preferences(database), Bans(database)
    for number in range(20):
        await asyncio.gather(stored.of(number), stored.choose(number, language="ru"), stored.of(number))
        assert (await stored.of(number)).language == "ru"
        await asyncio.gather(
            bans.of_kind(Ban.WORD), bans.add(Ban.WORD, str(number), admin_cause()), bans.of_kind(Ban.WORD)
        )
        assert str(number) in await bans.of_kind(Ban.WORD)
