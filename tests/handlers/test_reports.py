"""/report without bot admins, and every button and reply about a hidden picture."""

import pytest
import sqlalchemy as sa

from chat.callbacks import (
    DecideApproval,
    DrawFour,
    DrawInRatio,
    DrawInStyle,
    PickPicture,
    ResultAction,
    ResultButton,
    ShowStep,
)
from core.model import Request, State
from storage.preferences import Preferences
from storage.schema import requests
from tests.support.chat_user import PHOTO, ChatUser, drawn, picture_of
from tests.support.dispatcher_harness import DispatcherHarness

HIDDEN = "My owner has hidden this picture."
BUTTONS = [
    *(ResultButton(request=0, action=one) for one in ResultAction if one is not ResultAction.GROUP_PHOTO),
    *(ResultButton(request=0, action=ResultAction.AGAIN, paged=paged) for paged in (1, 2, 7)),
    DrawInRatio(request=0, ratio="16x9"),
    DrawInStyle(request=0, style="ink"),
    DrawFour(request=0),
    PickPicture(request=0),
    ShowStep(request=0),
]


def _hide(harness: DispatcherHarness, request: Request) -> None:
    hidden = sa.update(requests).where(requests.c.id == request.id).values(hidden_at=1.0)
    harness.run(harness.app.database.write(lambda connection: connection.execute(hidden).rowcount))


@pytest.fixture(scope="module")
def hidden(harness: DispatcherHarness) -> tuple[ChatUser, Request]:
    """Return a user, and a hidden picture of theirs that only they have pressed buttons of."""
    user = ChatUser(harness)
    request = drawn(user)
    _hide(harness, request)
    return user, request


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.pack())
def test_each_button_of_a_hidden_picture_says_so(
    hidden: tuple[ChatUser, Request], button: ResultButton | DrawInRatio
) -> None:
    user, request = hidden
    toasts = len(user.harness.telegram.toasts)
    data = button.model_copy(update={"request": request.id}).pack()
    user.press(data, request.result_message_id or 1)
    assert user.harness.telegram.toasts[toasts:] == [HIDDEN]
    assert len(user.requests()) == 1


@pytest.mark.parametrize("text", ["make it night", "/imagine make it night", "/imagine"])
def test_a_reply_to_a_hidden_picture_does_not_change_it(hidden: tuple[ChatUser, Request], text: str) -> None:
    user, request = hidden
    user.say(text, reply_to_message=picture_of(user, request))
    assert user.texts[-1] == HIDDEN
    user.settle()
    assert len(user.requests()) == 1


def test_words_with_a_shape_in_answer_to_a_hidden_picture_are_drawn(harness: DispatcherHarness) -> None:
    user = ChatUser(harness)
    request = drawn(user)
    _hide(harness, request)
    user.say("/imagine a fox --ar 1:1", reply_to_message=picture_of(user, request))
    assert [one.prompt for one in user.requests()] == ["a lake", "a fox"]


def test_a_link_to_a_hidden_picture_says_so(hidden: tuple[ChatUser, Request]) -> None:
    user, request = hidden
    user.say(f"/start r{request.id}")
    assert user.texts[-1] == HIDDEN


def test_before_under_an_edit_of_a_hidden_picture_does_not_show_it(harness: DispatcherHarness) -> None:
    user = ChatUser(harness)
    first = drawn(user)
    user.say("make it night", reply_to_message=picture_of(user, first))
    user.settle()
    edit = user.requests()[-1]
    assert edit.source is not None
    _hide(harness, first)
    sent = len(harness.telegram.sent)
    user.press(f"x:{edit.id}:u:0", edit.result_message_id or 1)
    assert harness.telegram.toasts[-1] == HIDDEN
    assert len(harness.telegram.sent) == sent


def test_an_open_question_and_an_edit_do_not_lead_to_a_change_of_a_hidden_picture(
    harness: DispatcherHarness,
) -> None:
    user = ChatUser(harness)
    first = drawn(user)
    user.say("make it night", reply_to_message=picture_of(user, first))
    user.settle()
    edit = user.requests()[-1]
    user.press(f"x:{first.id}:e:0", first.result_message_id or 1)
    assert "What shall I change?" in user.texts[-1]
    _hide(harness, first)
    user.say("make it day")
    assert user.texts[-1] == HIDDEN
    user.press(f"x:{edit.id}:a:0", edit.result_message_id or 1)
    assert harness.telegram.toasts[-1] == HIDDEN
    user.settle()
    assert user.requests() == [harness.run(harness.app.requests.get(one)) for one in (first.id, edit.id)]


@pytest.mark.parametrize(
    ("text", "words"),
    [("/report", "Send /report in reply to a picture"), ("/report spam", "Send /report in reply")],
)
def test_report_explains_itself(chat: ChatUser, text: str, words: str) -> None:
    chat.say(text)
    assert words in chat.texts[-1]
    chat.say(text, reply_to_message=chat.bot_message(77, text="Hello"))
    assert words in chat.texts[-1]


def test_report_about_another_message_of_a_group_is_left_to_its_other_bots(
    group: ChatUser, private: ChatUser
) -> None:
    for chat, answers in ((group, 0), (private, 1)):
        other = chat.message(photo=PHOTO, caption="a photo of a user")
        chat.say("/report", reply_to_message=other)
        assert len(chat.texts) == answers
        chat.say("/report@imagine_bot", reply_to_message=other)
        assert len(chat.texts) == answers + 1
        assert "Send /report in reply to a picture" in chat.texts[-1]


def test_a_picture_that_the_ledger_does_not_know_cannot_be_passed_on(chat: ChatUser) -> None:
    chat.say("/report", reply_to_message=chat.bot_message(99_999, photo=PHOTO, caption="?"))
    assert "I don’t know this picture any more" in chat.texts[-1]


def test_without_bot_admins_the_group_s_admins_are_named(private: ChatUser) -> None:
    private.say("/report", reply_to_message=picture_of(private, drawn(private)))
    assert "There is nobody here to pass this on to" in private.texts[-1]


def test_a_waiting_change_of_a_picture_that_is_hidden_meanwhile_is_not_drawn(group: ChatUser) -> None:
    picture = drawn(group)
    harness = group.harness
    preferences: Preferences = harness.app.dispatcher["preferences"]
    harness.run(preferences.choose(group.chat_id, approval=True))
    group.say("/imagine make it night", reply_to_message=picture_of(group, picture))
    asked = group.requests()[-1]
    harness.telegram.admins.add(group.user_id)
    harness.wait(120)
    _hide(harness, picture)
    version = round((asked.asked_at or 0) * 1_000)
    for draw, toast, state in ((True, HIDDEN, State.QUEUED), (False, "Cancelled", State.CANCELLED)):
        data = DecideApproval(request=asked.id, version=version, draw=draw).pack()
        group.press(data, asked.status_message_id or 1)
        assert harness.telegram.toasts[-1] == toast
        assert group.requests()[-1].state is state
