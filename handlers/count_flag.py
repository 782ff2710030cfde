"""The flag for several pictures at once: `--n 2`, `--n=4`, `—n 3`."""

import re
from collections.abc import Sequence

from core.model import MOST_AT_ONCE
from handlers.decoration import MARKS, OPENING
from handlers.user_errors import UserError

# Matches the folded spelling of a text (handlers.normalising). The second name is the Cyrillic letter on the same key.
_NAME = r"(?:n|т)"
_GAP = r"\s{0,8}"  # bounded, as in handlers/prompt.py
_QUOTES = rf"[{OPENING}{MARKS}]{{0,2}}"
# Phones turn `--` into a long dash. With a number behind it, each dash makes a flag of `n`, also right behind a word;
# without one, `--` or a long dash between words. A long dash before a name such as N64 or T34 is prose.
COUNT_FLAG = re.compile(
    rf"""
    (?!-?—[-—]{{0,3}}\ ?{_NAME}\d{{2}})(?:(?<![^\W_]|[—-])[-—]+|--\ ?|—[-—]{{0,3}}\ ?){_NAME}{_GAP}[:=]?{_GAP}{_QUOTES}
        (?P<number>\d(?:[\w:/×]|[.,](?=\d)|-(?!-)){{0,20}}){_QUOTES}[.,;!]*
    | (?<![^\W_]|[—-])(?:--+|-?—[-—]*){_NAME}(?:{_GAP}[=:]{_GAP}(?P<given>[^\s.,;!]{{0,40}})|(?=[^\w-]|$))
    """,
    re.IGNORECASE | re.VERBOSE,
)


class CountRefused(UserError):
    """A number of pictures that is not from 1 to `MOST_AT_ONCE`."""


def count_of(matches: Sequence[re.Match[str]]) -> int:
    """Return the number of pictures that some flags ask for, 1 without any. Raises CountRefused."""
    given = {match["number"] or match["given"] or "" for match in matches}
    if not given:
        return 1
    number = given.pop() if len(given) == 1 else ""
    if number not in {str(count) for count in range(1, MOST_AT_ONCE + 1)}:
        raise CountRefused
    return int(number)
