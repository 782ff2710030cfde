"""JSON from the network, without the characters that no encoding can write."""

import json
from typing import Any


def loads(text: str | bytes) -> Any:
    r"""Parse JSON and replace each lone surrogate in it by U+FFFD. Raises ValueError or RecursionError for bad JSON.

    JSON can name half of a UTF-16 pair (`"\ud800"`, RFC 8259 section 8.2). Python reads it as a string that neither
    SQLite, nor HTTP, nor a log file can encode.
    """
    value = json.loads(text)
    has_escapes = b"\\u" in text if isinstance(text, bytes) else "\\u" in text
    if not has_escapes:  # UTF-8 itself cannot hold a surrogate, so only an escape can name one
        return value
    dumped = json.dumps(value, ensure_ascii=False)
    if dumped.isascii():
        return value
    return json.loads(dumped.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
