"""`imagine-bot trace`: the story of a request that a real bot drew, from its ledger and its log."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.trace import print_story, request_id
from playground import faults
from playground.faults import Fault
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_story_has_times_states_calls_and_errors_but_no_links(
    shared_bot: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = shared_bot.add_user()
    shared_bot.media.faults.add(Fault("create", answer=faults.status(503), only="a fox to trace"))
    shared_bot.telegram.say(ann, "/imagine a fox to trace --ar 1:1")
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    (row,) = shared_bot.rows("SELECT * FROM requests WHERE user_id = ?", ann.id)
    (log := tmp_path / "log").write_text("\n".join(shared_bot.process.lines))
    link = f"https://t.me/imagine_demo_bot?start=r{row['id']}"
    assert request_id(link) == row["id"]
    secrets = [SecretStr("a fox to trace")]
    url = shared_bot.process.settings["DATABASE_URL"]
    assert await asyncio.to_thread(print_story, url, row["id"], [str(log)], secrets)
    shown = capsys.readouterr().out
    events = (
        *("accepted", "ERROR create with unknown outcome", "create call ", "task running", "task done"),
        *("delivered, message", "closed: nothing is left to do", "log: request closed"),
    )
    positions = [shown.find(event) for event in events]
    assert -1 not in positions, (events, shown)
    assert shown.index("accepted") < shown.index("task done") < shown.index("delivered, message")
    assert f"task {row['task_id']} at the provider" in shown
    assert "description: '[secret]'" in shown
    for hidden in (row["picture_url"], row["file_id"], "http://", "a fox to trace"):
        assert str(hidden) not in shown
