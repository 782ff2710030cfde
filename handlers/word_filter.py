"""Finds blocked words as people disguise them: in any case, with look-alike letters, marks and invisible characters."""

import re
import unicodedata
from collections.abc import Iterable

_LOOK_ALIKE = str.maketrans(
    # Cyrillic letters, digits and signs that pass for Latin letters; `l` and `i` pass for each other.
    "авекмнорстухіјѕё0134578@$|l",
    "abekmhopctyxijsеoieastbasii",
)
_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cc"})


def plain(text: str) -> str:
    """Return a text's words in one spelling for all that look alike, with single blanks between."""
    spread = unicodedata.normalize("NFKD", text)
    seen = "".join(c if c.isspace() else "" if unicodedata.category(c) in _INVISIBLE else c for c in spread)
    # Twice: `ё` becomes a Cyrillic `е` first.
    same = seen.casefold().translate(_LOOK_ALIKE).translate(_LOOK_ALIKE)
    return " ".join(re.findall(r"[^\W_]+", same))


def blocked_in(text: str, words: Iterable[str]) -> bool:
    """Say whether a text holds one of these words, or phrases, as whole words."""
    shown = f" {plain(text)} "
    return any(f" {word} " in shown for word in map(plain, words) if word)
