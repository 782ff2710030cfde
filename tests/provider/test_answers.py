"""Parsing of the provider's answers: every row of docs/media-api.md. test_client.py has them over HTTP."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.answers import (
    read_balance,
    read_created,
    read_result,
    read_task,
)
from provider.errors import (
    BadInput,
    DoneWithoutPicture,
    ImageRefused,
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
from provider.fields import read_broken_json, read_json, task_id
from provider.http_answer import HttpAnswer
from provider.refusals import read_retry_after, status_error

ID = "6876a7a68cc456ab830ab9df"
URL = "https://store.example/picture.webp"
WAITING = {"code": 0, "id": ID, "model": "seedream-3", "prompt": "x --ar 9:16", "created_at": 1, "url": None}


@pytest.mark.parametrize("status", ["idle", "running", "processing", "an unknown word", "", None, 7])
def test_any_status_but_the_final_ones_means_that_the_task_runs(status: object) -> None:
    task = read_task({**WAITING, "status": status})
    assert (task.id, task.url) == (ID, None)


def test_done_with_a_link_is_a_finished_task() -> None:
    assert read_task({**WAITING, "status": "done", "url": URL}).url == URL


@pytest.mark.parametrize(
    "url", [f"  {URL}\n", [URL], [None, URL], [URL, URL], "HTTPS://store.example/picture.webp"]
)
@pytest.mark.parametrize("status", ["done", "success", "completed", "an unknown word", "", None, "error"])
def test_a_link_is_a_picture_whatever_its_form_and_the_status(url: object, status: object) -> None:
    found = read_task({**WAITING, "status": status, "url": url}).url
    assert found is not None
    assert found.lower() == URL


@pytest.mark.parametrize("url", [None, "", 5, [], [5], "soon", {}])
def test_done_without_a_link_is_an_error(url: object) -> None:
    with pytest.raises(DoneWithoutPicture):
        read_task({**WAITING, "status": "done", "url": url})


@pytest.mark.parametrize("status", ["failed", "fail", "error", "FAILED"])
@pytest.mark.parametrize("message", [None, "out of luck"])
def test_a_failed_task_is_an_error_with_the_provider_s_message(status: str, message: str | None) -> None:
    with pytest.raises(TaskFailed, match=message or "without a picture"):
        read_task({**WAITING, "status": status, "message": message})


@pytest.mark.parametrize("words", ["Sensitive content", "violates our policy", "Moderation", "NSFW"])
@pytest.mark.parametrize("shape", [{"status": "failed", "id": ID, "code": 0}, {"code": 7}])
def test_a_message_about_moderation_is_moderated(words: str, shape: dict[str, object]) -> None:
    with pytest.raises(Moderated):
        read_task({**shape, "message": f"Prompt: {words}"})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": 3, "message": "Validation error", "issues": [{"path": ["ar"], "expected": "x"}]}, BadInput),
        ({"code": 9, "message": "no"}, BadInput),
        ({"message": "Invalid token, check"}, Unauthorised),
        (
            {
                "error": {
                    "message": "Organization balance is too low to use API",
                    "type": "insufficient_balance_error",
                }
            },
            OutOfMoney,
        ),
        ({"code": 1, "message": "Internal server error"}, Temporary),
        ({"code": 0, "status": "idle"}, ProtocolError),
        ({}, ProtocolError),
        ({"code": 0, "id": " ", "status": "idle"}, ProtocolError),
        ({"id": True}, ProtocolError),
        ({"code": None, "error": None, "issues": []}, ProtocolError),
        ({"error": {"message": None}}, ProtocolError),
        ({"message": "Internal server error"}, ProtocolError),
        ({"code": 504, "message": "no answer"}, ProtocolError),
        ({"code": 9, "message": "Gateway timeout"}, ProtocolError),
        ({"code": 429, "message": "Too many requests"}, RateLimited),
        ({"code": 503, "message": "down"}, Temporary),
        ({"code": "validation", "message": "no"}, BadInput),
        ({"success": False, "message": "no"}, BadInput),
        ({"status": "error", "message": "no"}, BadInput),
        ({"issues": [{"path": ["prompt"]}]}, BadInput),
    ],
)
def test_an_answer_without_a_task_is_the_matching_error(
    answer: dict[str, object], error: type[MediaError]
) -> None:
    with pytest.raises(error):
        read_task(answer)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b'{"message":"Invalid token, x"}', Unauthorised),
        (403, b"{}", Unauthorised),
        (402, b"", OutOfMoney),
        (400, b'{"error":{"message":"x","type":"insufficient_balance_error"}}', OutOfMoney),
        (400, b'{"message":"bad"}', BadInput),
        (400, b'{"message":"nsfw prompt"}', Moderated),
        (422, b'{"code":3,"message":"bad"}', BadInput),
        (400, b"{}", ProtocolError),
        (400, b"<html>", ProtocolError),
        (401, b"<html>", ProtocolError),
        (403, b"<html>", ProtocolError),
        (404, b"<html>", ProtocolError),
        (413, b"<html>", ImageRefused),
        (204, b"", ProtocolError),
        (200, b"<html>", ProtocolError),
        (302, b"", Temporary),
        (408, b"", Temporary),
        (425, b"", Temporary),
        (429, b"", RateLimited),
        (500, b'{"message":"Internal server error"}', Temporary),
        (502, b"<html>Bad gateway</html>", Temporary),
        (503, b"", Temporary),
        (504, b"", Temporary),
    ],
)
def test_an_http_status_is_the_matching_error(status: int, body: bytes, error: type[MediaError]) -> None:
    assert type(status_error(status, body, None)) is error


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("100000", 120.0), ("-3", None), ("nan", None), ("soon", None), (None, None)],
)
def test_retry_after_is_seconds_up_to_a_maximum(header: str | None, seconds: float | None) -> None:
    assert read_retry_after(header) == seconds
    error = status_error(429, b"", header)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_retry_after_as_a_date_is_the_maximum() -> None:
    assert read_retry_after("Wed, 21 Oct 2026 07:28:00 GMT") == 120.0


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("4.5", 4.5),
        (4, 4.0),
        (" 1 234,50 ₽", 1234.5),
        ("12 руб.", 12.0),
        ("-0.5", -0.5),
        (None, None),
        ("much", None),
        (True, None),
        ("nan", None),
        (float("inf"), None),
        (10**400, None),
    ],
)
def test_cost_and_balance_may_be_numbers_or_texts(amount: object, read: float | None) -> None:
    assert read_task({**WAITING, "status": "idle", "cost": amount}).cost == read
    if read is not None:
        assert read_balance({"balance": amount}) == read_balance({"data": {"balance": amount}}) == read


def test_a_balance_is_parsed_or_the_matching_error_is_raised() -> None:
    assert read_balance({"balance": 123.45}) == 123.45
    with pytest.raises(Unauthorised):
        read_balance({"message": "Invalid token, x"})
    with pytest.raises(ProtocolError):
        read_balance({})


@pytest.mark.parametrize("body", [b"<html></html>", b'{"code":0,"id":"68', b"", b"[1]", b'"x"', b"\xff"])
def test_a_body_that_is_no_json_object_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_json(200, body)


def _created(status: int, answer: object) -> object:
    """Return the id of the task that an answer to create names, or the type of the error."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    try:
        return read_created(HttpAnswer(status, body)).id
    except MediaError as error:
        return type(error)


@pytest.mark.parametrize("status", [200, 201, 202, 206])
@pytest.mark.parametrize(
    "answer",
    [
        {"id": ID},
        {**WAITING, "code": None},
        {**WAITING, "code": "0", "error": None, "message": None},
        {**WAITING, "error": "", "message": "", "issues": []},
        {**WAITING, "error": {}, "issues": None},
        {**WAITING, "error": {"message": None, "type": None}},
        {**WAITING, "code": 200},
        {**WAITING, "code": 5, "error": "contradiction"},
        {"code": 0, "task_id": ID, "status": "idle"},
        {"code": 0, "id": None, "taskId": f" {ID} "},
        {"code": 0, "data": {"id": ID, "status": "idle", "url": None}},
        {"code": 0, "data": [{"task_id": ID}]},
        {"success": True, "data": {"task": {"id": ID}}},
        {"code": 0, "id": ID, "data": None},
        {"code": 0, "id": ID, "data": {"id": 7}},
        [{**WAITING}],
        {**WAITING, "url": [f" {URL} "]},
        {**WAITING, "status": "success"},
    ],
)
def test_any_2xx_that_names_a_task_is_a_task(status: int, answer: object) -> None:
    assert _created(status, answer) == ID


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":0,"id":"' + ID.encode() + b'","status":"id',
        b'{"code":0,"id" : "' + ID.encode() + b'"',
        b'{"code":0,"id":"' + ID.encode() + b'","url":null}<br>',
        b'{"code":0,"data":{"task_id":"' + ID.encode() + b'",',
        b'\xef\xbb\xbf{"code":0,"id":"' + ID.encode() + b'"}',
        b' {"id":"' + ID.encode() + b'","status":"failed","mess',
    ],
)
def test_a_task_is_a_task_even_if_the_rest_of_the_json_is_broken(body: bytes) -> None:
    assert _created(200, body) == ID


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":0,"id":"' + ID.encode(),
        b'{"code":0,"id":12345',
        b'{"code":0,"id":"","status":"id',
        b'<script>{"id":"x"}</script>',
    ],
)
def test_a_part_of_an_id_names_no_task(body: bytes) -> None:
    assert _created(200, body) is OutcomeUnknown


@pytest.mark.parametrize("number", [1234567890123, 1234567890123.0, "1234567890123"])
def test_an_id_may_be_a_number(number: object) -> None:
    assert _created(200, {**WAITING, "id": number}) == "1234567890123"


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 302, 409])
def test_another_status_with_a_task_in_progress_is_a_task(status: int) -> None:
    assert _created(status, {**WAITING, "status": "idle"}) == ID
    assert _created(status, {"id": "request-1", "status": "error", "message": "no"}) != "request-1"
    assert _created(status, {"id": "request-1", "message": "no"}) != "request-1"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"", OutcomeUnknown),
        (200, b"<html>", OutcomeUnknown),
        (200, b"[]", OutcomeUnknown),
        (200, b"null", OutcomeUnknown),
        (204, b"", OutcomeUnknown),
        (201, b"{}", OutcomeUnknown),
        (202, b'{"code":0,"message":"ok"}', OutcomeUnknown),
        (302, b"", OutcomeUnknown),
        (303, b"", OutcomeUnknown),
        (301, b"", OutcomeUnknown),
        (307, b"", OutcomeUnknown),
        (308, b'{"message":"moved"}', OutcomeUnknown),
        (401, b"<html>", OutcomeUnknown),
        (401, b"{}", OutcomeUnknown),
        (402, b"", OutcomeUnknown),
        (415, b"<html>", OutcomeUnknown),
        (425, b"", OutcomeUnknown),
        (429, b"", OutcomeUnknown),
        (429, b"<html>", OutcomeUnknown),
        (429, b"{}", OutcomeUnknown),
        (429, b'{"message":"slow down"}', RateLimited),
        (200, b'{"error":"Internal server error"}', OutcomeUnknown),
        (200, b'{"code":7,"message":"Unexpected error"}', OutcomeUnknown),
        (200, '{"code":1,"message":"Внутренняя ошибка"}'.encode(), OutcomeUnknown),
        (400, b"<html>", OutcomeUnknown),
        (400, b"{}", OutcomeUnknown),
        (403, b"<html>", OutcomeUnknown),
        (404, b"", OutcomeUnknown),
        (408, b"", OutcomeUnknown),
        (409, b"[1]", OutcomeUnknown),
        (499, b"", OutcomeUnknown),
        (500, b'{"code":3,"message":"no"}', OutcomeUnknown),
        (503, b"<html>", OutcomeUnknown),
        (503, b"", OutcomeUnknown),
        (503, b"{}", OutcomeUnknown),
        (503, b'{"message":"Service unavailable"}', Temporary),
        (503, b'{"message":"Internal server error"}', OutcomeUnknown),
        (503, b"upstream connect error or disconnect/reset before headers. reset reason: x", OutcomeUnknown),
        (520, b"<html>", OutcomeUnknown),
        (400, b'{"code":3,"message":"no","issues":[]}', BadInput),
        (200, b'{"code":5,"message":"Internal server error"}', OutcomeUnknown),
        (200, b'{"code":503,"message":"Down"}', Temporary),
        (200, b'{"code":500,"message":"Internal server error"}', OutcomeUnknown),
        (200, b'{"id":"x","code":0,"status":"failed"}', TaskFailed),
        (200, b'{"id":"x","code":0,"status":"done","url":null}', DoneWithoutPicture),
    ],
)
def test_an_answer_to_create_is_a_refusal_only_if_it_says_so(
    status: int, body: bytes, error: type[MediaError]
) -> None:
    assert _created(status, body) is error


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": "processing"}, None),
        ({"status": "done", "url": URL}, URL),
        ({"code": None, "data": {"url": [URL]}}, URL),
        ({"id": ID}, None),
        ({"id": ID, "code": 5, "status": "running", "error": "x"}, None),
        ({"id": ID, "code": 3, "message": "Task not found"}, BadInput),
        ({"status": "error", "code": 1, "message": "Internal server error"}, Temporary),
        ({"status": "failed", "id": ID}, TaskFailed),
        ({}, ProtocolError),
    ],
)
def test_an_answer_to_result_need_not_repeat_the_id(answer: dict[str, object], outcome: object) -> None:
    if isinstance(outcome, type):
        with pytest.raises(MediaError) as caught:
            read_result(answer, ID)
        assert caught.type is outcome
    else:
        task = read_result(answer, ID)
        assert (task.id, task.url) == (ID, outcome)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    ["code", "id", "task_id", "status", "url", "message", "error", "cost", "issues", "data"]
)
_ANSWERS = st.dictionaries(
    _FIELDS,
    _JSON
    | st.sampled_from(["done", "failed", ID, URL, 0, "NSFW", "Internal server error", "Invalid token"])
    | st.dictionaries(_FIELDS, _JSON | st.sampled_from(["done", "failed", ID, URL]), max_size=3),
)
_IDS = st.text(min_size=1).filter(
    lambda text: text.strip().lower() not in {"", "null", "none", "undefined"}
) | st.integers(min_value=1)


@given(_ANSWERS)
def test_any_object_is_parsed_or_raises_a_media_error(answer: dict[str, object]) -> None:
    try:
        task = read_task(read_json(200, json.dumps(answer).encode()))
    except MediaError:
        pass
    else:
        assert isinstance(task.id, str)
        assert task.id


@given(_ANSWERS, _IDS, st.sampled_from(["id", "task_id", "data", "data.task_id"]), st.integers(200, 299))
def test_a_usable_id_in_a_2xx_is_that_task_whatever_stands_beside_it(
    answer: dict[str, object], task: object, place: str, status: int
) -> None:
    beside = {name: value for name, value in answer.items() if name not in {"id", "task_id", "data"}}
    inner = {"id": task} if place == "data" else {"task_id": task}
    named = {**beside, place: task} if place in {"id", "task_id"} else {**beside, "data": inner}
    expected = task_id(read_json(200, json.dumps(named).encode()))
    assert expected is not None
    outcome = _created(status, named)
    assert outcome == expected or outcome in {TaskFailed, Moderated, DoneWithoutPicture}


@given(_ANSWERS | st.binary(max_size=50), st.integers(200, 599))
def test_an_answer_to_create_without_a_refusal_is_never_surely_not_accepted(
    answer: dict[str, object] | bytes, status: int
) -> None:
    outcome = _created(status, answer)
    if not (isinstance(outcome, type) and issubclass(outcome, NotAccepted)):
        return
    assert isinstance(answer, dict)
    assert any(answer.get(name) for name in ("code", "error", "issues", "status", "data", "message"))


@given(
    st.binary(max_size=50) | st.text(max_size=50).map(str.encode),
    st.integers(100, 599).filter(lambda n: n != 413),
)
def test_an_answer_that_is_no_json_is_unknown_whatever_its_status(body: bytes, status: int) -> None:
    if b"{" not in body:
        assert _created(status, body) is OutcomeUnknown


def test_an_unreadable_answer_to_create_says_how_long_to_wait() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        read_created(HttpAnswer(429, b"<html>", retry_after="7"))
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("answer", "task"),
    [
        ({"id": "req-1", "data": {"id": "task-1", "status": "processing"}}, "task-1"),
        ({"id": 7, "task_id": "abc"}, "abc"),
        ({"id": "task-1", "status": "idle", "data": {"id": "user-1"}}, "task-1"),
    ],
)
def test_the_id_of_the_task_wins_over_the_id_of_the_envelope(answer: dict[str, object], task: str) -> None:
    assert task_id(answer) == task


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id":"t1","status":"proc',
        b'\xef\xbb\xbf{"id":"t1","st',
        b'data: {"id":"t1"}',
        b'{"id":"a/b.c=","s',
    ],
)
def test_a_complete_id_in_a_cut_off_answer_is_read(body: bytes) -> None:
    assert read_broken_json(body)["id"] in {"t1", "a/b.c="}
