"""Finds banned words in any disguise: other case, look-alike letters, combining marks, invisible characters.

A letter of a language of the bot that only looks like another one with a mark is a letter of its own: `año` is not the
banned `ano`. A keyboard writes such a letter as one character. The same letter with a mark behind it may be the letter,
as some programs write it, or a disguise of the letter without the mark, so it counts as both.
"""

import re
import unicodedata
from collections.abc import Iterable

from handlers.normalising import normalise

_LOOK_ALIKE = str.maketrans(
    # Cyrillic letters, digits and signs that pass for Latin letters; `l` and `i` pass for each other.
    "авекмнорстухіјѕ0134578@$|l",
    "abekmhopctyxijsoieastbasii",
)
_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cc"})
_OWN_LETTERS = frozenset("ñÑйЙ")
"""Letters of the Spanish and the Russian alphabet that Unicode takes apart. `ё` is none here: Russian writes `е` for
it, too. Nor are letters with an accent or a cedilla: users leave these out."""


def words_of(text: str) -> str:
    """Return the words of a text, separated by single blanks, in one spelling for all spellings that look alike."""
    return _words_of(unicodedata.normalize("NFC", normalise(text).shown))


def contains_word(text: str, words: Iterable[str]) -> bool:
    """Return whether a text contains one of the words or phrases, as whole words."""
    spellings = f" {words_of(text)} ", f" {_words_of(normalise(text).shown)} "
    return any(f" {word} " in spelling for word in map(words_of, words) if word for spelling in spellings)


def _words_of(text: str) -> str:
    visible = "".join(map(_without_marks, text))
    return " ".join(re.findall(r"[^\W_]+", visible.casefold().translate(_LOOK_ALIKE)))


def _without_marks(character: str) -> str:
    """Return the letters of a character without marks: none for a mark that stands alone."""
    if character in _OWN_LETTERS:
        return character
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(c for c in decomposed if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
