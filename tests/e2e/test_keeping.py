"""Old contents of a real bot: emptied at a start, shown nowhere, and nothing is odd in the ledger afterwards."""

import pytest

from tests.support.commands import run_to_end
from tests.support.ledger import connect
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_an_old_picture_is_emptied_and_its_buttons_say_that_it_is_gone(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    old = await own_bot.wait_for_picture(ann)
    own_bot.telegram.say(ann, "/imagine an owl --ar 1:1")
    starred = await own_bot.wait_for_picture(ann, 2)
    await own_bot.wait_until_closed()
    own_bot.telegram.press(ann, starred, "☆")
    await own_bot.wait_for_toast(starred, "Kept")
    await own_bot.process.stop()
    with connect(own_bot.process.settings["DATABASE_URL"]) as ledger:
        ledger.exec_driver_sql("UPDATE requests SET closed_at = closed_at - 8 * 86400")
    await own_bot.process.start(until="old contents removed", KEEP_DAYS="7")
    rows = own_bot.rows("SELECT prompt, file_id, task_id, picture_url, forget FROM requests ORDER BY id")
    assert (rows[0]["prompt"], rows[0]["file_id"], rows[0]["task_id"], rows[0]["picture_url"]) == (
        "",
        *[None] * 3,
    )
    assert (rows[1]["prompt"], bool(rows[1]["forget"])) == ("an owl", False)
    own_bot.telegram.press(ann, old, "Again")
    await own_bot.wait_for_toast(old, "This button is too old. To draw this again", alert=True)
    own_bot.telegram.say(ann, "/forget")
    await own_bot.wait_for_text(ann, "descriptions and pictures go after 7 days, but for ★ favourites")
    assert own_bot.media.calls["create"] == 2
    code, out, _ = await run_to_end(own_bot, "doctor")
    assert (code, "Nothing is odd" in out) == (0, True)
    code, out, _ = await run_to_end(own_bot, "trace", "r1")
    assert (code, "emptied (KEEP_DAYS)" in out) == (0, True)
    code, _, errors = await run_to_end(own_bot, "doctor", "--fix")
    assert (code, errors) == (0, "")  # nothing to repair, so the bot that runs does not matter
    code, _, errors = await run_to_end(own_bot, "trace", "fox")
    assert (code, "REQUEST is the id of a request" in errors) == (2, True)
