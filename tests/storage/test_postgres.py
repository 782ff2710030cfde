"""PostgreSQL alone: lost connections, restarts of the server, concurrent units, and values that it refuses."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from core.model import Accepted
from storage.database import Database, Unit
from storage.database_errors import DatabaseError, StorageUnavailable, StorageUnreachable
from storage.key_values import KeyValueStore
from storage.locks import hold
from storage.open_database import open_database
from storage.postgres_connection import CONNECTIONS, create_blocking_engine
from storage.requests import Requests
from storage.schema import key_values, requests
from storage.urgency import urgent
from tests.support.factories import AMPLE, generation_request
from tests.support.ledger import connect
from tests.support.manual_clock import ManualClock
from tests.support.postgres_server import PostgresServer, end_connections, execute, new_database, new_server
from tests.support.shared_postgres import MIGRATED, SharedPostgres, skip_without_postgres


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """Yield a server of the test's own, which it may stop."""
    skip_without_postgres()
    with new_server() as running:
        running.execute(f"CREATE DATABASE {MIGRATED}")
        yield running


def _insert(name: str) -> Unit[int]:
    statement = sa.insert(key_values).values(name=name, value="x")
    return lambda connection: connection.execute(statement).rowcount


def _run(statement: sa.Update) -> Unit[int]:
    return lambda connection: connection.execute(statement).rowcount


def _names(url: str) -> list[str]:
    with connect(url) as connection:
        return list(connection.execute(sa.select(key_values.c.name).order_by(key_values.c.name)).scalars())


async def test_connections_that_ended_while_idle_are_replaced_unnoticed(
    database: Database, postgres_url: str
) -> None:
    await asyncio.gather(*(database.write(_insert(f"before {n}")) for n in range(20)))
    end_connections(postgres_url)
    await asyncio.gather(*(database.write(_insert(f"after {n}")) for n in range(20)))
    assert await database.read(lambda c: c.execute(sa.select(key_values)).all())
    assert len(_names(postgres_url)) == 40
    assert database.write_error is None


async def test_a_unit_whose_connection_ends_before_the_commit_is_run_again(
    database: Database, postgres_url: str
) -> None:
    tries: list[int] = []

    def unit(connection: sa.Connection) -> int:
        tries.append(1)
        _insert("a")(connection)
        if len(tries) == 1:
            end_connections(postgres_url)
        return _insert("b")(connection)

    await database.write(unit)
    assert _names(postgres_url) == ["a", "b"]
    assert len(tries) == 2


async def test_a_lost_answer_to_a_commit_is_no_proof_that_nothing_is_stored(postgres_url: str) -> None:
    def lose_connection(point: str) -> None:
        if point == "commit":
            end_connections(postgres_url)

    database = await open_database(postgres_url, lose_connection)
    with pytest.raises(StorageUnreachable):
        await database.write(_insert("a"))
    assert database.write_error
    await database.close()


@pytest.mark.parametrize("shared", [False, True])
async def test_units_see_what_others_stored_while_they_waited_for_a_lock(
    postgres_url: str, shared: bool
) -> None:
    """Whatever an operator has set for the database: the limits are counted after the lock."""
    with connect(postgres_url) as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(
            f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"
        )
    database = await open_database(postgres_url, shared=shared)
    show = sa.text("SHOW transaction_isolation")
    assert await database.write(lambda c: c.execute(show).scalar()) == "read committed"
    assert await database.read(lambda c: c.execute(show).scalar()) == "repeatable read"
    await database.close()


async def test_units_that_block_each_other_are_both_stored(database: Database, postgres_url: str) -> None:
    store = KeyValueStore(database)
    await asyncio.gather(store.set("a", "0"), store.set("b", "0"))
    met = {"a": asyncio.Event(), "b": asyncio.Event()}

    def unit(first: str, second: str) -> Unit[None]:
        def run(connection: sa.Connection) -> None:
            for name in (first, second):
                row = key_values.c.name == name
                connection.execute(sa.update(key_values).where(row).values(value=key_values.c.value + first))
                met[first].set()
                if name == first and not met[second].is_set():
                    connection.execute(sa.text("SELECT pg_sleep(0.5)"))

        return run

    await asyncio.gather(database.write(unit("a", "b")), database.write(unit("b", "a")))
    values = {await store.get("a"), await store.get("b")}
    assert values <= {"0ab", "0ba"}


async def test_all_of_a_read_sees_one_state(database: Database, postgres_url: str) -> None:
    def unit(connection: sa.Connection) -> list[int]:
        counts = []
        for name in ("a", "b"):
            counts.append(connection.execute(sa.select(sa.func.count(key_values.c.name))).scalar_one())
            execute(postgres_url, f"INSERT INTO key_values VALUES ('{name}', 'x')")  # noqa: S608
        return counts

    assert await database.read(unit) == [0, 0]
    with pytest.raises(StorageUnavailable):
        await database.read(_insert("a read writes nothing"))


async def test_while_the_server_is_down_units_fail_and_afterwards_they_are_stored(
    server: PostgresServer,
) -> None:
    url, reported = server.url(MIGRATED), list[str | None]()
    database = await open_database(url)
    database.on_unavailable(lambda: reported.append(database.write_error))
    await database.write(_insert("before"))
    for number in (signal.SIGQUIT, signal.SIGINT):
        server.stop(number)
        for _ in range(2):
            with pytest.raises(StorageUnreachable):
                await database.write(_insert("lost"))
            with pytest.raises(StorageUnreachable):
                await database.read(_insert("lost"))
        assert len(reported) == 1
        assert reported.pop() == database.write_error
        server.start()
        await database.write(_insert(f"after {number}"))
        assert database.write_error is None
    assert _names(url) == ["after 2", "after 3", "before"]
    await database.close()


async def test_a_database_that_became_read_only_is_unavailable(
    database: Database, postgres: SharedPostgres, postgres_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    execute(postgres.admin_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    end_connections(postgres_url)
    with pytest.raises(StorageUnavailable, match="read-only"):
        await database.write(_insert("a"))
    assert await database.read(lambda c: c.execute(sa.select(key_values)).all()) == []
    assert database.write_error is not None
    execute(postgres.admin_url, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    end_connections(postgres.admin_url.replace("/postgres?", f"/{name}?"))
    await database.write(_insert("a"))
    assert database.write_error is None


async def test_a_value_that_cannot_be_stored_is_no_outage(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as raised:
        await database.write(_insert("\0"))
    assert isinstance(raised.value.orig, psycopg.DataError)
    assert database.write_error is None


async def test_a_process_that_lost_the_database_to_another_one_stores_nothing(postgres_url: str) -> None:
    first = await open_database(postgres_url)
    await first.write(_insert("first"))
    end_connections(postgres_url)
    second = await open_database(postgres_url)
    with pytest.raises(StorageUnavailable, match="another process is using"):
        await first.write(_insert("too late"))
    with pytest.raises(StorageUnavailable, match="another process is using"):
        await first.read(lambda c: c.execute(sa.select(key_values)).all())
    await second.close()
    await first.write(_insert("again"))
    assert _names(postgres_url) == ["again", "first"]
    await first.close()


async def test_other_programs_may_use_the_server_and_the_lock_of_their_own_database(
    database: Database, postgres: SharedPostgres
) -> None:
    with new_database(postgres.admin_url, MIGRATED) as url:
        await (await open_database(url)).close()


def test_the_options_of_the_url_hold_for_a_library_s_connections_too(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).update_query_dict(
        {"options": "-c geqo_threshold=17", "connect_timeout": "4"}
    )
    engine = create_blocking_engine(url, 1)
    with engine.connect() as connection:
        values = [
            connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("geqo_threshold", "lock_timeout", "default_transaction_isolation")
        ]
    engine.dispose()
    assert values == ["17", "10s", "read committed"]


async def test_a_database_in_another_encoding_is_refused(postgres: SharedPostgres) -> None:
    execute(
        postgres.admin_url,
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'"
        " LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'",
    )
    with pytest.raises(DatabaseError, match="its encoding is LATIN1"):
        await open_database(postgres.admin_url.replace("/postgres?", "/latin?"))


@pytest.mark.parametrize(
    "url",
    ["postgresql://bot:secret-word@127.0.0.1:1/imagine", "postgresql://bot:secret-word@no.invalid/imagine"],
)
async def test_a_server_that_cannot_be_reached_is_named_without_the_password(url: str) -> None:
    skip_without_postgres()
    with pytest.raises(DatabaseError, match=r"postgresql://bot:\*\*\*@.* cannot be used") as raised:
        await open_database(url)
    assert "secret-word" not in str(raised.value)


async def test_keys_are_compared_byte_by_byte(database: Database, clock: ManualClock) -> None:
    stored = Requests(database=database, clock=clock)
    for number, key in enumerate(("again:1:2:0", "again:1:20:0", "again:1-2:0", "Again:1:2:0"), 1):
        accepted = await stored.accept(generation_request(number, number), AMPLE)
        assert isinstance(accepted, Accepted)
        renamed = sa.update(requests).where(requests.c.id == accepted.request.id)
        await database.write(_run(renamed.values(key=key, finished_at=1.0)))
    assert len(await stored.with_prefix("again:1:2:")) == 1
    assert len(await stored.with_prefix("again:1:2")) == 2


async def test_an_urgent_unit_runs_although_all_others_wait(database: Database, postgres_url: str) -> None:
    with connect(postgres_url) as ledger:
        hold(ledger, "a test", 1)
        others = [
            asyncio.create_task(database.write(lambda connection: hold(connection, "a test", 1)))
            for _ in range(3 * CONNECTIONS)
        ]
        await asyncio.sleep(0)
        with urgent():
            await database.write(_insert("checkout"))
            assert await database.read(lambda connection: connection.scalar(sa.text("SELECT 1"))) == 1
        assert not any(task.done() for task in others)
    await asyncio.gather(*others)


async def test_a_unit_that_fails_after_its_caller_was_cancelled_is_no_unexpected_error(
    postgres_url: str,
) -> None:
    database = await open_database(postgres_url)
    began = asyncio.Event()
    unexpected: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unexpected.append(context))

    def unit(connection: sa.Connection) -> None:
        began.set()
        connection.execute(sa.text("SELECT pg_sleep(0.2)"))
        raise ValueError("too late")

    caller = asyncio.create_task(database.write(unit))
    await began.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await database.close()
    gc.collect()
    assert unexpected == []
