"""The provider fails for everybody: no hammering, no place lost, told once, and on again by itself."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from playground import faults
from playground.faults import Fault
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ADMIN = 99


async def test_an_outage_is_waited_for_without_hammering_and_goes_on_by_itself(fresh: World) -> None:
    outage = fresh.media.faults.add(
        Fault("create", times=None, answer=faults.status(503, "<html>away</html>"))
    )
    await fresh.bot.start(GENERATION_TIMEOUT="5")
    users = [fresh.user() for _ in range(4)]
    group = fresh.group(users[0])
    for user in users:
        fresh.telegram.say(user, "/imagine a fox --ar 1:1")
    fresh.telegram.say(users[0], "/imagine for all --ar 1:1", chat_id=group)
    await fresh.bot.logged("creates held back")
    for user in users:
        await fresh.hears(user, "The picture service is away right now")
    await fresh.until(lambda: any("is away right now" in (m.text or "") for m in fresh.in_chat(group)))
    at = outage.hits
    await fresh.until(lambda: outage.hits > at)  # a probe: one create for all five requests
    assert outage.hits <= 9
    fresh.media.faults.clear()
    for user in users:
        await fresh.gets_picture(user)
    await fresh.source_in(group)
    await fresh.settled()
    assert await fresh.bot.logged("provider available again")
    assert all(len(fresh.of_bot(user)) == 1 for user in users)
    assert len(fresh.media.tasks) == 5
    assert sum(fresh.used(user) for user in users) == 5


@contextlib.contextmanager
def _nobody_picks_up() -> Iterator[str]:
    """Give an address that takes no connection and refuses none: its queue is full."""
    with contextlib.ExitStack() as sockets:
        server = sockets.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(2):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


@pytest.mark.parametrize("why", ["refused", "no such name", "connect time-out"])
async def test_a_provider_that_cannot_be_reached(fresh: World, why: str) -> None:
    with _nobody_picks_up() as silent:
        url = {"refused": "http://127.0.0.1:9/v1", "no such name": "http://nowhere.invalid/v1"}.get(
            why, silent
        )
        await fresh.bot.start(GPTUNNEL_API_URL=url, OUTAGE_PATIENCE="6")
        users = [fresh.user() for _ in range(3)]
        for user in users:
            fresh.telegram.say(user, "/imagine a fox --ar 1:1")
        await fresh.until(lambda: len(fresh.rows("SELECT 1 FROM requests")) == len(users))
        await fresh.settled(60)  # a connection is waited for ten seconds, and a probe is one more
        for user in users:
            await fresh.hears(user, "The picture service cannot be reached right now")
    told = next(line for line in fresh.bot.log if line["event"] == "create not accepted")
    assert {"refused": "ConnectError", "no such name": "ConnectError"}.get(why, "ConnectTimeout") in told[
        "error"
    ]
    assert [fresh.used(user) for user in users] == [0, 0, 0]
    assert all(len(fresh.of_bot(user)) == 1 for user in users)


async def test_a_rejected_key_is_told_to_the_admins_once_and_what_waits_is_given_back(fresh: World) -> None:
    admin = fresh.user("ru", user_id=ADMIN)
    refusal = faults.json({"message": "Invalid token, check your API key"}, 401)
    fresh.media.faults.add(Fault("create", times=None, answer=refusal))
    await fresh.bot.start(ADMIN_IDS=str(ADMIN), OUTAGE_PATIENCE="4")
    ann, ben = fresh.user(), fresh.user(name="Ben")
    for user in (ann, ben):
        fresh.telegram.say(user, "/imagine a fox --ar 1:1")
    await fresh.hears(admin, "does not take the bot’s key")
    for user in (ann, ben):
        await fresh.hears(user, "Drawing is paused: the service behind me needs its owner’s attention")
    await fresh.settled()
    assert (fresh.used(ann), fresh.used(ben), len(fresh.media.tasks)) == (0, 0, 0)
    await fresh.bot.kill()
    await fresh.bot.start(ADMIN_IDS=str(ADMIN), OUTAGE_PATIENCE="4")
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.until(lambda: sum("Drawing is paused" in text for text in fresh.texts(ann)) == 2)
    assert len(fresh.of_bot(admin)) == 1  # at most once an hour, over a restart too


async def test_an_empty_balance_is_waited_for_until_it_is_topped_up(fresh: World) -> None:
    admin = fresh.user(user_id=ADMIN)
    await fresh.bot.start(ADMIN_IDS=str(ADMIN))
    fresh.media.balance = 0.0
    ann = fresh.user()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.hears(admin, "The balance with the picture service is used up")
    fresh.media.balance = 1_000.0
    await fresh.gets_picture(ann)
    assert fresh.used(ann) == 1


async def test_a_low_balance_is_warned_of_once(fresh: World) -> None:
    admin = fresh.user("ru", user_id=ADMIN)
    fresh.media.balance = 42.0
    for _ in range(2):
        await fresh.bot.start(ADMIN_IDS=str(ADMIN))
        await fresh.hears(admin, "42 roubles are left")
        await fresh.bot.stop()
    assert len(fresh.of_bot(admin)) == 1


async def test_a_key_rejected_in_mid_flight_costs_nobody_their_picture(fresh: World) -> None:
    fresh.media.duration = lambda: 2.0
    await fresh.bot.start()
    ann = fresh.user()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.hears(ann, "Drawing")
    refusal = faults.json({"message": "Invalid token, check your API key"}, 403)
    rule = fresh.media.faults.add(Fault("result", times=3, answer=refusal))
    await fresh.gets_picture(ann)
    assert rule.hits == 3
    assert fresh.used(ann) == 1
