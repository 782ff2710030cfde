"""Reads the fields of the media API's answers, whichever of their known forms they have (docs/media-api.md).

A field of an unusable form counts as missing. The fields of a task may be in the answer itself or in an object inside.
"""

import codecs
import math
import re
from collections.abc import Iterator, Mapping

from core import json_text
from provider.errors import ProtocolError

Json = Mapping[str, object]

FAILED = frozenset({"failed", "fail", "error"})
_INNER = ("data", "task", "result")
_ID_NAMES = ("task_id", "taskId", "id")
_ERROR_NAMES = ("error", "errors", "issues")
_ACCEPTED_WORDS = frozenset({"", "ok", "success", "created", "accepted"})
_DEEPEST = 2
_LONGEST_MESSAGE = 200
_ID_IN_TEXT = re.compile(rb""""(?:id|task_id|taskId)"\s*:\s*(?:"([^"\\\s]+)"|(\d+)\s*[,}])""")
_AMOUNT = re.compile(r"([-+]?\d+(?:\.\d+)?)(?:₽|rub|руб|р)?\.?")


def read_json(status: int, body: bytes) -> Json:
    """Return the JSON object of an answer, also from a list of one. Raises ProtocolError for anything else."""
    try:
        value = json_text.loads(body)
    except (ValueError, RecursionError):
        kind = "HTML" if body.lstrip()[:1] == b"<" else "broken JSON" if body.strip() else "no text"
        raise ProtocolError(f"HTTP {status} with {kind}") from None
    found = _object(value)
    if found is None:
        raise ProtocolError(f"HTTP {status} with JSON that is not an object")
    return found


def read_broken_json(body: bytes) -> Json:
    """Return the complete id in JSON that is cut off or followed by something else, as an answer. Else it is empty."""
    start = body.removeprefix(codecs.BOM_UTF8).lstrip().removeprefix(b"data:").lstrip()
    found = _ID_IN_TEXT.search(start) if start[:1] in {b"{", b"["} else None
    return {"id": (found[1] or found[2]).decode()} if found else {}


def task_id(answer: Json) -> str | None:
    """Return the id of the task that an answer names, as text: a non-blank text or a positive whole number.

    An envelope may have an id of its own: the id of the task is beside a status or a link, or is named after a task.
    Without any of these, the outermost id is the task's.
    """
    parts = list(_parts(answer))
    documented = [part for part in parts if {"status", "url", "task_id", "taskId"} & part.keys()]
    for part in [*reversed(documented), *parts]:
        for name in _ID_NAMES:
            value = part.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return str(value)
    return None


def link(answer: Json) -> str | None:
    """Return the link to the picture: an http or https address, alone or in a list."""
    for part in _parts(answer):
        value = part.get("url")
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.strip().lower().startswith(("https://", "http://")):
                return text.strip()
    return None


def status_word(answer: Json) -> str:
    """Return the status of the task in lower case, or "". An inner object knows the task better than its envelope."""
    for part in reversed(list(_parts(answer))):
        status = part.get("status")
        if isinstance(status, str) and status.strip():
            return status.strip().lower()
    return ""


def amount(answer: Json, name: str) -> float | None:
    """Return an amount in roubles, given as a number or as text: `"4.5"`, `"1 234,50 ₽"`."""
    for part in _parts(answer):
        found = _number(part.get(name))
        if found is not None:
            return found
    return None


def code(answer: Json) -> object:
    """Return the code of an answer: an int if it is a number, also as text. None if it is missing."""
    for part in _parts(answer):
        value = part.get("code")
        number = _number(value) if isinstance(value, int | float | str) else None
        if number is not None and number.is_integer():
            return int(number)
        if value is not None and not isinstance(value, bool):
            return value
    return None


def says_refused(answer: Json) -> bool:
    """Return whether an answer says that the call failed: by its code, an error, issues or its status."""
    found = code(answer)
    if isinstance(found, int) and found != 0 and not 200 <= found < 300:
        return True
    if isinstance(found, str) and found.strip().lower() not in _ACCEPTED_WORDS:
        return True
    if answer.get("success") is False or status_word(answer) in FAILED:
        return True
    return any(not _is_empty(part.get(name)) for part in _parts(answer) for name in _ERROR_NAMES)


def message(answer: Json) -> str:
    """Return the provider's message, shortened, on one line."""
    found = answer.get("message") or _error_text(answer.get("error")) or answer.get("detail")
    for part in _parts(answer):
        found = found or part.get("message") or _error_text(part.get("error"))
    return " ".join(str(found).split())[:_LONGEST_MESSAGE] if found else ""


def _object(value: object) -> Json | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else None


def _parts(answer: Json, depth: int = 0) -> Iterator[Json]:
    """Yield the answer, then the objects inside that may describe its task."""
    yield answer
    if depth < _DEEPEST:
        for name in _INNER:
            inner = _object(answer.get(name))
            if inner is not None:
                yield from _parts(inner, depth + 1)


def _error_text(error: object) -> object:
    return error.get("message") if isinstance(error, dict) else error


def _is_empty(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_empty, value.values()))
    if isinstance(value, list):
        return all(map(_is_empty, value))
    return not (value.strip() if isinstance(value, str) else value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        found = _AMOUNT.fullmatch("".join(value.split()).replace(",", ".").lower())
        if found is None:
            return None
        value = found[1]
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
