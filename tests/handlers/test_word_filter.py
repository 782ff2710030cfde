"""The word filter: it finds whole words, disguised or not, and ignores words that only contain them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.word_filter import contains_word, words_of


@pytest.mark.parametrize(
    "text",
    [
        "a nude on a beach",
        "NUDE",
        "nudе with a Cyrillic е",
        "n\u200bu\u200bd\u200be",
        "n\u0301ude\u0301",
        "nud3, please",
        "(nude)",
        "ｎｕｄｅ",
        "half_nude_here",
    ],
)
def test_a_disguised_word_is_found(text: str) -> None:
    assert contains_word(text, ["Nude"])


@pytest.mark.parametrize("text", ["denuded hills", "nudes", "n u d e", "a fox", ""])
def test_a_longer_word_that_contains_it_is_ignored(text: str) -> None:
    assert not contains_word(text, ["nude"])


@pytest.mark.parametrize(
    ("text", "word"), [("Голый король", "голый"), ("г0лый", "голый"), ("два слова тут", "два слова")]
)
def test_russian_words_and_phrases_are_found(text: str, word: str) -> None:
    assert contains_word(text, [word])


@given(st.text(max_size=60))
def test_any_word_is_found_between_other_words(word: str) -> None:
    if words_of(word):
        assert contains_word(f"before {word} after", [word])
    assert not contains_word(word, [])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("feliz año nuevo", "ano"),
        ("FELIZ AÑO", "ano"),
        ("un mono", "moño"),
        ("a cone is un cono", "coño"),
        ("мой дом", "мои"),
        ("твои", "твой"),
    ],
)
def test_a_letter_of_its_own_is_not_the_letter_without_its_mark(text: str, word: str) -> None:
    assert not contains_word(text, [word])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("n\u0303ude", "nude"),  # a mark of its own is a disguise
        ("an\u0303o", "ano"),
        ("an\u0303o", "año"),  # some programs write the letter so
        ("AN\u0303O", "año"),
        ("año", "an\u0303o"),
        ("голыи\u0306", "голый"),
        ("Йод", "йод"),
        ("ёлка", "елка"),
        ("елка", "ёлка"),
        ("nudé", "nude"),
        ("corazon", "corazón"),
        ("cabeca", "cabeça"),
    ],
)
def test_a_letter_with_a_mark_is_found_in_each_spelling(text: str, word: str) -> None:
    assert contains_word(text, [word])
