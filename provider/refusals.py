"""Classifies the answers of the media API that name no task, without any I/O (docs/media-api.md).

The codes are not documented, so the words decide, then the numbers that are HTTP statuses.
"""

from email.utils import parsedate_to_datetime
from http import HTTPStatus

from provider import fields
from provider.errors import (
    BadInput,
    ImageRefused,
    Moderated,
    OutOfMoney,
    ProtocolError,
    RateLimited,
    RequestRefused,
    Temporary,
    Unauthorised,
)
from provider.fields import Json, read_json
from provider.image_refusals import names_picture, picture_refusal

_UNSAFE = ("sensitive", "policy", "moderation", "moderated", "nsfw", "unsafe", "violat")
_POOR = ("insufficient_balance", "balance is too low", "insufficient balance")
_KEY = ("invalid token", "invalid api key", "unauthorized", "unauthorised")
_RATE = ("rate limit", "rate_limit", "ratelimit", "rate-limit", "too many requests", "too_many_requests")
_LOST = ("gateway", "timeout", "time-out", "timed out", "timed_out", "reset before headers", "socket hang up")
"""Words of a server between the bot and the provider that did not get an answer: the task may have started. Envoy
answers 503 with "reset before headers" when the provider broke the connection, perhaps after it started the task."""
_OVERLOADED = ("temporarily unavailable", "overloaded")
_BROKEN = (
    "internal server error",
    "internal error",
    "unexpected error",
    "unknown error",
    "something went wrong",
    "внутренняя ошибка",
    "ошибка сервера",
)
"""Words of a server that failed on the way: the task may have started, as with the status 500."""
_OUTAGE = (*_OVERLOADED, *_BROKEN)
_NOT_PROCESSED = frozenset(
    {
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""Statuses of a request that was not processed (RFC 9110, 15.6.4; RFC 8470, 5.2; RFC 6585, 4), if the provider explains
them. 408, 3xx and other 5xx leave it open: 303 answers a request that was processed."""
_REFUSING = frozenset({400, 401, 402, 403, 404, 405, 406, 411, 413, 414, 415, 422, 431, 451})
"""Statuses of a request that was refused before any work (RFC 9110, 15.5; RFC 6585, 5; RFC 7725). Others, such as 409
or 499 of nginx, can follow work that was started."""
LONGEST_RETRY_AFTER = 120.0
"""Longest accepted `Retry-After` in seconds, because a request has only minutes."""

MediaRefusal = RequestRefused | RateLimited | Temporary | ProtocolError


def refusal(answer: Json) -> MediaRefusal:
    """Return the error for an answer with a 2xx status that names no task."""
    message = fields.message(answer)
    words = _words(answer)
    if any(word in words for word in _POOR):
        return OutOfMoney(message)
    says_refused = fields.says_refused(answer)
    if says_refused and _says_rate_limit(answer):
        return RateLimited(message)
    unsafe = any(word in words for word in _UNSAFE)
    if names_picture(answer) and says_refused and not unsafe:
        return ImageRefused(message)
    if any(word in words for word in _KEY):
        return Unauthorised(message)
    if unsafe:
        return Moderated(message)
    if not says_refused or any(word in words for word in _LOST):
        return ProtocolError(f"the answer has no task id: {message}")
    statuses = _http_statuses(answer)
    if any(_is_open(status) for status in statuses):
        return ProtocolError(f"code {statuses}: {message}")
    for status in statuses:
        by_code = _by_status(status, message, None)
        if by_code is not None:
            return by_code
    if any(word in words for word in _OUTAGE):
        return Temporary(message)
    return ImageRefused(message) if picture_refusal(answer) is not None else BadInput(message)


def status_error(status: int, body: bytes, retry_after: str | None) -> MediaRefusal:
    """Return the error for an answer that names no task. `is_certain` tells whether a create is over with it."""
    try:
        answer = read_json(status, body)
    except ProtocolError as error:
        # A 401 or 403 that is not JSON comes from a proxy: it says nothing about the key.
        if is_success(status) or status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return error
        return _by_status(status, str(error), retry_after) or error
    refused = refusal(answer)
    if is_success(status):
        return refused
    message = f"HTTP {status}: {fields.message(answer)}"
    if isinstance(refused, OutOfMoney):
        return OutOfMoney(message)
    if 400 <= status < 500 and any(map(_is_open, _http_statuses(answer))):
        return ProtocolError(message)
    if 400 <= status < 500 and names_picture(answer) and not isinstance(refused, Moderated | RateLimited):
        return ImageRefused(message)
    by_status = _by_status(status, message, retry_after)
    if by_status is not None:
        return by_status
    if isinstance(refused, Moderated | Unauthorised | RateLimited | Temporary):
        return refused
    if any(word in _words(answer) for word in _LOST):
        return ProtocolError(message)
    if picture_refusal(answer) is not None:
        return ImageRefused(message)
    if fields.says_refused(answer) or fields.message(answer):
        return BadInput(message)
    return ProtocolError(message)


def is_certain(error: MediaRefusal, status: int, body: bytes) -> bool:
    """Return whether the error of a complete answer to create, which names no task, proves that none was started.

    Only a JSON object with a refusal in it proves anything: the page of a proxy or an empty answer does not, whatever
    its status. A refusal counts if the HTTP status is one of a refusal or the body has the provider's own form of one.
    An outage counts if the provider says that it processes no requests, but not if it failed on the way or if the
    answer comes from a server that lost the provider's answer.

    The exception is 413: a server that finds the announced size of a request too large answers so before it passes the
    request on (RFC 9110, 15.5.14; `client_max_body_size` of nginx).
    """
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and isinstance(error, ImageRefused):
        return True
    try:
        answer = read_json(status, body)
    except ProtocolError:
        return False
    if not (fields.says_refused(answer) or fields.message(answer)):
        return False
    if isinstance(error, OutOfMoney | RateLimited):
        return True
    if isinstance(error, RequestRefused):
        return is_success(status) or status in _REFUSING or fields.is_documented_refusal(answer)
    words = _words(answer)
    on_the_way = any(word in words for word in (*_LOST, *_BROKEN)) or any(
        map(_is_open, _http_statuses(answer))
    )
    not_processed = is_success(status) or status in _NOT_PROCESSED
    return isinstance(error, Temporary) and not_processed and not on_the_way


def passing_error(answer: Json) -> RateLimited | Temporary | None:
    """Return the error of an answer about a task that is about the call, while the task may run on. None for others.

    These are too many calls and an outage. The status `error` with the words of an outage is one, but not `failed`,
    which is about the task.
    """
    if not fields.says_refused(answer):
        return None
    message = fields.message(answer)
    if _says_rate_limit(answer):
        return RateLimited(message)
    words = _words(answer)
    if any(word in words for word in _UNSAFE):
        return None
    of_server = fields.status_word(answer) == "error" and any(word in words for word in _OUTAGE)
    by_code = any(isinstance(_by_status(status, "", None), Temporary) for status in _http_statuses(answer))
    return Temporary(message) if of_server or by_code else None


def is_unsafe(message: str) -> bool:
    """Return whether a message says that the prompt is unsafe."""
    return any(word in message.lower() for word in _UNSAFE)


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


def _words(answer: Json) -> str:
    return f"{fields.message(answer)} {answer.get('error')} {fields.error_types(answer)}".lower()


def _says_rate_limit(answer: Json) -> bool:
    words = _words(answer)
    return HTTPStatus.TOO_MANY_REQUESTS in _http_statuses(answer) or any(word in words for word in _RATE)


def _http_statuses(answer: Json) -> list[int]:
    """Return the codes in an answer that are HTTP statuses of an error."""
    return [code for code in fields.codes(answer) if isinstance(code, int) and 400 <= code < 600]


def _is_open(status: int) -> bool:
    """Return whether an HTTP status of an error leaves open whether the request was processed."""
    return status not in _REFUSING and status not in _NOT_PROCESSED


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
