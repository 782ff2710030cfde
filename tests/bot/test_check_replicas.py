"""The lines of `imagine-bot check` about several replicas."""

import re

import pytest
import sqlalchemy as sa

from bot.check_failed import NotChecked
from bot.check_replicas import check_engine, check_replicas
from bot.settings import Settings
from storage.open_database import open_database
from storage.replicas import DEAD_SECONDS, Replicas
from storage.schema import replicas
from tests.support.ledger import connect
from tests.support.postgres_server import EMPTY, new_database
from tests.support.shared_postgres import SharedPostgres


def _settings(url: str) -> Settings:
    secrets = {"bot_token": "123456:" + "A" * 35, "gptunnel_api_key": "shds-good-key"}
    return Settings(_env_file=None, database_url=url, **secrets)  # type: ignore[arg-type]


async def test_the_line_about_the_engine_names_the_package(postgres_url: str) -> None:
    settings = _settings(postgres_url)
    assert settings.uses_dbos
    assert re.fullmatch(
        r"several replicas may share the ledger; the package imagine-bot\[replicas\] is there \(dbos [\d.]+\)",
        await check_engine(settings),
    )


async def test_the_living_replicas_are_counted_beside_them_and_the_oldest_leads(postgres_url: str) -> None:
    settings = _settings(postgres_url)
    assert await check_replicas(settings) == "none runs now"
    database = await open_database(postgres_url, shared=True)
    registry = Replicas(database)
    for name in ("lost", "one", "two", "three"):
        await registry.register(name)
    await registry.retire("three")
    silent = (
        sa.update(replicas).where(replicas.c.id == "lost").values(beat_at=replicas.c.beat_at - DEAD_SECONDS)
    )
    with connect(postgres_url) as connection:
        connection.execute(silent)
    assert await check_replicas(settings) == "2 live, and one leads"
    await registry.retire("one")
    assert await check_replicas(settings) == "1 lives, and two leads"
    await database.close()


async def test_a_database_without_tables_has_no_replicas(postgres: SharedPostgres) -> None:
    with new_database(postgres.admin_url, EMPTY) as url:
        assert await check_replicas(_settings(url)) == "none runs now"


async def test_without_the_database_there_is_no_result() -> None:
    with pytest.raises(NotChecked, match="the database cannot be read"):
        await check_replicas(_settings("postgresql://bot@127.0.0.1:1/x"))
