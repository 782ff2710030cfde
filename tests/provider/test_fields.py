"""The fields of an answer in each form that they may have; tests of whole answers are in test_odd_answers.py."""

import pytest

from provider import fields
from provider.errors import ProtocolError
from provider.fields import Json

ID = "6876a7a68cc456ab830ab9df"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>{}", "HTTP 502 with HTML"),
        (b" \n<!doctype html>", "HTTP 502 with HTML"),
        (b"oops <b>", "HTTP 502 with broken JSON"),
        (b'{"id":', "HTTP 502 with broken JSON"),
        (b" \n", "HTTP 502 with no text"),
        (b"", "HTTP 502 with no text"),
        (b"[1, 2]", "HTTP 502 with JSON that is not an object"),
        (b"[" * 100_000, "HTTP 502 with broken JSON"),
    ],
)
def test_a_body_that_is_no_object_is_described(body: bytes, error: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        fields.read_json(502, body)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"message": " a\n b\t"}, "a b"),
        ({"message": "a", "error": "b", "detail": "c", "data": {"message": "d"}}, "a"),
        ({"message": "", "error": "b", "detail": "c"}, "b"),
        ({"message": None, "error": {"message": "b"}, "detail": "c"}, "b"),
        ({"error": {"code": 5}, "detail": "c", "data": {"message": "d"}}, "c"),
        ({"data": {"message": "d"}, "result": {"message": "e"}}, "d"),
        ({"data": {"error": "d"}}, "d"),
        ({"data": {"error": {"message": "d"}}, "result": {"message": "e"}}, "d"),
        ({"message": 7}, "7"),
        ({"data": {"task": {"message": "deep"}}}, "deep"),
        ({"data": {"task": {"result": {"message": "too deep"}}}}, ""),
        ({"message": "x" * 201}, "x" * 200),
        ({}, ""),
    ],
)
def test_the_message_is_one_short_line(answer: Json, message: str) -> None:
    assert fields.message(answer) == message


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ({"code": 3}, [3]),
        ({"code": "3"}, [3]),
        ({"code": 3.0, "statusCode": 504}, [3, 504]),
        ({"code": 3.5}, [3.5]),
        ({"code": "bad_input"}, ["bad_input"]),
        ({"code": None}, []),
        ({"code": True}, []),
        ({"code": [5]}, [[5]]),
        ({"status": 399}, []),
        ({"status": 400}, [400]),
        ({"status": 599, "status_code": 503, "http_status": 502}, [599, 503, 502]),
        ({"status": 600}, []),
        ({"status": "failed", "statusCode": "no"}, []),
        ({"status": "500"}, [500]),
        ({"code": 1, "data": {"code": 2}, "error": {"code": 4}, "errors": [{"code": 5}, 6]}, [1, 2, 4, 5]),
        ({"data": {"error": {"status": 404}}}, [404]),
        ({"data": '{"code": 2}'}, [2]),
        ({"error": "no", "errors": None}, []),
    ],
)
def test_codes_are_found_in_the_answer_and_in_its_errors(answer: Json, codes: list[object]) -> None:
    assert fields.codes(answer) == codes


@pytest.mark.parametrize(
    ("answer", "types"),
    [
        ({"type": "a", "code": "b"}, "a b"),
        ({"code": 7, "error": {"type": "c", "code": 0}, "data": {"type": "d"}}, "7 d c"),
        ({"error": "text"}, ""),
    ],
)
def test_types_of_errors_are_one_text(answer: Json, types: str) -> None:
    assert fields.error_types(answer) == types


@pytest.mark.parametrize(
    ("answer", "refused", "documented"),
    [
        ({}, False, False),
        ({"code": 0}, False, False),
        ({"code": 1}, True, True),
        ({"code": 99}, True, True),
        ({"code": 100}, True, False),
        ({"code": -1}, True, False),
        ({"code": 199}, True, False),
        ({"code": 200}, False, False),
        ({"code": 299}, False, False),
        ({"code": 300}, True, False),
        ({"code": " OK "}, False, False),
        ({"code": "Accepted"}, False, False),
        ({"code": "no"}, True, False),
        ({"success": False}, True, False),
        ({"success": True}, False, False),
        ({"status": "Failed"}, True, False),
        ({"status": "waiting"}, False, False),
        ({"error": "no"}, True, False),
        ({"errors": ["no"]}, True, False),
        ({"issues": [{"path": ["ar"]}]}, True, True),
        ({"data": {"issues": "ar"}}, True, True),
        ({"issues": [], "error": {"message": " "}, "errors": [None, {}]}, False, False),
        ({"error": {"message": None, "code": 0}}, False, False),
        ({"error": [None, {"message": "no"}]}, True, False),
    ],
)
def test_a_refusal_is_known_by_its_fields(answer: Json, refused: bool, documented: bool) -> None:
    assert (fields.says_refused(answer), fields.is_documented_refusal(answer)) == (refused, documented)


@pytest.mark.parametrize(
    ("answer", "word", "goes_on"),
    [
        ({"status": " Idle "}, "idle", True),
        ({"status": "outer", "data": {"status": "inner"}}, "inner", True),
        ({"status": "outer", "data": {"status": " "}}, "outer", True),
        ({"status": "outer", "data": {"status": 7}}, "outer", True),
        ({"data": [{"status": "listed"}]}, "listed", True),
        ({"data": [{"status": "a"}, {"status": "b"}]}, "", False),
        ({"status": 200}, "", False),
        ({}, "", False),
        *(
            ({"status": word}, word, False)
            for word in (
                "failed",
                "invalid_argument",
                "rejected",
                "refused",
                "denied",
                "not found",
                "400",
                "forbidden",
            )
        ),
    ],
)
def test_the_status_of_a_task_is_a_word(answer: Json, word: str, goes_on: bool) -> None:
    assert (fields.status_word(answer), fields.says_work_goes_on(answer)) == (word, goes_on)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ({"task_id": "a"}, True),
        ({"id": ID}, True),
        ({"id": "a"}, False),
        ({"id": "a", "status": "idle"}, True),
        ({"id": "a", "status": "failed"}, False),
        ({"id": "a", "url": "https://store.example/p"}, True),
        ({"id": "a", "status": "idle", "error": "no"}, False),
        ({"status": "idle"}, False),
        ({}, False),
    ],
)
def test_an_error_names_a_task_only_with_a_sign_of_it(answer: Json, named: bool) -> None:
    assert fields.surely_names_task(answer) is named


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"$oid": ID}, ID),
        ([f" {ID} "], ID),
        ([ID, ID], None),
        (1, "1"),
        (0, None),
        (-5, None),
        (7.0, "7"),
        (7.5, None),
        (True, None),
        ("None", None),
        ("UNDEFINED", None),
        ("  ", None),
        ({"id": ID}, None),
    ],
)
def test_an_id_is_a_text_or_a_positive_number(value: object, read: str | None) -> None:
    assert fields.task_id({"id": value}) == read


@pytest.mark.parametrize("name", ["id", "_id", "ID", "task_id", "taskId", "TaskID", "task-id"])
def test_an_id_is_found_under_each_spelling_of_its_name(name: str) -> None:
    assert fields.task_id({name: "a"}) == "a"


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("+7", 7.0),
        ("1.234.5", None),
        ("5 RUB", 5.0),
        ("5 р.", 5.0),
        ("5 ₽.", 5.0),
        ("5 $", None),
        ("0", 0.0),
        ([5], None),
        (float("nan"), None),
    ],
)
def test_an_amount_is_a_number_of_roubles(amount: object, read: float | None) -> None:
    assert fields.amount({"cost": amount}, "cost") == read
    assert fields.amount({"cost": "much", "data": {"cost": 2}}, "cost") == 2.0
