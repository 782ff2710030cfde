"""Parses the answers of the media API (docs/media-api.md) without any I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from core import json_text
from provider.errors import (
    BadInput,
    DoneWithoutPicture,
    ImageRefused,
    Moderated,
    OutOfMoney,
    ProtocolError,
    RateLimited,
    RequestRefused,
    TaskFailed,
    Temporary,
    Unauthorised,
)
from provider.image_refusals import names_picture, picture_refusal

Json = Mapping[str, object]

_FAILED = frozenset({"failed", "fail", "error"})
_UNSAFE = ("sensitive", "policy", "moderation", "moderated", "nsfw", "unsafe", "violat")
_POOR = ("insufficient_balance", "balance is too low", "insufficient balance")
_OUTAGE = (
    "internal server error",
    "bad gateway",
    "gateway timeout",
    "temporarily unavailable",
    "overloaded",
)
_KEY = ("invalid token", "invalid api key", "unauthorized", "unauthorised")
_LONGEST_MESSAGE = 200
LONGEST_RETRY_AFTER = 120.0
"""Longest accepted `Retry-After` in seconds, because a request has only minutes."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the provider. `url` is None until the picture is ready, `cost` is in roubles if it is known."""

    id: str
    url: str | None = None
    cost: float | None = None


def read_json(status: int, body: bytes) -> Json:
    """Return the JSON object of an answer. Raises ProtocolError for anything else."""
    try:
        value = json_text.loads(body)
    except (ValueError, RecursionError):
        kind = "HTML" if body.lstrip()[:1] == b"<" else "broken JSON"
        raise ProtocolError(f"HTTP {status} with {kind}") from None
    if not isinstance(value, dict):
        raise ProtocolError(f"HTTP {status} with JSON that is not an object")
    return value


def read_task(answer: Json) -> Task:
    """Return the task in an answer with HTTP 200 to create or result.

    Raises a RequestRefused, Temporary, TaskFailed, ProtocolError or DoneWithoutPicture. An unknown status means that
    the task is not done.
    """
    task_id = answer.get("id")
    status = answer.get("status")
    status = status.lower() if isinstance(status, str) else ""
    if status in _FAILED:
        raise _failure(_message(answer))
    if answer.get("code", 0) not in (0, "0") or "error" in answer or not task_id:
        raise refusal(answer)
    if not isinstance(task_id, str):
        raise ProtocolError("the task's id is not a string")
    url = answer.get("url")
    if status != "done":
        return Task(task_id, cost=_number(answer.get("cost")))
    if not isinstance(url, str) or not url:
        raise DoneWithoutPicture
    return Task(task_id, url, _number(answer.get("cost")))


def read_balance(answer: Json) -> float:
    """Return the balance in roubles. Raises a RequestRefused, Temporary or ProtocolError."""
    balance = _number(answer.get("balance"))
    if balance is not None:
        return balance
    raise refusal(answer)


def refusal(answer: Json) -> RequestRefused | Temporary | ProtocolError:
    """Return the error for an answer that names no task: by its words, since the codes are not documented."""
    message = _message(answer)
    words = f"{message} {answer.get('error')}".lower()
    if any(word in words for word in _POOR):
        return OutOfMoney(message)
    unsafe = any(word in words for word in _UNSAFE)
    accepted = answer.get("code", 0) in (0, "0") and "error" not in answer
    if names_picture(answer) and not unsafe and not accepted:
        return ImageRefused(message)
    if any(word in words for word in _KEY):
        return Unauthorised(message)
    if unsafe:
        return Moderated(message)
    if any(word in words for word in _OUTAGE):
        return Temporary(message)
    if accepted:
        return ProtocolError("the answer has no task id")
    return ImageRefused(message) if picture_refusal(answer) is not None else BadInput(message)


def status_error(
    status: int, body: bytes, retry_after: str | None
) -> RequestRefused | RateLimited | Temporary:
    """Return the error for an answer with an HTTP status other than 2xx. The caller decides about a create call."""
    try:
        answer = read_json(status, body)
    except ProtocolError:
        answer = {}
    refused = refusal(answer) if answer else ProtocolError("")
    message = f"HTTP {status}: {_message(answer)}"
    if status == 402 or isinstance(refused, OutOfMoney):
        return OutOfMoney(message)
    if 400 <= status < 500 and names_picture(answer) and not isinstance(refused, Moderated):
        return ImageRefused(message)
    if status in (401, 403):
        return Unauthorised(message)
    if status == 429:
        return RateLimited(message, read_retry_after(retry_after))
    if status >= 500 or status in (408, 425):
        return Temporary(message)
    if status < 400:
        return Temporary(f"{message} (an unexpected redirect)")
    if isinstance(refused, Moderated | Unauthorised | Temporary):
        return refused
    # A gateway answers 413 and 415 itself, for the picture inside the request (RFC 9110, 15.5.14 and 15.5.16).
    about_picture = status in (413, 415) or picture_refusal(answer) is not None
    return ImageRefused(message) if about_picture else BadInput(message)


def read_retry_after(value: str | None) -> float | None:
    """Return `Retry-After` in seconds, given as digits or an HTTP date (RFC 9110, 10.2.3). None if it is unusable.

    A date counts as the longest wait, because the provider's clock may differ from this machine's.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            parsedate_to_datetime(value)
        except ValueError:
            return None
        return LONGEST_RETRY_AFTER
    if not seconds >= 0:
        return None
    return min(seconds, LONGEST_RETRY_AFTER)


def _failure(message: str) -> Moderated | TaskFailed:
    return Moderated(message) if any(word in message.lower() for word in _UNSAFE) else TaskFailed(message)


def _message(answer: Json) -> str:
    """Return the provider's message, shortened, on one line."""
    error = answer.get("error")
    found = answer.get("message") or (error.get("message") if isinstance(error, dict) else error)
    return " ".join(str(found).split())[:_LONGEST_MESSAGE] if found else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
