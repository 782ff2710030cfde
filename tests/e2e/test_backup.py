"""`imagine-bot backup` and `imagine-bot restore` beside a bot that runs."""

import pytest

from tests.support.commands import run_to_end
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_a_backup_made_while_the_bot_draws_is_restored_and_continued(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ann)
    own_bot.hold_tasks()
    own_bot.telegram.say(ann, "/imagine a lighthouse --ar 1:1")
    await own_bot.wait_until(lambda: len(own_bot.media.tasks) == 2)
    await own_bot.wait_until(lambda: own_bot.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    code, out, _ = await run_to_end(own_bot, "backup", "copy.sqlite3")
    assert (code, "bot.sqlite3 is copied to copy.sqlite3: 2 requests, " in out) == (0, True)

    code, out, errors = await run_to_end(own_bot, "restore", "copy.sqlite3")
    assert (code, out) == (1, "")
    assert "is using" in errors
    assert "stop the bot first" in errors

    await own_bot.process.kill()
    (own_bot.folder / "bot.sqlite3").write_bytes(b"rubbish")
    code, out, _ = await run_to_end(own_bot, "restore", "copy.sqlite3")
    assert code == 0
    assert "bot.sqlite3 is restored from copy.sqlite3: 2 requests, " in out
    assert "The former ledger is kept as " in out

    await own_bot.process.start()
    own_bot.finish_tasks()
    await own_bot.wait_for_picture(ann, 2)
    await own_bot.wait_until_closed()
    assert own_bot.quota_used(ann) == len(own_bot.media.tasks) == 2


async def test_a_backup_does_not_overwrite_a_file(own_bot: World) -> None:
    (own_bot.folder / "notes.txt").write_text("mine", encoding="ascii")
    code, _, errors = await run_to_end(own_bot, "backup", "notes.txt")
    assert (code, errors) == (
        1,
        "Nothing was copied: notes.txt exists already, and a backup never overwrites a file.\n",
    )
    assert (own_bot.folder / "notes.txt").read_text(encoding="ascii") == "mine"


async def test_a_ledger_in_postgresql_is_left_to_pg_dump(own_bot: World) -> None:
    url = "postgresql://imagine:a-password@127.0.0.1:1/imagine"
    for command in ("backup", "restore"):
        code, out, errors = await run_to_end(own_bot, command, "copy.sqlite3", DATABASE_URL=url)
        assert (code, out) == (1, "")
        assert "the ledger is in PostgreSQL; use pg_dump and pg_restore" in errors
        assert "a-password" not in errors
