"""The command line reports bad settings, and handles stop signals, before it imports anything large.

A start on SQLite imports nothing that only a migration or PostgreSQL needs.
"""

import asyncio
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from storage.open_database import open_database
from tests.support.ledger import file_url
from tests.support.process_launcher import DEADLINE, ROOT

LARGE = ("aiogram", "aiohttp", "httpx", "PIL", "sqlalchemy")
PROGRAM = f"""
import json, sys
from bot.cli import main
code = main(sys.argv[1:])
print(json.dumps([code, [name for name in {LARGE!r} if name in sys.modules]]))
"""


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_bad_setting_is_reported_without_large_imports(tmp_path: Path, command: str) -> None:
    environment = {"PYTHONPATH": str(ROOT), "BOT_TOKEN": "not a token", "GPTUNNEL_API_KEY": "key-key-key"}
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, command],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    assert json.loads(process.stdout) == [2, []]
    assert process.stderr.startswith("BOT_TOKEN is not a bot token")


def test_stop_signals_are_handled_before_anything_large_is_imported() -> None:
    code = f"""
import sys
from bot import __main__, stop_signals
stop_signals.exit_at_once()
print(sorted({{"asyncio", "pydantic", "structlog", *{LARGE!r}}} & sys.modules.keys()))
"""
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=True
    )
    assert process.stdout == "[]\n"


def test_a_start_on_sqlite_imports_no_postgresql_and_no_migrations(tmp_path: Path) -> None:
    url = file_url(tmp_path / "bot.sqlite3")
    asyncio.run(_create_ledger(url))
    code = """
import asyncio, sys
import bot.process
from storage.key_values import KeyValueStore
from storage.open_database import open_database

async def use_ledger():
    database = await open_database(sys.argv[1])
    await KeyValueStore(database).set("name", "value")
    assert await KeyValueStore(database).get("name") == "value"
    await database.close()

asyncio.run(use_ledger())
print([name for name in sys.modules if name in {"alembic", "psycopg", "sqlalchemy.dialects.postgresql", "admin_page"}])
"""
    process = subprocess.run(
        [sys.executable, "-c", code, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    assert process.stdout == "[]\n"


async def _create_ledger(url: str) -> None:
    await (await open_database(url)).close()


def test_the_installed_command_handles_stop_signals_first() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"imagine-bot": "bot.__main__:main"}


def test_optional_packages_are_imported_only_where_they_are_used() -> None:
    """DBOS costs a second and 30 MB, the exporter of traces and the SDK of Sentry a third of a second."""
    code = """
import sys
from bot import cli, process
from bot.load_settings import load
with cli.error_reports(load(None)):
    print(*(name in sys.modules for name in ("aiogram", "dbos", "opentelemetry", "sentry_sdk", "requests")))
"""
    process = subprocess.run(
        [sys.executable, "-c", code],
        env={"BOT_TOKEN": "123456:" + "a" * 35, "GPTUNNEL_API_KEY": "key-key-key"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    assert process.stdout == "True False False False False\n"


def test_a_start_builds_few_of_the_models_of_the_bot_api(tmp_path: Path) -> None:
    """It ends here at the ledger, after all imports."""
    code = """
import json, sys
from bot.cli import main
code = main(["run"])
from aiogram import types
built = [name for name, value in vars(types).items() if getattr(value, "__pydantic_complete__", False)]
print(json.dumps([code, "Update" in built, len(built) < 50]))
"""
    environment = {
        "PYTHONPATH": str(ROOT),
        "BOT_TOKEN": "123456:" + "a" * 35,
        "GPTUNNEL_API_KEY": "key-key-key",
        "DATABASE_URL": f"sqlite:///{tmp_path}",
    }
    process = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert process.stdout, process.stderr
    assert json.loads(process.stdout) == [1, True, True], process.stderr
