"""What is read off a raw update: right where it is well-formed, and quiet where it is anything at all."""

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


def _in_group(text: str, **more: Any) -> dict[str, Any]:
    return {"message": {"from": {"id": 7}, "chat": {"id": -5}, "text": text, **more}}


def _answer_to(user_id: int) -> dict[str, Any]:
    return {"reply_to_message": {"from": {"id": user_id, "is_bot": True}}}


@given(st.dictionaries(st.sampled_from([*ALLOWED, "poll", "update_id"]), ANYTHING, max_size=4))
def test_nothing_that_comes_makes_it_stumble(update: dict[str, Any]) -> None:
    assert isinstance(user_id_of(update), int)
    assert written_at(update) is None or isinstance(written_at(update), int)
    assert is_relevant(update, ME.id) in {True, False}
    assert expects_answer(update, ME) in {True, False}
    assert is_press(update) in {True, False}


@pytest.mark.parametrize(
    ("update", "concerned", "asked"),
    [
        ({"message": {"from": {"id": 7}, "chat": {"id": 7}, "text": "hello"}}, True, True),
        ({"callback_query": {"from": {"id": 7}}}, True, True),
        ({"my_chat_member": {"from": {"id": 7}, "chat": {"id": -5}}}, True, False),
        (_in_group("just talking"), False, False),
        (_in_group("/imagine a fox"), True, True),
        (_in_group("/imagine@Imagine_Bot a fox"), True, True),
        (_in_group("/imagine@another_bot a fox"), True, False),
        (_in_group("at night", **_answer_to(ME.id)), True, True),
        (_in_group("at night", **_answer_to(43)), False, False),
        (_in_group("", caption="/imagine a fox"), True, True),
        (_in_group("", migrate_to_chat_id=-100), True, False),
        ({"poll": {"id": "1"}}, False, False),
        ({"message": None}, False, False),
    ],
)
def test_whom_an_update_is_relevant(update: dict[str, Any], concerned: bool, asked: bool) -> None:
    assert is_relevant(update, ME.id) is concerned
    assert expects_answer(update, ME) is asked
