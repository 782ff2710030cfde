"""Search for words in texts of any script, whatever their case and accents."""

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]")
"""Combining Diacritical Marks (Unicode). The marks of other scripts are letters there, and stay."""


def search_words(text: str) -> list[str]:
    """Return the words to search for, as `fold` spells them."""
    return fold(text).split()


def has_words(words: list[str], text: str) -> bool:
    """Return whether a text contains each of some folded words, also inside of longer words."""
    folded = fold(text)
    return all(word in folded for word in words)


def fold(text: str) -> str:
    """Return a text in one spelling for all that differ in case, accents, width or ligatures: `Ёлка` as `елка`."""
    if text.isascii():
        return text.lower()  # the same, in a twentieth of the time
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
