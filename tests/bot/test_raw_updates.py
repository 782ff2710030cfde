"""Raw updates: the fields read before parsing, from valid updates and from any other object."""

from typing import Any

import pytest
from aiogram.types import User
from hypothesis import given
from hypothesis import strategies as st

from bot.raw_updates import ALLOWED, expects_answer, is_press, is_relevant, user_id_of, written_at

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


@given(st.dictionaries(st.sampled_from([*ALLOWED, "poll", "update_id"]), ANYTHING, max_size=4))
def test_any_update_is_classified_without_an_error(update: dict[str, Any]) -> None:
    assert isinstance(user_id_of(update), int)
    assert written_at(update) is None or isinstance(written_at(update), int)
    assert is_relevant(update, ME.id) in {True, False}
    assert expects_answer(update, ME) in {True, False}
    assert is_press(update) in {True, False}


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
        (_group_message("at night", **_reply_to(ME.id)), True, True),
        (_group_message("at night", **_reply_to(43)), False, False),
        (_group_message("", caption="/imagine a fox"), True, True),
        (_group_message("", migrate_to_chat_id=-100), True, False),
        ({"poll": {"id": "1"}}, False, False),
        ({"message": None}, False, False),
    ],
)
def test_an_update_is_relevant_and_expects_an_answer(
    update: dict[str, Any], relevant: bool, answered: bool
) -> None:
    assert is_relevant(update, ME.id) is relevant
    assert expects_answer(update, ME) is answered
