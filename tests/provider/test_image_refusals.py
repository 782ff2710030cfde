"""Refusals that are about the picture to edit, distinguished from those about the prompt, in many formats."""

import pytest

from provider.errors import (
    BadInput,
    ImageRefused,
    Moderated,
    OutOfMoney,
    ProtocolError,
    Temporary,
    Unauthorised,
)
from provider.fields import read_json
from provider.image_refusals import (
    asks_for_parameter,
    asks_for_prompt,
    failed_to_load,
    names_picture,
    picture_refusal,
)
from provider.refusals import refusal, status_error

ABOUT_PICTURE: list[dict[str, object]] = [
    {"issues": [{"path": ["images", 0], "expected": "url", "message": "Invalid URL"}]},
    {"issues": [{"path": ["prompt"], "message": "Required"}, {"path": ["images", 0], "message": "Invalid"}]},
    {"issues": [{"path": ["body", "images", "0"], "code": "invalid_format", "format": "url"}]},
    {"issues": [{"path": "images[0]", "message": "Invalid input"}]},
    {"issues": [{"path": ["image_url"], "message": "Required"}]},
    {"issues": [{"loc": ["body", "images"], "message": "value is not a valid list"}]},
    {"issues": [{"path": [], "message": "Image must be an http(s) link"}]},
    {"issues": {"images": "must be a URL"}},
    {"issues": ["images: only links are accepted"]},
    {"error": {"code": 3, "issues": [{"path": ["images", 0], "message": "Invalid URL"}]}},
    {"errors": [{"field": "images", "message": "must be a link"}]},
    {"detail": [{"loc": ["body", "images", 0], "msg": "invalid or missing URL scheme"}]},
    {"data": {"issues": [{"path": ["images"], "message": "Invalid"}]}},
    {"message": "Invalid image url"},
    {"message": "Unsupported image format: expected jpg or png"},
    {"message": "Failed to download file"},
    {"message": "base64 is not supported"},
    {"message": "Unsupported format"},
    {"message": "Unsupported scheme: data"},
    {"message": "Invalid protocol, expected http:"},
    {"message": "Only http and https are supported"},
    {"message": "Request body too large"},
    {"message": "The link is not reachable"},
    {"message": "URL must start with https://"},
    {"error": {"message": "Could not load image from data: URI"}},
    {"error": "image_url is invalid"},
    {"detail": "invalid image"},
    {"message": "Неверный формат изображения"},
    {"message": "Не удалось загрузить файл по ссылке"},
]
ABOUT_SOMETHING_ELSE: list[dict[str, object]] = [
    {},
    {"message": "Validation error"},
    {"message": "Validation error", "issues": []},
    {"issues": [{"path": ["prompt"], "message": "Too long"}]},
    {"message": 'the prompt "make the image blue" is too long', "issues": [{"path": ["prompt"]}]},
    {"issues": [{"path": ["model"], "expected": "seedream-3", "message": "Invalid input"}]},
    {"message": "Prompt is required"},
    {"message": "Model not found"},
    {"issues": None, "message": None},
    {"issues": [None, 5]},
]


@pytest.mark.parametrize("answer", ABOUT_PICTURE, ids=str)
def test_a_refusal_of_the_picture_is_one_in_each_format(answer: dict[str, object]) -> None:
    assert picture_refusal(answer)
    assert isinstance(refusal({"code": 3} | answer), ImageRefused)


@pytest.mark.parametrize("answer", ABOUT_SOMETHING_ELSE, ids=str)
def test_any_other_refusal_is_not_about_the_picture(answer: dict[str, object]) -> None:
    assert picture_refusal(answer) is None
    error = refusal({"code": 3} | answer)
    assert isinstance(error, BadInput)
    assert not isinstance(error, ImageRefused)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"message":"Invalid image url"}', ImageRefused),
        (422, b'{"issues":[{"path":["images",0],"message":"Invalid"}]}', ImageRefused),
        (400, b'{"code":"invalid_image","message":"bad request"}', ImageRefused),
        (413, b"<html>413 Request Entity Too Large</html>", ImageRefused),
        (415, b"", ImageRefused),
        (200, b'{"code":3,"message":"Failed to fetch the image: 401 Unauthorized"}', ImageRefused),
        (403, b'{"message":"Could not load image url: 403 Forbidden"}', ImageRefused),
        (400, b'{"message":"failed to download file: 502 bad gateway"}', ImageRefused),
        (403, b'{"message":"Invalid token, no image model may be used"}', Unauthorised),
        (500, b'{"message":"Failed to fetch image"}', Temporary),
        (200, b'{"message":"Downloading the image"}', ProtocolError),
        (429, b'{"message":"Could not load image url: too many requests"}', ImageRefused),
        (400, b'{"message":"Validation error"}', BadInput),
        (400, b'{"message":"The image shows nsfw content"}', Moderated),
        (402, b'{"message":"image"}', OutOfMoney),
    ],
)
def test_statuses_of_refusals(status: int, body: bytes, kind: type[Exception]) -> None:
    error = refusal(read_json(status, body)) if status == 200 else status_error(status, body, None)
    assert type(error) is kind


def test_the_objection_is_one_short_line() -> None:
    long = {"issues": [{"path": ["images", 0], "message": "a\nb " * 200}]}
    assert picture_refusal(long) == ("a b " * 200)[:200]
    assert picture_refusal({"error": {"message": "bad image"}}) == "bad image"


def test_a_refusal_that_asks_for_the_prompt() -> None:
    assert asks_for_prompt({"issues": [{"path": ["prompt"], "message": "Required"}]})
    assert asks_for_prompt({"message": "prompt is required"})
    assert not asks_for_prompt({"message": "Validation error"})


@pytest.mark.parametrize(
    ("message", "loading"),
    [
        ("Failed to load image", True),
        ("Could not download the picture: 404", True),
        ("image url is not accessible", True),
        ("Не удалось загрузить изображение", True),
        ("GPU on fire", False),
        ("the image could not be drawn", False),
        ("", False),
    ],
)
def test_a_failed_task_whose_picture_was_not_loaded(message: str, loading: bool) -> None:
    assert failed_to_load(message) is loading


@pytest.mark.parametrize(
    ("answer", "objection"),
    [
        ({"issues": [{"path": ["images"], "message": "m", "expected": "e", "code": "c"}]}, "m"),
        ({"issues": [{"path": ["images"], "message": "", "expected": "e", "code": "c"}]}, "e"),
        ({"issues": [{"path": ["images"], "code": "c"}]}, "c"),
        ({"issues": [{"path": ["images"]}]}, "refused"),
        ({"errors": [{"loc": "a_photo", "message": "m"}], "message": "a file"}, "m"),
        ({"issues": [{"param": "File", "message": {"message": "m"}}]}, "m"),
        ({"issues": [{"field": "avatar.img", "message": {"text": "t"}}]}, "{'text': 't'}"),
        ({"error": {"errors": {"attachment": "m"}}}, "m"),
        ({"detail": {"image": ["a", "b"]}}, "['a', 'b']"),
        ({"message": "a photo", "error": "a file", "detail": "a link", "code": "image"}, "a photo"),
        ({"message": "no", "error": "a file", "detail": "a link", "code": "image"}, "a file"),
        ({"message": "no", "error": "no", "detail": "a link", "code": "image"}, "a link"),
        ({"message": "no", "code": "invalid_image"}, "invalid_image"),
        ({"message": "no", "issues": [{"path": [0, "7", ""], "message": "bad link"}]}, "bad link"),
        ({"message": "an image", "issues": [{"path": ["prompt"]}, {"message": "a link"}]}, None),
        ({"code": 3}, None),
    ],
)
def test_the_objection_is_in_the_words_of_the_provider(
    answer: dict[str, object], objection: str | None
) -> None:
    assert picture_refusal(answer) == objection


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ({"message": "Failed to fetch the first image"}, True),
        ({"error": {"message": "could not open url"}}, True),
        ({"error": "не удалось скачать этот файл"}, True),
        ({"issues": [{"path": ["images", 0]}]}, True),
        ({"message": "an image is shown"}, False),
        ({"detail": "failed to load image"}, False),
        ({}, False),
    ],
)
def test_a_refusal_that_names_the_picture_does_so_whatever_else_it_says(
    answer: dict[str, object], named: bool
) -> None:
    assert names_picture(answer) is named


@pytest.mark.parametrize("part", ["issues", "errors", "message", "error", "detail", "data"])
@pytest.mark.parametrize(
    ("words", "prompt", "parameter"),
    [
        ("PROMPT is missing", True, True),
        ("нет описания", True, True),
        ("Model is missing", False, True),
        ("no", False, False),
    ],
)
def test_a_parameter_is_asked_for_in_any_part_of_a_refusal(
    part: str, words: str, prompt: bool, parameter: bool
) -> None:
    for value in (words, [{"path": [words]}]):
        answer = {"message": None} | {part: value}
        assert (asks_for_prompt(answer), asks_for_parameter(answer)) == (prompt, parameter)
