"""Finds banned words in any disguise: other case, look-alike letters, combining marks, invisible characters."""

import re
import unicodedata
from collections.abc import Iterable

from handlers.normalising import normalise

_LOOK_ALIKE = str.maketrans(
    # Cyrillic letters, digits and signs that pass for Latin letters; `l` and `i` pass for each other.
    "авекмнорстухіјѕё0134578@$|l",
    "abekmhopctyxijsеoieastbasii",
)
_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cc"})


def words_of(text: str) -> str:
    """Return the words of a text, separated by single blanks, in one spelling for all spellings that look alike."""
    decomposed = unicodedata.normalize("NFKD", normalise(text).shown)
    visible = "".join(
        c if c.isspace() else "" if unicodedata.category(c) in _INVISIBLE else c for c in decomposed
    )
    # Twice: `ё` becomes a Cyrillic `е` first.
    uniform = visible.casefold().translate(_LOOK_ALIKE).translate(_LOOK_ALIKE)
    return " ".join(re.findall(r"[^\W_]+", uniform))


def contains_word(text: str, words: Iterable[str]) -> bool:
    """Return whether a text contains one of the words or phrases, as whole words."""
    normalised = f" {words_of(text)} "
    return any(f" {word} " in normalised for word in map(words_of, words) if word)
