"""Parses the answers of the media API (docs/media-api.md) without any I/O.

An answer counts by the task that it names, whatever else it contains: a task that is not recognised is paid for and
lost.
"""

from dataclasses import dataclass

from provider import fields
from provider.errors import (
    BadInput,
    DoneWithoutPicture,
    MediaError,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    OutOfMoney,
    ProtocolError,
    RateLimited,
    TaskFailed,
    Temporary,
    Unauthorised,
)
from provider.fields import Json, read_json
from provider.http_answer import HttpAnswer
from provider.image_refusals import asks_for_parameter
from provider.refusals import is_certain, is_success, is_unsafe, passing_error, refusal, status_error


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the provider. `url` is None until the picture is ready, `cost` is in roubles if it is known.

    `id` is None only for a new task whose picture is ready and whose answer names no id.
    """

    id: str | None
    url: str | None = None
    cost: float | None = None


def read_created(answer: HttpAnswer) -> Task:
    """Return the task in an answer to create, or raise the error that decides whether it was paid.

    An answer that names a task is that task. An answer that has a link to a picture is a finished task, even without an
    id. A whole JSON answer that names no id, does not say that work goes on and says that the request was refused is
    RequestRefused or NotAccepted. Every other answer is OutcomeUnknown, whatever its status.

    Raises TaskFailed, Moderated or DoneWithoutPicture, too, for a task in a whole 2xx answer that ended at once. Any
    other named task counts as running, because its result tells more.
    """
    found, whole = _read(answer)
    task_id = fields.task_id(found)
    if task_id is not None:
        if whole and is_success(answer.status):
            return _read_running(found, task_id)
        if is_success(answer.status) or fields.surely_names_task(found):
            return Task(task_id)
        raise OutcomeUnknown(f"HTTP {answer.status} names {task_id}: {fields.message(found)}")
    error = status_error(answer.status, answer.body, answer.retry_after)
    if _has_picture(found, answer.status, error):
        return Task(None, fields.link(found), fields.amount(found, "cost"))
    if not whole or fields.says_work_goes_on(found):
        raise OutcomeUnknown(
            f"HTTP {answer.status}, {answer.broken or fields.status_word(found) or 'cut off'}"
        )
    if is_certain(error, answer.status, answer.body):
        raise error
    raise OutcomeUnknown(str(error), error.retry_after if isinstance(error, RateLimited) else None)


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
    Moderated or DoneWithoutPicture for a task that ended, RateLimited or Temporary for a call that failed, and the
    error of `refusal` if there is no id.
    """
    task_id = fields.task_id(answer) or known_id
    if task_id is None:
        raise refusal(answer)
    url, word = fields.link(answer), fields.status_word(answer)
    passing = passing_error(answer)
    if url is None and passing is not None:
        raise passing
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


def check_probe(answer: HttpAnswer) -> None:
    """Check that an answer to a create without any parameter is a refusal by the provider's validation.

    Such a refusal has the provider's own form or names a required parameter; a proxy that refuses does not. Raises
    Unauthorised, OutOfMoney, NotAccepted or ProtocolError for any other answer; an answer that is no JSON is not the
    provider's, so it is an outage.
    """
    error = status_error(answer.status, answer.body, answer.retry_after)
    try:
        found = read_json(answer.status, answer.body)
    except ProtocolError as unreadable:
        raise (error if isinstance(error, RateLimited) else Temporary(str(unreadable))) from None
    if not isinstance(error, BadInput | Moderated):
        raise error
    if not (fields.is_documented_refusal(found) or asks_for_parameter(found)):
        raise ProtocolError(str(error))


def _read(answer: HttpAnswer) -> tuple[Json, bool]:
    """Return the fields of an answer as far as they can be read, and whether they are all there.

    An answer that is no JSON at all, such as the HTML of a proxy, has no fields and is whole.
    """
    whole = answer.broken is None
    try:
        found = read_json(answer.status, answer.body)
    except ProtocolError:
        found = fields.read_broken_json(answer.body)
        whole = whole and answer.body.lstrip()[:1] not in {b"{", b"["}
    if fields.task_id(found) is None and answer.arrived:
        found = fields.read_broken_json(answer.arrived)
    return found, whole


def _has_picture(found: Json, status: int, error: MediaError) -> bool:
    """Return whether an answer that names no id has a picture. The link of a refusal leads to a document."""
    if fields.link(found) is None or fields.is_documented_refusal(found):
        return False
    if is_success(status):
        return not isinstance(error, OutOfMoney | Unauthorised | Moderated | RateLimited)
    return not (fields.says_refused(found) or fields.message(found))


def _read_running(found: Json, task_id: str) -> Task:
    try:
        return read_task(found, task_id)
    except NotAccepted:
        return Task(task_id)


def _failure(answer: Json) -> Moderated | TaskFailed:
    message = fields.message(answer)
    return Moderated(message) if is_unsafe(message) else TaskFailed(message)
