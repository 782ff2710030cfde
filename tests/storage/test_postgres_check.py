"""The facts that `imagine-bot check` reports about a PostgreSQL database."""

import pytest

from storage.database_errors import DatabaseError
from storage.open_database import open_database
from storage.postgres_check import examine
from storage.schema import HEAD, key_values
from tests.support.ledger import connect, read_rows
from tests.support.postgres_server import EMPTY, execute, new_database
from tests.support.shared_postgres import SharedPostgres


async def test_a_database_is_described_and_not_changed(postgres_url: str) -> None:
    facts = await examine(postgres_url)
    assert int(facts.version.partition(".")[0]) >= 13
    assert (facts.encoding, facts.schema.number, facts.in_use) == ("UTF8", HEAD, False)
    assert 0 < facts.round_trip < 1
    assert facts.connections > 100
    with connect(postgres_url) as connection:
        assert connection.execute(key_values.select()).all() == []


async def test_an_empty_database_stays_empty(postgres: SharedPostgres) -> None:
    with new_database(postgres.admin_url, EMPTY) as url:
        assert (await examine(url)).schema.number is None
        assert read_rows(url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


async def test_a_running_bot_is_noticed_and_its_connections_are_its_own(postgres_url: str) -> None:
    execute(postgres_url, f"ALTER DATABASE {_name(postgres_url)} CONNECTION LIMIT 9")
    database = await open_database(postgres_url)
    facts = await examine(postgres_url)
    assert (facts.in_use, facts.connections) == (True, 9)
    await database.close()
    assert (await examine(postgres_url)).connections == 9


async def test_a_schema_that_no_program_of_this_version_wrote_is_refused(postgres_url: str) -> None:
    execute(postgres_url, "UPDATE alembic_version SET version_num = '9999', usable_from = '9998'")
    with pytest.raises(
        DatabaseError, match=r"cannot be used: its schema \(9999\) is not one this version knows"
    ):
        await examine(postgres_url)


async def test_a_newer_schema_is_looked_at_beside_a_bot_that_runs(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    execute(postgres_url, "UPDATE alembic_version SET version_num = '9999'")
    schema = (await examine(postgres_url)).schema
    assert (schema.number, schema.is_newer) == ("9999", True)
    execute(postgres_url, "UPDATE alembic_version SET usable_from = '9998'")
    with pytest.raises(DatabaseError, match=r"its schema \(9999\) is not one this version knows"):
        await examine(postgres_url)
    await database.close()


async def test_a_database_that_takes_no_writes_is_refused(postgres_url: str) -> None:
    execute(postgres_url, f"ALTER DATABASE {_name(postgres_url)} SET default_transaction_read_only = on")
    with pytest.raises(DatabaseError, match=r"cannot execute INSERT in a read-only transaction$"):
        await examine(postgres_url)


async def test_a_server_that_cannot_be_reached_is_one_line_without_the_password() -> None:
    with pytest.raises(
        DatabaseError, match=r"postgresql://bot:\*\*\*@127.0.0.1:1/x cannot be used: "
    ) as raised:
        await examine("postgresql://bot:secret-word@127.0.0.1:1/x")
    assert "secret-word" not in str(raised.value)
    assert "\n" not in str(raised.value)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
