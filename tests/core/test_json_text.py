"""Parsing of JSON: everything parsed can be encoded in UTF-8, and only lone surrogates and NUL are changed."""

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.json_text import loads

ANY_TEXTS = st.text(
    st.one_of(st.characters(), st.sampled_from('\ud800\udbff\udc00\udfff🦊\\"u0\0')), max_size=20
)
CLEAN_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
"""Texts without surrogates and NUL."""


def _values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return JSON values with such strings and keys."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=10,
    )


@given(_values(ANY_TEXTS))
@example("\ud800")
@example({"\udfff": ["a\ud800", {"b": "\ud83d"}]})
@example("\ud83d\ude00\ud83d")
def test_everything_parsed_can_be_encoded(value: Any) -> None:
    text = json.dumps(value)
    parsed = loads(text)
    json.dumps(parsed, ensure_ascii=False).encode()
    assert not re.search(r"(?<!\\)(\\\\)*\\u0000", json.dumps(parsed))
    assert loads(text.encode()) == parsed


@given(_values(CLEAN_TEXTS), st.booleans())
@example("\\ud800", True)
@example("🦊 \ufffd \x01", True)
@example("\\u0000", True)
def test_json_without_surrogates_and_nul_is_not_changed(value: Any, ascii_only: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(CLEAN_TEXTS, st.characters(categories=["Cs"]), CLEAN_TEXTS)
@example("a", "\ud800", "b")
@example("🦊", "\udc00", "🦊")
@example("", "\ud83d", "\U0001f98a")
def test_a_lone_surrogate_is_replaced_and_its_neighbours_stay(before: str, lone: str, after: str) -> None:
    assert loads(json.dumps(before + lone + after)) == f"{before}\ufffd{after}"


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        (r'"\ud83e\udd8a"', "🦊"),
        (r'"\ud83e"', "\ufffd"),
        (r'"\udd8a\ud83e"', "\ufffd\ufffd"),
        (r'"\\ud83e"', r"\ud83e"),
        (rb'{"a": "\ud800", "b": 1}', {"a": "\ufffd", "b": 1}),
        (r'"a\u0000b"', "a\ufffdb"),
        (r'"\u0000\u0000"', "\ufffd\ufffd"),
        (r'"\\\u0000"', "\\\ufffd"),
        (r'"\\u0000"', r"\u0000"),
        (b'"\xed\xa0\x80"', "\ufffd"),
        ('"\ud800"', "\ufffd"),
        (r'"\ud800"'.encode("utf-16"), "\ufffd"),
        (r'"a\u0000b"'.encode("utf-32"), "a\ufffdb"),
        (r'"\u0000"'.encode("utf-8-sig"), "\ufffd"),
    ],
)
def test_escapes_are_parsed_as_utf_16(text: str | bytes, parsed: object) -> None:
    assert loads(text) == parsed


@pytest.mark.parametrize("text", ["", "{", b"\xff", '"\\ud8"'])
def test_bad_json_raises_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the base of all errors of bad JSON
        loads(text)
