"""Presses with forged data, which a client may send under any message (Bot API, CallbackQuery, `data`)."""

import pytest

from chat.callbacks import CancelRequest, DrawSame, DrawStill, ResultAction, ResultButton
from core.model import Request
from storage.preferences import Preferences
from tests.support.chat_user import ChatUser, drawn
from tests.support.dispatcher_harness import DispatcherHarness

NOT_YOURS = "Only the person who asked can press this."


@pytest.fixture
def attacker(harness: DispatcherHarness) -> ChatUser:
    """Return an admin of a group of their own."""
    user = ChatUser(harness, group=True)
    harness.telegram.admins.add(user.user_id)
    return user


def _press(user: ChatUser, request: Request, action: ResultAction) -> str:
    user.press(ResultButton(request=request.id, action=action).pack(), 5)
    return user.harness.telegram.toasts[-1]


@pytest.mark.parametrize("action", [ResultAction.MORE, ResultAction.BACK])
def test_an_admin_of_a_group_opens_no_page_of_a_picture_of_another_chat(
    chat: ChatUser, attacker: ChatUser, action: ResultAction
) -> None:
    """More has a button that copies the description."""
    picture = drawn(chat, "a secret")
    edits = chat.harness.telegram.calls["EditMessageReplyMarkup"]
    assert _press(attacker, picture, action) == NOT_YOURS
    assert chat.harness.telegram.calls["EditMessageReplyMarkup"] == edits


@pytest.mark.parametrize("action", [ResultAction.DELETE_SURE, ResultAction.ORIGINAL, ResultAction.AGAIN])
def test_an_admin_of_a_group_has_no_say_about_a_request_of_another_group_s_anonymous_admin(
    group: ChatUser, attacker: ChatUser, action: ResultAction
) -> None:
    group.user_id = group.chat_id
    account = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}
    anonymous = {"from": account, "sender_chat": {"id": group.chat_id, "type": "supergroup", "title": "x"}}
    group.say("/imagine a secret --ar 1:1", **anonymous)
    group.settle()
    (picture,) = group.requests()
    assert _press(attacker, picture, action) == NOT_YOURS
    assert [one.id for one in group.requests()] == [picture.id]


def test_an_admin_of_a_group_draws_nothing_on_behalf_of_another_group(
    group: ChatUser, attacker: ChatUser
) -> None:
    preferences: Preferences = attacker.harness.app.dispatcher["preferences"]
    attacker.harness.run(preferences.choose(attacker.chat_id, shared_history=True))
    picture = drawn(attacker)
    attacker.press(DrawSame(user=group.chat_id, request=picture.id).pack(), 5)
    assert attacker.harness.telegram.toasts[-1] == NOT_YOURS
    assert attacker.harness.requests_of(group.chat_id) == []


@pytest.mark.parametrize("data", ["still", "delete", "cancel"])
def test_a_member_deletes_no_message_of_another_member(group: ChatUser, data: str) -> None:
    question = group.question(group.say("/imagine a fox"))["message_id"]
    other = ChatUser(group.harness)
    other.chat_id = group.chat_id
    own = drawn(other).id
    forged = {
        "still": DrawStill(request=own),
        "delete": ResultButton(request=own, action=ResultAction.DELETE_SURE),
        "cancel": CancelRequest(request=own),
    }[data]
    other.press(forged.pack(), question, forged=True)
    assert question in group.harness.telegram.texts
