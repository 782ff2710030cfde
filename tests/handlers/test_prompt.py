"""Parsing of prompts: a ratio in every spelling, unknown flags, and text that only resembles a flag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import AspectRatio
from handlers.prompt import (
    LONGEST_PROMPT,
    ParsedPrompt,
    PromptError,
    PromptTooLong,
    RatioTwice,
    UnknownFlag,
    UnknownRatio,
    parse_prompt,
    parse_ratio,
)

FLAG_SPELLINGS = ["--ar ", "--ar=", "--ar", "—ar ", "–ar ", "—ar=", "--AR ", "ar=", "--ar  "]
SEPARATORS = [":", "x", "×", "/", "х", "X"]


@pytest.mark.parametrize("flag", FLAG_SPELLINGS)
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("ratio", list(AspectRatio))
def test_a_ratio_is_parsed_in_every_spelling(flag: str, separator: str, ratio: AspectRatio) -> None:
    written = flag + ratio.replace(":", separator)
    assert parse_prompt(f"a fox in the snow {written}") == ParsedPrompt("a fox in the snow", ratio)
    assert parse_prompt(f"{written} a fox in the snow") == ParsedPrompt("a fox in the snow", ratio)
    assert parse_prompt(f"a fox {written} in the snow") == ParsedPrompt("a fox in the snow", ratio)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a fox", ParsedPrompt("a fox", None)),
        ("  a fox \n", ParsedPrompt("a fox", None)),
        ("", ParsedPrompt("", None)),
        ("--ar 16:9", ParsedPrompt("", AspectRatio.WIDE)),
        ("a fox --ar 16:9, in oil", ParsedPrompt("a fox in oil", AspectRatio.WIDE)),
        ("a fox --ar 1920x1080", ParsedPrompt("a fox", AspectRatio.WIDE)),
        ("a fox --ar 16:9 --ar 16:9", ParsedPrompt("a fox", AspectRatio.WIDE)),
        ("a fox\n--ar 3:4\nin the snow", ParsedPrompt("a fox \nin the snow", AspectRatio.PORTRAIT)),
        ("маяк —символ надежды", ParsedPrompt("маяк —символ надежды", None)),
        ("a fox — red, quick", ParsedPrompt("a fox — red, quick", None)),
        ("half--hearted and a -- b", ParsedPrompt("half--hearted and a -- b", None)),
        ("guitar=4:3 chart", ParsedPrompt("guitar=4:3 chart", None)),
        ("the ratio 16:9 in words", ParsedPrompt("the ratio 16:9 in words", None)),
        ("a\x00b", ParsedPrompt("ab", None)),
        ("---", ParsedPrompt("---", None)),
    ],
)
def test_only_a_flag_is_taken_out_of_the_prompt(text: str, expected: ParsedPrompt) -> None:
    assert parse_prompt(text) == expected


@pytest.mark.parametrize(
    "written", ["5:4", "2:1", "0:0", "16:0", "wide", "16", "16:9:1", ":", "99999:1", "²:1"]
)
def test_an_unsupported_ratio_is_named_in_the_error(written: str) -> None:
    with pytest.raises(UnknownRatio) as caught:
        parse_prompt(f"a fox --ar {written}")
    assert caught.value.ratio == written


@pytest.mark.parametrize("text", ["a fox --ar", "--ar", "a fox —ar", "ar="])
def test_a_flag_without_a_ratio_is_an_error_without_a_name(text: str) -> None:
    with pytest.raises(UnknownRatio) as caught:
        parse_prompt(text)
    assert caught.value.ratio == ""


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("a fox --v 5", "--v"),
        ("--стиль масло", "--стиль"),
        ("a --no-text fox", "--no-text"),
        ("a --s=1 b", "--s=1"),
    ],
)
def test_an_unknown_flag_is_named_in_the_error(text: str, flag: str) -> None:
    with pytest.raises(UnknownFlag) as caught:
        parse_prompt(text)
    assert caught.value.flag == flag


def test_two_different_ratios_are_an_error() -> None:
    with pytest.raises(RatioTwice):
        parse_prompt("a fox --ar 16:9 --ar 4:3")


def test_the_length_is_measured_after_trimming_and_without_the_ratio() -> None:
    assert len(parse_prompt(" " + "x" * LONGEST_PROMPT + "  --ar 1:1").prompt) == LONGEST_PROMPT
    with pytest.raises(PromptTooLong) as caught:
        parse_prompt("x" * (LONGEST_PROMPT + 1))
    assert caught.value.length == LONGEST_PROMPT + 1


@given(st.text(max_size=300) | st.text(alphabet="-—– ar=:x×/1691634\n", max_size=40))
def test_any_text_is_parsed_or_raises_a_prompt_error(text: str) -> None:
    try:
        parsed = parse_prompt(text)
    except PromptError:
        return
    assert len(parsed.prompt) <= LONGEST_PROMPT
    assert parsed.prompt == parsed.prompt.strip()
    assert "\x00" not in parsed.prompt


@given(
    st.text(alphabet="abcdefg hijk\nлиса,.!?🦊", max_size=80).filter(lambda t: t.strip()),
    st.sampled_from(FLAG_SPELLINGS),
    st.sampled_from(list(AspectRatio)),
)
def test_a_ratio_at_the_end_does_not_change_the_prompt(text: str, flag: str, ratio: AspectRatio) -> None:
    assert parse_prompt(f"{text} {flag}{ratio}") == ParsedPrompt(text.strip(), ratio)


@given(st.text(max_size=12))
def test_any_text_is_a_known_ratio_or_raises_unknown_ratio(text: str) -> None:
    try:
        ratio = parse_ratio(text)
    except UnknownRatio:
        return
    assert ratio in AspectRatio
