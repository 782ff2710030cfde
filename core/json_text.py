"""JSON from the network, without the characters that cannot be written everywhere."""

import json
import re
from typing import Any

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The escape of a NUL in JSON: an odd number of backslashes stands before the `u`."""
_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_SUSPECT = re.compile(rf"\\u0000|\\\\|{_HIGH}(?!{_LOW})|(?<!{_HIGH}){_LOW}|[\ud800-\udfff]")
"""A NUL, half of a pair, or an escaped backslash, behind which a `u` begins no escape."""


def loads(text: str | bytes) -> Any:
    r"""Parse JSON and replace each lone surrogate and each NUL in it by U+FFFD.

    Raises ValueError or RecursionError for bad JSON.

    JSON can name half of a UTF-16 pair (`"\ud800"`, RFC 8259 section 8.2). Python reads it as a string that neither
    SQLite, nor HTTP, nor a log file can encode. PostgreSQL stores no NUL (PostgreSQL, Character Types).
    """
    if isinstance(text, bytes):  # as json.loads does, which accepts encoded surrogates, UTF-16 and UTF-32
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    value = json.loads(text)
    if _SUSPECT.search(text) is None:
        return value
    plain = json.dumps(value, ensure_ascii=False)
    dumped = _NUL.sub(r"\1\\ufffd", plain)
    if plain.isascii() and dumped == plain:
        return value
    return json.loads(dumped.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
