"""Only the owner, a group's admin or a bot's admin does what is theirs to do, whatever data others send."""

from collections.abc import Callable, Iterator

import pytest
from aiogram.filters.callback_data import CallbackData

from chat.callbacks import (
    AlwaysRatio,
    CancelRequest,
    ChooseRatio,
    DrawDraft,
    DrawFour,
    DrawInRatio,
    DrawInStyle,
    Forget,
    GroupChoice,
    GroupSettings,
    PreferLanguage,
    PreferRatio,
    ResultAction,
    ResultButton,
    TryAgain,
)
from core.model import PENDING, Draft, Request
from storage.bans import Ban, Bans
from storage.preferences import Preference, Preferences
from tests.support.chat_user import PHOTO, ChatUser, drawn
from tests.support.dispatcher_harness import DispatcherHarness
from tests.support.factories import admin_cause

NOT_YOURS = "Only the person who asked can press this."
ADMINS_ONLY = "Only this group’s admins can do that."


def _other_in(chat: ChatUser, *, admin: bool = False) -> ChatUser:
    other = ChatUser(chat.harness)
    other.chat_id = chat.chat_id
    if admin:
        chat.harness.telegram.admins.add(other.user_id)
    return other


def _preference(chat: ChatUser, subject_id: int) -> Preference:
    preferences: Preferences = chat.harness.app.dispatcher["preferences"]
    return chat.harness.run(preferences.of(subject_id))


@pytest.fixture
def bot_admin(harness: DispatcherHarness) -> Iterator[ChatUser]:
    admin = ChatUser(harness)
    data = harness.app.dispatcher.workflow_data
    before = data["admin_ids"]
    data["admin_ids"] = frozenset({admin.user_id})
    yield admin
    data["admin_ids"] = before


OF_A_REQUEST: dict[str, Callable[[Request], CallbackData]] = {
    "cancel": lambda one: CancelRequest(request=one.id),
    "cancel in a list": lambda one: CancelRequest(request=one.id, listed=True),
    "four": lambda one: DrawFour(request=one.id),
    "shape": lambda one: DrawInRatio(request=one.id, ratio="16x9"),
    "style": lambda one: DrawInStyle(request=one.id, style="ink"),
    "try again": lambda one: TryAgain(request=one.id),
    **{
        action.name.lower(): lambda one, action=action: ResultButton(request=one.id, action=action)  # type: ignore[misc]
        for action in (ResultAction.AGAIN, ResultAction.EDIT, ResultAction.VARY, ResultAction.ORIGINAL)
    },
}


@pytest.mark.parametrize("admin", [False, True])
@pytest.mark.parametrize("button", OF_A_REQUEST.values(), ids=OF_A_REQUEST)
def test_a_button_of_a_request_is_its_owner_s(
    group: ChatUser, button: Callable[[Request], CallbackData], admin: bool
) -> None:
    message = group.say("/imagine a fox --ar 1:1")
    request, other = group.request(message), _other_in(group, admin=admin)
    assert request is not None
    other.press(button(request).pack(), 5, forged=True)
    assert group.harness.telegram.toasts[-1] == NOT_YOURS
    current = group.request(message)
    assert current is not None
    assert (current.state in PENDING, current.forget) == (True, False)
    assert len(group.requests()) + len(other.requests()) == 1


OF_A_DRAFT: dict[str, Callable[[Draft], CallbackData]] = {
    "ratio": lambda draft: ChooseRatio(draft=draft.id, ratio="1x1"),
    "always": lambda draft: AlwaysRatio(draft=draft.id, ratio="1x1"),
    "draw": lambda draft: DrawDraft(draft=draft.id),
}


@pytest.mark.parametrize("button", OF_A_DRAFT.values(), ids=OF_A_DRAFT)
def test_a_button_of_a_question_is_the_asked_user_s(
    group: ChatUser, button: Callable[[Draft], CallbackData]
) -> None:
    question, other = group.say("/imagine a fox"), _other_in(group, admin=True)
    other.press(button(group.draft(question)).pack(), group.question(question)["message_id"])
    assert group.harness.telegram.toasts[-1] == NOT_YOURS
    assert group.requests() == other.requests() == []


@pytest.mark.parametrize("button", OF_A_DRAFT.values(), ids=OF_A_DRAFT)
def test_a_button_of_a_question_without_words_draws_nothing(
    private: ChatUser, button: Callable[[Draft], CallbackData]
) -> None:
    question = private.say("/imagine")
    private.press(button(private.draft(question)).pack(), 5, forged=True)
    assert private.harness.telegram.toasts[-1].startswith("This button is too old.")
    assert private.requests() == []


def test_only_the_asked_user_answers_a_question(group: ChatUser) -> None:
    other = _other_in(group, admin=True)
    for asked in (
        group.say("/imagine"),
        group.say("/imagine a fox"),
        group.say(photo=PHOTO, caption="/imagine"),
    ):
        question = group.question(asked)
        for words in ("a cat --ar 1:1", "9:16"):
            other.say(words, reply_to_message=question)
    assert group.requests() == other.requests() == []


@pytest.mark.parametrize(
    "button",
    [
        lambda user: Forget(user=user, sure=True),
        lambda user: PreferLanguage(user=user, language="ru"),
        lambda user: PreferRatio(user=user, ratio="9x16"),
    ],
)
def test_a_button_that_names_a_user_is_that_user_s(
    group: ChatUser, button: Callable[[int], CallbackData]
) -> None:
    picture, other = drawn(group), _other_in(group, admin=True)
    other.press(button(group.user_id).pack(), 5, forged=True)
    assert group.harness.telegram.toasts[-1] == NOT_YOURS
    assert [one.id for one in group.requests() if not one.forget] == [picture.id]
    for user in (group, other):
        assert _preference(user, user.user_id) == Preference()


def test_the_settings_of_a_group_are_its_admins(group: ChatUser) -> None:
    member, admin = _other_in(group), _other_in(group, admin=True)
    choose = GroupChoice(name="daily", value="3").pack()
    member.say("/settings")
    assert group.texts[-1] == ADMINS_ONLY
    for data in (choose, GroupSettings(more=True).pack()):
        member.press(data, 5, forged=True)
        assert group.harness.telegram.toasts[-1] == ADMINS_ONLY
    assert _preference(group, group.chat_id).daily is None
    admin.press(choose, 5)
    assert _preference(group, group.chat_id).daily == 3


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("daily", "0", 0),
        ("daily", "1000000", 1_000_000),
        ("daily", "1000001", None),
        ("daily", "-1", None),
        ("share", "1", 1),
        ("share", "0", None),
        ("share", "1000001", None),
    ],
)
def test_a_limit_of_a_group_is_within_its_bounds(
    group: ChatUser, name: str, value: str, stored: int | None
) -> None:
    admin = _other_in(group, admin=True)
    admin.press(GroupChoice(name=name, value=value).pack(), 5, forged=True)
    chosen = _preference(group, group.chat_id)
    assert (chosen.daily if name == "daily" else chosen.member_daily) == stored


@pytest.mark.parametrize("banned", ["user", "group"])
def test_a_banned_user_and_a_banned_group_get_no_answer(group: ChatUser, banned: str) -> None:
    bans: Bans = group.harness.app.dispatcher["bans"]
    other = _other_in(group)
    subject = group.user_id if banned == "user" else group.chat_id
    group.harness.run(bans.add(Ban.SUBJECT, str(subject), admin_cause()))
    group.say("/imagine a fox --ar 1:1")
    group.press(GroupChoice(name="daily", value="3").pack(), 5)
    assert (group.texts, group.requests()) == ([], [])
    other.say("/imagine a fox --ar 1:1")
    assert len(other.requests()) == (banned == "user")
    group.harness.run(bans.lift(Ban.SUBJECT, str(subject), admin_cause()))
    group.say("/imagine a fox --ar 1:1")
    assert len(group.requests()) == 1


def test_other_bots_get_no_answer(chat: ChatUser) -> None:
    account = {"id": chat.user_id, "is_bot": True, "first_name": "Echo"}
    chat.say("/imagine a fox --ar 1:1", **{"from": account})
    chat.say("/help", **{"from": account})
    assert (chat.texts, chat.requests()) == ([], [])


def test_a_command_of_bot_admins_does_nothing_in_a_group(bot_admin: ChatUser, group: ChatUser) -> None:
    """All members would see whom it is about."""
    bans: Bans = group.harness.app.dispatcher["bans"]
    private_chat, bot_admin.chat_id = bot_admin.chat_id, group.chat_id
    bot_admin.say("/ban 424242")
    assert "424242" not in group.harness.run(bans.of_kind(Ban.SUBJECT))
    bot_admin.chat_id = private_chat
    bot_admin.say("/ban 424242")
    assert bot_admin.texts[-1] == "Blocked: 424242"
    assert "424242" in group.harness.run(bans.of_kind(Ban.SUBJECT))
