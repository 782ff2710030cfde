"""Words of styles in prompts: added, found again, and never behind two dashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.styles import CURATED, LONGEST_KEY, Style, count_blanks, has_words, key_of, split_styles

AROUND = Style("sketch", "✨", "quick sketch of _, on old paper", "sketch")
BEHIND = Style("mist", "✨", "morning mist", "mist")
ALL = [AROUND, BEHIND, *CURATED]
INK = next(style for style in CURATED if style.key == "ink")
PROMPTS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1).filter(
    lambda text: any(character.isalnum() for character in text)
)


@pytest.mark.parametrize(
    ("style", "prompt", "filled"),
    [
        (INK, "a fox", f"a fox, {INK.template}"),
        (INK, "a fox in the snow.", f"a fox in the snow, {INK.template}"),
        (INK, "platform X ,", f"platform X, {INK.template}"),
        (AROUND, "a fox", "quick sketch of a fox, on old paper"),
        (BEHIND, "a fox -- at night", "a fox — at night, morning mist"),
        (AROUND, "a fox ---chaos", "quick sketch of a fox —chaos, on old paper"),
    ],
)
def test_a_prompt_gets_the_words(style: Style, prompt: str, filled: str) -> None:
    assert style.fill(prompt) == filled


@given(PROMPTS, st.sampled_from(ALL))
def test_no_word_of_a_style_follows_two_dashes(prompt: str, style: Style) -> None:
    assert "--" not in style.fill(prompt)


@given(st.from_regex(r"[a-zа-яё]{1,9}( [a-zа-яё]{1,9}){0,4}", fullmatch=True), st.lists(st.sampled_from(ALL)))
def test_styles_are_found_again_by_their_words(prompt: str, styles: list[Style]) -> None:
    filled = prompt
    for style in styles:
        filled = style.fill(filled)
    assert split_styles(filled, ALL) == (prompt, styles[::-1])


def test_of_several_styles_that_fit_the_longest_counts_and_then_the_first() -> None:
    longer, same = Style("red", "✨", "red, morning mist", "red"), Style("fog", "✨", "morning mist", "fog")
    assert split_styles("a fox, red, morning mist", [BEHIND, longer, same]) == ("a fox", [longer])
    assert split_styles("a fox, morning mist", [longer, BEHIND, same]) == ("a fox", [BEHIND])


def test_the_words_of_a_style_alone_are_a_prompt() -> None:
    assert split_styles("quick sketch of , on old paper", ALL) == ("quick sketch of , on old paper", [])
    assert split_styles(f", {INK.template}", ALL) == (f", {INK.template}", [])


def test_a_picture_is_changed_into_a_style() -> None:
    assert AROUND.change() == "quick sketch of the same picture, on old paper"
    assert INK.change() == f"the same picture in the style of {INK.template}"


def test_names_that_look_alike_are_one_key() -> None:
    assert len({key_of(name) for name in ("Film photo", "film-photo", "FILM_PHOTO", "filmphoto")}) == 1
    assert key_of("Плёнка") == key_of("пленка")
    assert key_of("Óleo") == key_of("O\u0301leo") == key_of("oleo")


def test_a_blank_stands_alone() -> None:
    assert [count_blanks(words) for words in ("of _, x", "of ___, x", "snake_case", "_ and _", "none")] == [
        1,
        1,
        0,
        2,
        0,
    ]
    assert not has_words("_ , !")
    assert has_words("_ red")


def test_the_curated_styles_have_short_keys_and_words_of_their_own() -> None:
    assert 12 <= len(CURATED) <= 16
    assert len({style.key for style in CURATED} | {style.template for style in CURATED}) == 2 * len(CURATED)
    assert len({style.emoji for style in CURATED}) == len(CURATED)
    for style in CURATED:
        assert len(style.key.encode()) <= LONGEST_KEY
        assert key_of(style.key) == style.key
        assert "--" not in style.template
        assert style.template.isascii()
