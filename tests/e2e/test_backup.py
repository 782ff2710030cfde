"""`imagine-bot backup` and `imagine-bot restore` beside a bot that runs."""

import pytest

from tests.support.commands import run_to_end
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


async def test_a_ledger_in_postgresql_is_left_to_pg_dump(sqlite_bot: World) -> None:
    url = "postgresql://imagine:a-password@127.0.0.1:1/imagine"
    for command in ("backup", "restore"):
        code, out, errors = await run_to_end(sqlite_bot, command, "copy.sqlite3", DATABASE_URL=url)
        assert (code, out) == (1, "")
        assert "the ledger is in PostgreSQL; use pg_dump and pg_restore" in errors
        assert "a-password" not in errors
