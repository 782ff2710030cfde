"""Groups in which admins decide: which requests wait, who may answer, and that only what was shown is drawn."""

from collections.abc import Callable
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData

from bot.app import App
from chat.callbacks import (
    DecideApproval,
    DrawExample,
    DrawInRatio,
    DrawInStyle,
    DrawStill,
    ResultAction,
    ResultButton,
)
from core.model import Approval, Request, State
from generation.decisions import ANSWER_SECONDS, Decisions
from storage.preferences import Preferences
from tests.support.chat_user import PHOTO, ChatUser, drawn
from tests.support.dispatcher_harness import DispatcherHarness

MINUTE = 60.0


def app_of(chat: ChatUser) -> App:
    return chat.harness.app


def set_approval(group: ChatUser, *, on: bool = True) -> None:
    preferences: Preferences = app_of(group).dispatcher["preferences"]
    group.harness.run(preferences.choose(group.chat_id, approval=on))


def other_in(group: ChatUser, *, admin: bool = False) -> ChatUser:
    """Return another member of a group."""
    other = ChatUser(group.harness)
    other.chat_id = group.chat_id
    if admin:
        group.harness.telegram.admins.add(other.user_id)
    return other


@pytest.fixture
def member(group: ChatUser) -> ChatUser:
    """Return a member of a group in which admins decide."""
    set_approval(group)
    return group


@pytest.fixture
def admin(member: ChatUser) -> ChatUser:
    return other_in(member, admin=True)


def newest(chat: ChatUser) -> Request:
    return chat.requests()[-1]


def asks(chat: ChatUser, text: str = "/imagine a fox --ar 1:1", **more: Any) -> Request:
    """Send a message and return its request, which waits for an approval."""
    chat.say(text, **more)
    request = newest(chat)
    assert request.waits_for_approval
    return request


def question_of(chat: ChatUser, request: Request) -> int:
    """Return the message with the question about a request."""
    asked = chat.harness.run(app_of(chat).dispatcher["asked_requests"].question(request.id))
    assert asked is not None
    assert asked.message_id is not None
    message_id: int = asked.message_id
    return message_id


def answer(chat: ChatUser, message_id: int, *, draw: bool, keyboard: Any = None) -> str:
    """Press a button of a question, also of one that is deleted by now, and return the toast."""
    telegram = chat.harness.telegram
    markup = keyboard or telegram.keyboards[message_id]
    chat.press(markup.inline_keyboard[0][0 if draw else 1].callback_data or "", message_id)
    return telegram.toasts[-1]


def shown(chat: ChatUser, message_id: int) -> str | None:
    return chat.harness.telegram.texts.get(message_id)


def is_drawn(chat: ChatUser, request: Request) -> bool:
    chat.settle()
    now = next(one for one in chat.requests() if one.id == request.id)
    return now.state is State.DELIVERED


def _under_picture(data: Callable[[Request], CallbackData]) -> Callable[[ChatUser, Request], None]:
    def press(chat: ChatUser, picture: Request) -> None:
        chat.press(data(picture).pack(), picture.result_message_id or 0)

    return press


def _pressed(action: ResultAction) -> Callable[[ChatUser, Request], None]:
    return _under_picture(lambda picture: ResultButton(request=picture.id, action=action))


def _said(text: str = "", **more: Any) -> Callable[[ChatUser, Request], None]:
    def say(chat: ChatUser, _picture: Request) -> None:
        chat.say(text, **more)

    return say


WAYS: dict[str, Callable[[ChatUser, Request], None]] = {
    "command": _said("/imagine a fox --ar 1:1"),
    "two at once": _said("/imagine a fox --ar 1:1 --n 2"),
    "style": _said("/imagine a fox --ar 1:1 style:ink"),
    "edit": _said(photo=PHOTO, caption="/imagine make it night"),
    "again": _pressed(ResultAction.AGAIN),
    "vary": _pressed(ResultAction.VARY),
    "four": _pressed(ResultAction.FOUR),
    "shape": _under_picture(lambda picture: DrawInRatio(request=picture.id, ratio="16x9")),
    "style of a picture": _under_picture(lambda picture: DrawInStyle(request=picture.id, style="ink")),
    "example": lambda chat, _picture: chat.press(DrawExample(name="first").pack(), 5_000 + chat.user_id),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_picture_waits_for_an_admin_and_is_drawn_after_a_yes(
    group: ChatUser, way: str
) -> None:
    picture = drawn(group)
    set_approval(group)
    WAYS[way](group, picture)
    asked = [one for one in group.requests() if one.id != picture.id]
    assert len(asked) == {"two at once": 2, "four": 4}.get(way, 1)
    assert {(one.approval, one.waits_for_approval) for one in asked} == {(Approval.WAITING, True)}
    group.settle()
    assert {one.creates for one in group.requests() if one.id != picture.id} == {0}
    question = question_of(group, asked[0])
    text = shown(group, question) or ""
    assert f"“{asked[0].prompt}”" in text
    assert ("pictures." in text) is (len(asked) > 1)
    assert ("change the picture" in text) is (asked[0].source is not None)
    assert answer(other_in(group, admin=True), question, draw=True) == "On it!"
    group.settle()
    ended = [one for one in group.requests() if one.id != picture.id]
    # The fake of Telegram has no files, so a change ends when its picture is fetched.
    final = State.DELIVERED if asked[0].source is None else State.FAILED
    assert {(one.state, one.approval) for one in ended} == {(final, Approval.GIVEN)}
    assert shown(group, question) is None


def test_admins_and_private_chats_need_no_approval(
    member: ChatUser, admin: ChatUser, private: ChatUser
) -> None:
    command = "/imagine a fox --ar 1:1"
    admin.say(command)
    private.say(command)
    assert [newest(one).approval for one in (admin, private)] == [None, None]
    anonymous = {"sender_chat": {"id": member.chat_id, "type": "supergroup", "title": "Friends"}}
    member.say(command, **anonymous)
    assert member.harness.requests_of(member.chat_id)[-1].approval is None


def test_bot_admins_need_no_approval(member: ChatUser) -> None:
    rules = app_of(member).dispatcher["access_rules"]
    origin = asks(member).origin
    assert member.harness.run(rules.needs_approval(origin))
    rules._admin_ids = [member.user_id]
    try:
        assert not member.harness.run(rules.needs_approval(origin))
    finally:
        rules._admin_ids = []


def test_only_admins_say_yes_and_the_owner_may_cancel(member: ChatUser, admin: ChatUser) -> None:
    request = asks(member)
    question = question_of(member, request)
    other = other_in(member)
    for chat, draw in ((other, True), (other, False), (member, True)):
        assert answer(chat, question, draw=draw) == "Only this group’s admins can do that."
    assert newest(member).waits_for_approval
    assert answer(member, question, draw=False) == "Cancelled"
    assert (shown(member, question) or "").startswith("Cancelled. It didn’t count")
    assert not any("admins would rather" in text for text in member.texts)
    assert (newest(member).state, newest(member).approval) == (State.CANCELLED, Approval.WAITING)


def test_a_no_is_told_to_the_owner_once_and_costs_nothing(member: ChatUser, admin: ChatUser) -> None:
    question = question_of(member, asks(member, "/imagine a <fox> --ar 1:1"))
    keyboard = member.harness.telegram.keyboards[question]
    quota = app_of(member).dispatcher["quota"]
    assert member.harness.run(quota.used(member.user_id)) == 1
    for toast in ("Declined", "Nothing to cancel: it’s cancelled."):
        assert answer(admin, question, draw=False, keyboard=keyboard) == toast
    assert answer(admin, question, draw=True, keyboard=keyboard) == "Nothing to cancel: it’s cancelled."
    member.settle()
    told = [text for text in member.texts if "admins would rather" in text]
    assert len(told) == 1
    assert told[0].startswith("Sorry, the admins would rather not have “a &lt;fox&gt;” drawn in this group.")
    assert shown(member, question) is None
    assert newest(member).approval is Approval.DECLINED
    assert member.harness.run(quota.used(member.user_id)) == 0


def test_a_question_without_an_answer_is_reported_after_a_day(member: ChatUser) -> None:
    question = question_of(member, asks(member))
    decisions: Decisions = app_of(member).dispatcher["decisions"]
    member.harness.wait(ANSWER_SECONDS - MINUTE)
    member.harness.run(decisions.cancel_unanswered())
    assert newest(member).waits_for_approval
    member.harness.wait(2 * MINUTE)
    member.harness.run(decisions.cancel_unanswered())
    member.settle()
    assert newest(member).approval is Approval.UNANSWERED
    assert len([text for text in member.texts if "No admin replied within a day" in text]) == 1
    assert shown(member, question) is None


def test_an_edit_while_unanswered_requests_end_gets_a_question_of_its_own(member: ChatUser) -> None:
    first, second = asks(member), asks(member, "/imagine a hen --ar 1:1")
    decisions: Decisions = app_of(member).dispatcher["decisions"]
    engine, asked_requests = app_of(member).engine, app_of(member).dispatcher["asked_requests"]

    class EditsMeanwhile:
        async def follow(self, *ended: Request) -> None:
            await asked_requests.revise(second.origin.key, "a wolf", second.ratio, None)
            await engine.follow(*ended)

    member.harness.wait(ANSWER_SECONDS + MINUTE)
    decisions._engine = EditsMeanwhile()  # type: ignore[assignment]
    try:
        member.harness.run(decisions.cancel_unanswered())
    finally:
        decisions._engine = engine
    rows = {one.id: one for one in member.requests()}
    assert rows[first.id].approval is Approval.UNANSWERED
    assert (rows[second.id].prompt, rows[second.id].waits_for_approval) == ("a wolf", True)


def test_two_presses_start_one_picture(member: ChatUser, admin: ChatUser) -> None:
    request = asks(member)
    question = question_of(member, request)
    keyboard = member.harness.telegram.keyboards[question]
    second = other_in(member, admin=True)
    assert answer(admin, question, draw=True, keyboard=keyboard) == "On it!"
    for draw in (True, False):
        assert answer(second, question, draw=draw, keyboard=keyboard) == "Already drawing it."
    assert is_drawn(member, request)
    assert newest(member).creates == 1


def test_an_edit_leads_to_a_new_question_and_the_old_one_draws_nothing(
    member: ChatUser, admin: ChatUser
) -> None:
    message = member.say("/imagine a fox --ar 1:1")
    old = question_of(member, newest(member))
    keyboard = member.harness.telegram.keyboards[old]
    member.harness.wait(1.0)
    member.edit(message, text="/imagine a wolf --ar 1:1")
    request = newest(member)
    new = question_of(member, request)
    assert new != old
    assert "“a wolf”" in (shown(member, new) or "")
    assert shown(member, old) is None
    changed = "The description has changed: please look at the new question."
    for draw in (True, False):
        assert answer(admin, old, draw=draw, keyboard=keyboard) == changed
    assert newest(member).waits_for_approval
    assert question_of(member, request) == new
    assert answer(admin, new, draw=True) == "On it!"
    assert is_drawn(member, request)
    assert newest(member).prompt == "a wolf"


@pytest.mark.parametrize("text", ["/imagine a fox --ar 1:1", "/imagine a fox --ar 1:1 --n 2"])
def test_an_edit_after_the_yes_needs_another_one(member: ChatUser, admin: ChatUser, text: str) -> None:
    for number in range(2):  # they use all slots of the user
        asked = asks(member, f"/imagine hen {number} --ar 1:1")
        answer(admin, question_of(member, asked), draw=True)
    message = member.say(text)
    request = next(one for one in member.requests() if one.prompt == "a fox")
    answer(admin, question_of(member, request), draw=True)
    edited = text.replace("fox", "wolf")
    member.edit(message, text=edited)
    waiting = [one for one in member.requests() if one.prompt == "a wolf"]
    assert len(waiting) == (2 if "--n" in text else 1)
    assert all(one.waits_for_approval for one in waiting)
    member.settle()
    assert all(one.creates == 0 for one in member.requests() if one.prompt == "a wolf")
    assert answer(admin, question_of(member, request), draw=True) == "On it!"
    assert is_drawn(member, request)
    member.edit(message, text=text)  # too late
    assert {one.prompt for one in member.requests()} == {"hen 0", "hen 1", "a wolf"}


def test_an_edit_that_changes_nothing_asks_nobody_again(member: ChatUser) -> None:
    message = member.say("/imagine a fox --ar 1:1")
    question = question_of(member, newest(member))
    member.edit(message, text="/imagine  a fox --ar 1:1")
    assert question_of(member, newest(member)) == question


def test_an_edit_of_a_request_from_before_the_setting_needs_an_approval(group: ChatUser) -> None:
    for number in range(2):
        group.say(f"/imagine hen {number} --ar 1:1")
    message = group.say("/imagine a fox --ar 1:1")
    set_approval(group)
    group.edit(message, text="/imagine a wolf --ar 1:1")
    assert newest(group).waits_for_approval
    group.settle()
    assert newest(group).creates == 0


def test_the_owner_decides_once_approval_is_switched_off(member: ChatUser) -> None:
    request = asks(member)
    set_approval(member, on=False)
    assert answer(member, question_of(member, request), draw=True) == "On it!"
    assert is_drawn(member, request)


def test_a_former_admin_has_no_say(member: ChatUser, admin: ChatUser) -> None:
    admin.say("/imagine a lake --ar 1:1")
    assert newest(admin).approval is None
    member.harness.telegram.admins.discard(admin.user_id)
    member.harness.wait(2 * MINUTE)
    question = question_of(member, asks(member))
    assert answer(admin, question, draw=True) == "Only this group’s admins can do that."
    admin.say("/imagine a hill --ar 1:1")
    assert newest(admin).waits_for_approval


def test_forged_presses_draw_nothing(member: ChatUser, harness: DispatcherHarness) -> None:
    request = asks(member)
    question = question_of(member, request)
    version = round((request.asked_at or 0) * 1_000)
    elsewhere = ChatUser(harness, group=True)
    harness.telegram.admins.add(elsewhere.user_id)
    elsewhere.press(DecideApproval(request=request.id, version=version, draw=True).pack(), question)
    member.press(DrawStill(request=request.id).pack(), question)
    assert newest(member).waits_for_approval


def test_a_question_for_a_shape_makes_room_for_the_question_to_the_admins(
    member: ChatUser, admin: ChatUser
) -> None:
    message = member.say("/imagine a fox")
    shape = member.question(message)["message_id"]
    data = member.harness.telegram.keyboards[shape].inline_keyboard[0][0].callback_data or ""
    member.press(data, shape)
    assert member.harness.telegram.toasts[-1] == "An admin of this group decides first."
    assert shown(member, shape) is None
    request = newest(member)
    member.press(data, shape)  # a second tap changes nothing
    question = question_of(member, request)
    assert answer(admin, question, draw=True) == "On it!"
    assert is_drawn(member, request)
    assert len(member.requests()) == 1


def test_the_question_shows_the_whole_description(member: ChatUser) -> None:
    prompt = "a <b>fox & " + "x" * 1_500 + " end"
    request = asks(member, f"/imagine {prompt} --ar 1:1")
    text = shown(member, question_of(member, request)) or ""
    assert text.startswith(f'<a href="tg://user?id={member.user_id}">A member</a>: “a &lt;b&gt;fox &amp; x')
    assert "x end”. Shall I draw this? An admin of this group decides." in text


def test_lists_and_links_say_that_an_admin_decides(member: ChatUser) -> None:
    request = asks(member)
    member.say("/queue")
    assert "❓ a fox (an admin decides)" in member.texts[-1]
    private = ChatUser(member.harness)
    private.user_id = private.chat_id = member.user_id
    private.say(f"/start r{request.id}")
    assert private.texts[-1].endswith("An admin of the group decides whether I draw it.")


def test_waiting_requests_count_against_the_limits_but_hold_no_slot(
    member: ChatUser, admin: ChatUser
) -> None:
    for number in range(3):
        asks(member, f"/imagine fox {number} --ar 1:1")
    private = ChatUser(member.harness)
    private.user_id = private.chat_id = member.user_id
    private.say("/imagine a lake --ar 1:1")
    assert is_drawn(private, newest(private))
    assert member.harness.run(app_of(member).engine.queue_positions()) == {}
    assert member.harness.run(app_of(member).requests.pending_of_user(member.user_id))[-1].prompt == "fox 2"


def test_a_group_with_a_new_id_is_asked_there(member: ChatUser) -> None:
    for text in ("/imagine a fox --ar 1:1", "/imagine a hen --ar 1:1 --n 2"):
        member.say(text)
    fox, hen, _ = member.requests()
    old = [question_of(member, one) for one in (fox, hen)]
    new = member.chat_id - 1_000_000
    member.harness.feed({"message": member.message(migrate_to_chat_id=new)})
    member.chat_id = new
    member.harness.wait(1.0)
    moved = [question_of(member, one) for one in (fox, hen)]
    assert not set(moved) & set(old)
    admin = other_in(member, admin=True)
    for question in moved:
        assert answer(admin, question, draw=True) == "On it!"
    member.settle()
    assert {one.state for one in member.requests()} == {State.DELIVERED}
