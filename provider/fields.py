"""Reads the fields of the media API's answers, whichever of their known forms they have (docs/media-api.md).

A field of an unusable form counts as missing. The fields of a task may be in the answer itself or in an object inside.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core import json_text
from provider.broken_json import complete_members, documented_id, without_text_before
from provider.errors import ProtocolError
from provider.picture_links import find_link

Json = Mapping[str, object]

FAILED = frozenset({"failed", "fail", "error"})
_INNER = ("data", "task", "result")
_ERROR_NAMES = ("error", "errors", "issues")
_CODE_NAMES = ("code", "status", "status_code", "statusCode", "http_status")
_NO_IDS = frozenset({"null", "none", "undefined"})
_DOCUMENTED_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_TASK_FIELDS = frozenset({"url", "model", "prompt", "createdat", "taskid"})
"""Fields beside the id of a task, as `_plain` gives them."""
_REFUSING_WORD = re.compile(
    r"error|fail|invalid|reject|refus|den[iy]|unauthori|forbid|bad.?req|not.?found|\d{3}"
)
_ACCEPTED_WORDS = frozenset({"", "ok", "success", "created", "accepted"})
_DEEPEST = 2
_LONGEST_MESSAGE = 200
_AMOUNT = re.compile(r"([-+]?\d+(?:\.\d+)?)(?:₽|rub|руб|р)?\.?")


def read_json(status: int, body: bytes) -> Json:
    """Return the JSON object of an answer, also from a list of one. Raises ProtocolError for anything else.

    Text before the JSON is skipped; text behind it means that it is no JSON.
    """
    try:
        value = json_text.loads(without_text_before(body) or body)
    except (ValueError, RecursionError):
        kind = "HTML" if body.lstrip()[:1] == b"<" else "broken JSON" if body.strip() else "no text"
        raise ProtocolError(f"HTTP {status} with {kind}") from None
    found = _object(value)
    if found is None:
        raise ProtocolError(f"HTTP {status} with JSON that is not an object")
    return found


def read_broken_json(body: bytes) -> Json:
    """Return the complete fields of JSON that is cut off or has other text around it. It is empty if there are none.

    Behind other text, JSON counts if it describes a task. An id in any other text counts only if it has the documented
    form, 24 hexadecimal digits.
    """
    found = _object(complete_members(body)) or {}
    later = without_text_before(body)
    if not found and later is not None:
        behind = _object(complete_members(later)) or {}
        found = behind if "code" in behind or any(map(_describes_task, _parts(behind))) else {}
    if task_id(found) is None and link(found) is None:
        named = documented_id(body)
        return {"id": named} if named else found
    return found


def task_id(answer: Json) -> str | None:
    """Return the id of the task that an answer names, as text: a non-blank text or a positive whole number.

    An envelope may have an id of its own. The id of the task is named after a task, else it is beside another field of
    a task, else it has the documented form, else it is the innermost: an object in `data` describes the task, and the
    id around it the answer. One id is chosen, because the ledger stores one and a wrong one costs only the picture.
    """
    candidates = list(_candidates(answer))
    return max(candidates, key=lambda found: found.rank).id if candidates else None


def surely_names_task(answer: Json) -> bool:
    """Return whether an answer names a task even if its HTTP status is an error.

    Its id is named after a task, has the documented form, or is beside a status or a link and no error.
    """
    if any(found.named_task or found.documented for found in _candidates(answer)):
        return True
    described = says_work_goes_on(answer) or link(answer)
    return bool(task_id(answer) and described) and not says_refused(answer)


def says_work_goes_on(answer: Json) -> bool:
    """Return whether the status of an answer is neither a failure nor a refusal: a word unknown to us means waiting."""
    word = status_word(answer)
    return bool(word) and _REFUSING_WORD.search(word) is None


def link(answer: Json) -> str | None:
    """Return the link to the picture: an http or https address, in any form of `find_link`."""
    return next((found for part in _parts(answer) if (found := find_link(part)) is not None), None)


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


def codes(answer: Json) -> list[object]:
    """Return the codes of an answer and of the errors inside: an int if it is a number, also as text.

    A number in `status` is a code only if it can be the HTTP status of an error.
    """
    found: list[object] = []
    for part in [*_parts(answer), *_errors(answer)]:
        for name in _CODE_NAMES:
            value = part.get(name)
            number = _number(value) if isinstance(value, int | float | str) else None
            if number is not None and number.is_integer():
                if name == "code" or 400 <= number < 600:
                    found.append(int(number))
            elif name == "code" and value is not None and not isinstance(value, bool):
                found.append(value)
    return found


def error_types(answer: Json) -> str:
    """Return the types and the texts of the codes of an answer and of the errors inside, in one text."""
    parts = [*_parts(answer), *_errors(answer)]
    return " ".join(str(part[name]) for part in parts for name in ("type", "code") if part.get(name))


def says_refused(answer: Json) -> bool:
    """Return whether an answer says that the call failed: by its code, an error, issues or its status."""
    for found in codes(answer):
        if isinstance(found, int) and found != 0 and not 200 <= found < 300:
            return True
        if isinstance(found, str) and found.strip().lower() not in _ACCEPTED_WORDS:
            return True
    if answer.get("success") is False or status_word(answer) in FAILED:
        return True
    return any(not _is_empty(part.get(name)) for part in _parts(answer) for name in _ERROR_NAMES)


def is_documented_refusal(answer: Json) -> bool:
    """Return whether a refusal has the provider's own form: issues, or a code that is not an HTTP status."""
    own = [code for code in codes(answer) if isinstance(code, int) and 0 < code < 100]
    return bool(own) or any(not _is_empty(part.get("issues")) for part in _parts(answer))


def message(answer: Json) -> str:
    """Return the provider's message, shortened, on one line."""
    found = answer.get("message") or _error_text(answer.get("error")) or answer.get("detail")
    for part in _parts(answer):
        found = found or part.get("message") or _error_text(part.get("error"))
    return " ".join(str(found).split())[:_LONGEST_MESSAGE] if found else ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An id in an answer; a later one is deeper inside."""

    id: str
    depth: int
    named_task: bool
    beside_task: bool

    @property
    def documented(self) -> bool:
        return _DOCUMENTED_ID.fullmatch(self.id) is not None

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        return self.named_task, self.beside_task, self.documented, self.depth


def _candidates(answer: Json) -> Iterator[_Candidate]:
    """Yield the usable ids of an answer."""
    for depth, part in enumerate(_parts(answer)):
        beside = _describes_task(part)
        for name, value in part.items():
            found = _usable_id(value)
            if found is None:
                continue
            if _plain(name) in {"id", "taskid"}:
                yield _Candidate(found, depth, _plain(name) == "taskid", beside)
            elif name in _INNER and _DOCUMENTED_ID.fullmatch(found):
                yield _Candidate(found, depth, named_task=True, beside_task=True)


def _describes_task(part: Json) -> bool:
    """Return whether an object has a field of a task other than its id. An envelope may have a status, too."""
    status = part.get("status", 0)
    has_status = status is None or (isinstance(status, str) and status.lower() not in _ACCEPTED_WORDS)
    return has_status or bool(_TASK_FIELDS & {*map(_plain, part)})


def _plain(name: str) -> str:
    """Return a name in lower case without separators: `task_id`, `taskId` and `TaskID` are one."""
    return name.replace("_", "").replace("-", "").lower()


def _usable_id(value: object) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("$oid")  # the extended JSON of MongoDB, whose ids have the documented form
    if isinstance(value, str):
        text = value.strip()
        return text if text and text.lower() not in _NO_IDS else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return str(value) if is_number else None


def _object(value: object) -> Json | None:
    """Return an object: the value itself, in a list of one, or encoded as text."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            value = json_text.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _parts(answer: Json, depth: int = 0) -> Iterator[Json]:
    """Yield the answer, then the objects inside that may describe its task."""
    yield answer
    if depth < _DEEPEST:
        for name in _INNER:
            inner = _object(answer.get(name))
            if inner is not None:
                yield from _parts(inner, depth + 1)


def _errors(answer: Json) -> Iterator[Json]:
    """Yield the objects that describe an error."""
    for part in _parts(answer):
        for name in ("error", "errors"):
            value = part.get(name)
            for error in value if isinstance(value, list) else [value]:
                if isinstance(error, dict):
                    yield error


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
