"""Links that show a request again, `t.me/bot?start=r<id>`: in each state, for its owner only."""

import time

import pytest
import sqlalchemy as sa
from aiogram.types import Message, User

from playground import faults
from playground.faults import Fault
from storage.schema import requests
from tests.support.ledger import connect
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _newest_id(world: World, user: User) -> int:
    return int(world.rows("SELECT max(id) AS id FROM requests WHERE user_id = ?", user.id)[0]["id"])


def _open(world: World, user: User, request_id: object) -> Message:
    """Follow a link as a user: the app sends /start with the payload (Bot API, deep linking)."""
    return world.telegram.say(user, f"/start r{request_id}")


def _set_asked(world: World, request_id: int, asked_at: float | None) -> None:
    """Let the ledger say that the owner of a request is asked whether it is still wanted."""
    with connect(world.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.update(requests).where(requests.c.id == request_id).values(asked_at=asked_at))


async def test_a_link_shows_a_picture_with_its_buttons(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/imagine a <fox> --ar 1:1", chat_id=group)
    drawn = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    _open(shared_bot, ann, _newest_id(shared_bot, ann))
    shown = await shared_bot.wait_for_picture(ann)
    assert shown.caption == "a <fox>"
    assert buttons(shown) == buttons(drawn)
    shared_bot.telegram.say(ann, "make it night", reply_to=shown)
    edited = await shared_bot.wait_for_picture(ann, 2)
    assert edited.caption == "make it night"
    shared_bot.telegram.press(ann, shown, "☆")
    await shared_bot.wait_for_toast(shown, "★ Kept")
    for label in ("⋯ More", "🗑 Delete", "Yes, delete it"):
        shared_bot.telegram.press(ann, shared_bot.current(shown), label)
        await shared_bot.wait_until_handled()
    assert (ann.id, shown.message_id) not in shared_bot.telegram.chats.messages
    assert (group, drawn.message_id) not in shared_bot.telegram.chats.messages


async def test_a_picture_under_a_spoiler_stays_under_it(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.send_photo(ann, jpeg(), caption="make it night", has_media_spoiler=True)
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    _open(shared_bot, ann, _newest_id(shared_bot, ann))
    shown = await shared_bot.wait_for_picture(ann, 2)
    assert shown.has_media_spoiler


async def test_only_the_owner_sees_a_request(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user("ru", name="Ben")
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_for_picture(ann)
    request_id = _newest_id(shared_bot, ann)
    _open(shared_bot, ben, request_id)
    await shared_bot.wait_for_text(ben, "Картинку по этой ссылке показать не могу: она чужая или удалена")
    _open(shared_bot, ann, 10**17)
    await shared_bot.wait_for_text(ann, "it’s somebody else’s, or it was deleted")
    assert shared_bot.pictures(ben) == []
    before = len(shared_bot.texts(ann))
    for payload in ("", "x", "9" * 30):  # not the link of a request: the greeting
        _open(shared_bot, ann, payload)
    await shared_bot.wait_until(lambda: len(shared_bot.texts(ann)) == before + 3)
    assert all("Describe something and I’ll draw it" in text for text in shared_bot.texts(ann)[-3:])


async def test_a_link_shows_a_request_on_its_way(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.hold_tasks()
    for prompt in ("a fox", "a lake", "a hill"):
        shared_bot.telegram.say(ann, f"/imagine {prompt} --ar 1:1")
    await shared_bot.wait_until_handled()
    running = "SELECT 1 FROM requests WHERE user_id = ? AND state = 'running'"
    await shared_bot.process.wait_until(lambda: len(shared_bot.rows(running, ann.id)) == 2)
    rows = shared_bot.rows("SELECT id, state FROM requests WHERE user_id = ? ORDER BY id", ann.id)
    _open(shared_bot, ann, rows[0]["id"])
    drawing = await shared_bot.wait_for_text(ann, "“a fox”\n🎨 Drawing")
    assert buttons(drawing) == ["✕ a fox"]
    _open(shared_bot, ann, rows[2]["id"])
    waiting = await shared_bot.wait_for_text(ann, "“a hill”\n⏳ Your picture is")
    _set_asked(shared_bot, rows[2]["id"], time.time())
    _open(shared_bot, ann, rows[2]["id"])
    await shared_bot.wait_for_text(ann, "Do you still want “a hill”")
    _set_asked(shared_bot, rows[2]["id"], None)
    shared_bot.telegram.press(ann, waiting, "✕ a hill")
    await shared_bot.wait_for_toast(waiting, "Cancelled")
    await shared_bot.wait_until_handled()
    assert "Your pictures on the way" in (shared_bot.current(waiting).text or "")
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture(ann, 2)
    await shared_bot.wait_until_closed()
    _open(shared_bot, ann, rows[2]["id"])
    await shared_bot.wait_for_text(ann, "“a hill”\nCancelled. It didn’t count")


async def test_a_link_shows_a_failure_with_another_try(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    failed_at_once = faults.json({"code": 0, "id": "0" * 24, "status": "failed"})
    shared_bot.media.faults.add(Fault("create", times=None, answer=failed_at_once, only="a lake"))
    refused_input = faults.json({"code": 3, "message": "Validation error", "issues": [{"path": ["prompt"]}]})
    shared_bot.media.faults.add(Fault("create", answer=refused_input, only="a fox"))
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_for_text(ann, "did not accept this description")
    _open(shared_bot, ann, _newest_id(shared_bot, ann))
    refused = await shared_bot.wait_for_text(ann, "“a fox”\nThe picture service did not accept")
    assert buttons(refused) == []
    shared_bot.telegram.say(ann, "/imagine a lake --ar 1:1", chat_id=group)
    failed = await shared_bot.wait_for_text_in(group, "could not draw this")
    _open(shared_bot, ann, _newest_id(shared_bot, ann))
    shown = await shared_bot.wait_for_text(ann, "“a lake”\nThe picture service could not draw this")
    assert buttons(shown) == buttons(failed) == ["🔁 Try again"]
    shared_bot.telegram.press(ann, shown, "Try again")
    await shared_bot.wait_for_toast(shown, "On it!")
    # The second try belongs to the group, and leaves the private message as it is.
    await shared_bot.wait_until(
        lambda: sum("could not draw this" in (m.text or "") for m in shared_bot.messages_in(group)) == 2
    )
    await shared_bot.wait_until_closed()
    assert shared_bot.current(shown).text == shown.text
