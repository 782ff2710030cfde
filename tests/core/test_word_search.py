"""Words are found in texts of any script, whatever their case and accents, and as they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.word_search import has_words, search_words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("fox", "A FOX in the snow"),
        ("ЛИСА", "лиса на снегу"),
        ("лис", "Рыжая Лиса"),
        ("snow fox", "a fox in the snow"),
        ("елка", "Ёлка"),
        ("ёлка", "ЕЛКА"),
        ("cafe", "Café de nuit"),
        ("STRASSE", "eine Straße"),
        ("istanbul", "İSTANBUL"),
        ("σοφοσ", "ΣΟΦΟΣ"),
        ("ｆｏｘ", "fox"),
        ("fi", "ﬁre"),
        ("고양이", "검은 고양이"),
        ("बिल्ली", "एक बिल्ली"),
        ("100%", "100% wool"),
        ("a_b", "a_b"),
        (r"\d", r"\d"),
    ],
)
def test_words_are_found(words: str, text: str) -> None:
    assert has_words(search_words(words), text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("fox", "a fax"),
        ("fox snow", "a fox"),
        ("%", "a fox"),
        ("a_b", "axb"),
        ("лиса", "lisa"),
        ("बिल्ली", "बल्ला"),
        (".", "fox"),
    ],
)
def test_other_words_are_not_found(words: str, text: str) -> None:
    assert not has_words(search_words(words), text)


@given(st.text())
def test_each_text_contains_its_own_words(text: str) -> None:
    assert has_words(search_words(text), text)
