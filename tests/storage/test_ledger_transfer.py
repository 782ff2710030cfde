"""The transfer of an SQLite ledger to PostgreSQL: all rows or none, whatever they hold and whenever it is killed."""

import asyncio
import contextlib
import functools
import math
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from core.model import Accepted
from core.payments.offers import OrderKind
from storage.database_errors import DatabaseError, DatabaseLocked, StorageUnreachable
from storage.inbox import Inbox
from storage.ledger_rows import BATCH, TABLES
from storage.ledger_transfer import transfer
from storage.open_database import open_database
from storage.requests import Requests
from storage.schema import durations, key_values, metadata, moderation_strikes, requests
from storage.users import Users
from tests.support.factories import AMPLE, generation_request, queued_update
from tests.support.ledger import connect, file_url
from tests.support.manual_clock import ManualClock
from tests.support.payments_ledger import PaymentsLedger
from tests.support.postgres_server import EMPTY, end_connections, execute, new_database
from tests.support.process_launcher import DEADLINE, ROOT
from tests.support.released_ledgers import DUMPS, build_ledger
from tests.support.shared_postgres import SharedPostgres

LARGE = 2**53 + 1
TEXT = "naïve 🦊 ' \" \\ \n %s :x $1"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return the file of a closed ledger with two requests, payments and many small rows."""
    path = tmp_path / "bot.sqlite3"
    asyncio.run(_write_ledger(path))
    return path


async def _write_ledger(path: Path) -> None:
    database = await open_database(file_url(path))
    stored = Requests(database=database, clock=ManualClock())
    for number in (1, 2):
        assert isinstance(await stored.accept(generation_request(number, number), AMPLE), Accepted)
    await Inbox(database=database, clock=ManualClock()).put([queued_update(LARGE)])
    payments = PaymentsLedger(database)
    bought = [await payments.buy(kind) for kind in OrderKind]
    await payments.refunds.ask(bought[0], 7, TEXT)
    await payments.refunds.intend(bought[1], "ada")
    await payments.terms.accept(7, "1")
    rows = [{"shortest": number / 7, "longest": number / 3} for number in range(2 * BATCH + 1)]
    await database.write(lambda c: c.execute(sa.insert(durations), rows).rowcount)
    users = Users(database=database, clock=ManualClock())
    users.note(7, "de", TEXT, None, private=True)
    await users.stop()
    await database.close()


@pytest.fixture
def empty_url(postgres: SharedPostgres) -> Any:
    """Yield the URL of a new PostgreSQL database without tables."""
    with new_database(postgres.admin_url, EMPTY) as url:
        yield url


async def _move(ledger: Path, url: str, failpoint: Callable[[str], None] = lambda _point: None) -> int:
    return await transfer(ledger, url, report=lambda _table, _rows: None, failpoint=failpoint)


def _rows(url: str, table: sa.Table) -> list[tuple[Any, ...]]:
    with connect(url) as connection:
        return sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)


def _tables(url: str) -> list[str]:
    with connect(url) as connection:
        return sa.inspect(connection).get_table_names()


def _assert_same(ledger: Path, url: str) -> None:
    for table in TABLES:
        assert _rows(url, table) == _rows(file_url(ledger), table), table.name


def _scalar(statement: sa.Executable, connection: sa.Connection) -> object:
    return connection.execute(statement).scalar_one()


def _content(path: Path) -> bytes:
    return path.read_bytes()


async def test_every_row_arrives_and_the_file_keeps_its_bytes(ledger: Path, empty_url: str) -> None:
    before = _content(ledger)
    reported: dict[str, int] = {}
    rows = await transfer(ledger, empty_url, report=reported.__setitem__)
    assert list(reported) == [table.name for table in TABLES]
    assert reported["durations"] == 2 * BATCH + 1
    assert rows == sum(reported.values())
    assert _content(ledger) == before
    _assert_same(ledger, empty_url)
    database = await open_database(empty_url)
    expected = queued_update(LARGE).update._replace(received_at=ManualClock().now())
    assert await Inbox(database=database, clock=ManualClock()).unhandled() == [expected]
    payments = PaymentsLedger(database)
    assert await payments.balance() == 20
    assert await payments.credits.grant("a", 7, 5)  # its entry has the next id
    assert [units for _kind, units in await payments.movements()][-1] == 5
    await payments.check_sums()
    await database.close()


async def test_each_kind_of_value_arrives(ledger: Path, empty_url: str) -> None:
    with connect(file_url(ledger)) as connection:
        first = sa.update(requests).where(requests.c.id == 1)
        values = {
            "user_id": -LARGE,
            "prompt": TEXT,
            "accepted_at": 0.1 + 0.2,
            "cost": math.inf,
            "forget": True,
            "source_spoiler": True,
            "thread_id": None,
            "ratio": "",
        }
        connection.execute(first.values(values))
        second = sa.update(requests).where(requests.c.id == 2)
        connection.execute(second.values(id=LARGE, cost=5e-324, prompt="x" * 300_000))
    await _move(ledger, empty_url)
    _assert_same(ledger, empty_url)
    with connect(empty_url) as connection:
        moved = connection.execute(sa.select(requests).order_by(requests.c.id)).mappings().first()
    assert moved is not None
    assert {name: moved[name] for name in values} == values


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a\0b", "a\ufffdb"),
        (b"a\xed\xa0\x80b", "a\ufffdb"),  # a lone surrogate
        (b"\xed\xa0\xbe\xed\xb6\x8a", "🦊"),  # a pair, each half by itself
        (b"a\xffb", "a\ufffdb"),
    ],
)
async def test_a_text_that_postgresql_refuses_is_moved_as_the_bot_would_have_stored_it(
    ledger: Path, empty_url: str, raw: bytes, expected: str
) -> None:
    with contextlib.closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("INSERT INTO key_values VALUES ('odd', CAST(? AS TEXT))", (raw,))
    await _move(ledger, empty_url)
    assert _rows(empty_url, key_values) == [("odd", expected)]


async def test_no_number_is_given_out_twice(ledger: Path, empty_url: str) -> None:
    """The buttons of old messages name requests by their numbers, also of requests that are deleted."""
    with connect(file_url(ledger)) as connection:
        connection.execute(sa.delete(requests).where(requests.c.id == 2))
        connection.execute(sa.insert(moderation_strikes).values(id=2**31, user_id=1, struck_at=1.0))
    await _move(ledger, empty_url)
    database = await open_database(empty_url)
    accepted = await Requests(database=database, clock=ManualClock()).accept(generation_request(3, 3), AMPLE)
    assert isinstance(accepted, Accepted)
    assert accepted.request.id == 3
    for table, expected in ((moderation_strikes, 2**31 + 1), (durations, 2 * BATCH + 2)):
        row = {column.name: 1 for column in table.columns if column.name != "id"}
        statement = sa.insert(table).values(row).returning(table.c.id)
        assert await database.write(functools.partial(_scalar, statement)) == expected
    await database.close()


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
async def test_an_older_ledger_arrives_in_the_newest_schema_and_stays_old(
    tmp_path: Path, empty_url: str, dump: Path
) -> None:
    path = build_ledger(dump, tmp_path)
    before = _content(path)
    await _move(path, empty_url)
    assert _content(path) == before
    await (await open_database(file_url(path))).close()  # migrates it
    _assert_same(path, empty_url)


async def test_a_database_with_the_tables_and_no_rows_is_empty(ledger: Path, postgres_url: str) -> None:
    await _move(ledger, postgres_url)
    _assert_same(ledger, postgres_url)


async def test_a_database_with_rows_is_left_alone(ledger: Path, empty_url: str) -> None:
    await _move(ledger, empty_url)
    with pytest.raises(
        DatabaseError, match=r"it has rows already \(in accepted_terms\); name an empty database, or"
    ):
        await _move(ledger, empty_url)
    _assert_same(ledger, empty_url)


async def test_a_database_of_another_program_is_left_alone(ledger: Path, empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE invoices (id int)")
    with pytest.raises(DatabaseError, match=r"tables of another program \(invoices\)"):
        await _move(ledger, empty_url)
    assert _tables(empty_url) == ["invoices"]


async def test_rows_that_arrive_changed_are_not_committed(ledger: Path, postgres_url: str) -> None:
    execute(
        postgres_url,
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.longest := NEW.longest + 1; RETURN NEW; END $$",
    )
    execute(
        postgres_url,
        "CREATE TRIGGER spoil BEFORE INSERT ON durations FOR EACH ROW WHEN (NEW.id = 700) EXECUTE FUNCTION spoil()",
    )
    with pytest.raises(DatabaseError, match="it stores other rows in durations than were sent to it"):
        await _move(ledger, postgres_url)
    assert all(_rows(postgres_url, table) == [] for table in metadata.sorted_tables)


def _opening_fails(url: str) -> bool:
    """Try to start a bot's database in another thread."""
    failed: list[bool] = []

    def start() -> None:
        try:
            asyncio.run(_open_and_close(url))
        except DatabaseLocked:
            failed.append(True)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    return bool(failed)


async def _open_and_close(url: str) -> None:
    await (await open_database(url)).close()


@pytest.mark.long(32)
async def test_no_bot_starts_meanwhile_on_either_database(ledger: Path, empty_url: str) -> None:
    refused: dict[str, list[bool]] = {}

    def try_to_start(point: str) -> None:
        refused[point] = [_opening_fails(file_url(ledger))]
        if point != "locked":  # the next step connects to the target
            refused[point].append(_opening_fails(empty_url))

    await _move(ledger, empty_url, try_to_start)
    assert len(refused) == len(TABLES) + 4
    assert all(all(results) for results in refused.values())


@pytest.mark.parametrize("running", ["sqlite", "postgresql"])
async def test_a_running_bot_is_not_disturbed(ledger: Path, empty_url: str, running: str) -> None:
    bot = await open_database(file_url(ledger) if running == "sqlite" else empty_url)
    with pytest.raises(DatabaseLocked, match="another process is using"):
        await _move(ledger, empty_url)
    await bot.close()
    await _move(ledger, empty_url)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from storage.ledger_transfer import transfer

def transfer_until(fatal, url):
    passed = []

    def die(point):
        passed.append(point)
        if len(passed) == fatal:
            print(point, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(transfer(Path(sys.argv[1]), url, report=lambda table, rows: None, failpoint=die))

for argument in sys.argv[2:]:
    fatal, url = argument.split(" ")
    pid = os.fork()
    if pid == 0:
        transfer_until(int(fatal), url)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
"""


def test_a_kill_leaves_both_databases_as_they_were_and_the_next_run_succeeds(
    ledger: Path, postgres: SharedPostgres
) -> None:
    before = _content(ledger)
    fatal = (1, 2, 5, len(TABLES) + 2, len(TABLES) + 3)
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(new_database(postgres.admin_url, EMPTY)) for _ in fatal]
        points = [f"{number} {url}" for number, url in zip(fatal, urls, strict=True)]
        command = [sys.executable, "-c", KILLED, str(ledger), *points]
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=True
        )
        copied = [f"copied {table.name}" for table in TABLES]
        assert ended.stdout.splitlines() == ["locked", "prepared", copied[2], copied[-1], "commit"]
        for url in urls:
            _wait_for_the_end_of_connections(url)
            assert _tables(url) == []
        assert _content(ledger) == before
        asyncio.run(_move(ledger, urls[-1]))
        _assert_same(ledger, urls[-1])


def _wait_for_the_end_of_connections(url: str) -> None:
    """Wait until the server has noticed that a client is killed."""
    deadline = time.monotonic() + DEADLINE
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        while (row := connection.execute(query).fetchone()) is not None and row[0] > 1:
            assert time.monotonic() < deadline
            time.sleep(0.02)


async def test_a_lost_answer_to_the_commit_is_no_proof_that_nothing_was_moved(
    ledger: Path, empty_url: str
) -> None:
    def lose_connection(point: str) -> None:
        if point == "commit":
            end_connections(empty_url)

    with pytest.raises(StorageUnreachable, match="did not confirm the commit"):
        await _move(ledger, empty_url, lose_connection)


async def test_a_lost_connection_moves_nothing(ledger: Path, empty_url: str) -> None:
    def lose_connection(point: str) -> None:
        if point == "copied bans":
            end_connections(empty_url)

    with pytest.raises(DatabaseError, match="cannot be used: ") as raised:
        await _move(ledger, empty_url, lose_connection)
    assert not isinstance(raised.value, StorageUnreachable)
    assert _tables(empty_url) == []


async def test_a_server_that_ends_idle_transactions_waits_for_the_file(ledger: Path, empty_url: str) -> None:
    name = empty_url.partition("?")[0].rpartition("/")[2]
    execute(empty_url, f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '1s'")
    await _move(ledger, empty_url, lambda point: time.sleep(1.5) if point == "prepared" else None)
    _assert_same(ledger, empty_url)


async def test_a_number_that_does_not_fit_is_named(ledger: Path, empty_url: str) -> None:
    with connect(file_url(ledger)) as connection:
        connection.execute(sa.update(requests).values(creates=2**31))
    with pytest.raises(DatabaseError, match=r"cannot be used: integer out of range$"):
        await _move(ledger, empty_url)
    assert _tables(empty_url) == []


async def test_a_user_without_rights_is_told_which_one_is_missing(ledger: Path, empty_url: str) -> None:
    execute(empty_url, "DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
    url = empty_url.replace("postgresql://imagine@", "postgresql://guest@")
    with pytest.raises(
        DatabaseError, match=r"permission denied for schema public; the user needs the right to"
    ):
        await _move(ledger, url)


async def test_a_missing_database_and_another_encoding_are_named(
    ledger: Path, postgres: SharedPostgres
) -> None:
    missing = postgres.admin_url.replace("/postgres?", "/missing?")
    with pytest.raises(DatabaseError, match=r'cannot be used: .*database "missing" does not exist$'):
        await _move(ledger, missing)
    execute(
        postgres.admin_url,
        "CREATE DATABASE latin_target TEMPLATE template0 ENCODING 'LATIN1'"
        " LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'",
    )
    with pytest.raises(DatabaseError, match="its encoding is LATIN1, not UTF8"):
        await _move(ledger, postgres.admin_url.replace("/postgres?", "/latin_target?"))


async def test_a_file_that_is_no_ledger_is_named(tmp_path: Path, empty_url: str) -> None:
    path = tmp_path / "bot.sqlite3"
    with pytest.raises(DatabaseError, match=r"there is no file .*bot\.sqlite3$"):
        await _move(path, empty_url)
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE other (x)")
    with pytest.raises(DatabaseError, match=r"bot\.sqlite3 is not a ledger of this bot"):
        await _move(path, empty_url)
    path.write_bytes(b"rubbish" * 1_000)
    with pytest.raises(DatabaseError, match=r"bot\.sqlite3 cannot be read: file is not a database; restore"):
        await _move(path, empty_url)
    assert _tables(empty_url) == []


async def test_a_ledger_of_a_newer_version_is_refused(ledger: Path, empty_url: str) -> None:
    with contextlib.closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999', usable_from = '9998'")
    with pytest.raises(DatabaseError, match=r"bot\.sqlite3 cannot be read: its schema \(9999\)"):
        await _move(ledger, empty_url)
    # A compatible one has columns that this version would leave behind.
    with contextlib.closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("UPDATE alembic_version SET usable_from = '0001'")
    with pytest.raises(DatabaseError, match=r"bot\.sqlite3 has a newer schema \(9999\); move it with"):
        await _move(ledger, empty_url)
