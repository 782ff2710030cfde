"""Hostile input: no handler fails, no user sees a traceback, and no user changes another user's request."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.model import State
from provider.answers import read_balance, read_task
from provider.errors import MediaError
from provider.fields import read_json
from tests.support.dispatcher_harness import DispatcherHarness
from tests.support.property_tests import examples

ATTACKER, GROUP = 66, -1_000_000_000_005
LONE_SURROGATE = "\ud800"
ODD_TEXTS = st.text(
    st.one_of(
        st.characters(),  # lone surrogates included, unlike in the default alphabet
        st.sampled_from("\u202e\u200b\u0301\x00<>&\"'*_`[]@/—–:=\n\t🦊👩‍👩‍👧"),
    ),
    max_size=300,
)
TEXTS = st.one_of(
    ODD_TEXTS,
    ODD_TEXTS.map("/imagine ".__add__),
    ODD_TEXTS.map("/imagine@x ".__add__),
    ODD_TEXTS.map("/start ".__add__),
    st.sampled_from(
        [
            "/prompt",
            "/history",
            "/queue",
            "/quota",
            "/ratio",
            "/language",
            "/forget",
            "/settings",
            "/help",
            "/report",
        ]
    ),
    st.tuples(ODD_TEXTS, st.sampled_from([" --ar ", " —ar ", " ar=", " --"]), ODD_TEXTS)
    .map("".join)
    .map("/imagine ".__add__),
)
NUMBERS = st.one_of(st.integers(-5, 5), st.integers(-(2**70), 2**70))
CALLBACK_DATA = st.one_of(
    ODD_TEXTS,
    st.builds(
        lambda prefix, parts: ":".join([prefix, *map(str, parts)]),
        st.sampled_from(list("rcpxshglf")),
        st.lists(st.one_of(NUMBERS, st.sampled_from(["16x9", "a", "u", "o", "0", "1", ""])), max_size=4),
    ),
)


@pytest.fixture(scope="module")
def dispatcher(module_database_url: str) -> Iterator[DispatcherHarness]:
    harness = DispatcherHarness(module_database_url)
    yield harness
    harness.close()


def _message(chat_id: int, number: int, **more: Any) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup", "title": "<x>"}
    user = {"id": ATTACKER, "is_bot": False, "first_name": "<b>M&M", "language_code": "ru"}
    return {"message_id": number, "date": 1_790_000_000, "chat": chat, "from": user} | more


def _press(number: int, data: str) -> dict[str, Any]:
    message = _message(ATTACKER, 5, text="x")
    return {
        "id": str(number),
        "from": message["from"],
        "chat_instance": "1",
        "data": data,
        "message": message,
    }


@pytest.mark.slow
@examples(300)
@given(text=TEXTS, chat_id=st.sampled_from([ATTACKER, GROUP]), edited=st.booleans())
@example(text="/imagine \ud800", chat_id=ATTACKER, edited=False)
@example(text="/imagine \ud800", chat_id=GROUP, edited=False)
@example(text="/imagine \ud800 --ar 1:1", chat_id=ATTACKER, edited=True)
@example(text="\udfff", chat_id=ATTACKER, edited=False)
@example(text="/start \ud83d", chat_id=ATTACKER, edited=False)
@example(text="/imagine a\x00b --ar 1:1", chat_id=ATTACKER, edited=False)
def test_any_text_is_handled(dispatcher: DispatcherHarness, text: str, chat_id: int, edited: bool) -> None:
    kind = "edited_message" if edited else "message"
    more = {"edit_date": 1_790_000_001} if edited else {}
    dispatcher.feed({kind: _message(chat_id, dispatcher.updates + 10, text=text, **more)})


@pytest.mark.slow
@examples(300)
@given(data=CALLBACK_DATA)
@example(data="\ud800")
@example(data="r:\ud800:16x9")
@example(data="c:1:0")
@example(data="c:1:1")
@example(data="x:1:y:0")
@example(data="f:7:1")
def test_any_callback_data_is_handled_and_changes_no_other_user_s_request(
    dispatcher: DispatcherHarness, data: str
) -> None:
    dispatcher.feed({"callback_query": _press(dispatcher.updates, data)})
    requests, owned = dispatcher.app.requests, dispatcher.owned
    pending = dispatcher.run(requests.pending_of_user(owned.user_id))
    row = dispatcher.run(requests.by_key(owned.origin.key))
    assert row is not None
    assert not row.forget
    assert row.state is not State.CANCELLED
    assert len(pending) <= 1


def _update_with_surrogate(part: str, number: int) -> dict[str, Any]:
    """Return an update with a lone surrogate in the named part."""
    if part == "callback data":
        return {"callback_query": _press(number, LONE_SURROGATE)}
    prompt = f"a {LONE_SURROGATE} fox" if part in {"text", "caption"} else "a fox"
    command = f"/imagine {prompt} --ar 1:1"
    if part == "caption":
        photo = [{"file_id": "f", "file_unique_id": "u", "width": 16, "height": 16}]
        return {"message": _message(ATTACKER, number, photo=photo, caption=command)}
    message = _message(GROUP if part == "chat title" else ATTACKER, number, text=command)
    if part == "name":
        message["from"]["first_name"] = LONE_SURROGATE
    if part == "chat title":
        message["chat"]["title"] = LONE_SURROGATE
    return {"message": message}


@pytest.mark.parametrize(
    ("part", "prompt"),
    [
        ("text", "a \ufffd fox"),
        ("caption", "a \ufffd fox"),
        ("name", "a fox"),
        ("chat title", "a fox"),
    ],
)
def test_a_message_with_a_lone_surrogate_becomes_a_request(
    dispatcher: DispatcherHarness, part: str, prompt: str
) -> None:
    number = dispatcher.updates + 10
    update = _update_with_surrogate(part, number)
    dispatcher.feed(update)
    key = f"m:{update['message']['chat']['id']}:{number}"
    row = dispatcher.run(dispatcher.app.requests.by_key(key))
    assert row is not None
    assert row.prompt == prompt


def test_a_press_with_a_lone_surrogate_is_answered(dispatcher: DispatcherHarness) -> None:
    before = dispatcher.telegram.calls["AnswerCallbackQuery"]
    dispatcher.feed(_update_with_surrogate("callback data", dispatcher.updates))
    assert dispatcher.telegram.calls["AnswerCallbackQuery"] == before + 1


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD_TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.one_of(
                st.sampled_from(["id", "status", "url", "code", "message", "error", "balance", "cost"]),
                ODD_TEXTS,
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(st.one_of(st.binary(max_size=200), JSON_VALUES.map(lambda value: json.dumps(value).encode())))
def test_any_answer_of_the_provider_is_parsed_or_raises_a_media_error(body: bytes) -> None:
    for read in (read_task, read_balance):
        with contextlib.suppress(MediaError):
            read(read_json(200, body))
