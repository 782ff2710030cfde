"""The bot on a PostgreSQL server that is killed and restarted."""

import signal
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
import pytest_asyncio

from playground.media import lognormal
from tests.support.postgres_server import PostgresServer, new_database, new_server
from tests.support.shared_postgres import skip_without_postgres
from tests.support.world import ADMIN, World, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

USERS, EACH = 6, 3


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Yield a server that the tests of this module may stop and start."""
    skip_without_postgres()
    with new_server() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def bot(
    request: pytest.FixtureRequest, server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Yield a world with an engine, the local one unless the test names another."""
    with new_database(server.url("postgres"), "template1") as url:
        engine = getattr(request, "param", "local")
        settings = {"DATABASE_URL": url, "ADMIN_IDS": str(ADMIN), "ENGINE": engine}
        async with open_world(tmp_path_factory.mktemp("bot"), **settings) as world:
            yield world
            await world.process.kill()


async def _unready(world: World) -> str:
    """Return the answer of /readyz. The process is well all the while."""
    address = await world.process.address()
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with http.get(f"{address}/readyz") as answer:
            assert answer.status == (200 if await answer.text() == "ok\n" else 503)
            return await answer.text()


@pytest.mark.parametrize(
    ("bot", "number"),
    [("local", signal.SIGQUIT), ("local", signal.SIGINT), ("dbos", signal.SIGQUIT)],
    ids=["local-killed", "local-stopped", "dbos-killed"],
    indirect=["bot"],
)
async def test_a_server_that_comes_back_costs_no_request_and_no_picture(
    bot: World, server: PostgresServer, number: signal.Signals
) -> None:
    bot.media.duration = lognormal(1.5, 0.35, 1)
    admin = bot.add_user(user_id=ADMIN)
    users = [bot.add_user() for _ in range(USERS)]
    await bot.process.start(until="menus set", USER_QUEUE_LIMIT="10")
    for n in range(EACH):
        for user in users:
            bot.telegram.say(user, f"/imagine {user.id} {n} --ar 1:1")
    await bot.wait_until(lambda: bot.telegram.calls["sendPhoto"] >= USERS)
    server.stop(number)
    await bot.process.wait_for_log("database refuses writes")
    late = bot.add_user()
    bot.telegram.say(late, "/imagine late --ar 1:1")
    assert await _unready(bot) == "not ready: database\n"
    await bot.wait_for_text(admin, "The database takes no writes")
    server.start()
    await bot.process.wait_for_log("database accepts writes again")
    for user in users:
        await bot.wait_for_picture(user, EACH)
    await bot.wait_for_picture(late)
    await bot.wait_until_closed()
    assert await _unready(bot) == "ok\n"
    assert {user.id: len(bot.pictures(user)) for user in users} == {user.id: EACH for user in users}
    assert [bot.quota_used(user) for user in [*users, late]] == [EACH] * USERS + [1]
    assert len(bot.media.tasks) == USERS * EACH + 1
    assert len(bot.messages_to(admin)) == 1
    assert bot.process.tracebacks == []
    assert await bot.process.stop() == 0


@pytest.mark.parametrize("bot", ["local", "dbos"], indirect=True)
async def test_sigterm_stops_the_bot_although_the_server_is_down(bot: World, server: PostgresServer) -> None:
    bot.hold_tasks()
    await bot.process.start(until="menus set")
    ann = bot.add_user()
    bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await bot.wait_until(lambda: bot.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    server.stop()
    try:
        bot.finish_tasks()
        await bot.process.wait_for_log("database refuses writes")
        assert await bot.process.stop() == 0
        await bot.process.start(until=None)
        await bot.process.wait_until(lambda: bot.process.ended)
        assert bot.process.lines[-1].startswith("DATABASE_URL: postgresql://")
    finally:
        server.start()
    await bot.process.start()
    await bot.wait_for_picture(ann)
    await bot.wait_until_closed()
    assert len(bot.pictures(ann)) == bot.quota_used(ann) == len(bot.media.tasks) == 1


async def test_an_update_that_cannot_be_stored_is_left_to_telegram(
    bot: World, server: PostgresServer
) -> None:
    await bot.process.start(until="webhook set", UPDATES="webhook", PUBLIC_URL="http://127.0.0.1:9")
    hook = bot.telegram.updates.webhook
    assert hook is not None
    hook.url = hook.url.replace("http://127.0.0.1:9", await bot.process.address())
    await bot.process.wait_for_log("ready")  # a start without the server fails
    ann = bot.add_user()
    server.stop()
    try:
        bot.telegram.say(ann, "/imagine a fox --ar 1:1")
        await bot.wait_until(lambda: "503" in hook.error)
    finally:
        server.start()
    picture = await bot.wait_for_picture(ann)
    await bot.wait_until_closed()
    assert bot.messages_to(ann) == [picture]
