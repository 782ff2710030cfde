"""JSON that is cut off or has other text around it: its complete members, and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import fields
from provider.broken_json import complete_members, documented_id, without_text_before
from provider.fields import Json

ID = "6876a7a68cc456ab830ab9df"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"a":1,"b":[1,{"c":2', {"a": 1, "b": [1, {}]}),
        (b'{"a":1,"b":12', {"a": 1}),
        (b'{"a":12}', {"a": 12}),
        (b'{"a":"x\\"y","b', {"a": 'x"y'}),
        (b'{"a":true,"b":fal', {"a": True}),
        (b'{"a":{"b":1},"c":', {"a": {"b": 1}}),
        (b'[{"a":1},{"b"', [{"a": 1}, {}]),
        (b'{"a":1} and more {"a":2}', {"a": 1}),
        (b'{"a":1]', {"a": 1}),
        (b'\xef\xbb\xbf \r\n\tdata: {"a":1', {}),
        (b'{"a":"one\ntwo","b":"t', {"a": "one two"}),
        (b'{"a":"\xff","b":', {"a": "\ufffd"}),
        (b"<b>", None),
        (b"", None),
        (b"7", None),
        (b"{", {}),
    ],
)
def test_complete_members_of_broken_json_are_read(body: bytes, found: object) -> None:
    assert complete_members(body) == found


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(0, 10**6) | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
    st.data(),
)
def test_a_cut_adds_and_changes_nothing(value: object, data: st.DataObject) -> None:
    whole = json.dumps({"id": "task-1", "rest": value}).encode()
    assert complete_members(whole) == json.loads(whole)
    cut = whole[: data.draw(st.integers(len('{"id": "task-1"'), len(whole)))]
    found = complete_members(cut)
    assert isinstance(found, dict)
    assert found["id"] == "task-1"
    assert set(found) <= {"id", "rest"}


@pytest.mark.parametrize(("depth", "read"), [(10, True), (49, True), (200, False)])
def test_json_is_read_to_a_depth_that_no_answer_has(depth: int, read: bool) -> None:
    body = b'{"a":' * depth + b"1" + b"}" * depth
    assert (complete_members(body) == json.loads(body)) is read


@pytest.mark.parametrize(
    ("body", "behind"),
    [
        (b'Notice: x\n{"a":1}', b'{"a":1}'),
        (b'Notice [{ "a":1}]', b'[{ "a":1}]'),
        (b'{"a":1}', None),
        (b'\xef\xbb\xbf \r\n\t{"a":1}', None),
        (b'<HTML>{"a":1}', None),
        (b'<!DOCTYPE x>{"a":1}', None),
        (b'x {"a":"<html>"}', b'{"a":"<html>"}'),
        (b"x {a}", None),
        (b"", None),
    ],
)
def test_text_before_json_is_found(body: bytes, behind: bytes | None) -> None:
    assert without_text_before(body) == behind


def test_an_id_in_a_text_has_the_documented_form() -> None:
    assert documented_id(f"lost 'task_id': '{ID}', '_id': 'b'".encode()) == ID
    assert documented_id(f'"prompt": "{ID}"'.encode()) is None
    assert documented_id(f'"id": "{ID}0"'.encode()) is None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f'Traceback … "id": "{ID}" …'.encode(), {"id": ID}),
        (b'Traceback "id": "a"', {}),
        (b'Notice {"id":"a","status":"idle","x', {"id": "a", "status": "idle"}),
        (b'Notice {"code":0,"x":{"y', {"code": 0, "x": {}}),
        (b'Notice {"x":1,"y":2}', {}),
        (f'{{"x":1,"y":"id": "{ID}"'.encode(), {"id": ID}),
        (b'{"url":"https://store.example/p","x', {"url": "https://store.example/p"}),
        (b'[{"id":"a"', {"id": "a"}),
    ],
)
def test_a_task_is_read_from_broken_json(body: bytes, found: Json) -> None:
    assert fields.read_broken_json(body) == found
