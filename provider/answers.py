"""Parses the answers of the media API (docs/media-api.md) without any I/O.

An answer counts by the task that it names, whatever else it contains: a task that is not recognised is paid for and
lost. An answer to create is a refusal only if it says so; otherwise the outcome of the call is unknown.
"""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from provider import fields
from provider.errors import (
    BadInput,
    DoneWithoutPicture,
    ImageRefused,
    Moderated,
    OutcomeUnknown,
    OutOfMoney,
    ProtocolError,
    RateLimited,
    RequestRefused,
    TaskFailed,
    Temporary,
    Unauthorised,
)
from provider.fields import Json, read_json
from provider.image_refusals import names_picture, picture_refusal

_UNSAFE = ("sensitive", "policy", "moderation", "moderated", "nsfw", "unsafe", "violat")
_POOR = ("insufficient_balance", "balance is too low", "insufficient balance")
_KEY = ("invalid token", "invalid api key", "unauthorized", "unauthorised")
_LOST = ("gateway", "timeout", "time-out", "timed out")
"""Words of a server between the bot and the provider that did not get an answer: the task may have started."""
_OUTAGE = ("internal server error", "temporarily unavailable", "overloaded")
_NOT_PROCESSED = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""Statuses of a request that was not processed (RFC 9110, 15.4 and 15.6.4; RFC 8470, 5.2; RFC 6585, 4). 408 and other
3xx and 5xx leave it open: 303 answers a request that was processed."""
_RESET_BEHIND_PROXY = b"reset before headers"
"""Envoy answers 503 with these words when the provider broke the connection, perhaps after it started the task."""
LONGEST_RETRY_AFTER = 120.0
"""Longest accepted `Retry-After` in seconds, because a request has only minutes."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the provider. `url` is None until the picture is ready, `cost` is in roubles if it is known."""

    id: str
    url: str | None = None
    cost: float | None = None


def read_created(status: int, body: bytes, retry_after: str | None) -> Task:
    """Return the task in an answer to create.

    Raises TaskFailed, Moderated or DoneWithoutPicture for a task that ended at once, RequestRefused or NotAccepted for
    an answer that says so, and OutcomeUnknown for every other answer.
    """
    try:
        answer = read_json(status, body)
    except ProtocolError:
        answer = fields.read_broken_json(body)
    if _names_task(status, answer):
        return read_task(answer)
    error = status_error(status, body, retry_after)
    certain = is_success(status) or (status in _NOT_PROCESSED and _RESET_BEHIND_PROXY not in body)
    if isinstance(error, ProtocolError) or (isinstance(error, Temporary) and not certain):
        raise OutcomeUnknown(str(error))
    raise error


def read_result(answer: Json, task_id: str) -> Task:
    """Return the task with this id in an answer to result with a 2xx status, which need not repeat the id.

    Raises TaskFailed, Moderated or DoneWithoutPicture for a task that ended, and RequestRefused, NotAccepted or
    ProtocolError for an answer that does not report the task.
    """
    named, word = fields.task_id(answer), fields.status_word(answer)
    reports = word and (named or word not in fields.FAILED)
    if not (fields.link(answer) or reports or (named and not fields.says_refused(answer))):
        raise refusal(answer)
    return read_task(answer, task_id)


def read_task(answer: Json, known_id: str | None = None) -> Task:
    """Return the task that an answer names, or the task with the known id.

    A link is a picture, whatever the status; an unknown status means that the task is not done. Raises TaskFailed,
    Moderated or DoneWithoutPicture for a task that ended, and the error of `refusal` if there is no id.
    """
    task_id = fields.task_id(answer) or known_id
    if task_id is None:
        raise refusal(answer)
    url, word = fields.link(answer), fields.status_word(answer)
    if word in fields.FAILED:
        failure = _failure(answer)
        if url is None or isinstance(failure, Moderated):
            raise failure
    if url is None and word == "done":
        raise DoneWithoutPicture
    return Task(task_id, url, fields.amount(answer, "cost"))


def read_balance(answer: Json) -> float:
    """Return the balance in roubles. Raises RequestRefused, NotAccepted or ProtocolError."""
    balance = fields.amount(answer, "balance")
    if balance is None:
        raise refusal(answer)
    return balance


def refusal(answer: Json) -> RequestRefused | RateLimited | Temporary | ProtocolError:
    """Return the error for an answer that names no task: by its words, since the codes are not documented."""
    message = fields.message(answer)
    words = f"{message} {answer.get('error')}".lower()
    if any(word in words for word in _POOR):
        return OutOfMoney(message)
    unsafe = any(word in words for word in _UNSAFE)
    says_refused = fields.says_refused(answer)
    if names_picture(answer) and says_refused and not unsafe:
        return ImageRefused(message)
    if any(word in words for word in _KEY):
        return Unauthorised(message)
    if unsafe:
        return Moderated(message)
    if not says_refused or any(word in words for word in _LOST):
        return ProtocolError(f"the answer has no task id: {message}")
    code = fields.code(answer)
    by_code = _by_status(code, message, None) if isinstance(code, int) and 400 <= code < 600 else None
    if isinstance(by_code, Temporary) and code not in _NOT_PROCESSED:
        return ProtocolError(f"code {code}: {message}")
    if by_code is not None:
        return by_code
    if any(word in words for word in _OUTAGE):
        return Temporary(message)
    return ImageRefused(message) if picture_refusal(answer) is not None else BadInput(message)


def status_error(
    status: int, body: bytes, retry_after: str | None
) -> RequestRefused | RateLimited | Temporary | ProtocolError:
    """Return the error for an answer that names no task. `read_created` decides whether a create is certainly over."""
    try:
        answer = read_json(status, body)
    except ProtocolError as error:
        # A 403 that is not JSON comes from a proxy: it says nothing about the key.
        if is_success(status) or status == HTTPStatus.FORBIDDEN:
            return error
        return _by_status(status, str(error), retry_after) or error
    refused = refusal(answer)
    if is_success(status):
        return refused
    message = f"HTTP {status}: {fields.message(answer)}"
    if isinstance(refused, OutOfMoney):
        return OutOfMoney(message)
    if 400 <= status < 500 and names_picture(answer) and not isinstance(refused, Moderated):
        return ImageRefused(message)
    by_status = _by_status(status, message, retry_after)
    if by_status is not None:
        return by_status
    if isinstance(refused, Moderated | Unauthorised | RateLimited | Temporary):
        return refused
    if picture_refusal(answer) is not None:
        return ImageRefused(message)
    if fields.says_refused(answer) or fields.message(answer):
        return BadInput(message)
    return ProtocolError(message)


def is_success(status: int) -> bool:
    """Return whether an HTTP status is 2xx."""
    return 200 <= status < 300


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


def _names_task(status: int, answer: Json) -> bool:
    """Return whether an answer to create names a task; with a status other than 2xx, an id alone is not enough."""
    if fields.task_id(answer) is None:
        return False
    if is_success(status):
        return True
    return bool(fields.status_word(answer) or fields.link(answer)) and not fields.says_refused(answer)


def _by_status(
    status: int, message: str, retry_after: str | None
) -> RequestRefused | RateLimited | Temporary | None:
    """Return the error that an HTTP status other than 2xx means by itself, or None."""
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return OutOfMoney(message)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Unauthorised(message)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(message, read_retry_after(retry_after))
    if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE):
        # A gateway answers so itself, for the picture inside the request (RFC 9110, 15.5.14 and 15.5.16).
        return ImageRefused(message)
    if status >= 500 or status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY):
        return Temporary(message)
    return Temporary(f"{message} (an unexpected redirect)") if status < 400 else None


def _failure(answer: Json) -> Moderated | TaskFailed:
    message = fields.message(answer)
    return Moderated(message) if any(word in message.lower() for word in _UNSAFE) else TaskFailed(message)
