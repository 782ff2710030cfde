"""Whole answers to create and result in forms that nobody documents: refused, a task, temporary or unknown."""

import json

import pytest

from provider.answers import read_created, read_result
from provider.errors import (
    BadInput,
    ImageRefused,
    MediaError,
    Moderated,
    OutcomeUnknown,
    OutOfMoney,
    ProtocolError,
    RateLimited,
    TaskFailed,
    Temporary,
    Unauthorised,
)
from provider.fields import task_id
from provider.http_answer import HttpAnswer
from provider.refusals import status_error

ID = "6876a7a68cc456ab830ab9df"
OTHER = "6876a7a68cc456ab830ab9e0"
URL = "https://store.example/picture.webp"
ISSUES = [{"path": ["prompt"], "expected": "string", "message": "Invalid input"}]


def _created(status: int, answer: object) -> object:
    """Return the id of the task that an answer to create names, or the type of the error."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    try:
        return read_created(HttpAnswer(status, body)).id
    except MediaError as error:
        return type(error)


@pytest.mark.parametrize(
    "status", [302, 400, 403, 404, 408, 409, 418, 422, 429, 499, 500, 502, 503, 504, 520]
)
@pytest.mark.parametrize(
    "answer",
    [
        {"task_id": "task-1", "message": "a task for this prompt exists"},
        {"taskId": 4711, "error": "conflict"},
        {"error": {"code": 409, "message": "exists"}, "data": {"task_id": "task-1"}},
        {"id": ID, "message": "the task was started, its answer was lost"},
        {"id": ID, "status": "error", "code": 504, "message": "Gateway timeout"},
        {"code": 3, "message": "Validation error", "issues": ISSUES, "task": {"id": ID}},
        {"id": {"$oid": ID}},
        {"result": ID},
        {"id": "task-1", "status": "processing"},
        {"id": "task-1", "url": URL},
    ],
)
def test_an_error_that_names_a_task_is_that_task(status: int, answer: dict[str, object]) -> None:
    assert _created(status, answer) in {ID, "task-1", "4711"}


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 408, 409, 422, 429, 499, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "answer",
    [
        {"id": "request-1", "message": "no"},
        {"id": 4711, "error": {"message": "no"}},
        {"code": 3, "message": "Validation error", "issues": ISSUES, "id": "x"},
        {"status": "processing"},
        {"status": "queued", "message": "wait"},
        {"code": 3, "message": "busy", "data": {"status": "idle"}},
        {"status": "PENDING", "error": "slow"},
        {"code": 0, "message": "cut", "data": '{"status":"running"}'},
        b'{"code":3,"message":"Validation er',
        b'{"code":0,"status":"proc',
    ],
)
def test_an_error_with_an_id_or_work_in_progress_is_never_a_refusal(status: int, answer: object) -> None:
    assert _created(status, answer) is OutcomeUnknown


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (409, {"message": "conflict"}),
        (409, {"message": "a task is running already", "code": 409}),
        (412, {"message": "no"}),
        (418, {"message": "no"}),
        (423, {"message": "locked"}),
        (424, {"error": "a dependency failed"}),
        (444, {"message": "no"}),
        (460, {"message": "no"}),
        (499, {"message": "client closed request"}),
        (499, b"<html>499</html>"),
        (200, {"error": {"code": 504, "message": "no"}}),
        (200, {"error": {"code": "504", "message": "no"}}),
        (200, {"errors": [{"code": 500, "message": "no"}]}),
        (200, {"code": 3, "error": {"status": 502}}),
        (200, {"code": 499, "message": "client closed request"}),
        (200, {"code": 409, "message": "conflict"}),
        (200, {"statusCode": 504, "message": "no"}),
        (200, {"status": 504, "error": "no"}),
        (200, {"error": {"type": "upstream_timeout", "message": "no"}}),
        (200, {"code": "GATEWAY_TIMEOUT", "message": "no"}),
        (200, {"success": False, "status": "success"}),
        (400, {"error": {"code": 504, "message": "no"}}),
        (400, {"code": 502, "message": "no"}),
        (400, {"message": "upstream request timeout"}),
        (400, {"message": "the request timed out"}),
        (404, {"code": 500, "message": "no"}),
        (422, {"statusCode": 504, "message": "no"}),
        (403, {"code": 504, "message": "no"}),
        (413, {"code": 504, "message": "no"}),
        (503, {"error": {"code": 504}}),
        (503, {"message": "upstream timed out"}),
        (503, b"<html>Gateway Timeout</html>"),
        (307, {"code": 504}),
        (500, {"code": 3, "message": "Validation error", "issues": ISSUES}),
    ],
)
def test_an_answer_that_proves_nothing_is_unknown(status: int, answer: object) -> None:
    assert _created(status, answer) is OutcomeUnknown


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (200, {"code": 3, "message": "Validation error", "issues": ISSUES}, BadInput),
        (400, {"code": 3, "message": "Validation error", "issues": ISSUES}, BadInput),
        (409, {"code": 3, "message": "Validation error", "issues": ISSUES}, BadInput),
        (422, {"message": "prompt is required"}, BadInput),
        (200, {"code": 9, "message": "no"}, BadInput),
        (200, {"code": 400, "message": "no"}, BadInput),
        (200, {"status": "error", "message": "no"}, BadInput),
        (200, {"status": "INVALID_ARGUMENT", "code": 3, "message": "no"}, BadInput),
        (400, {"status": "rejected", "message": "no"}, BadInput),
        (400, {"status": 400, "error": "Bad Request"}, BadInput),
        (200, {"code": 7, "message": "NSFW content"}, Moderated),
        (401, {"message": "Invalid token"}, Unauthorised),
        (403, {"message": "Invalid token"}, Unauthorised),
        (200, {"error": {"code": 401, "message": "no"}}, Unauthorised),
        (402, {"message": "pay"}, OutOfMoney),
        (500, {"error": {"message": "x", "type": "insufficient_balance_error"}}, OutOfMoney),
        (413, b"<html>", ImageRefused),
        (429, {"message": "slow down"}, RateLimited),
        (200, {"error": {"type": "rate_limit_error", "message": "slow down"}}, RateLimited),
        (400, {"error": {"type": "rate_limit_exceeded", "message": "policy: 5 a minute"}}, RateLimited),
        (200, {"status": "error", "code": 429}, RateLimited),
        (503, {"message": "Service unavailable"}, Temporary),
        (503, {"title": "Service Unavailable", "status": 503}, Temporary),
        (425, {"error": "too early"}, Temporary),
        (200, {"code": 5, "message": "Model is overloaded"}, Temporary),
    ],
)
def test_a_documented_refusal_is_certain(status: int, answer: object, error: type[MediaError]) -> None:
    assert _created(status, answer) is error


@pytest.mark.parametrize(
    "beside",
    [
        {"status": "error", "code": 429},
        {"status": "error", "code": 503, "message": "busy"},
        {"status": "failed", "error": {"type": "rate_limit_error"}},
    ],
)
def test_a_new_task_beside_a_passing_error_runs(beside: dict[str, object]) -> None:
    assert _created(200, {"id": ID, **beside}) == ID


@pytest.mark.parametrize("answered", [{"id": ID}, {"task_id": ID}, {}, {"data": {"id": ID}}])
@pytest.mark.parametrize("word", ["error", "ERROR", "failed", "fail"])
@pytest.mark.parametrize(
    ("beside", "error"),
    [
        ({"code": 429}, RateLimited),
        ({"code": "429", "message": "no"}, RateLimited),
        ({"error": {"code": 429}}, RateLimited),
        ({"error": {"type": "rate_limit_error", "message": "no"}}, RateLimited),
        ({"error": "Too Many Requests"}, RateLimited),
        ({"code": "rate_limit_exceeded"}, RateLimited),
        ({"message": "Rate limit policy: 60 calls a minute"}, RateLimited),
        ({"code": 500}, Temporary),
        ({"code": 502, "message": "Bad gateway"}, Temporary),
        ({"code": 503, "url": None}, Temporary),
        ({"error": {"code": 504, "message": "no"}}, Temporary),
        ({"statusCode": 520}, Temporary),
        ({"code": 408}, Temporary),
    ],
)
def test_a_poll_that_fails_does_not_end_the_task(
    answered: dict[str, object], word: str, beside: dict[str, object], error: type[MediaError]
) -> None:
    with pytest.raises(MediaError) as caught:
        read_result({**answered, "status": word, **beside}, ID)
    assert caught.type in ({error, ProtocolError} if not answered and error is Temporary else {error})


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("status", [400, 404, 422, 429, 500, 503])
def test_a_poll_that_fails_with_an_error_status_does_not_end_the_task(status: int, code: int) -> None:
    body = json.dumps({"status": "error", "code": code, "message": "no"}).encode()
    assert isinstance(status_error(status, body, None), RateLimited | Temporary | ProtocolError)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"id": ID, "status": "error", "message": "GPU on fire"}, TaskFailed),
        ({"id": ID, "status": "failed", "message": "Internal server error"}, TaskFailed),
        ({"id": ID, "status": "error", "message": "Internal server error"}, Temporary),
        ({"id": ID, "status": "error", "code": 3, "message": "no"}, TaskFailed),
        ({"id": ID, "status": "failed", "code": 400}, TaskFailed),
        ({"id": ID, "status": "failed", "code": 500, "message": "NSFW"}, Moderated),
        ({"id": ID, "status": "done", "url": None, "code": 503}, Temporary),
    ],
)
def test_other_errors_end_the_task(answer: dict[str, object], error: type[MediaError]) -> None:
    with pytest.raises(MediaError) as caught:
        read_result(answer, ID)
    assert caught.type is error


def test_a_picture_beside_a_passing_error_is_a_picture() -> None:
    assert read_result({"id": ID, "status": "error", "code": 429, "url": URL}, ID).url == URL


@pytest.mark.parametrize(
    ("answer", "task"),
    [
        ({"id": "request-1", "data": {"id": ID}}, ID),
        ({"id": ID, "data": {"id": "user-1"}}, ID),
        ({"id": ID, "data": {"id": 7}}, ID),
        ({"id": OTHER, "data": {"id": ID}}, ID),
        ({"id": "request-1", "data": {"id": "task-1"}}, "task-1"),
        ({"id": 1, "result": {"id": 2}}, "2"),
        ({"id": "request-1", "data": {"task": {"id": "task-1"}}}, "task-1"),
        ({"id": "request-1", "status": "success", "data": {"id": "task-1"}}, "task-1"),
        ({"id": "request-1", "status": 200, "data": {"id": "task-1"}}, "task-1"),
        ({"id": "task-1", "model": "seedream-3", "data": {"id": "user-1"}}, "task-1"),
        ({"id": ID, "task_id": "task-1"}, "task-1"),
        ({"id": ID, "data": {"id": "task-1", "status": "idle"}}, "task-1"),
        ({"_id": ID}, ID),
        ({"TaskID": "task-1"}, "task-1"),
        ({"id": ["task-1"]}, "task-1"),
        ({"data": ID}, ID),
        ({"data": '{"id":"task-1"}'}, "task-1"),
        ({"id": "null", "data": {"id": None}}, None),
        ({"data": "task-1"}, None),
    ],
)
def test_the_id_of_the_task_is_chosen_among_several(answer: dict[str, object], task: str | None) -> None:
    assert task_id(answer) == task
