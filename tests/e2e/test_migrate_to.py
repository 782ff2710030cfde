"""`imagine-bot migrate-to`: the bot continues on PostgreSQL, and each reason against a move is one line."""

import signal

import pytest

from tests.support.commands import run_to_end
from tests.support.postgres_server import EMPTY, new_database, new_server
from tests.support.shared_postgres import SharedPostgres, skip_without_postgres
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

UNREACHABLE = "postgresql://bot:secret-word@127.0.0.1:1/imagine"


@pytest.mark.parametrize("engine", ["local", "dbos"])
async def test_the_bot_continues_every_request_after_the_move(
    sqlite_bot: World, postgres: SharedPostgres, engine: str
) -> None:
    await sqlite_bot.process.start()
    ann = sqlite_bot.add_user()
    await sqlite_bot.deliver_one_and_hold_one(ann)
    with new_database(postgres.admin_url, EMPTY) as url:
        code, out, errors = await run_to_end(sqlite_bot, "migrate-to", url)
        assert (code, out) == (1, "")
        assert errors.startswith("Nothing was moved: another process is using ")
        await sqlite_bot.process.kill()

        code, out, errors = await run_to_end(sqlite_bot, "migrate-to", url)
        assert (code, errors) == (0, "")
        moved, setting, file = out.splitlines()
        assert moved.endswith(" rows, the same in both databases.")
        assert setting == f"Now set DATABASE_URL={url}, and start the bot."
        assert "bot.sqlite3 is unchanged." in file

        sqlite_bot.process.settings |= {"DATABASE_URL": url, "ENGINE": engine}
        await sqlite_bot.process.start()
        sqlite_bot.finish_tasks()
        await sqlite_bot.wait_for_picture(ann, 2)
        sqlite_bot.telegram.say(ann, "/imagine a boat --ar 1:1")
        await sqlite_bot.wait_for_picture(ann, 3)
        await sqlite_bot.wait_until_closed()
        assert len(sqlite_bot.pictures(ann)) == sqlite_bot.quota_used(ann) == len(sqlite_bot.media.tasks) == 3

        code, out, errors = await run_to_end(sqlite_bot, "migrate-to", url)
        assert (code, out) == (1, "")
        assert errors == "Nothing was moved: the ledger is in PostgreSQL already.\n"
        assert await sqlite_bot.process.stop() == 0


@pytest.mark.parametrize(
    ("url", "code", "line"),
    [
        ("sqlite:///other.sqlite3", 2, "The URL names no PostgreSQL database (example: postgresql://user:"),
        ("postgresql://bot:secret-word@host", 2, "The URL names no PostgreSQL database ("),
        ("postgresql://bot:secret-word@x@host/db", 2, "The URL has an @ in its user or password, which must"),
        ("postgresql://bot@host/db?password=secret-word", 2, "The URL has its password behind the ?, where"),
        ("postgresql://bot@host:secret-word/db", 2, "The URL has a port that is no number ("),
        (UNREACHABLE, 1, "Nothing was moved: postgresql://bot:***@127.0.0.1:1/imagine cannot be used: "),
    ],
)
async def test_a_url_that_cannot_be_used_is_one_line_without_the_password(
    sqlite_bot: World, url: str, code: int, line: str
) -> None:
    await sqlite_bot.process.start()
    assert await sqlite_bot.process.stop() == 0
    ended, out, errors = await run_to_end(sqlite_bot, "migrate-to", url)
    assert (ended, out, errors.count("\n")) == (code, "", 1)
    assert errors.startswith(line)
    assert "secret-word" not in errors


async def test_the_password_may_come_from_the_environment_and_a_wrong_one_is_one_line(
    sqlite_bot: World,
) -> None:
    skip_without_postgres()
    await sqlite_bot.process.start()
    assert await sqlite_bot.process.stop() == 0
    with new_server() as server:
        server.execute("CREATE ROLE bot LOGIN PASSWORD 'secret-word'")
        server.execute("CREATE DATABASE moved OWNER bot")
        rules = server.folder / "data" / "pg_hba.conf"
        rules.write_text("local all imagine trust\nlocal all all scram-sha-256\n", encoding="ascii")
        server.stop(signal.SIGINT)  # a reload would take effect at some later time
        server.start()
        url = server.url("moved").replace("imagine@", "bot@")
        wrong = url.replace("bot@", "bot:wrong-word@")
        code, out, errors = await run_to_end(sqlite_bot, "migrate-to", wrong)
        assert (code, out, errors.count("\n")) == (1, "", 1)
        assert 'password authentication failed for user "bot"' in errors
        assert "wrong-word" not in errors
        code, _, errors = await run_to_end(sqlite_bot, "migrate-to", url)
        assert (code, errors.count("\n")) == (1, 1)
        assert "no password supplied" in errors
        code, out, errors = await run_to_end(sqlite_bot, "migrate-to", url, PGPASSWORD="secret-word")
        assert (code, errors) == (0, "")
        assert f"set DATABASE_URL={url}, and start" in out
        with_password = url.replace("bot@", "bot:secret-word@")
        code, out, _ = await run_to_end(sqlite_bot, "check", DATABASE_URL=with_password)
        assert "ok    DATABASE_URL: postgresql://bot:***@" in out
        assert "secret-word" not in out
