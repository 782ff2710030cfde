"""Parses the text after /imagine into a prompt and an aspect ratio, which may be anywhere in it."""

import math
import re
from dataclasses import dataclass

from core.model import AspectRatio
from handlers.user_errors import UserError

LONGEST_PROMPT = 2_000
"""In characters, after trimming."""

_VALUE = re.compile(r"(\d{1,5})[:：x×хX*/∶](\d{1,5})")  # the fifth is the Cyrillic letter
# Phones turn `--` into a dash. A dash before any other word than `ar` is prose, so only `--` makes a flag of it.
_FLAG = re.compile(
    r"""(?<!\S)(?:
        (?:--|[—–])ar(?:\s*[=\s]\s*(?P<value>\S+)|(?P<glued>\d\S*)|(?=\s|$))
        | ar=(?P<equals>\S*)
        | (?P<unknown>--[^\W\d_][\w-]*(?:=\S*)?)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


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
    """A trimmed prompt, which may be empty, and the ratio if the text has one."""

    prompt: str
    ratio: AspectRatio | None


def parse_prompt(text: str) -> ParsedPrompt:
    """Return the prompt and the ratio of a text. Raises a subclass of PromptError."""
    ratios: set[AspectRatio] = set()
    kept: list[str] = []
    end = 0
    for match in _FLAG.finditer(text):
        if match["unknown"]:
            raise UnknownFlag(match["unknown"])
        ratios.add(parse_ratio(match["value"] or match["glued"] or match["equals"] or ""))
        kept.append(text[end : match.start()].rstrip())
        end = match.end()
    if len(ratios) > 1:
        raise RatioTwice
    rest = text[end:]
    prompt = " ".join(part for part in [*kept, rest.lstrip(" \t") if kept else rest] if part)
    prompt = prompt.replace("\x00", "").strip()
    if len(prompt) > LONGEST_PROMPT:
        raise PromptTooLong(len(prompt))
    return ParsedPrompt(prompt, next(iter(ratios), None))


def parse_ratio(text: str) -> AspectRatio:
    """Return the ratio of a text such as `16:9`, `16x9`, `16×9`, `16/9` or `1920x1080`. Raises UnknownRatio."""
    match = _VALUE.fullmatch(text.rstrip(".,;!"))
    if match is None:
        raise UnknownRatio(text)
    width, height = int(match[1]), int(match[2])
    divisor = math.gcd(width, height) or 1
    try:
        return AspectRatio(f"{width // divisor}:{height // divisor}")
    except ValueError:
        raise UnknownRatio(text) from None
