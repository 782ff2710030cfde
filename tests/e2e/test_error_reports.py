"""Error reports of the real process."""

import pytest
import sqlalchemy as sa

from playground.serve import KEY, TOKEN
from tests.support.collectors import SENTRY_KEY, open_error_server
from tests.support.ledger import connect
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_an_unexpected_error_is_reported_without_the_words_of_its_user(own_bot: World) -> None:
    """The handler fails at a statement whose error, in the log, has the user's words among its parameters."""
    world = own_bot
    async with open_error_server() as server:
        await world.process.start(SENTRY_DSN=server.dsn)
        with connect(world.process.settings["DATABASE_URL"]) as ledger:
            ledger.execute(sa.text("CREATE UNIQUE INDEX only_one ON requests ((accepted_at * 0))"))
        user = world.add_user()
        world.telegram.say(user, "/imagine a fox --ar 1:1")
        await world.wait_for_picture(user)
        world.telegram.say(user, "/imagine wolfram lighthouse --ar 1:1")
        await server.arrivals.until(lambda: server.reports)
        assert await world.process.stop() == 0
    (report,) = server.reports
    assert report["logentry"] == {"message": "handler failed"}
    assert int(report["tags"]["update"]) > 0
    last = report["exception"]["values"][-1]
    assert last["type"] == "IntegrityError"
    assert any(frame["in_app"] for frame in last["stacktrace"]["frames"])
    received = b"".join(server.bodies)
    assert not [
        word for word in ("wolfram", TOKEN.partition(":")[2], KEY, SENTRY_KEY) if word.encode() in received
    ]
    assert any("wolfram" in line for line in world.process.lines)  # else this test shows nothing
