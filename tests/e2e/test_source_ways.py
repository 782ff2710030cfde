"""The ways in which a source picture reaches a provider that does not accept all of them, with a real S3 server."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiogram.types import User

from playground import faults
from playground.faults import Fault
from playground.source_rules import SourceRule
from tests.support.s3_server import SECRET, S3Server, run_s3_server
from tests.support.world import ADMIN, World, buttons, jpeg, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

NOT_REACHABLE = "http://127.0.0.1:9"
ABOUT_PICTURE = {
    "code": 3,
    "message": "Validation error",
    "issues": [{"path": ["images", 0], "message": "Bad"}],
}


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with run_s3_server() as server:
        yield server


def _addresses(world: World) -> list[str]:
    """Return the beginnings of the addresses of source pictures in all creates."""
    bodies = [json.loads(body) for body in world.media.bodies]
    return [str(body["images"][0])[:24] for body in bodies if body.get("images")]


async def _edit(world: World, user: User, prompt: str, count: int) -> None:
    """Send a photo with a caption, and wait for the user's picture number `count`."""
    world.send_photo(user, jpeg(), caption=prompt)
    await world.wait_for_picture(user, count)
    await world.wait_until_closed()


def _alarms(world: World) -> list[str]:
    return [message.text or "" for message in world.messages_in(ADMIN) if "⚠️" in (message.text or "")]


async def _wait_until_empty(s3: S3Server, world: World) -> None:
    await world.wait_until(lambda: s3.list_keys() == [])


async def test_a_refused_link_is_followed_by_the_bucket_and_remembered(own_bot: World, s3: S3Server) -> None:
    ann, _ = own_bot.add_user(), own_bot.add_user(user_id=ADMIN)
    own_bot.media.source_rule, own_bot.media.public_hosts = SourceRule.PUBLIC_LINKS, {s3.host}
    settings = {"PUBLIC_URL": NOT_REACHABLE, "SOURCE_BUCKET": s3.setting, "ADMIN_IDS": str(ADMIN)}
    await own_bot.process.start(**settings)
    balance = own_bot.media.balance
    await _edit(own_bot, ann, "by bucket", 1)
    link, bucket = f"{NOT_REACHABLE}/source/x"[:24], f"http://{s3.host}/"[:22]
    assert [
        address.startswith(start)
        for address, start in zip(_addresses(own_bot), (link[:20], bucket), strict=True)
    ]
    assert len(own_bot.media.tasks) == own_bot.quota_used(ann) == 1
    assert own_bot.media.balance == balance - 4.5
    assert own_bot.rows("SELECT creates FROM requests")[0]["creates"] == 1
    await own_bot.wait_until(lambda: _alarms(own_bot))
    assert await own_bot.process.stop() == 0
    await own_bot.process.start(**settings)
    await _edit(own_bot, ann, "by bucket again", 2)
    assert len(_addresses(own_bot)) == 3
    assert _addresses(own_bot)[2].startswith(bucket)
    await _wait_until_empty(s3, own_bot)
    assert len(_alarms(own_bot)) == 1
    assert "PUBLIC_URL" in _alarms(own_bot)[0]
    assert not any(SECRET in line for line in own_bot.process.lines)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, ABOUT_PICTURE),
        (200, {"code": 7, "message": "Unsupported image format"}),
        (400, {"error": {"message": "image_url: only data: is supported"}}),
        (413, {}),
        (422, {"issues": {"images": "must be base64"}}),
    ],
    ids=str,
)
async def test_the_next_way_is_tried_for_each_form_of_refusal(
    own_bot: World, s3: S3Server, status: int, answer: dict[str, object]
) -> None:
    ann = own_bot.add_user()
    own_bot.media.faults.add(Fault("create", answer=faults.json(answer, status)))
    await own_bot.process.start(SOURCE_BUCKET=s3.setting)
    await _edit(own_bot, ann, "in the end", 1)
    assert len(own_bot.media.tasks) == own_bot.quota_used(ann) == 1
    assert own_bot.media.calls["create"] == 2
    assert _addresses(own_bot)[-1].startswith("data:image/jpeg;base64,")
    await _wait_until_empty(s3, own_bot)


async def test_no_accepted_way_costs_nothing_and_is_reported_once(own_bot: World) -> None:
    ann, _ = own_bot.add_user(), own_bot.add_user(user_id=ADMIN)
    own_bot.media.source_rule = SourceRule.LINKS
    balance = own_bot.media.balance
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    for prompt in ("one", "two"):
        own_bot.send_photo(ann, jpeg(), caption=prompt)
        await own_bot.wait_until_handled()
        await own_bot.wait_until_closed()
    await own_bot.wait_for_text(ann, "I can’t change photos here yet: my owner has to set that up first.")
    assert any("It didn’t count" in text for text in own_bot.texts(ann))
    await own_bot.wait_until(lambda: _alarms(own_bot))
    assert await own_bot.process.stop() == 0
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    own_bot.send_photo(ann, jpeg(), caption="three")
    await own_bot.wait_until(lambda: own_bot.media.calls["create"] == 3)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    assert [text for text in _alarms(own_bot) if "PUBLIC_URL" in text and "SOURCE_BUCKET" in text] == _alarms(
        own_bot
    )
    assert len(_alarms(own_bot)) == 1
    assert len(own_bot.media.tasks) == own_bot.quota_used(ann) == 1
    assert own_bot.media.balance == balance - 4.5


async def test_a_refused_picture_is_at_fault_itself_if_another_one_was_accepted_before(
    own_bot: World,
) -> None:
    ann = own_bot.add_user("ru")
    await own_bot.process.start()
    await _edit(own_bot, ann, "ночь", 1)
    own_bot.media.source_rule = SourceRule.LINKS
    for expected in ("не принял картинку", "Менять фото здесь пока нельзя"):
        own_bot.send_photo(ann, jpeg(), caption="день")
        await own_bot.wait_for_text(ann, expected)
    assert own_bot.quota_used(ann) == 1


async def test_a_refusal_about_a_picture_of_a_request_without_one_is_bad_input(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    rule = shared_bot.media.faults.add(
        Fault("create", answer=faults.json(ABOUT_PICTURE), only="no photo here")
    )
    shared_bot.telegram.say(ann, "/imagine no photo here --ar 1:1")
    await shared_bot.wait_for_text(ann, "did not accept this description")
    assert rule.hits == 1


async def test_a_link_that_the_provider_cannot_load_fails_one_edit_only(own_bot: World) -> None:
    ann = own_bot.add_user()
    await own_bot.process.start(PUBLIC_URL=NOT_REACHABLE)
    own_bot.send_photo(ann, jpeg(), caption="by link")
    await own_bot.wait_for_text(ann, "could not draw this")
    await _edit(own_bot, ann, "by data", 1)
    assert own_bot.quota_used(ann) == 1


async def test_a_call_of_unknown_outcome_about_the_picture_is_repeated_in_another_way(
    own_bot: World, s3: S3Server
) -> None:
    ann = own_bot.add_user()
    answer = faults.json({"message": "Failed to fetch image"}, 500)
    own_bot.media.faults.add(Fault("create", answer=answer))
    await own_bot.process.start(SOURCE_BUCKET=s3.setting)
    await _edit(own_bot, ann, "in the end", 1)
    assert own_bot.media.calls["create"] - own_bot.media.empty_creates == 2  # the probe is free
    assert _addresses(own_bot)[-1].startswith("data:image/jpeg;base64,")


async def test_a_bucket_that_does_not_answer_is_skipped_and_reported(own_bot: World) -> None:
    ann, _ = own_bot.add_user(), own_bot.add_user(user_id=ADMIN)
    await own_bot.process.start(SOURCE_BUCKET=f"http://K:{SECRET}@127.0.0.1:9/photos", ADMIN_IDS=str(ADMIN))
    await _edit(own_bot, ann, "by data", 1)
    await own_bot.wait_until(lambda: _alarms(own_bot))
    assert "SOURCE_BUCKET" in _alarms(own_bot)[0]
    assert not any(SECRET in line for line in own_bot.process.lines)


async def test_a_start_deletes_objects_of_finished_requests_and_keeps_the_others(
    own_bot: World, s3: S3Server
) -> None:
    ann = own_bot.add_user()
    own_bot.media.duration = lambda: 60.0
    await own_bot.process.start(SOURCE_BUCKET=s3.setting)
    own_bot.send_photo(ann, jpeg(), caption="slow")
    await own_bot.process.wait_until(lambda: own_bot.media.tasks)
    await own_bot.process.wait_until(lambda: own_bot.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    await own_bot.process.kill()
    s3.put("imagine-bot/4242/999.jpg")
    s3.put("imagine-bot/42/1.jpg")
    await own_bot.process.start(SOURCE_BUCKET=s3.setting)
    await own_bot.wait_until(lambda: "imagine-bot/4242/999.jpg" not in s3.list_keys())
    assert sorted(s3.list_keys()) == ["imagine-bot/42/1.jpg", "imagine-bot/4242/1.jpg"]
    for task in own_bot.media.tasks.values():
        task.done_at = time.monotonic()
    await own_bot.wait_for_picture(ann)
    await own_bot.wait_until(lambda: s3.list_keys() == ["imagine-bot/42/1.jpg"])


async def test_a_cancelled_edit_leaves_no_object(own_bot: World, s3: S3Server) -> None:
    ann = own_bot.add_user()
    own_bot.media.duration = lambda: 60.0
    await own_bot.process.start(SOURCE_BUCKET=s3.setting)
    own_bot.send_photo(ann, jpeg(), caption="slow")
    await own_bot.process.wait_until(lambda: own_bot.media.tasks)
    status = await own_bot.wait_for_text(ann, "rawing")
    assert any("Cancel" in label for label in buttons(status))
    own_bot.telegram.press(ann, status, "Cancel")
    await _wait_until_empty(s3, own_bot)


KILLS = [
    f"{failpoint} {state} {number}"
    for failpoint, state, number in itertools.product(
        ("commit", "committed"), ("queued", "submitting"), (1, 2)
    )
] + ["committed running 1", "committed ready 1"]


@pytest.mark.parametrize("die_at", KILLS)
async def test_a_kill_between_the_ways_pays_once_and_leaves_no_object(
    tmp_path: Path, database_url: str, s3: S3Server, die_at: str
) -> None:
    async with open_world(tmp_path, DATABASE_URL=database_url, SOURCE_BUCKET=s3.setting) as world:
        ann = world.add_user()
        world.media.duration = lambda: 0.2
        world.media.faults.add(Fault("create", answer=faults.json(ABOUT_PICTURE)))
        world.send_photo(ann, jpeg(), caption="killed")
        world.process.die_at = die_at
        await world.process.start(until=None)
        await world.process.wait_until(lambda: world.process.ended)
        died_in = world.rows("SELECT state FROM requests")[0]["state"]
        await world.process.start()
        await world.wait_for_picture(ann)
        await world.wait_until_closed()
        assert len(world.media.tasks) <= 1 + (died_in == "submitting")
        assert world.quota_used(ann) == 1
        await _wait_until_empty(s3, world)
