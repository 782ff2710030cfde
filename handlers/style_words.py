"""Finds `style:ink` in a text. `style: ink` counts only between punctuation marks: in a sentence it is prose."""

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from chat.style_names import curated_names
from core.styles import LONGEST_NAME, key_of

NO_STYLE = frozenset({"none", "no", "off", "нет", "без", "безстиля", "ninguno", "nenhum", "sin", "sem"})
"""The keys of names that ask for no style, not even the usual one."""
_WORD = "(?:style|стиль|estilo|stil)"
_OPENING, _CLOSING = r"[,;.!?(\n]", r"[,;.!?)\n]"


class StyleFlag(NamedTuple):
    """A named style in a text, from `start` to `stop`."""

    name: str
    start: int
    stop: int


def find_styles(folded: str) -> Iterator[StyleFlag]:
    """Yield the styles that the folded spelling of a text (handlers.normalising) names.

    Any word may follow `style:` or `style=` at once, a curated name of several words, too. The name may be in quotes.
    Behind `--style` only a curated name counts, since Midjourney has that flag.
    """
    for match in _pattern().finditer(folded):
        name = next(value for value in match.groups() if value)
        yield StyleFlag(name, *_with_comma(folded, *match.span()))


def _with_comma(folded: str, start: int, stop: int) -> tuple[int, int]:
    """Return the span with the comma that separates the style from the words before it, or else behind it."""
    before = folded[:start].rstrip(" ")
    if before.endswith((",", ";")):
        return len(before) - 1, stop
    after = folded[stop:].lstrip(" ")
    if (not before.strip() and after.startswith((",", ";", "."))) or (before[-1:] == "." == after[:1]):
        return start, len(folded) - len(after) + 1
    return start, stop


@functools.cache
def _pattern() -> re.Pattern[str]:
    names = sorted({*curated_names(), *NO_STYLE}, key=len, reverse=True)
    known = "|".join(_spellings(name) for name in names)
    end = r"(?![\w-])"
    return re.compile(
        rf"""
        (?<![\w/.—-]){_WORD}[:=](?:(?P<known>{known}){end}
            | "\s?(?P<quoted>[^"\n]{{1,{LONGEST_NAME * 2}}}?)\s?"
            | (?P<any>[^\W_][\w-]{{0,{LONGEST_NAME * 2}}}))
        | (?:(?<={_OPENING})|(?<={_OPENING}\s)|^\s{{0,8}}){_WORD}\s?[:=]\s{{0,3}}(?P<apart>{known})
            (?=\s{{0,8}}(?:{_CLOSING}|$))
        | (?<![\w—-])--style(?:\s?[=:]\s?|\s{{1,3}})(?P<flag>{known}){end}
        """,
        re.IGNORECASE | re.VERBOSE,
    )


def _spellings(name: str) -> str:
    """Return a pattern for a name, with a blank, a hyphen or nothing between its words."""
    words = [re.escape(word).replace("ё", "[её]") for word in re.split(r"[\s_-]", name)]
    return r"[\s_-]?".join(words)


def asks_for_none(name: str) -> bool:
    """Return whether a name asks for no style."""
    return key_of(name) in NO_STYLE
