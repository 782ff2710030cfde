"""The line of `imagine-bot check` about a ledger in PostgreSQL."""

import re

import pytest

from bot.check_database import PROCESS, REPLICA, check_database
from bot.check_failed import CheckFailed
from bot.setting_choices import EngineChoice
from bot.settings import Settings
from generation.dbos_workflows import DBOS_CONNECTIONS, OWN_CONNECTIONS
from storage.open_database import open_database
from storage.postgres_connection import CONNECTIONS
from storage.schema import HEAD
from tests.support.postgres_server import EMPTY, execute, new_database
from tests.support.shared_postgres import SharedPostgres


def _settings(url: str, engine: EngineChoice = EngineChoice.LOCAL) -> Settings:
    secrets = {"bot_token": "123456:" + "A" * 35, "gptunnel_api_key": "shds-good-key"}
    return Settings(_env_file=None, database_url=url, engine=engine, **secrets)  # type: ignore[arg-type]


@pytest.mark.parametrize(("engine", "needed"), [(EngineChoice.LOCAL, PROCESS), (EngineChoice.AUTO, REPLICA)])
async def test_the_line_names_all_facts(postgres_url: str, engine: EngineChoice, needed: int) -> None:
    facts = rf"PostgreSQL [\d.]+, UTF8, schema {HEAD}, \d+ connections for the bot \(each process needs {needed}\)"
    line = await check_database(_settings(postgres_url, engine))
    assert re.fullmatch(
        rf"postgresql://imagine@.* can be read and written: {facts}, [\d.]+ ms for a round trip", line
    )


def test_a_replica_needs_the_connections_that_its_parts_open() -> None:
    assert (PROCESS, REPLICA) == (CONNECTIONS, CONNECTIONS + DBOS_CONNECTIONS + OWN_CONNECTIONS)


async def test_a_running_process_is_named(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    line = await check_database(_settings(postgres_url))
    await database.close()
    assert "written, and is in use by another process, which is right while the bot runs: PostgreSQL" in line


async def test_an_empty_database_will_do(postgres: SharedPostgres) -> None:
    with new_database(postgres.admin_url, EMPTY) as url:
        assert ", UTF8, no tables yet, " in await check_database(_settings(url))


async def test_too_few_connections_fail_the_check(postgres_url: str) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    execute(postgres_url, f"ALTER DATABASE {name} CONNECTION LIMIT 7")
    with pytest.raises(CheckFailed, match="has 7 connections for the bot, and each process needs 8; raise"):
        await check_database(_settings(postgres_url))


async def test_an_error_is_one_line_without_the_password() -> None:
    with pytest.raises(
        CheckFailed, match=r"^postgresql://bot:\*\*\*@127\.0\.0\.1:1/x cannot be used: "
    ) as raised:
        await check_database(_settings("postgresql://bot:secret-word@127.0.0.1:1/x"))
    assert "\n" not in str(raised.value)
    assert "secret-word" not in str(raised.value)
