"""Parses the text after /imagine into a prompt, an aspect ratio and flags that the model lacks, wherever they are."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.model import AspectRatio
from handlers.count_flag import COUNT_FLAG, CountRefused, count_of
from handlers.decoration import CLOSING, MARKS, OPENING, unwrap, with_decoration
from handlers.foreign_flags import MASK, RATIO_NAME, find_flags
from handlers.normalising import is_blank, normalise
from handlers.style_words import asks_for_none, find_styles
from handlers.user_errors import UserError

LONGEST_PROMPT = 2_000
"""In characters, after trimming."""

# All patterns match the folded spelling of a text (handlers.normalising).
_GAP = r"\s{0,8}"  # bounded, as every repetition beside another one: 4,000 blanks must not cost minutes
_SEPARATOR = r"(?:\s?[:x×х*/_—-]\s?|\s{1,8}(?:by|to|на|к|por)\s{1,8})"  # the fourth is the Cyrillic letter
_RATIO = rf"(?P<width>\d{{1,5}}){_SEPARATOR}(?P<height>\d{{1,5}})"
_VALUE = re.compile(rf"""[{OPENING}{MARKS}]*\s*{_RATIO}\s*[{CLOSING}{MARKS}.,;!]*""", re.IGNORECASE)
_WORD = rf"(?![-—])(?:(?!--|{MASK})\S)+"
_BETWEEN_SIDES = frozenset(":x×х*")
"""Separators of two numbers that are a ratio beyond doubt."""
_BETWEEN_OTHERS = frozenset("-—_")
"""Separators of two numbers that alone are a date, a score or a range: 12-16, 3-4, 1914-1918."""
_FEWEST_PIXELS = 100
"""Smaller numbers are the parts of a ratio, and larger ones are the pixels of a size."""
# Phones turn `--` into a long dash. With a ratio behind it, each dash makes a flag of `ar`, also right behind a word;
# without one, `--` or a long dash between words.
_AR = re.compile(
    rf"""
    (?:(?<![^\W_]|[—-])[-—]+\ ?|--\ ?|—[-—]{{0,3}}\ ?){RATIO_NAME}{_GAP}[:=]?{_GAP}
        (?:(?P<marks>([{MARKS}])\2)|(?P<quote>[{OPENING}{MARKS}]))?{_GAP}{_RATIO}(?!_*[^\W_]|[:/])
        (?(marks)(?P=marks)?|(?(quote){_GAP}[{CLOSING}{MARKS}]?))[.,;!]*
    | (?<![^\W_]|[—-])(?:--+|-?—[-—]*){RATIO_NAME}
        (?:{_GAP}[=:]{_GAP}(?P<given>{_WORD})|\s{{1,8}}(?P<spaced>{_WORD})|(?P<glued>(?=\d){_WORD})|{_GAP}[=:]?(?=\W|$))
    | (?<![\w-])[aа][rр]\s?=\s?(?P<equals>(?:{_WORD})?)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A long dash before any other word is prose, so only `--` makes a flag of it.
# A number behind such a flag is its value.
_UNKNOWN = re.compile(r"(?<![\w—-])(?P<flag>--[^\W\d_][\w-]*(?:=\S*)?)(?:\s{1,8}-?\d[\w.:/%]*)?")
_COPIED_LABEL = re.compile(r"\s*[\[{]?(?:prompt|промпт|промт)[\]}]?\s*:\s*", re.IGNORECASE)


class PromptTooLong(UserError):
    """More than `LONGEST_PROMPT` characters, with the words of the style if the text alone is short enough."""

    def __init__(self, length: int, *, with_style: bool = False) -> None:
        super().__init__(length)
        self.length = length
        self.with_style = with_style


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """A trimmed prompt, which may be empty, the ratio if the text has one, and everything that cannot be followed.

    The prompt is without flags. `lacking` are Midjourney's flags, which the model lacks, and `unknown_flags` all
    others. `unknown_ratio` is the user's spelling of a ratio that the model does not draw; it is empty if `--ar` has no
    value. `ratios` are the different ones of a text with more than one. In both cases `ratio` is None. `count` is the
    number of pictures.

    `styles` are the names behind `style:`, or None if the text names none. It is empty if the prompt is final: the text
    asks for no style, or the prompt has the words of its styles already. `unknown_style` is a name of no style, and
    `like_styles` are names like it; only `handlers.styling` knows.
    """

    prompt: str
    ratio: AspectRatio | None
    lacking: tuple[str, ...] = ()
    unknown_flags: tuple[str, ...] = ()
    unknown_ratio: str | None = None
    ratios: tuple[AspectRatio, ...] = ()
    styles: tuple[str, ...] | None = None
    unknown_style: str | None = None
    like_styles: tuple[str, ...] = ()

    @property
    def changes_look(self) -> bool:
        """Return whether the text names a shape or a style and has no words."""
        return not self.prompt and (self.names_shape or self.styles is not None)

    count: int = 1

    @property
    def names_shape(self) -> bool:
        """Return whether the text names a ratio, also one that cannot be drawn."""
        return self.ratio is not None or self.unknown_ratio is not None or bool(self.ratios)

    @property
    def is_complete(self) -> bool:
        """Return whether the text has words and names a ratio, so that nothing around it adds to its meaning."""
        return bool(self.prompt) and self.names_shape

    @property
    def is_clear(self) -> bool:
        """Return whether the text can be followed as it is."""
        wrong = self.lacking or self.unknown_flags or self.ratios or self.unknown_style
        return not wrong and self.unknown_ratio is None


def parse_prompt(text: str) -> ParsedPrompt:
    """Return the prompt, the ratio, the styles and the flags of a text. Raises PromptTooLong or CountRefused.

    A text such as `16:9` is a ratio without a prompt, also one that the model does not draw.
    """
    shown, folded = unwrap(normalise(text), _has_flag)
    # Masked, so that a flag that follows another one without a blank is found, too.
    styles = list(find_styles(folded))
    rest = _masked(folded, [(style.start, style.stop) for style in styles])
    known_flags = [*_AR.finditer(rest), *COUNT_FLAG.finditer(rest)]
    foreign = list(find_flags(_masked(rest, [match.span() for match in known_flags])))
    spans = [with_decoration(folded, flag.start, flag.stop) for flag in foreign]
    rest = _masked(rest, spans)
    counts = list(COUNT_FLAG.finditer(rest))
    spans += [_with_comma(folded, *with_decoration(folded, *match.span())) for match in counts]
    spans += [with_decoration(folded, style.start, style.stop) for style in styles]
    given: list[AspectRatio | str] = []
    for match in _AR.finditer(rest):
        given.append(_ratio_of(match, shown))
        spans.append(_with_comma(folded, *with_decoration(folded, *match.span())))
    unknown: list[str] = []
    for match in _UNKNOWN.finditer(_masked(rest, spans)):
        unknown.append(shown[slice(*match.span("flag"))])
        spans.append(_with_comma(folded, *with_decoration(folded, *match.span())))
    prompt = _without_label(_without(shown, sorted(spans)))
    if not given and (alone := _ratio_alone(prompt)) is not None:
        given, prompt = [alone], ""
    if len(prompt) > LONGEST_PROMPT:
        raise PromptTooLong(len(prompt))
    known = tuple(dict.fromkeys(ratio for ratio in given if isinstance(ratio, AspectRatio)))
    wrong = next((ratio for ratio in given if not isinstance(ratio, AspectRatio)), None)
    return ParsedPrompt(
        prompt,
        known[0] if len(known) == 1 and wrong is None else None,
        tuple(dict.fromkeys(flag.name for flag in foreign)),
        tuple(dict.fromkeys(unknown)),
        wrong,
        known if len(known) > 1 and wrong is None else (),
        tuple(dict.fromkeys(s.name for s in styles if not asks_for_none(s.name))) if styles else None,
        count=count_of(counts),
    )


def ratio_in(text: str) -> AspectRatio | None:
    """Return the ratio of a text such as `16:9`, `16x9`, `16×9`, `16/9` or `1920x1080`, or None."""
    match = _VALUE.fullmatch(normalise(text).folded.strip())
    ratio = None if match is None else _reduce(match, text)
    return ratio if isinstance(ratio, AspectRatio) else None


def only_ratio(text: str) -> AspectRatio | None:
    """Return the ratio of a text that is a ratio and nothing else, with or without `--ar`; otherwise None."""
    parsed = _parse_shape(text)
    return None if parsed is None else parsed.ratio


def is_ratio(text: str) -> bool:
    """Return whether a text is a ratio and nothing else, also one that the model does not draw."""
    return _parse_shape(text) is not None


def _parse_shape(text: str) -> ParsedPrompt | None:
    """Return a text that names a ratio and no prompt, or None for any other."""
    try:
        parsed = parse_prompt(text)
    except (PromptTooLong, CountRefused):
        return None
    return parsed if parsed.names_shape and not parsed.prompt and parsed.styles is None else None


def _ratio_of(match: re.Match[str], shown: str) -> AspectRatio | str:
    """Return the ratio of a flag, or the user's own spelling of a value that is none of the model's ratios."""
    if match["width"] is not None:
        return _reduce(match, shown[match.start("width") : match.end("height")])
    name = next((group for group in ("given", "spaced", "glued", "equals") if match[group]), None)
    given = shown[slice(*match.span(name))] if name else ""
    return ratio_in(given) or given


def _reduce(match: re.Match[str], given: str) -> AspectRatio | str:
    """Return the ratio of a width and a height, or `given` if the model does not draw it."""
    width, height = int(match["width"]), int(match["height"])
    divisor = math.gcd(width, height) or 1
    return _exact(width // divisor, height // divisor) or given


def _exact(width: int, height: int) -> AspectRatio | None:
    """Return the ratio with exactly these sides, or None if the model does not draw it."""
    try:
        return AspectRatio(f"{width}:{height}")
    except ValueError:
        return None


def _ratio_alone(prompt: str) -> AspectRatio | str | None:
    """Return the ratio that is all of a prompt, or the prompt if it is one that the model does not draw.

    Users praise pictures with two numbers, too, and must not pay for that: `10/10` and `3-4` are no ratios.
    """
    folded = normalise(prompt).folded
    match = _VALUE.fullmatch(folded)
    if match is None:
        return None
    separator = folded[match.end("width") : match.start("height")].strip()
    width, height = int(match["width"]), int(match["height"])
    ratio = _exact(width, height)
    if separator in _BETWEEN_SIDES:
        is_size = min(width, height) >= _FEWEST_PIXELS
        return _reduce(match, prompt) if is_size else ratio or prompt
    return None if separator in _BETWEEN_OTHERS else ratio


def _without_label(prompt: str) -> str:
    """Return a prompt without blanks around it and without a copied "prompt:" at its start."""
    if label := _COPIED_LABEL.match(normalise(prompt).folded):
        prompt = prompt[label.end() :]
    return "" if is_blank(prompt) else prompt.strip()


def _masked(folded: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text of the same length, with MASK in the place of each character of some spans."""
    for start, stop in spans:
        folded = folded[:start] + MASK * (stop - start) + folded[stop:]
    return folded


def _has_flag(folded: str) -> bool:
    return bool(_AR.search(folded) or COUNT_FLAG.search(folded)) or next(find_flags(folded), None) is not None


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
            blank = " " if left and part and part[0] not in ")]},;.!?" else ""
            left = f"{left}{blank}{part if start == len(shown) else part.rstrip()}"
        end = max(end, stop)
    return left
