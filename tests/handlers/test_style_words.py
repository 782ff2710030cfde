"""`style:ink` in a text: where it counts, and what is left of the text."""

import pytest

from chat.style_names import curated_keys, curated_names
from core.styles import CURATED, key_of
from handlers.prompt import is_ratio, parse_prompt


@pytest.mark.parametrize(
    ("text", "prompt", "styles"),
    [
        ("a fox style:ink", "a fox", ("ink",)),
        ("a fox STYLE:Ink in the snow", "a fox in the snow", ("Ink",)),
        ("a fox style=ink", "a fox", ("ink",)),
        ("style:ink a fox", "a fox", ("ink",)),
        ("лиса стиль:акварель, на снегу", "лиса, на снегу", ("акварель",)),
        ("лиса стиль:пленка", "лиса", ("пленка",)),
        ("a fox style:pixel art in the snow", "a fox in the snow", ("pixel art",)),
        ("a fox style:pixel-art", "a fox", ("pixel-art",)),
        ('a fox style:"pixel art"', "a fox", ("pixel art",)),
        ("a fox (style:ink)", "a fox", ("ink",)),
        ("style: ink, a fox", "a fox", ("ink",)),
        ("a fox, style: film photo", "a fox", ("film photo",)),
        ("a fox. Style: ink. In the snow", "a fox. In the snow", ("ink",)),
        ("a fox style:my-own", "a fox", ("my-own",)),
        ("a fox style:ink style:oil", "a fox", ("ink", "oil")),
        ("a fox --style ink", "a fox", ("ink",)),
        ("a fox style:ink --ar 16:9", "a fox", ("ink",)),
        ("a fox --ar 16:9 style:ink", "a fox", ("ink",)),
        ("a fox style:none", "a fox", ()),
        ("лиса стиль:нет", "лиса", ()),
        ("style:ink", "", ("ink",)),
    ],
)
def test_a_style_is_found_and_left_out(text: str, prompt: str, styles: tuple[str, ...]) -> None:
    parsed = parse_prompt(text)
    assert (parsed.prompt, parsed.styles, parsed.is_clear) == (prompt, styles, True)


@pytest.mark.parametrize(
    "text",
    [
        "a fox in ink style",
        "a room in retro style: a study",
        "art style: ink and wash",
        "style: unknown, a fox",
        "a fox, style",
        "freestyle:ink",
        "see https://example.com/style:ink",
        "a style: ink, pen, brush and paper on one table",
    ],
)
def test_prose_about_style_is_a_prompt(text: str) -> None:
    parsed = parse_prompt(text)
    assert (parsed.prompt, parsed.styles) == (text, None)


@pytest.mark.parametrize("value", ["raw", "cute", "expressive", "4a"])
def test_midjourneys_styles_are_still_named_as_lacking(value: str) -> None:
    parsed = parse_prompt(f"a fox --style {value}")
    assert (parsed.prompt, parsed.styles, parsed.lacking) == ("a fox", None, ("--style",))


def test_a_ratio_with_a_style_is_no_ratio_alone() -> None:
    assert is_ratio("16:9")
    assert not is_ratio("style:ink 16:9")
    assert parse_prompt("style:ink 16:9").changes_look


@pytest.mark.parametrize("name", curated_names())
def test_each_name_in_each_language_is_found(name: str) -> None:
    parsed = parse_prompt(f"a fox style:{name} at night")
    assert parsed.prompt == "a fox at night"
    assert parsed.styles is not None
    assert curated_keys()[key_of(parsed.styles[0])] in CURATED


def test_no_two_styles_share_a_name() -> None:
    assert len({style.key for style in curated_keys().values()}) == len(CURATED)
    for style in CURATED:
        assert curated_keys()[style.key] is style


def test_a_long_text_with_many_styles_is_parsed_at_once() -> None:
    assert parse_prompt("style: " * 250 + "a").styles is None
    assert parse_prompt(("style:x" + "y" * 20 + " ") * 100 + "a").prompt == "a"
