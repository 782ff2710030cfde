"""Parsing of the provider's answers: every row of docs/media-api.md. test_client.py has them over HTTP."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.answers import read_balance, read_json, read_retry_after, read_task, status_error
from provider.errors import (
    BadInput,
    DoneWithoutPicture,
    MediaError,
    Moderated,
    OutOfMoney,
    ProtocolError,
    RateLimited,
    TaskFailed,
    Temporary,
    Unauthorised,
)

ID = "6876a7a68cc456ab830ab9df"
URL = "https://store.example/picture.webp"
WAITING = {"code": 0, "id": ID, "model": "seedream-3", "prompt": "x --ar 9:16", "created_at": 1, "url": None}


@pytest.mark.parametrize("status", ["idle", "running", "processing", "a word nobody knows", "", None, 7])
def test_any_status_but_the_final_ones_means_that_the_task_runs(status: object) -> None:
    task = read_task({**WAITING, "status": status})
    assert (task.id, task.url) == (ID, None)


def test_done_with_a_link_is_a_finished_task() -> None:
    assert read_task({**WAITING, "status": "done", "url": URL}).url == URL


@pytest.mark.parametrize("url", [None, "", 5])
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
        ({"code": 0, "id": 5, "status": "idle"}, ProtocolError),
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
        (404, b"<html>", BadInput),
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
    ("cost", "read"), [("4.5", 4.5), (4, 4.0), (None, None), ("much", None), (True, None)]
)
def test_the_cost_may_be_a_number_or_a_string(cost: object, read: float | None) -> None:
    assert read_task({**WAITING, "status": "idle", "cost": cost}).cost == read


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


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(["code", "id", "status", "url", "message", "error", "cost", "issues"])


@given(st.dictionaries(_FIELDS, _JSON | st.sampled_from(["done", "failed", ID, URL, 0])))
def test_any_object_is_parsed_or_raises_a_media_error(answer: dict[str, object]) -> None:
    try:
        task = read_task(read_json(200, json.dumps(answer).encode()))
    except MediaError:
        pass
    else:
        assert isinstance(task.id, str)
        assert task.id
