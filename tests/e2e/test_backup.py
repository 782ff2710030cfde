"""`imagine-bot backup` and `imagine-bot restore` beside a bot that runs."""

import asyncio
import os
import re

import pytest

from tests.support.commands import run_to_end
from tests.support.postgres_server import EMPTY, execute, find_programs, new_database
from tests.support.shared_postgres import SharedPostgres
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_a_backup_made_while_the_bot_draws_is_restored_and_continued(sqlite_bot: World) -> None:
    await sqlite_bot.process.start()
    ann = sqlite_bot.add_user()
    sqlite_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await sqlite_bot.wait_for_picture(ann)
    sqlite_bot.hold_tasks()
    sqlite_bot.telegram.say(ann, "/imagine a lighthouse --ar 1:1")
    await sqlite_bot.wait_until(lambda: len(sqlite_bot.media.tasks) == 2)
    await sqlite_bot.wait_until(lambda: sqlite_bot.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    code, out, _ = await run_to_end(sqlite_bot, "backup", "copy.sqlite3")
    assert (code, "bot.sqlite3 is copied to copy.sqlite3: 2 requests, " in out) == (0, True)

    code, out, errors = await run_to_end(sqlite_bot, "restore", "copy.sqlite3")
    assert (code, out) == (1, "")
    assert "is using" in errors
    assert "stop the bot first" in errors

    await sqlite_bot.process.kill()
    (sqlite_bot.folder / "bot.sqlite3").write_bytes(b"rubbish")
    code, out, _ = await run_to_end(sqlite_bot, "restore", "copy.sqlite3")
    assert code == 0
    assert "bot.sqlite3 is restored from copy.sqlite3: 2 requests, " in out
    assert "The former ledger is kept as " in out

    await sqlite_bot.process.start()
    sqlite_bot.finish_tasks()
    await sqlite_bot.wait_for_picture(ann, 2)
    await sqlite_bot.wait_until_closed()
    assert sqlite_bot.quota_used(ann) == len(sqlite_bot.media.tasks) == 2


async def test_a_backup_does_not_overwrite_a_file(sqlite_bot: World) -> None:
    (sqlite_bot.folder / "notes.txt").write_text("mine", encoding="ascii")
    code, _, errors = await run_to_end(sqlite_bot, "backup", "notes.txt")
    assert (code, errors) == (
        1,
        "Nothing was copied: notes.txt exists already, and a backup never overwrites a file.\n",
    )
    assert (sqlite_bot.folder / "notes.txt").read_text(encoding="ascii") == "mine"


async def test_the_commands_for_a_ledger_in_postgresql_are_named_and_work(
    sqlite_bot: World, postgres: SharedPostgres
) -> None:
    with new_database(postgres.admin_url, EMPTY) as url:
        sqlite_bot.process.settings["DATABASE_URL"] = url
        await sqlite_bot.process.start()
        ann = sqlite_bot.add_user()
        await sqlite_bot.deliver_one_and_hold_one(ann)
        execute(url, "CREATE SCHEMA dbos CREATE TABLE workflows (id int)")
        await _run_named_command(sqlite_bot, "backup", "pg_dump ")

        await sqlite_bot.process.kill()
        name = url.partition("?")[0].rpartition("/")[2]
        execute(postgres.admin_url, f"DROP DATABASE {name} WITH (FORCE)")
        execute(postgres.admin_url, f"CREATE DATABASE {name}")
        await _run_named_command(sqlite_bot, "restore", "pg_restore ")
        assert sqlite_bot.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'dbos'") == []

        await sqlite_bot.process.start()
        sqlite_bot.finish_tasks()
        await sqlite_bot.wait_for_picture(ann, 2)
        sqlite_bot.telegram.say(ann, "/imagine a boat --ar 1:1")
        await sqlite_bot.wait_for_picture(ann, 3)
        await sqlite_bot.wait_until_closed()
        assert sqlite_bot.quota_used(ann) == len(sqlite_bot.media.tasks) == 3
        assert await sqlite_bot.process.stop() == 0


async def _run_named_command(world: World, command: str, program: str) -> None:
    """Run a command that is refused for PostgreSQL, and the command that it names instead."""
    code, out, errors = await run_to_end(world, command, "ledger.dump")
    assert (code, out) == (1, "")
    found = re.fullmatch(
        r"Nothing was .*: the ledger is in PostgreSQL; use (.*) \(docs/operating\.md\)\.\n", errors
    )
    assert found is not None, errors
    assert found[1].startswith(program)
    environment = {"PATH": f"{find_programs()}:{os.environ['PATH']}"}
    shell = await asyncio.create_subprocess_exec("sh", "-c", found[1], env=environment, cwd=world.folder)
    assert await shell.wait() == 0


async def test_the_command_for_a_ledger_in_postgresql_is_named_without_the_password(
    sqlite_bot: World,
) -> None:
    url = "postgresql://imagine:a-password@127.0.0.1:1/imagine"
    for command, program in {"backup": "pg_dump", "restore": "pg_restore"}.items():
        code, out, errors = await run_to_end(sqlite_bot, command, "copy.sqlite3", DATABASE_URL=url)
        assert (code, out) == (1, "")
        assert f"use {program} --dbname=postgresql://imagine@127.0.0.1:1/imagine --" in errors
        assert "a-password" not in errors
