"""Traces: each request has one, whichever processes work on it."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from playground.serve import KEY, TOKEN
from tests.support.collectors import Collector, ReceivedSpan, open_collector
from tests.support.fleet import open_fleet
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PROMPT = "wolfram lighthouse"
PERIODS = ("waiting", "create", "drawing", "sending", "closing")
CALLS = {"media create", "media result", "download", "convert", "telegram sendPhoto"}


@pytest_asyncio.fixture(loop_scope="session")
async def collector() -> AsyncIterator[Collector]:
    """Yield a collector."""
    async with open_collector() as opened:
        yield opened


def check_trace(spans: list[ReceivedSpan]) -> ReceivedSpan:
    """Check the spans of a delivered request, and return the root."""
    by_name = {one.span.name: one for one in spans}
    assert CALLS | {"request", "update", *PERIODS} <= by_name.keys()
    root = by_name["request"]
    for once in ("request", "update", *PERIODS):
        assert sum(one.span.name == once for one in spans) == 1, once
    assert root.span.parent_span_id == b""
    assert {one.span.parent_span_id for one in spans if one is not root} == {root.span.span_id}
    assert len({one.span.span_id for one in spans}) == len(spans)
    periods = [by_name[name].span for name in PERIODS]
    assert by_name["update"].span.start_time_unix_nano <= periods[0].start_time_unix_nano
    assert periods[0].start_time_unix_nano == root.span.start_time_unix_nano
    assert periods[-1].end_time_unix_nano == root.span.end_time_unix_nano
    for before, after in itertools.pairwise(periods):
        assert before.end_time_unix_nano == after.start_time_unix_nano
    assert root.attributes["imagine.state"] == "delivered"
    return root


def check_privacy(collector: Collector, world: World) -> None:
    """Check that no trace has words of a user, a secret, a link or the id of a file."""
    received = b"".join(collector.bodies)
    files = [str(row["file_id"]) for row in world.rows("SELECT file_id FROM requests")]
    secrets = [PROMPT.split(maxsplit=1)[0], TOKEN.partition(":")[2], KEY, "http://", *files]
    assert not [secret for secret in secrets if secret.encode() in received]


async def test_a_trace_survives_the_kill_of_its_process(own_bot: World, collector: Collector) -> None:
    world, settings = own_bot, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    world.hold_tasks()
    await world.process.start(
        **settings, OTEL_EXPORTER_OTLP_HEADERS="x-key=a%20secret%20of%20the%20collector"
    )
    user = world.add_user()
    world.telegram.say(user, f"/imagine {PROMPT} --ar 1:1")
    await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    await collector.wait_for("media create")
    assert collector.headers[0]["x-key"] == "a secret of the collector"
    await world.process.kill()
    assert "request" not in {one.span.name for one in collector.spans}
    world.finish_tasks()
    await world.process.start(**settings)
    await world.wait_for_picture(user)
    await world.wait_until_closed()
    assert await world.process.stop() == 0  # which exports the last spans
    (spans,) = collector.traces().values()
    root = check_trace(spans)
    assert root.attributes["imagine.request"] == world.rows("SELECT id FROM requests")[0]["id"]
    check_privacy(collector, world)
    assert not world.process.tracebacks


async def test_a_trace_goes_on_in_another_replica(
    postgres_url: str, tmp_path: Path, collector: Collector
) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    async with open_fleet(tmp_path, [postgres_url] * 2, **settings) as fleet:
        world = fleet.world
        world.hold_tasks()
        await fleet.start()
        user = world.add_user()
        world.telegram.say(user, f"/imagine {PROMPT} --ar 1:1")
        (create,) = await collector.wait_for("media create")
        names = [(await one.wait_for_log("replica started"))["replica"] for one in fleet.replicas]
        await fleet.replicas[names.index(create.instance_id)].kill()
        world.finish_tasks()
        await world.wait_for_picture(user)
        (root,) = await collector.wait_for("request")
        survivor = fleet.replicas[1 - names.index(create.instance_id)]
        assert await survivor.stop() == 0
        (spans,) = collector.traces().values()
        assert check_trace(spans) is root
        assert {root.instance_id, create.instance_id} == set(names)
        check_privacy(collector, world)
