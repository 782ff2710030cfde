"""Brackets, quotes and marks of text formats around a flag or around all of a text.

All functions work on the folded spelling of a text (handlers.normalising).
"""

import re
from collections.abc import Callable

from handlers.normalising import Normalised

_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_ALIKE = '"*_~`|'
"""The quote, and the marks of bold, italic, struck, fixed-width and hidden text in Telegram's Markdown."""
OPENING, CLOSING, MARKS = r"(\[{<", r")\]}>", _ALIKE
"""The characters before and after a part of a text, for a class of a regular expression; MARKS are for both."""
_PUNCTUATION = ".,;!"
_APOSTROPHE = re.compile(r'(?<=\w)"(?=\w)')


def with_decoration(folded: str, start: int, stop: int) -> tuple[int, int]:
    """Return the span of a flag with the brackets, quotes and marks around it, and the punctuation behind those.

    A quote or a mark belongs to the flag only if no blank separates them.
    """
    end = stop
    while True:
        before, after = folded[:start], folded[end:]
        if before[-1:] in _BRACKETS or before[-1:].isspace():
            before, after = before.rstrip(" "), after.lstrip(" ")
        mark = before[-1:]
        is_around = mark != "" and mark in _ALIKE and before == folded[:start] and after.startswith(mark)
        if not is_around and not (mark in _BRACKETS and after.startswith(_BRACKETS[mark])):
            break
        start, end = len(before) - 1, len(folded) - len(after) + 1
    if end == stop:
        return start, stop
    rest = folded[end:]
    return start, end + len(rest) - len(rest.lstrip(_PUNCTUATION))


def unwrap(text: Normalised, has_flag: Callable[[str], bool]) -> Normalised:
    """Return a text without the brackets, quotes and marks around all of it, if there is a flag inside.

    Around a text without flags they are a part of the prompt.
    """
    shown, folded = text
    while True:
        start = len(folded) - len(folded.lstrip())
        stop = len(folded.rstrip().rstrip(_PUNCTUATION))
        mark = folded[start : start + 1]
        closing = _BRACKETS.get(mark, mark if mark and mark in _ALIKE else None)
        inside = folded[start + 1 : stop - 1]
        is_around = stop - start > 2 and folded[stop - 1] == closing
        if (
            closing is None
            or not is_around
            or not _is_one_part(inside, mark, closing)
            or not has_flag(inside)
        ):
            return Normalised(shown, folded)
        shown, folded = shown[start + 1 : stop - 1], inside


def _is_one_part(inside: str, opening: str, closing: str) -> bool:
    """Return whether the characters around a part of a text belong together: no other one ends or starts within."""
    if opening == closing:
        return opening not in _APOSTROPHE.sub("", inside).strip(opening)
    depth = 0
    for character in inside:
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return False
    return depth == 0
