"""Refusals keep the provider's words, so that operators and users can be told them, and count by table."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from provider.answers import read_created, read_task
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
from provider.fields import Json
from provider.http_answer import HttpAnswer
from provider.refusals import (
    is_certain,
    is_success,
    is_unsafe,
    passing_error,
    read_retry_after,
    refusal,
    status_error,
)

ID = "6876a7a68cc456ab830ab9df"
WORDS: dict[str, type[MediaError]] = {
    "insufficient balance today": OutOfMoney,
    "Balance is too low": OutOfMoney,
    "rate limit reached": RateLimited,
    "too many requests": RateLimited,
    "Failed to fetch the image: timed out": ImageRefused,
    "could not open any of the links": ImageRefused,
    "не удалось загрузить это изображение": ImageRefused,
    "Invalid token, check": Unauthorised,
    "invalid API key": Unauthorised,
    "violates the rules": Moderated,
    "unsafe words": Moderated,
    "gateway lost it": ProtocolError,
    "socket hang up": ProtocolError,
    "temporarily unavailable": Temporary,
    "something went wrong": Temporary,
    "ошибка сервера": Temporary,
    "the image is odd": ImageRefused,
    "no": BadInput,
}
"""The meaning of words in a refusal with a code of the provider's own."""
STATUSES: dict[int, type[MediaError]] = {
    300: Temporary,
    399: Temporary,
    400: BadInput,
    401: Unauthorised,
    402: OutOfMoney,
    403: Unauthorised,
    404: BadInput,
    408: Temporary,
    413: ImageRefused,
    415: ImageRefused,
    422: BadInput,
    425: Temporary,
    429: RateLimited,
    499: BadInput,
    500: Temporary,
    503: Temporary,
    599: Temporary,
}
"""The meaning of an HTTP status by itself."""


@pytest.mark.parametrize("words", WORDS)
def test_words_decide_the_kind_of_a_refusal_and_stay_in_it(words: str) -> None:
    for answer in ({"code": 9, "message": words}, {"code": 9, "error": {"message": words}}):
        error = refusal(answer)
        assert (type(error), words in str(error)) == (WORDS[words], True)
        by_status = status_error(400, json.dumps(answer).encode(), None)
        assert (type(by_status), f"HTTP 400: {words}" in str(by_status) or words in str(by_status)) == (
            WORDS[words],
            True,
        )


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_decides_the_kind_of_other_refusals_and_is_named(status: int) -> None:
    error = status_error(status, b'{"message": "no"}', "7")
    assert type(error) is STATUSES[status]
    assert f"HTTP {status}: no" in str(error)
    assert getattr(error, "retry_after", 7.0) == 7.0
    if status >= 400 and status != 499:
        by_code = refusal({"code": status, "message": "no"})
        assert (type(by_code), str(by_code)) in (
            (STATUSES[status], "no"),
            (ProtocolError, f"code [{status}]: no"),
        )


@pytest.mark.parametrize("status", [408, 409, 418, 499, 500, 501, 502, 504, 520, 599])
def test_a_code_that_leaves_the_outcome_open_is_no_refusal(status: int) -> None:
    body = json.dumps({"code": status, "message": "no"}).encode()
    assert str(refusal({"code": status, "message": "no"})) == f"code [{status}]: no"
    assert type(status_error(400, body, None)) is ProtocolError
    with pytest.raises(OutcomeUnknown):
        read_created(HttpAnswer(200, body))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, ProtocolError),
        (299, ProtocolError),
        (400, ProtocolError),
        (401, ProtocolError),
        (403, ProtocolError),
        (500, Temporary),
    ],
)
def test_an_answer_that_is_no_json_is_described_with_its_status(status: int, error: type[MediaError]) -> None:
    found = status_error(status, b"<html>", None)
    assert (type(found), str(found)) == (error, f"HTTP {status} with HTML")


def test_an_unexpected_redirect_is_named() -> None:
    assert str(status_error(302, b"", None)) == "HTTP 302 with no text (an unexpected redirect)"


@pytest.mark.parametrize(("status", "success"), [(199, False), (200, True), (299, True), (300, False)])
def test_a_success_is_2xx(status: int, success: bool) -> None:
    assert is_success(status) is success


def test_a_date_to_retry_after_is_the_longest_wait_and_a_bound_is_a_bound() -> None:
    assert read_retry_after(format_datetime(datetime(2026, 9, 22, tzinfo=UTC), usegmt=True)) == 120.0
    assert [read_retry_after(text) for text in ("0", "119.5", "120", "121", "-0.1", "inf")] == [
        0.0,
        119.5,
        120.0,
        120.0,
        None,
        120.0,
    ]


@pytest.mark.parametrize(
    "word", ["sensitive", "policy", "moderation", "moderated", "nsfw", "unsafe", "violat"]
)
def test_an_unsafe_prompt_is_known_in_any_case(word: str) -> None:
    assert is_unsafe(f"x {word.upper()} y")
    assert not is_unsafe("a fox")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": "error", "message": "overloaded"}, Temporary),
        ({"status": "failed", "message": "overloaded"}, None),
        ({"status": "error", "message": "overloaded and nsfw"}, None),
        ({"status": "idle", "message": "overloaded"}, None),
        ({"code": 503, "message": "x"}, Temporary),
        ({"code": 500, "message": "x"}, Temporary),
        ({"code": 408, "message": "x"}, Temporary),
        ({"code": 400, "message": "x"}, None),
        ({"code": 429, "message": "x"}, RateLimited),
        ({"code": 9, "message": "rate limit"}, RateLimited),
        ({"code": 0, "message": "rate limit"}, None),
        ({}, None),
    ],
)
def test_an_error_of_the_call_is_told_from_one_of_the_task(
    answer: Json, error: type[MediaError] | None
) -> None:
    found = passing_error(answer)
    assert (type(found) if found else None) is error
    assert found is None or str(found) == answer["message"]


CERTAIN: list[tuple[int, Json, bool]] = [
    (200, {"code": 9, "message": "no"}, True),
    (400, {"message": "no"}, True),
    (409, {"message": "no"}, False),
    (409, {"code": 9, "message": "no"}, True),
    (409, {"issues": [{"path": ["ar"]}]}, True),
    (400, {}, False),
    (401, {"message": "no"}, True),
    (429, {"message": "no"}, True),
    (429, {}, False),
    (500, {"message": "no", "code": 9}, False),
    (503, {"message": "no"}, True),
    (503, {"message": "socket hang up"}, False),
    (503, {"message": "unknown error"}, False),
    (503, {"message": "no", "code": 504}, False),
    (502, {"message": "no"}, False),
    (200, {"code": 503, "message": "no"}, True),
    (200, {"code": 9, "message": "overloaded"}, True),
    (200, {"code": 9, "message": "internal error"}, False),
    (500, {"error": {"type": "insufficient_balance_error"}}, True),
]


@pytest.mark.parametrize(("status", "answer", "certain"), CERTAIN)
def test_a_create_is_over_only_with_a_refusal_that_proves_it(
    status: int, answer: Json, certain: bool
) -> None:
    body = json.dumps(answer).encode()
    assert is_certain(status_error(status, body, None), status, body) is certain
    with pytest.raises(MediaError) as caught:
        read_created(HttpAnswer(status, body))
    assert (caught.type is not OutcomeUnknown) is certain


def test_a_page_that_finds_the_picture_too_large_is_certain() -> None:
    assert is_certain(status_error(413, b"<html>", None), 413, b"<html>")
    assert not is_certain(status_error(415, b"<html>", None), 415, b"<html>")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HttpAnswer(400, b'{"id": "a", "message": "lost"}'), "HTTP 400 names a: lost"),
        (HttpAnswer(200, b'{"code": 3', broken="ReadError"), "HTTP 200, ReadError"),
        (HttpAnswer(200, b'{"status": "busy", "code": 9}'), "HTTP 200, busy"),
        (HttpAnswer(200, b'{"code": 3'), "HTTP 200, cut off"),
        (HttpAnswer(504, b'{"message": "no"}'), "HTTP 504: no"),
    ],
)
def test_an_unknown_outcome_says_why(answer: HttpAnswer, words: str) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        read_created(answer)
    assert str(caught.value) == words


def test_a_task_that_failed_says_why() -> None:
    for words, kind in (("GPU on fire", TaskFailed), ("NSFW", Moderated)):
        with pytest.raises(kind) as caught:
            read_task({"id": ID, "status": "failed", "message": words})
        assert str(caught.value) == words
