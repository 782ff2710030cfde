"""Reads as much as possible of JSON that is cut off or has other text around it."""

import json
import re
from collections import deque
from collections.abc import Sequence

from core import json_text

_TOKEN = re.compile(
    r'\s*(?:"(?:[^"\\]|\\.)*"|(?:-?\d[\d.eE+-]*|true|false|null)(?=\s*[,}\]])|(?P<mark>[{}\[\],:]))',
    re.DOTALL,
)
"""A complete string, a number or literal that is surely complete, or a punctuation mark."""
_CLOSING = {"{": "}", "[": "]"}
_DEEPEST = 50
_DOCUMENTED_ID = re.compile(rb"""["'](?:_?id|task_?id)["']\s*:\s*["']([0-9a-f]{24})["']""", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f]")
_OBJECT = re.compile(rb'\[?\{\s*"')
_PAGE = re.compile(rb"<!doctype|<html|<head|<script", re.IGNORECASE)
_TRIED_ENDS = 6
"""A cut between two members leaves at most a comma, a name and a colon behind the last complete value."""


def complete_members(body: bytes) -> object:
    """Return the value at the start of a body with only those members that are complete. None if there is no value.

    `{"id":"a","status":"id` is `{"id":"a"}`. Bytes that are not UTF-8 are replaced.
    """
    text = body.decode(json.detect_encoding(body), "replace").strip("\ufeff \t\r\n")
    text = text.removeprefix("data:").lstrip()  # a server-sent event
    if text[:1] not in _CLOSING:
        return None
    text = _CONTROL.sub(" ", text)
    for end, closing in reversed(_ends(text)):
        try:
            return json_text.loads(text[:end] + closing)
        except (ValueError, RecursionError):
            continue
    return None


def without_text_before(body: bytes) -> bytes | None:
    """Return the JSON of a body that starts with other text, such as a warning of PHP. None if there is none.

    JSON inside an HTML page is a part of the page.
    """
    found = _OBJECT.search(body)
    if (
        found is None
        or not body[: found.start()].strip(b"\xef\xbb\xbf \t\r\n")
        or _PAGE.search(body, 0, found.start())
    ):
        return None
    return body[found.start() :]


def documented_id(body: bytes) -> str | None:
    """Return the first id of the documented form in a text of any kind."""
    found = _DOCUMENTED_ID.search(body)
    return found[1].decode() if found else None


def _ends(text: str) -> Sequence[tuple[int, str]]:
    """Return the last positions behind a token, each with the marks that close all open objects and lists."""
    ends: deque[tuple[int, str]] = deque(maxlen=_TRIED_ENDS)
    at, closing = 0, ""
    while (token := _TOKEN.match(text, at)) is not None:
        at, mark = token.end(), token["mark"]
        if mark in _CLOSING:
            closing = _CLOSING[mark] + closing
        elif mark in {"}", "]"}:
            if closing[:1] != mark:
                break
            closing = closing[1:]
        ends.append((at, closing))
        if not closing or len(closing) > _DEEPEST:
            break
    return ends
