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
_END = r"(?![\w-])"


def _any(names: set[str] | frozenset[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_NUMBER = r"-?\d+(?:\.\d+)?(?!\w)"
_FLAG = re.compile(
    rf"""(?<![\w—-])(?:
        (?: --\ ? | — ) (?P<measured>{_any(_NUMBERS)}) \s{{0,8}}[=:]?\s{{0,8}} {_NUMBER}
        | --(?:
            (?P<listed>{_any(_LISTS)}) {_END} .*? (?=\s(?:--|—[a-z])|$)
            | (?P<linked>{_any(_LINKS)}) {_END} (?:[=:\s]\s{{0,8}}(?:https?://\S+|random{_END}|(?=\w*\d)\w+(?:::\d+)?{_END}))*
            | (?P<worded>{_any(_WORDS)}) {_END} (?:\s{{0,8}}[=:\s]\s{{0,8}}(?![-—])\S+)?
            | (?P<bare>{_any(_BARE | _NUMBERS)}) {_END}
        )
        | —style\s+(?P<raw>raw){_END}
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class ForeignFlag(NamedTuple):
    """A flag with its value in a text, from `start` to `stop`."""

    name: str
    start: int
    stop: int


def find_flags(folded: str) -> Iterator[ForeignFlag]:
    """Yield Midjourney's flags in the folded spelling of a text (handlers.normalising)."""
    for match in _FLAG.finditer(folded):
        name = next(value for value in match.groups() if value)
        yield ForeignFlag(f"--{'style' if match['raw'] else name.lower()}", *match.span())


def feature_of(flag: str) -> str:
    """Return the name of the feature that a flag controls, as in the texts `lacks-…`."""
    return _FEATURE_OF[flag.removeprefix("--")]
