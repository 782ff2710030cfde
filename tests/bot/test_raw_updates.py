"""Raw updates: the fields read before parsing, from valid updates and from any other object."""

from typing import Any

import pytest
from aiogram.types import Message, Update, User
from hypothesis import given
from hypothesis import strategies as st

from bot.raw_updates import (
    KINDS,
    Addressee,
    addressee_of,
    allowed_updates,
    chat_id_of,
    expects_answer,
    is_checkout,
    is_inline_query,
    is_payment,
    is_press,
    is_relevant,
    kind_of,
    user_id_of,
    written_at,
)
from bot.throttle import UpdateKind
from chat.callbacks import (
    CancelRequest,
    ChooseRatio,
    DrawDraft,
    DrawInRatio,
    Forget,
    GroupChoice,
    PreferLanguage,
    PreferRatio,
    ResultAction,
    ResultButton,
    SelectionEnd,
    ShowPage,
    ShowSelected,
)
from core.reply_target import ReplyTarget
from handlers.identity import message_of, place_of, user_of

ME = User(id=42, is_bot=True, first_name="Imagine", username="imagine_bot")
FIELDS = ["from", "chat", "date", "edit_date", "text", "caption", "reply_to_message", "id", "message"]
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=12,
)


def _group_message(text: str, **more: Any) -> dict[str, Any]:
    return {"message": {"from": {"id": 7}, "chat": {"id": -5}, "text": text, **more}}


def _reply_to(user_id: int) -> dict[str, Any]:
    return {"reply_to_message": {"from": {"id": user_id, "is_bot": True}}}


@given(st.dictionaries(st.sampled_from([*KINDS, "poll", "update_id"]), ANYTHING, max_size=4))
def test_any_update_is_classified_without_an_error(update: dict[str, Any]) -> None:
    assert isinstance(user_id_of(update), int)
    assert written_at(update) is None or isinstance(written_at(update), int)
    assert is_relevant(update, ME.id, stars=True) in {True, False}
    assert expects_answer(update, ME) in {True, False}
    assert is_press(update) in {True, False}
    assert isinstance(kind_of(update), UpdateKind)
    assert isinstance(chat_id_of(update), int)
    addressee_of(update)


def test_the_chat_of_a_guest_is_none_of_the_bot_s() -> None:
    guest = {"from": {"id": 7}, "chat": {"id": -5}, "guest_query_id": "q"}
    assert (user_id_of({"guest_message": guest}), chat_id_of({"guest_message": guest})) == (7, 0)
    assert addressee_of({"guest_message": guest}) == Addressee(7, None, None, None, "q")
    assert written_at({"guest_message": guest | {"date": 5}}) == 5


def test_only_a_query_that_is_typed_is_inline_query() -> None:
    kinds = {kind: kind_of({kind: {"from": {"id": 7}}}) for kind in KINDS}
    assert [kind for kind in KINDS if is_inline_query({kind: {}})] == ["inline_query"]
    assert [kind for kind, found in kinds.items() if found is UpdateKind.TYPING] == ["inline_query"]


@pytest.mark.parametrize(
    ("update", "relevant", "answered"),
    [
        ({"message": {"from": {"id": 7}, "chat": {"id": 7}, "text": "hello"}}, True, True),
        ({"callback_query": {"from": {"id": 7}}}, True, True),
        ({"my_chat_member": {"from": {"id": 7}, "chat": {"id": -5}}}, True, False),
        (_group_message("just talking"), False, False),
        (_group_message("/imagine a fox"), True, True),
        (_group_message("/imagine@Imagine_Bot a fox"), True, True),
        (_group_message("/imagine@another_bot a fox"), True, False),
        (_group_message("/Imagine: a fox"), True, True),
        (_group_message("\u200f/imagine گربه"), True, True),
        (_group_message("\ufeff/imagine\u200b@Imagine_Bot a fox"), True, True),
        (_group_message("/imagine@another\u2060_bot a fox"), True, False),
        (_group_message("@imagine_bot at night", **_reply_to(43)), True, False),
        (_group_message("@imagine_bot at night"), False, False),
        (_group_message("", caption="@imagine_bot at night"), True, False),
        (_group_message("", caption="at night"), False, False),
        (_group_message("at night", **_reply_to(ME.id)), True, True),
        (_group_message("at night", **_reply_to(43)), False, False),
        (_group_message("", caption="/imagine a fox"), True, True),
        (_group_message("", migrate_to_chat_id=-100), True, False),
        (_group_message("", new_chat_photo=[]), False, False),
        ({"inline_query": {"from": {"id": 7}, "query": "a fox"}}, True, False),
        ({"chosen_inline_result": {"from": {"id": 7}, "result_id": "1:1x1"}}, True, False),
        ({"guest_message": {"from": {"id": 7}, "chat": {"id": -5}, "guest_query_id": "q"}}, True, True),
        ({"guest_message": {"from": {"id": 7}, "chat": {"id": -5}, "guest_query_id": 5}}, True, False),
        (_group_message("a fox", via_bot={"id": ME.id}, **_reply_to(ME.id)), False, True),
        (_group_message("at night", via_bot={"id": 43}, **_reply_to(ME.id)), True, True),
        ({"message": {"from": {"id": 7}, "chat": {"id": 7}, "via_bot": {"id": ME.id}}}, False, True),
        ({"poll": {"id": "1"}}, False, False),
        ({"message": None}, False, False),
    ],
)
def test_an_update_is_relevant_and_expects_an_answer(
    update: dict[str, Any], relevant: bool, answered: bool
) -> None:
    assert is_relevant(update, ME.id, stars=False) is relevant
    assert expects_answer(update, ME) is answered


PAID = {"successful_payment": {"currency": "XTR", "total_amount": 50}}
REFUNDED = {"refunded_payment": {"currency": "XTR", "total_amount": 50}}


@pytest.mark.parametrize(
    ("update", "is_money", "is_known"),
    [
        ({"pre_checkout_query": {"id": "q", "from": {"id": 7}}}, False, False),
        ({"subscription": {"user": {"id": 7}, "state": "active"}}, True, False),
        ({"message": {"from": {"id": 7}, "chat": {"id": 7}, **PAID}}, True, True),
        ({"message": {"from": {"id": 7}, "chat": {"id": 7}, "via_bot": {"id": ME.id}, **PAID}}, True, False),
        (_group_message("", **PAID), True, False),
        (_group_message("", **REFUNDED), True, False),
        (_group_message("", successful_payment=None), False, False),
        ({"edited_message": {"from": {"id": 7}, "chat": {"id": 7}, **PAID}}, False, True),
    ],
)
def test_with_stars_every_update_about_a_payment_is_relevant_and_none_expects_an_answer(
    update: dict[str, Any], is_money: bool, is_known: bool
) -> None:
    assert is_payment(update) is is_money
    assert is_relevant(update, ME.id, stars=True) is (is_money or is_known or is_checkout(update))
    assert is_relevant(update, ME.id, stars=False) is is_known
    assert not (is_money and expects_answer(update, ME))
    assert user_id_of(update) == 7


def test_updates_about_payments_are_asked_for_only_with_stars() -> None:
    assert set(allowed_updates(stars=True)) - set(allowed_updates(stars=False)) == {
        "pre_checkout_query",
        "subscription",
    }
    assert len(allowed_updates(stars=False)) == 7


def test_a_checkout_is_answered_by_its_id() -> None:
    checkout = {"pre_checkout_query": {"id": "q", "from": {"id": 7, "language_code": "ru"}}}
    assert addressee_of(checkout) == Addressee(7, "ru", None, None, checkout_id="q")
    assert is_checkout(checkout)


def _sender(user_id: int, *, is_bot: bool) -> dict[str, Any]:
    return {"id": user_id, "is_bot": is_bot, "first_name": "x", "language_code": "ru"}


USERS = st.sampled_from(
    [
        _sender(7, is_bot=False),
        _sender(8, is_bot=True),
        _sender(1_087_968_824, is_bot=True),  # @GroupAnonymousBot
        _sender(136_817_688, is_bot=True),  # @Channel_Bot
        _sender(777_000, is_bot=False),  # Telegram, the author of automatic forwards
    ]
)
CHATS = st.sampled_from(
    [
        {"id": 7, "type": "private", "first_name": "x"},
        {"id": -5, "type": "group", "title": "x"},
        {"id": -1_000_000_000_005, "type": "supergroup", "title": "x"},
        {"id": -1_000_000_000_006, "type": "channel", "title": "x"},
    ]
)


@st.composite
def valid_updates(draw: st.DrawFn) -> dict[str, Any]:
    """Return an update with any author, for any chat."""
    kind = draw(st.sampled_from(KINDS))
    content: dict[str, Any] = {"from": draw(USERS), "chat": draw(CHATS), "date": 1_790_000_000}
    if kind == "my_chat_member":
        member = {"status": "left", "user": _sender(8, is_bot=True)}
        return {"update_id": 1, kind: content | {"old_chat_member": member, "new_chat_member": member}}
    message = content | {"message_id": 5, "text": "x", "edit_date": 1_790_000_001}
    if kind == "pre_checkout_query":
        amount = {"currency": "XTR", "total_amount": 50, "invoice_payload": "x"}
        return {"update_id": 1, kind: {"id": "1", "from": draw(USERS), **amount}}
    if kind == "subscription":
        return {"update_id": 1, kind: {"user": draw(USERS), "invoice_payload": "x", "state": "active"}}
    if kind == "inline_query":
        return {"update_id": 1, kind: {"id": "1", "from": draw(USERS), "query": "x", "offset": ""}}
    if kind == "chosen_inline_result":
        return {"update_id": 1, kind: {"result_id": "1", "from": draw(USERS), "query": "x"}}
    if kind == "guest_message":
        message["guest_query_id"] = "1"
    if kind == "callback_query":
        press = {"id": "1", "from": draw(USERS), "chat_instance": "1", "message": message}
        return {"update_id": 1, kind: press}
    optional = st.fixed_dictionaries(
        {}, optional={"sender_chat": CHATS, "is_automatic_forward": st.just(True)}
    )
    return {"update_id": 1, kind: message | draw(optional)}


@given(valid_updates())
def test_the_raw_and_the_parsed_update_have_the_same_sender_and_place(update: dict[str, Any]) -> None:
    """The throttle and the queue read the raw update; bans, quotas and handlers read the parsed one."""
    event = Update.model_validate(update).event
    user, message = user_of(event), message_of(event)
    assert user_id_of(update) == (user.id if user else 0)
    addressee = addressee_of(update)
    if user is None or message is None:
        return
    assert addressee is not None
    assert (addressee.user_id, addressee.language_code) == (user.id, user.language_code)
    assert addressee.place is not None
    assert addressee.place.chat_id == message.chat.id == chat_id_of(update)
    if isinstance(event, Message):
        assert addressee.place == place_of(event)


@pytest.mark.parametrize(
    ("update", "addressee"),
    [
        ({"message": {"from": "rubbish", "chat": {"id": 7}}}, Addressee(7, None, None, ReplyTarget(7))),
        ({"message": {"from": {"id": 7}, "chat": {"id": "x"}}}, None),
        ({"message": {"chat": {"id": -5}, "message_id": 3}}, None),
        ({"callback_query": {"id": "q", "from": {"id": 7}}}, Addressee(7, None, "q", None)),
        (
            {"callback_query": {"id": 1, "from": {"id": 7}, "message": {"chat": {"id": -5}}}},
            Addressee(7, None, None, ReplyTarget(-5)),
        ),
        ({"my_chat_member": {"from": {"id": 7}, "chat": {"id": -5}}}, None),
    ],
)
def test_the_sender_of_a_damaged_update_is_found_if_they_are_clear(
    update: dict[str, Any], addressee: Addressee | None
) -> None:
    assert addressee_of(update) == addressee


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ShowPage(user=1, request=2).pack(), UpdateKind.BROWSING),
        (CancelRequest(request=1, listed=True).pack(), UpdateKind.BROWSING),
        (PreferRatio(user=1).pack(), UpdateKind.BROWSING),
        (PreferLanguage(user=1).pack(), UpdateKind.BROWSING),
        (GroupChoice(name="who", value="all").pack(), UpdateKind.BROWSING),
        (ResultButton(request=1, action=ResultAction.SHAPES).pack(), UpdateKind.BROWSING),
        (ResultButton(request=1, action=ResultAction.BACK, paged=True).pack(), UpdateKind.BROWSING),
        (ResultButton(request=1, action=ResultAction.FAVOURITE).pack(), UpdateKind.BROWSING),
        (ResultButton(request=1, action=ResultAction.DELETE).pack(), UpdateKind.BROWSING),
        (ResultButton(request=1, action=ResultAction.DELETE_SURE).pack(), UpdateKind.ACTION),
        (ShowSelected(user=1, request=2, paged=2).pack(), UpdateKind.BROWSING),
        (SelectionEnd(user=1, shown=2, newest=False, paged=2).pack(), UpdateKind.BROWSING),
        (ResultButton(request=1, action=ResultAction.AGAIN).pack(), UpdateKind.ACTION),
        (ResultButton(request=1, action=ResultAction.EDIT).pack(), UpdateKind.ACTION),
        (DrawInRatio(request=1, ratio="1x1").pack(), UpdateKind.ACTION),
        (ChooseRatio(draft=1, ratio="1x1").pack(), UpdateKind.ACTION),
        (DrawDraft(draft=1).pack(), UpdateKind.ACTION),
        (Forget(user=1, sure=True).pack(), UpdateKind.FORGET),
        ("x", UpdateKind.ACTION),
        ("x:1", UpdateKind.ACTION),
        ("", UpdateKind.ACTION),
        (":", UpdateKind.ACTION),
        ("zz:1", UpdateKind.ACTION),
    ],
)
def test_a_press_is_counted_by_what_its_button_does(data: str, kind: UpdateKind) -> None:
    assert kind_of({"callback_query": {"id": "1", "from": {"id": 7}, "data": data}}) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/forget", UpdateKind.FORGET),
        ("/Forget@imagine_bot", UpdateKind.FORGET),
        ("/forgetful", UpdateKind.ACTION),
        ("/history", UpdateKind.ACTION),
        ("a fox", UpdateKind.ACTION),
    ],
)
def test_a_message_is_an_action_but_for_forget(text: str, kind: UpdateKind) -> None:
    assert kind_of({"message": {"from": {"id": 7}, "chat": {"id": 7}, "text": text}}) is kind
