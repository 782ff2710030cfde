"""Names of files from descriptions in any script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.file_names import LONGEST_STEM, file_name


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a lighthouse in a storm", "a-lighthouse-in-a-storm.webp"),
        ("Маяк в шторм, закат!", "маяк-в-шторм-закат.webp"),
        ("../../etc/passwd", "etc-passwd.webp"),
        ("<b>fox</b> & 'co' __init__", "b-fox-b-co-init.webp"),
        ("cafe\u0301 noir", "café-noir.webp"),
        ("🦊🦊", "imagine-7.webp"),
        ("con", "imagine-7.webp"),
        ("LPT1", "imagine-7.webp"),
        ("a fox\nin\u202e the\u200bsnow", "a-fox-in-the-snow.webp"),
        ("word " * 40, "-".join(["word"] * 9) + ".webp"),
        ("x" * 300, "x" * 48 + ".webp"),
        (
            "a fox asleep in the snow beside a frozen waterfall",
            "a-fox-asleep-in-the-snow-beside-a-frozen.webp",
        ),
    ],
)
def test_a_file_is_named_after_its_description(prompt: str, name: str) -> None:
    assert file_name(prompt, 7, "webp") == name


@given(st.text(max_size=200))
def test_a_name_is_short_and_safe_on_every_system(prompt: str) -> None:
    stem, _, extension = file_name(prompt, 7, "webp").partition(".")
    assert extension == "webp"
    assert 1 <= len(stem) <= 2 * LONGEST_STEM  # a few capital letters have two small ones
    assert all(one == "-" or unicodedata.category(one)[0] in "LNM" for one in stem)
    assert not stem.startswith("-")
