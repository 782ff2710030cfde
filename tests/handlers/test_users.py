"""The users that updates show: noted with their private chat, their blocks and what Telegram says of them."""

from typing import Any

from core.clock import utc_day
from storage.users import StoredUser, Users
from tests.support.chat_user import ChatUser
from tests.support.manual_clock import START
from tests.support.virtual_loop import LoopClock


def _stored(user: ChatUser) -> StoredUser | None:
    user.harness.wait(3)
    users = Users(database=user.harness.app.database, clock=LoopClock())
    return user.harness.run(users.get(user.user_id))


def _membership(user: ChatUser, status: str) -> dict[str, Any]:
    message = user.message()
    bot = {"id": 1, "is_bot": True, "first_name": "Imagine"}
    ended = {"user": bot, "status": status, "until_date": 0} if status == "kicked" else None
    member = {"user": bot, "status": "member"}
    old, new = (member, ended) if ended else ({"user": bot, "status": "kicked", "until_date": 0}, member)
    update = {key: message[key] for key in ("chat", "from", "date")}
    return {"my_chat_member": update | {"old_chat_member": old, "new_chat_member": new}}


def test_a_message_shows_its_user(private: ChatUser) -> None:
    author = private.message()["from"] | {"last_name": "Lee", "username": "ann", "language_code": "pt-br"}
    private.say("/help", **{"from": author})
    day = utc_day(START)
    assert _stored(private) == StoredUser(
        private.user_id, day, day, "pt-br", "Ann Lee", "ann", True, None, None
    )


def test_a_message_in_a_group_opens_no_private_chat(group: ChatUser) -> None:
    group.say("/help")
    stored = _stored(group)
    assert stored is not None
    assert not stored.private_chat


def test_an_anonymous_admin_is_no_user(group: ChatUser) -> None:
    group.say("/help", sender_chat=group.message()["chat"])
    assert _stored(group) is None


def test_a_user_who_blocks_the_bot_is_marked_until_they_start_it_again(private: ChatUser) -> None:
    private.harness.feed(_membership(private, "kicked"))
    stored = _stored(private)
    assert stored is not None
    assert stored.private_chat
    assert stored.blocked_at is not None
    private.harness.feed(_membership(private, "member"))
    again = _stored(private)
    assert again is not None
    assert again.blocked_at is None


def test_a_refused_message_marks_the_user(private: ChatUser) -> None:
    private.say("/help")
    private.harness.telegram.blocked_by.add(private.user_id)
    private.say("/quota")
    stored = _stored(private)
    assert stored is not None
    assert stored.blocked_at is not None
    private.harness.telegram.blocked_by.clear()
    private.say("/quota")
    again = _stored(private)
    assert again is not None
    assert again.blocked_at is None
