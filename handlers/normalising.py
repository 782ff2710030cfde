"""One spelling for all spellings of a text that look alike: commands, flags and banned words are read in it."""

import functools
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Blanks that Unicode counts as letters or symbols: the Hangul fillers and the empty Braille pattern."""
_MARKS = frozenset("\u034f\u17b4\u17b5")
"""Marks without a shape: the grapheme joiner and two Khmer vowels."""
_VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Number signs that Unicode counts as format characters and that are drawn."""
_JOINERS = frozenset("\u200c\u200d")
_HYPHENS = "\u058a\u05be\u2010\u2011\u2043\u207b\u208b\u2212\u02d7\u2796\ufe63\uff0d"
_LONG_DASHES = "\u30fc\uff70\u3161\u1173\uffda\u2500\u2501\u23af\u23e4"
"""Besides all dashes of Unicode (category Pd): letters that prolong a sound, and lines."""
_QUOTES = (
    "'`´\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u300c\u300d\u300e\u300f"
)
_COLONS = "\u02d0\u02f8\u0589\u05c3\u2236\ua789\ufe13\ufe30\ufe55\uff1a"
_SLASHES = "\u2044\u2215\u29f8\uff0f"
_OPENING = "\u3008\u300a\u3010\u3014\u3016\u3018\u301a\u27e8\u27ea\u2768\u276a"
_CLOSING = "\u3009\u300b\u3011\u3015\u3017\u3019\u301b\u27e9\u27eb\u2769\u276b"
_SAME: dict[str, str] = (
    dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_LONG_DASHES, "—")
    | dict.fromkeys(_QUOTES, '"')
    | dict.fromkeys(_COLONS, ":")
    | dict.fromkeys(_SLASHES, "/")
    | dict.fromkeys(_OPENING, "(")
    | dict.fromkeys(_CLOSING, ")")
)
_SAME_ASCII = {ord(character): same for character, same in _SAME.items() if character.isascii()}
_INVISIBLE_ASCII = {code: None for code in (*range(32), 127) if chr(code) not in "\t\n\r"}


class Normalised(NamedTuple):
    """A text without invisible characters, in two spellings of the same length.

    `shown` has the user's own characters. `folded` has one hyphen, one long dash, one quote, one colon, one slash and
    one bracket for all that look like them, and ASCII letters and digits for those of other widths, scripts and fonts.
    """

    shown: str
    folded: str


@functools.lru_cache(maxsize=32)
def normalise(text: str) -> Normalised:
    """Return a text in its two spellings. Positions in one are positions in the other.

    The guards of all handlers read the same text one after the other, so the latest ones are kept.
    """
    if text.isascii():  # the same, ten times as fast
        plain = text.translate(_INVISIBLE_ASCII)
        return Normalised(plain, plain.translate(_SAME_ASCII))
    shown: list[str] = []
    for index, character in enumerate(text):
        if not _is_invisible(character) or _shapes(character, shown, text[index + 1 : index + 2]):
            shown.append(character)
    return Normalised("".join(shown), "".join(map(_fold, shown)))


def is_blank(text: str) -> bool:
    """Return whether nothing of a text can be seen."""
    return all(c in _FILLERS or unicodedata.category(c)[0] in "ZCM" for c in text)


def _is_invisible(character: str) -> bool:
    if character.isascii():
        return (character < " " and character not in "\t\n\r") or character == "\x7f"
    if character in _FILLERS or character in _MARKS or _is_variation_selector(character):
        return True
    invisible = unicodedata.category(character) in {"Cf", "Cc"} and character != "\x85"
    return invisible and character not in _VISIBLE_FORMATS


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _shapes(character: str, before: Sequence[str], after: str) -> bool:
    """Return whether an invisible character changes how its neighbours look: in an emoji, or in words of a script."""
    previous = before[-1] if before else ""
    if character == "\ufe0f" and after == "\u20e3":  # a keycap
        return previous.isascii() and previous != ""
    if not previous or previous.isascii() or _fold(previous) != previous:
        return False
    if character in _JOINERS:
        return after != "" and not (after.isascii() or _is_invisible(after)) and _fold(after) == after
    if "\U000e0020" <= character <= "\U000e007f":  # spells a flag behind an emoji (Unicode, UTS 51)
        return previous == "\U0001f3f4" or "\U000e0020" <= previous <= "\U000e007f"
    is_symbol = unicodedata.category(previous)[0] == "S" or previous in "\u203c\u2049"
    return _is_variation_selector(character) and (is_symbol or previous >= "\u3400")


def _fold(character: str) -> str:
    if character.isascii():
        return _SAME.get(character, character)
    if same := _SAME.get(character):
        return same
    if character.isspace():
        return " " if character not in "\u2028\u2029\x85" else "\n"
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.category(character) == "Pd":
        return "—"
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if len(compatible) == 1 and compatible.isascii() else character
