"""Midjourney's flags, which users copy with their prompts and which this model lacks.

Names and values: docs.midjourney.com, "Parameter List".
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_FEATURES = {
    "version": "v version niji test testp beta",
    "strength": "s stylize stylise exp",
    "exclude": "no",
    "seed": "seed sameseed",
    "quality": "q quality hd hq uplight upbeta upanime stop",
    "style": "style raw creative",
    "variety": "c chaos w weird",
    "tile": "tile",
    "reference": "iw cw sw ow sref cref oref dref sv",
    "repeat": "r repeat bs",
    "speed": "fast relax turbo draft",
    "profile": "p profile personalize",
    "video": "video motion loop end",
    "visibility": "stealth public",
}
_FEATURE_OF = {name: feature for feature, names in _FEATURES.items() for name in names.split()}
_LISTS, _LINKS = {"no"}, {"sref", "cref", "oref", "dref", "end", "p", "profile", "personalize"}
_WORDS = {"style", "motion"}
_BARE = {"tile", "raw", "creative", "fast", "relax", "turbo", "draft", "video", "loop", "stealth", "public"}
_BARE |= {"hd", "hq", "test", "testp", "beta", "uplight", "upbeta", "upanime"}
_NUMBERS = _FEATURE_OF.keys() - _LISTS - _LINKS - _WORDS - _BARE
MASK = "\0"
"""Stands for each character of a flag that is found already. No normalised text contains it."""
_END = r"(?!\w|-(?!-))"  # the next flag may follow without a blank


def _any(names: set[str] | frozenset[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


RATIO_NAME = r"(?:[aа][rр]|фк|aspect(?:[-_]?ratio|\s{1,3}ratio)?|ratio)"
"""The flag of the ratio, also with Cyrillic letters of the same look and on the same keys."""
_ANY = rf"(?:{_any(frozenset(_FEATURE_OF))}|{RATIO_NAME})(?![^\W\d]|-(?!-))"
_NEXT = rf"(?:{MASK}|\s--|\s—{{1,4}}[a-z]|\s-{_ANY}|(?<![-—])(?:-{{2,4}}|—{{1,4}}){_ANY})"  # bounded, as in prompt.py
_IS = r"\s{0,8}[=:]?\s{0,8}"
_NUMBER = r"-?(?:\d+(?:\.\d+)?|\.\d+)(?!\w)"
_LINK = rf"""[=:\s]\s{{0,8}}(?:
    https?://(?:(?!{MASK}|--{_ANY}|—)\S)+ | random{_END} | (?=\w*\d)\w+(?:::\d+)?{_END} )"""
_FLAG = rf"""(?:
    (?: --\ ? | [-—]{{1,4}} ) (?P<measured>{_any(_NUMBERS)}) {_IS} {_NUMBER}
    | --(?:
        (?P<listed>{_any(_LISTS)}) {_END} .*? (?={_NEXT}|$)
        | (?P<linked>{_any(_LINKS)}) {_END} (?:{_LINK})*
        | (?P<worded>{_any(_WORDS)}) {_END} (?:\s{{0,8}}[=:\s]\s{{0,8}}(?![-—])(?:(?!{MASK}|--|—)\S)+)?
        | (?P<bare>{_any(_BARE | _NUMBERS)}) {_END}
    )
    | [-—]{{1,4}}(?:
        (?P<odd_listed>{_any(_LISTS)}) (?=[=:\s]\s{{0,8}}\w) .*? (?={_NEXT}|$)
        | (?P<odd_linked>{_any(_LINKS)}) (?:{_LINK})+
        | (?P<odd_worded>style){_IS}(?:raw|cute|expressive|original|scenic|4[abc]){_END}
        | (?P<odd_bare>{_any(_BARE | {"niji"})}) {_END} (?=\s{{0,8}}(?:$|[-—]{{1,4}}{_ANY}|{MASK}))
    )
)"""
_OPTIONS = re.IGNORECASE | re.VERBOSE | re.DOTALL
_BEHIND_A_FLAG = re.compile(_FLAG, _OPTIONS)
_ANYWHERE = re.compile(rf"(?<![\w—-]){_FLAG}", _OPTIONS)


class ForeignFlag(NamedTuple):
    """A flag with its value in a text, from `start` to `stop`."""

    name: str
    start: int
    stop: int


def find_flags(folded: str) -> Iterator[ForeignFlag]:
    """Yield Midjourney's flags in the folded spelling of a text (handlers.normalising).

    A dash makes a flag if the name follows it at once, and if it stands at the start, behind a flag, or behind a
    character that is neither a letter, nor a digit, nor a dash. So a hyphen within a word and a dash between blanks
    are prose. `--` makes a flag of each name, with or without a value; before a number, a blank may follow it. Any
    other row of dashes (`-`, `—`, `–—`) does so only if a value of the flag's kind follows the name (`-v 6`,
    `–no text`, `—style raw`), or if the name takes no value and ends the text or precedes the next flag.
    """
    start = 0
    match = _ANYWHERE.search(folded)
    while match is not None:
        name = next(value for value in match.groups() if value)
        yield ForeignFlag(f"--{name.lower()}", *match.span())
        start = match.end()
        match = _BEHIND_A_FLAG.match(folded, start) or _ANYWHERE.search(folded, start)


def feature_of(flag: str) -> str:
    """Return the name of the feature that a flag controls, as in the texts `lacks-…`."""
    return _FEATURE_OF[flag.removeprefix("--")]
