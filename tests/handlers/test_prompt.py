"""Parsing of prompts: a ratio in every spelling, unknown flags, and text that only resembles a flag."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import AspectRatio
from handlers.count_flag import CountRefused
from handlers.prompt import (
    LONGEST_PROMPT,
    ParsedPrompt,
    PromptTooLong,
    is_ratio,
    only_ratio,
    parse_prompt,
    ratio_in,
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
        ("16:9", ParsedPrompt("", AspectRatio.WIDE)),
        ("(16 × 9)", ParsedPrompt("", AspectRatio.WIDE)),
        ("5:7", ParsedPrompt("", None, unknown_ratio="5:7")),
        ("16:9 --ar 1:1", ParsedPrompt("16:9", AspectRatio.SQUARE)),
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
def test_an_unsupported_ratio_is_named_and_the_prompt_is_kept(written: str) -> None:
    parsed = parse_prompt(f"a fox --ar {written}")
    assert parsed == ParsedPrompt("a fox", None, unknown_ratio=written)
    assert parsed.names_shape
    assert not parsed.is_clear


@pytest.mark.parametrize("text", ["a fox --ar", "--ar", "a fox —ar", "ar="])
def test_a_flag_without_a_ratio_is_a_ratio_without_a_name(text: str) -> None:
    prompt = "a fox" if "fox" in text else ""
    assert parse_prompt(text) == ParsedPrompt(prompt, None, unknown_ratio="")


@pytest.mark.parametrize("text", ["21:9", "21x9", "10:10", "(2:1)", "--ar 21:9", "2.35:1 --ar wide"])
def test_an_unsupported_ratio_alone_is_no_prompt(text: str) -> None:
    parsed = parse_prompt(text)
    assert parsed.unknown_ratio
    assert parsed.prompt == ("2.35:1" if "2.35" in text else "")
    assert is_ratio(text) == (not parsed.prompt)
    assert only_ratio(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1914-1918",
        "2 to 7",
        "10 by 20",
        "42",
        "a 21:9 screen",
        "10/10",
        "5/5!",
        "100/100",
        "2/2",
        "12-16",
        "3-4",
    ],
)
def test_numbers_that_are_no_ratio_are_a_prompt(text: str) -> None:
    assert parse_prompt(text) == ParsedPrompt(text, None)
    assert not is_ratio(text)


@pytest.mark.parametrize(
    ("text", "prompt", "flags"),
    [
        ("a fox --size 5", "a fox", ("--size",)),
        ("a fox --size 5 in snow", "a fox in snow", ("--size",)),
        ("--стиль масло", "масло", ("--стиль",)),
        ("a --no-text fox", "a fox", ("--no-text",)),
        ("a --size=1 b", "a b", ("--size=1",)),
        ("a fox,--size 5", "a fox", ("--size",)),
        ("a fox --v 5 --size 5", "a fox", ("--size",)),
        ("a fox --size 5 --colour red", "a fox red", ("--size", "--colour")),
    ],
)
def test_an_unknown_flag_is_named_and_the_prompt_is_kept(
    text: str, prompt: str, flags: tuple[str, ...]
) -> None:
    parsed = parse_prompt(text)
    assert (parsed.prompt, parsed.unknown_flags) == (prompt, flags)
    assert not parsed.is_clear


def test_two_different_ratios_are_both_kept() -> None:
    parsed = parse_prompt("a fox --ar 16:9 --ar 4:3")
    assert parsed == ParsedPrompt("a fox", None, ratios=(AspectRatio.WIDE, AspectRatio.LANDSCAPE))
    assert parse_prompt("a fox --ar 16:9 --ar 21:9") == ParsedPrompt("a fox", None, unknown_ratio="21:9")
    assert parse_prompt("a fox --ar 16:9 --ar 16:9") == ParsedPrompt("a fox", AspectRatio.WIDE)


def test_the_length_is_measured_after_trimming_and_without_the_ratio() -> None:
    assert len(parse_prompt(" " + "x" * LONGEST_PROMPT + "  --ar 1:1").prompt) == LONGEST_PROMPT
    with pytest.raises(PromptTooLong) as caught:
        parse_prompt("x" * (LONGEST_PROMPT + 1))
    assert caught.value.length == LONGEST_PROMPT + 1


@given(st.text(max_size=300) | st.text(alphabet="-—– ar=:x×/1691634\n", max_size=40))
def test_any_text_is_parsed(text: str) -> None:
    parsed = parse_prompt(text)
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
def test_any_text_is_a_known_ratio_or_none(text: str) -> None:
    ratio = ratio_in(text)
    assert ratio is None or ratio in AspectRatio


INVISIBLE = [
    "",
    "\u200f",  # right-to-left mark
    "\u200b",  # zero width space
    "\u2060",  # word joiner
    "\u2068",  # first strong isolate
    "\u2069",  # pop directional isolate
    "\ufeff",  # byte order mark
    "\u3164",  # Hangul filler
    "\u00ad",  # soft hyphen
    "\u202e",  # right-to-left override
    "\ufe0f",  # variation selector 16
    "\u034f",  # combining grapheme joiner
]
FLAGS = [
    "--ar ",
    "--ar:",
    "--ar: ",
    "--ar=",
    "--ar = ",
    "——ar ",
    "−−ar ",
    "−ar ",
    "－－ａｒ ",
    "-ar ",
    "--AR ",
    "–ar\u00a0",
]
FLAGS += ["ㅡㅡar ", "--ratio ", "--aspect ratio ", "--ар ", "—фк ", "〰ar ", "ｰｰar "]
FLAGS += ["--aspect ", "--aspect=", "--aspect-ratio ", "--Ar:", "-- ar ", "―ar "]
VALUES = [
    "16:9",
    '"16:9"',
    "'16:9'",
    "“16:9”",
    "«16:9»",
    "(16:9)",
    "16 : 9",
    "16：9",
    "１６：９",
    "١٦:٩",
    "16∶9",
    "16x9",
]
VALUES += ["<16:9>", "**16:9**", "`16:9`", "【16:9】"]
VALUES += ["16⁄9", "16 x 9", "16 by 9", "16 por 9", "16-9", "16:9.", "1920×1080"]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("flag", FLAGS)
def test_a_ratio_is_parsed_in_every_combination_of_flag_and_value(flag: str, value: str) -> None:
    assert parse_prompt(f"a fox {flag}{value}") == ParsedPrompt("a fox", AspectRatio.WIDE)
    assert parse_prompt(f"{flag}{value} a fox") == ParsedPrompt("a fox", AspectRatio.WIDE)
    assert parse_prompt(f"a fox ({flag}{value})") == ParsedPrompt("a fox", AspectRatio.WIDE)
    assert parse_prompt(f"a fox,{flag}{value}") == ParsedPrompt("a fox", AspectRatio.WIDE)


@given(
    flag=st.sampled_from(FLAGS),
    value=st.sampled_from(VALUES),
    places=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(INVISIBLE)), max_size=6),
    first=st.booleans(),
)
def test_invisible_characters_anywhere_change_nothing(
    flag: str, value: str, places: list[tuple[int, str]], first: bool
) -> None:
    text = f"{flag}{value} گربه a cat" if first else f"گربه a cat {flag}{value}"
    for place, character in places:
        text = text[:place] + character + text[place:]
    assert parse_prompt(text) == ParsedPrompt("گربه a cat", AspectRatio.WIDE)


DECORATIONS = [
    ("<", ">"),
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("【", "】"),
    ("《", "》"),
    ("（", "）"),
    ('"', '"'),
    ("“", "”"),
    ("«", "»"),
    ("‘", "’"),
    ("„", "“"),
    ("*", "*"),
    ("**", "**"),
    ("_", "_"),
    ("__", "__"),
    ("~~", "~~"),
    ("`", "`"),
    ("```\n", "\n```"),
    ("||", "||"),
    ("(**", "**)"),
    ("( ", " )"),
]
PROMPTS = st.text(alphabet="abcdefg hijk\nлиса,?🦊猫", min_size=1, max_size=60).map(str.strip).filter(bool)


@given(
    prompt=PROMPTS,
    flag=st.sampled_from(FLAGS),
    value=st.sampled_from(["16:9", "16：9", "１６：９", "16 x 9", "16-9"]),
    decoration=st.sampled_from(DECORATIONS),
    end=st.sampled_from(["", ".", "!", " ", ".\n"]),
    around_all=st.booleans(),
    first=st.booleans(),
)
def test_decoration_changes_neither_the_prompt_nor_the_ratio(
    prompt: str, flag: str, value: str, decoration: tuple[str, str], end: str, around_all: bool, first: bool
) -> None:
    left, right = decoration
    around_all = around_all or "\n" in left
    ratio = f"{flag}{value}" if around_all else f"{left}{flag}{value}{right}"
    text = f"{ratio}{end} {prompt}" if first and not around_all else f"{prompt} {ratio}"
    if around_all:
        text = f"{left}{text}{right}"
    parsed = parse_prompt(text if first else text + end)
    assert parsed == ParsedPrompt(prompt.rstrip(",;"), AspectRatio.WIDE) or parsed == ParsedPrompt(
        prompt, AspectRatio.WIDE
    )


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("a fox <--ar 16:9>", "a fox"),
        ('"a fox --ar 16:9"', "a fox"),
        ("“it’s a fox --ar 16:9”", "it’s a fox"),
        ("a fox **--ar 16:9**", "a fox"),
        ("a fox (--ar 16:9).", "a fox"),
        ("a fox (--ar 16:9), in oil", "a fox in oil"),
        ("a fox --aspect ratio 16:9", "a fox"),
        ("a fox --ar **16:9**", "a fox"),
        ("a fox ㅡㅡar 16:9", "a fox"),
        ('a sign "open" --ar 16:9', 'a sign "open"'),
        ('"open" and "closed" --ar "16:9"', '"open" and "closed"'),
        ('"open" --ar 16:9 "closed"', '"open" "closed"'),
        ("(a) fox (--ar 16:9)", "(a) fox"),
        ("(a fox) --ar 16:9", "(a fox)"),
        ("(a fox --ar 16:9), in oil", "(a fox), in oil"),
        ("**a fox** and __a hen__ --ar 16:9", "**a fox** and __a hen__"),
        ("ㅡㅡ a face --ar 16:9", "ㅡㅡ a face"),
    ],
)
def test_only_decoration_around_a_flag_is_dropped(text: str, prompt: str) -> None:
    assert parse_prompt(text) == ParsedPrompt(prompt, AspectRatio.WIDE)


@pytest.mark.parametrize(
    "text", ['"a fox"', "(a fox)", "**a fox**", "<a fox>", "_a_", '""', "()", "*", '"', "a <3 fox", "``"]
)
def test_decoration_of_a_text_without_a_flag_stays(text: str) -> None:
    assert parse_prompt(text) == ParsedPrompt(text, None)


def test_decoration_around_a_foreign_flag_is_dropped() -> None:
    for text in ('"a fox --v 6"', "a fox <--v 6>", "*a fox --no text*", "a fox **--tile**"):
        assert parse_prompt(text).prompt == "a fox"
        assert parse_prompt(text).lacking


@pytest.mark.parametrize("text", ["**16:9**", "<16:9>", "`--ar 16:9`", "(**16:9**)", "“16:9”!"])
def test_a_decorated_ratio_alone_is_a_ratio(text: str) -> None:
    assert only_ratio(text) is AspectRatio.WIDE


@given(st.text(alphabet="".join(INVISIBLE) + " \n\u2800\u00a0", max_size=30))
def test_a_prompt_without_anything_to_see_is_empty(text: str) -> None:
    assert parse_prompt(text) == ParsedPrompt("", None)
    assert parse_prompt(f"--ar 1:1 {text}") == ParsedPrompt("", AspectRatio.SQUARE)


@pytest.mark.parametrize(
    "prompt", ["❤️ 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ a family", "می‌خواهم یک گربه", "क्‍ष", "“a sign” — it’s «open» 50 % / 16：9 ３"]
)
def test_a_prompt_keeps_its_own_characters(prompt: str) -> None:
    assert parse_prompt(f"{prompt} --ar 4:3") == ParsedPrompt(prompt, AspectRatio.LANDSCAPE)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("prompt: a fox", "a fox"),
        ("Prompt : a fox", "a fox"),
        ("PROMPT：a fox", "a fox"),
        ("[prompt]: a fox", "a fox"),
        ("промпт: лиса", "лиса"),
        ("--ar 1:1 prompt: a fox", "a fox"),
        ("prompt:", ""),
        ("a prompt: written on paper", "a prompt: written on paper"),
        ("prompt engineering", "prompt engineering"),
    ],
)
def test_a_copied_label_is_dropped(text: str, prompt: str) -> None:
    assert parse_prompt(text).prompt == prompt


@pytest.mark.parametrize(
    ("text", "prompt", "lacking"),
    [
        ("a fox --v 6.1", "a fox", ("--v",)),
        ("a fox --v6", "a fox", ("--v",)),
        ("a fox —v 6", "a fox", ("--v",)),
        ("--s=750 a fox", "a fox", ("--s",)),
        ("a --seed 12 fox", "a fox", ("--seed",)),
        ("a fox --no text, people", "a fox", ("--no",)),
        ("a fox --q .5 --iw .25 in oil", "a fox in oil", ("--q", "--iw")),
        ("a fox --no text, people --q 2 in oil", "a fox in oil", ("--no", "--q")),
        ("a fox --style raw --chaos 20 --weird 5", "a fox", ("--style", "--chaos", "--weird")),
        ("a fox --tile", "a fox", ("--tile",)),
        ("a fox --tile in the snow", "a fox in the snow", ("--tile",)),
        (
            "a fox --iw 2 --sref https://x.test/a.png 123 --cref https://x.test/b.png",
            "a fox",
            ("--iw", "--sref", "--cref"),
        ),
        ("a fox --niji", "a fox", ("--niji",)),
        ("a fox --V 5 --v 6", "a fox", ("--v",)),
        ("fox,--v 5", "fox,", ("--v",)),
        ("a fox -v 6", "a fox", ("--v",)),
        ("a fox (-v 6)", "a fox", ("--v",)),
        ("a fox ---v 6 –-s 250", "a fox", ("--v", "--s")),
        ("-v 6 -s 250 —q 2 a fox", "a fox", ("--v", "--s", "--q")),
        ("a fox −−chaos 20 ——weird 5", "a fox", ("--chaos", "--weird")),
        ("a fox –no text", "a fox", ("--no",)),
        ("a beach —no people", "a beach", ("--no",)),  # iPhones make one long dash of two hyphens
        ("a beach -no people, cars", "a beach", ("--no",)),
        ("a fox -style raw", "a fox", ("--style",)),
        ("a fox -sref https://x.test/a--b.png", "a fox", ("--sref",)),
        ("a fox —tile", "a fox", ("--tile",)),
        ("a fox -tile -v 6", "a fox", ("--tile", "--v")),
        ("a fox --v 6--s 250", "a fox", ("--v", "--s")),
        ("a fox --v6--s250", "a fox", ("--v", "--s")),
        ("a fox —v 6—s 250-q 2", "a fox", ("--v", "--s", "--q")),
        ("a fox --no text--v 6", "a fox", ("--no", "--v")),
        ("a fox --style raw--tile--v 6", "a fox", ("--style", "--tile", "--v")),
        ("a fox --sref https://x.test/a--b.png--v 6", "a fox", ("--sref", "--v")),
        ("a fox --sref 123--cref 45", "a fox", ("--sref", "--cref")),
    ],
)
def test_flags_of_midjourney_are_taken_out_and_named(
    text: str, prompt: str, lacking: tuple[str, ...]
) -> None:
    assert parse_prompt(text) == ParsedPrompt(prompt, None, lacking)
    assert parse_prompt(f"{text} --ar 16:9") == ParsedPrompt(prompt, AspectRatio.WIDE, lacking)


@pytest.mark.parametrize(
    "text",
    [
        "a beach — no people",
        "a fox - no text",
        "a fox — v shaped",
        "a fox - v 6",
        "sci-fi",
        "2-v 6",
        "a-v 6",
        "a no-no",
        "rock-n-roll -- no text",
        "a fox -very -cute",
        "verbs that end in -s",
        "a fox —fast and furious",
        "a man —style of the 1920s",
        "a —video of a fox",
        "x-style raw",
        "half--v 5",
        "in aspect-ratio 16:9",
        "the -ar verbs",
        "solar-ar",
    ],
)
def test_prose_is_no_flag(text: str) -> None:
    assert parse_prompt(text) == ParsedPrompt(text, None)


@pytest.mark.parametrize(
    ("text", "ratio", "lacking"),
    [
        ("a fox --ar 1:1--v 6", AspectRatio.SQUARE, ("--v",)),
        ("a fox --ar 16:9--s 250", AspectRatio.WIDE, ("--s",)),
        ("a fox --ar 16:9-s 250", AspectRatio.WIDE, ("--s",)),
        ("a fox —ar 16:9—s 250—no text", AspectRatio.WIDE, ("--s", "--no")),
        ("a fox --v 6--ar 16:9", AspectRatio.WIDE, ("--v",)),
        ("a fox --v 6-ar 16:9", AspectRatio.WIDE, ("--v",)),
        ("a fox --tile--ar 16:9--s 250", AspectRatio.WIDE, ("--tile", "--s")),
        ("a fox --no text--ar 16:9--q 2", AspectRatio.WIDE, ("--no", "--q")),
        ("a fox -ar=16x9--no text", AspectRatio.WIDE, ("--no",)),
    ],
)
def test_a_value_may_touch_the_next_flag(text: str, ratio: AspectRatio, lacking: tuple[str, ...]) -> None:
    assert parse_prompt(text) == ParsedPrompt("a fox", ratio, lacking)


def test_a_wrong_value_that_touches_the_next_flag_is_named_alone() -> None:
    for text, value in (("a fox --ar 5:7--v 6", "5:7"), ("a fox --ar wide--v 6", "wide"), ("--ar --v 6", "")):
        assert parse_prompt(text).unknown_ratio == value
    assert parse_prompt("a fox --ar 1:1--size 5") == ParsedPrompt(
        "a fox", AspectRatio.SQUARE, unknown_flags=("--size",)
    )


@pytest.mark.parametrize("end", ["", "x", "16:9", "--"])
@pytest.mark.parametrize(
    "middle",
    [
        " ",
        "-",
        "—",
        "-—",
        "(",
        '"',
        ":",
        "=",
        "--ar ",
        "--no ",
        "—ar",
        "--p a ",
        "16",
        "\u200b",
        "x",
        "--v 6",
        "-tile ",
        "<",
        "*",
        "_",
        "|",
        "ㅡ",
        "(--ar 1:1)",
        "*-",
    ],
)
@pytest.mark.parametrize(
    "start",
    [
        "",
        "(",
        '"',
        "--aspect",
        "--ar",
        "--ar:",
        "--v",
        "--style",
        "--p",
        "—v",
        "16",
        "--no",
        "-sref",
        "-tile",
    ],
)
def test_no_text_takes_long(start: str, middle: str, end: str) -> None:
    text = (start + middle * 4_096)[: 4_096 - len(end)] + end
    before = time.process_time()
    with contextlib.suppress(PromptTooLong, CountRefused):
        parse_prompt(text)
    assert time.process_time() - before < 0.5
