"""Parses the text after /imagine into a prompt, an aspect ratio and flags that the model lacks, wherever they are."""

import contextlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.model import AspectRatio
from handlers.foreign_flags import MASK, find_flags
from handlers.normalising import is_blank, normalise
from handlers.user_errors import UserError

LONGEST_PROMPT = 2_000
"""In characters, after trimming."""

# All patterns match the folded spelling of a text (handlers.normalising).
_GAP = r"\s{0,8}"  # bounded, as every repetition beside another one: 4,000 blanks must not cost minutes
_SEPARATOR = r"(?:\s?[:x×х*/_—-]\s?|\s{1,8}(?:by|to|на|к)\s{1,8})"  # the fourth is the Cyrillic letter
_RATIO = rf"(?P<width>\d{{1,5}}){_SEPARATOR}(?P<height>\d{{1,5}})"
_VALUE = re.compile(rf"""["(\[]*\s*{_RATIO}\s*[")\].,;!]*""", re.IGNORECASE)
_WORD = rf"(?![-—])(?:(?!--|{MASK})\S)+"
_NAME = r"(?:[aа]r|aspect(?:[-_]?ratio)?)"  # the second letter is Cyrillic
_ALONE = re.compile(rf"\s*(?:[-—]{{1,4}}\ ?{_NAME}{_GAP}[:=]?{_GAP})?{_VALUE.pattern}", re.IGNORECASE)
# Phones turn `--` into a long dash. With a ratio behind it, each dash makes a flag of `ar`, also right behind a word;
# without one, `--` or a long dash between words.
_AR = re.compile(
    rf"""
    (?:(?<![\w—-])[-—]+\ ?|--\ ?|—[-—]{{0,3}}\ ?){_NAME}{_GAP}[:=]?{_GAP}
        (?P<quote>["(\[])?{_GAP}{_RATIO}(?![\w:/])(?(quote){_GAP}[")\]]?)[.,;!]*
    | (?<![\w—-])(?:--+|-?—[-—]*){_NAME}
        (?:{_GAP}[=:]{_GAP}(?P<given>{_WORD})|\s{{1,8}}(?P<spaced>{_WORD})|(?P<glued>(?=\d){_WORD})|{_GAP}[=:]?(?=\W|$))
    | (?<![\w-])ar\s?=\s?(?P<equals>(?:{_WORD})?)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A long dash before any other word is prose, so only `--` makes a flag of it.
_UNKNOWN = re.compile(r"(?<![\w—-])--[^\W\d_][\w-]*(?:=\S*)?")
_COPIED_LABEL = re.compile(r"\s*[\[{]?(?:prompt|промпт|промт)[\]}]?\s*:\s*", re.IGNORECASE)
_CLOSING = {"(": ")", "[": "]", "{": "}", '"': '"'}


class PromptError(UserError):
    """The prompt cannot be drawn as it was written."""


class PromptTooLong(PromptError):
    """More than `LONGEST_PROMPT` characters."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


class UnknownRatio(PromptError):
    """The model does not draw this ratio. `ratio` is the user's text, which may be empty."""

    def __init__(self, ratio: str) -> None:
        super().__init__(ratio)
        self.ratio = ratio


class RatioTwice(PromptError):
    """The text has two different ratios."""


class UnknownFlag(PromptError):
    """The text has a `--flag` that does not exist."""

    def __init__(self, flag: str) -> None:
        super().__init__(flag)
        self.flag = flag


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """A trimmed prompt, which may be empty, the ratio if the text has one, and flags that the model lacks.

    The flags are those of Midjourney. The prompt is without them.
    """

    prompt: str
    ratio: AspectRatio | None
    lacking: tuple[str, ...] = ()


def parse_prompt(text: str) -> ParsedPrompt:
    """Return the prompt, the ratio and the flags of a text. Raises a subclass of PromptError.

    A text such as `16:9` is a ratio without a prompt.
    """
    shown, folded = normalise(text)
    # Masked, so that a flag that follows another one without a blank is found, too.
    foreign = list(find_flags(_masked(folded, [match.span() for match in _AR.finditer(folded)])))
    spans = [_with_brackets(folded, flag.start, flag.stop) for flag in foreign]
    rest = _masked(folded, spans)
    ratios: set[AspectRatio] = set()
    for match in _AR.finditer(rest):
        ratios.add(_ratio_of(match, shown))
        spans.append(_with_comma(folded, *_with_brackets(folded, *match.span())))
    if unknown := _UNKNOWN.search(_masked(rest, spans)):
        raise UnknownFlag(shown[slice(*unknown.span())])
    if len(ratios) > 1:
        raise RatioTwice
    prompt = _without(shown, sorted(spans))
    if label := _COPIED_LABEL.match(normalise(prompt).folded):
        prompt = prompt[label.end() :]
    prompt = "" if is_blank(prompt) else prompt.strip()
    if not ratios and (alone := _VALUE.fullmatch(normalise(prompt).folded)):
        with contextlib.suppress(UnknownRatio):
            ratios.add(_reduce(alone, prompt))
            prompt = ""
    if len(prompt) > LONGEST_PROMPT:
        raise PromptTooLong(len(prompt))
    return ParsedPrompt(prompt, next(iter(ratios), None), tuple(dict.fromkeys(f.name for f in foreign)))


def parse_ratio(text: str) -> AspectRatio:
    """Return the ratio of a text such as `16:9`, `16x9`, `16×9`, `16/9` or `1920x1080`. Raises UnknownRatio."""
    match = _VALUE.fullmatch(normalise(text).folded.strip())
    if match is None:
        raise UnknownRatio(text)
    return _reduce(match, text)


def only_ratio(text: str) -> AspectRatio | None:
    """Return the ratio of a text that is a ratio and nothing else, with or without `--ar`; otherwise None."""
    try:
        parsed = parse_prompt(text)
    except PromptError:
        return None
    return parsed.ratio if not parsed.prompt else None


def is_ratio(text: str) -> bool:
    """Return whether a text is a ratio and nothing else, also one that the model does not draw."""
    return only_ratio(text) is not None or _ALONE.fullmatch(normalise(text).folded) is not None


def _ratio_of(match: re.Match[str], shown: str) -> AspectRatio:
    """Return the ratio of a flag. Raises UnknownRatio with the user's own spelling of its value."""
    if match["width"] is not None:
        return _reduce(match, shown[match.start("width") : match.end("height")])
    name = next((group for group in ("given", "spaced", "glued", "equals") if match[group]), None)
    return parse_ratio(shown[slice(*match.span(name))] if name else "")


def _reduce(match: re.Match[str], given: str) -> AspectRatio:
    width, height = int(match["width"]), int(match["height"])
    divisor = math.gcd(width, height) or 1
    try:
        return AspectRatio(f"{width // divisor}:{height // divisor}")
    except ValueError:
        raise UnknownRatio(given) from None


def _masked(folded: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text of the same length, with MASK in the place of each character of some spans."""
    for start, stop in spans:
        folded = folded[:start] + MASK * (stop - start) + folded[stop:]
    return folded


def _with_brackets(folded: str, start: int, stop: int) -> tuple[int, int]:
    """Return the span of a flag with the brackets around it."""
    before = folded[:start].rstrip(" ")
    closing = _CLOSING.get(before[-1:])
    after = folded[stop:].lstrip(" ")
    if closing is not None and after.startswith(closing):
        return len(before) - 1, len(folded) - len(after) + 1
    return start, stop


def _with_comma(folded: str, start: int, stop: int) -> tuple[int, int]:
    """Return the span of a flag with the comma right before it."""
    return (start - 1 if folded[start - 1 : start] in {",", ";"} else start), stop


def _without(shown: str, spans: list[tuple[int, int]]) -> str:
    """Return a text without some spans, with one blank in the place of each."""
    left, end = "", 0
    for start, stop in [*spans, (len(shown), len(shown))]:
        if start >= end:
            part = shown[end:start]
            part = part.lstrip(" \t") if end else part
            blank = " " if left and part and part[0] not in ")]}" else ""
            left = f"{left}{blank}{part if start == len(shown) else part.rstrip()}"
        end = max(end, stop)
    return left
