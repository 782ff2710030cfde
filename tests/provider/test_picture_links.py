"""The link to the picture is found in each known form of an answer, and in nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.answers import Task, read_created, read_result
from provider.errors import BadInput, MediaError, OutcomeUnknown, OutOfMoney
from provider.fields import link
from provider.http_answer import HttpAnswer
from provider.picture_links import find_link

ID = "6876a7a68cc456ab830ab9df"
URL = "https://store.example/a,b/picture(1).webp?sign=x%20y&t=1"


@pytest.mark.parametrize(
    "answer",
    [
        {"url": URL},
        {"url": [URL]},
        {"url": {"url": URL}},
        {"url": [{"url": URL}]},
        {"urls": [None, URL]},
        {"image_url": URL},
        {"imageUrl": URL},
        {"image_url": {"url": URL}},
        {"output": [URL]},
        {"output": URL},
        {"output": {"images": [{"url": URL}]}},
        {"images": [{"url": URL, "width": 1}]},
        {"image": {"url": URL}},
        {"result": URL},
        {"result": [URL]},
        {"data": [{"url": URL}, {"url": "https://store.example/second.webp"}]},
        {"data": {"result": {"images": [{"url": URL}]}}},
        {"url": f"<{URL}>"},
        {"url": f' "{URL}"\n'},
        {"url": f"({URL})"},
        {"url": f"{URL}\nhttps://store.example/second.webp"},
        {"url": f"{URL},https://store.example/second.webp"},
        {"url": "//" + URL.removeprefix("https://")},
        {"url": None, "image_url": URL},
        {"url": [], "images": [{"url": URL}]},
    ],
)
def test_a_link_in_each_known_form_is_found(answer: dict[str, object]) -> None:
    assert link(answer) == URL
    assert read_result({"code": 0, "id": ID, "status": "done", **answer}, ID).url == URL


@pytest.mark.parametrize(
    "answer",
    [
        {"url": "soon"},
        {"url": "see https://store.example/picture.webp"},
        {"url": "https://"},
        {"url": "data:image/png;base64,AAAA"},
        {"url": 5},
        {"images": ["https://bot.example/source/photo.jpg"]},  # the source of the request, echoed
        {"image": "https://bot.example/source/photo.jpg"},
        {"prompt": "https://store.example/picture.webp"},
        {"error": {"url": "https://gptunnel.example/docs"}},
        {"callback_url": "https://bot.example/"},
    ],
)
def test_other_addresses_are_no_pictures(answer: dict[str, object]) -> None:
    assert link(answer) is None


NAMES_OF_LINKS = [
    "url",
    "urls",
    "image_url",
    "image_urls",
    "result_url",
    "result_urls",
    "output_url",
    "picture_url",
    "file_url",
    "download_url",
    "output",
    "outputs",
    "result",
    "results",
    "data",
]
NAMES_OF_OBJECTS = ["image", "images", "picture", "pictures", "file", "files"]


@pytest.mark.parametrize("name", NAMES_OF_LINKS + NAMES_OF_OBJECTS)
def test_each_field_of_a_picture_is_read_in_any_spelling(name: str) -> None:
    head, *rest = name.split("_")
    for spelling in (name, name.upper(), name.replace("_", "-"), head + "".join(map(str.title, rest))):
        assert link({spelling: {"url": URL}}) == URL
        assert link({spelling: URL}) == (URL if name in NAMES_OF_LINKS else None)


def test_the_first_name_counts_and_a_text_before_an_object() -> None:
    other = "https://store.example/other.webp"
    assert link({"data": [other], "image_url": other, "url": URL}) == URL
    assert link({"images": [{"url": other}], "output": URL}) == URL
    assert link({"files": {"url": other}, "image": {"url": URL}}) == URL


@pytest.mark.parametrize(("depth", "found"), [(1, URL), (4, URL), (5, None), (1_000, None)])
def test_a_link_is_looked_for_to_a_depth_that_no_answer_has(depth: int, found: str | None) -> None:
    objects: object = {"url": URL}
    lists: object = [URL]
    for _ in range(depth):
        objects, lists = {"image": objects}, [lists]
    assert find_link({"image": {"url": URL}}, 3) == URL
    assert isinstance(objects, dict)
    assert find_link(objects) == found
    assert find_link({"url": lists}) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("http://a.example/x", "http://a.example/x"),
        ("//a.example/x", "https://a.example/x"),
        ("<https://a.example/x> and more", "https://a.example/x"),
        ("https://a.example/x, https://b.example/y", "https://a.example/x"),
        ("https://a.example/x,y", "https://a.example/x,y"),
        ("`https://a.example/x`", "https://a.example/x"),
        ("/x", None),
        ("ftp://a.example/x", None),
    ],
)
def test_an_address_is_read_at_the_start_of_a_text(text: str, found: str | None) -> None:
    assert find_link({"url": text}) == found


_NAMES = st.sampled_from(["url", "image_url", "output", "images", "result", "data", "urls"])
_WRITTEN = st.sampled_from(["{}", " {}\n", "<{}>", '"{}"', "{},{}", "{} {}"])


def _wrapped(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.builds(lambda name, value: {name: value}, _NAMES, inner) | inner.map(
        lambda value: [None, value]
    )


_FORMS = st.recursive(
    st.builds(lambda form: {"url": form.replace("{}", URL)}, _WRITTEN), _wrapped, max_leaves=3
).filter(lambda form: isinstance(form, dict))


@given(_FORMS)
def test_a_link_is_found_however_it_is_wrapped(answer: dict[str, object]) -> None:
    depth = json.dumps(answer).count("{") + json.dumps(answer).count("[")
    assert link(answer) == URL or depth > 4


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(URL),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(_NAMES | st.text(max_size=8), _JSON, max_size=4))
def test_a_found_link_is_an_address(answer: dict[str, object]) -> None:
    found = link(answer)
    assert found is None or found.lower().startswith(("https://", "http://"))


def _created(status: int, answer: object) -> Task | type[MediaError]:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    try:
        return read_created(HttpAnswer(status, body))
    except MediaError as error:
        return type(error)


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    "answer",
    [
        {"url": URL},
        {"status": "success", "url": URL},
        {"code": 0, "status": "done", "url": [URL], "message": "ok"},
        {"data": [{"url": URL}]},
        {"code": 0, "output": [URL]},
        {"status": "error", "url": URL},
    ],
)
def test_a_create_answered_with_a_picture_and_no_id_is_a_finished_task(status: int, answer: object) -> None:
    assert _created(status, answer) == Task(None, URL)


def test_a_picture_in_an_error_without_words_is_a_finished_task() -> None:
    assert _created(502, {"url": URL, "status": "done"}) == Task(None, URL)


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (200, {"code": 3, "message": "no", "issues": [{"path": ["ar"]}], "url": URL}, BadInput),
        (200, {"message": "Organization balance is too low", "url": "https://pay.example/"}, OutOfMoney),
        (400, {"message": "bad", "url": "https://docs.example/"}, BadInput),
        (500, {"message": "bad", "url": "https://docs.example/"}, OutcomeUnknown),
    ],
)
def test_the_link_of_a_refusal_is_no_picture(status: int, answer: object, error: type[MediaError]) -> None:
    assert _created(status, answer) is error


@pytest.mark.parametrize(
    "before",
    [
        b"Warning: Undefined variable $x in /var/www/api.php on line 3\n",
        b"<br />\n<b>Warning</b>:  Undefined {x} in <b>/var/www/api.php</b> on line <b>3</b><br />\n",
        b"Notice: x",
        b")]}',\n",
        b"\xef\xbb\xbf \n",
    ],
)
@pytest.mark.parametrize("status", [200, 201])
def test_text_before_the_json_of_an_answer_is_skipped(before: bytes, status: int) -> None:
    body = before + json.dumps({"code": 0, "id": 777, "status": "idle", "url": None}).encode()
    assert _created(status, body) == Task("777")
    assert _created(status, body[:-15]) == Task("777")  # cut off
    refusal = before + json.dumps({"code": 3, "message": "no", "issues": [{"path": ["ar"]}]}).encode()
    assert _created(status, refusal) is BadInput


@pytest.mark.parametrize(
    "body",
    [
        b'<html><script>{"id":"x"}</script></html>',
        b'<html><script>var state = {"id": 5, "theme": "dark"};</script></html>',
        b'<html>{"a":1}</html>',
        b"Error {}",
    ],
)
def test_json_inside_a_page_is_no_answer(body: bytes) -> None:
    assert _created(200, body) is OutcomeUnknown
