"""Outages of the provider: few calls, no request lost, each user informed once, and a recovery without help."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from playground import faults
from playground.faults import Fault
from tests.support.world import ADMIN, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_an_outage_is_waited_out_with_few_calls(own_bot: World) -> None:
    outage = own_bot.media.faults.add(
        Fault("create", times=None, answer=faults.status(503, "<html>away</html>"))
    )
    await own_bot.process.start(GENERATION_TIMEOUT="5")
    users = [own_bot.add_user() for _ in range(4)]
    group = own_bot.add_group(users[0])
    for user in users:
        own_bot.telegram.say(user, "/imagine a fox --ar 1:1")
    own_bot.telegram.say(users[0], "/imagine for all --ar 1:1", chat_id=group)
    await own_bot.process.wait_for_log("creates held back")
    for user in users:
        await own_bot.wait_for_text(user, "The picture service isn’t responding")
    await own_bot.wait_for_text_in(group, "isn’t responding")
    at = outage.hits
    await own_bot.wait_until(lambda: outage.hits > at)  # a probe: one free create for all five requests
    assert outage.hits - own_bot.media.empty_creates <= 5
    own_bot.media.faults.clear()
    for user in users:
        await own_bot.wait_for_picture(user)
    await own_bot.wait_for_picture_in(group)
    await own_bot.wait_until_closed()
    assert await own_bot.process.wait_for_log("provider available again")
    assert all(len(own_bot.messages_to(user)) == 1 for user in users)
    assert len(own_bot.media.tasks) == 5
    assert sum(own_bot.quota_used(user) for user in users) == 5


async def test_ten_requests_survive_four_seconds_of_502_without_another_create(own_bot: World) -> None:
    """The outcomes of the creates are unknown, and each request has one repeat, which must not be spent too early.

    Three probes take about four seconds; `test_engine` measures the time.
    """
    await own_bot.process.start()
    users = [own_bot.add_user() for _ in range(10)]
    on_the_wire = asyncio.Event()
    outage = own_bot.media.faults.add(
        Fault("*", times=None, until=on_the_wire, answer=faults.status(502, "<html>Bad gateway</html>"))
    )
    for user in users:
        own_bot.telegram.say(user, "/imagine a fox --ar 1:1")
    await own_bot.wait_until(lambda: own_bot.media.calls["create"] == 10)
    on_the_wire.set()
    await own_bot.wait_until(lambda: own_bot.media.empty_creates >= 3)
    assert outage.hits >= 13
    own_bot.media.faults.clear()
    for user in users:
        await own_bot.wait_for_picture(user)
    # Each of the ten needs two creates. The free probes come on top.
    assert own_bot.media.calls["create"] - own_bot.media.empty_creates == 20
    assert len(own_bot.media.tasks) == 10


async def test_an_outage_of_creates_alone_costs_no_repeat(own_bot: World) -> None:
    """The balance and the results are answered all the time, and say nothing about creates."""
    await own_bot.process.start()
    users = [own_bot.add_user() for _ in range(5)]
    outage = own_bot.media.faults.add(Fault("create", times=None, answer=faults.status(502, "<html>")))
    for user in users:
        own_bot.telegram.say(user, "/imagine a fox --ar 1:1")
    await own_bot.wait_until(lambda: own_bot.media.empty_creates >= 3)
    assert outage.hits - own_bot.media.empty_creates <= 5
    own_bot.media.faults.clear()
    for user in users:
        await own_bot.wait_for_picture(user)
    assert len(own_bot.media.tasks) == 5


@contextlib.contextmanager
def _silent_address() -> Iterator[str]:
    """Yield an address that neither accepts nor refuses a connection: its backlog is full."""
    with contextlib.ExitStack() as sockets:
        server = sockets.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(2):
            client = sockets.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


@pytest.mark.long(25)
@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://127.0.0.1:9/v1", "ConnectError"),
        ("http://nowhere.invalid/v1", "Connect"),  # a resolver may refuse the name or not answer in time
        ("silent", "ConnectTimeout"),
    ],
)
async def test_requests_to_an_unreachable_provider_are_refunded(
    own_bot: World, address: str, error: str
) -> None:
    with _silent_address() as silent:
        url = silent if address == "silent" else address
        await own_bot.process.start(GPTUNNEL_API_URL=url, OUTAGE_PATIENCE="6")
        users = [own_bot.add_user() for _ in range(3)]
        for user in users:
            own_bot.telegram.say(user, "/imagine a fox --ar 1:1")
        await own_bot.wait_until(lambda: len(own_bot.rows("SELECT 1 FROM requests")) == len(users))
        await own_bot.wait_until_closed()
        for user in users:
            await own_bot.wait_for_text(user, "The picture service cannot be reached right now")
    assert error in (await own_bot.process.wait_for_log("create not accepted"))["error"]
    assert [own_bot.quota_used(user) for user in users] == [0, 0, 0]
    assert all(len(own_bot.messages_to(user)) == 1 for user in users)


async def test_a_refused_key_is_reported_to_the_admins_once_and_requests_are_refunded(own_bot: World) -> None:
    admin = own_bot.add_user("ru", user_id=ADMIN)
    refusal = faults.json({"message": "Invalid token, check your API key"}, 401)
    own_bot.media.faults.add(Fault("create", times=None, answer=refusal))
    await own_bot.process.start(ADMIN_IDS=str(ADMIN), OUTAGE_PATIENCE="4")
    ann, ben = own_bot.add_user(), own_bot.add_user(name="Ben")
    for user in (ann, ben):
        own_bot.telegram.say(user, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(admin, "does not take the bot’s key")
    for user in (ann, ben):
        await own_bot.wait_for_text(
            user, "Drawing is paused: my owner has something to settle with the picture service"
        )
    await own_bot.wait_until_closed()
    assert (own_bot.quota_used(ann), own_bot.quota_used(ben), len(own_bot.media.tasks)) == (0, 0, 0)
    await own_bot.process.kill()
    await own_bot.process.start(ADMIN_IDS=str(ADMIN), OUTAGE_PATIENCE="4")
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_until(lambda: sum("Drawing is paused" in text for text in own_bot.texts(ann)) == 2)
    assert len(own_bot.messages_to(admin)) == 1  # at most once an hour, restarts included


async def test_requests_wait_until_an_empty_balance_is_topped_up(own_bot: World) -> None:
    admin = own_bot.add_user(user_id=ADMIN)
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    own_bot.media.balance = 0.0
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(admin, "The balance with the picture service is used up")
    own_bot.media.balance = 1_000.0
    await own_bot.wait_for_picture(ann)
    assert own_bot.quota_used(ann) == 1


async def test_a_low_balance_is_reported_once(own_bot: World) -> None:
    admin = own_bot.add_user("ru", user_id=ADMIN)
    own_bot.media.balance = 42.0
    for _ in range(2):
        calls = own_bot.media.calls["balance"]
        await own_bot.process.start(ADMIN_IDS=str(ADMIN))
        await own_bot.wait_until(lambda: own_bot.media.calls["balance"] > calls)  # noqa: B023
        await own_bot.wait_for_text(admin, "42 roubles are left")
        await own_bot.process.stop()
    assert len(own_bot.messages_to(admin)) == 1


async def test_a_key_refused_while_a_task_runs_loses_no_picture(own_bot: World) -> None:
    own_bot.hold_tasks()
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(ann, "Drawing")
    refusal = faults.json({"message": "Invalid token, check your API key"}, 403)
    rule = own_bot.media.faults.add(Fault("result", times=3, answer=refusal))
    own_bot.finish_tasks()
    await own_bot.wait_for_picture(ann)
    assert rule.hits == 3
    assert own_bot.quota_used(ann) == 1
