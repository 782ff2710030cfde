"""The models in the answer to an empty create, in the forms that the answer may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.model_list import read_models


@pytest.mark.parametrize(
    ("answer", "models"),
    [
        (
            {
                "code": 3,
                "message": "Validation error",
                "issues": [
                    {"path": ["model"], "expected": "seedream-3|kling", "message": "Invalid input"},
                    {"path": ["prompt"], "expected": "string", "message": "Required"},
                    {"path": ["ar"], "expected": "1:1|16:9", "message": "Invalid input"},
                ],
            },
            ["seedream-3", "kling"],
        ),
        (
            {"issues": [{"path": ["model"], "expected": ["seedream-3", "kling"], "message": "Invalid"}]},
            ["seedream-3", "kling"],
        ),
        (
            {
                "issues": [
                    {"path": ["model"], "expected": "string", "options": ["kling"], "code": "invalid_enum"}
                ]
            },
            ["kling"],
        ),
        ({"issues": [{"path": ["model"], "expected": "seedream-3", "message": "Invalid"}]}, ["seedream-3"]),
        (
            {"message": "Invalid enum value. Expected 'seedream-3' | 'kling', received undefined"},
            ["seedream-3", "kling"],
        ),
        (
            {"message": "model is required. Models: seedream-3, kling and flux-1.1"},
            ["seedream-3", "kling", "flux-1.1"],
        ),
        (
            {"message": "Validation error", "models": [{"id": "seedream-3"}, {"id": "kling"}]},
            ["seedream-3", "kling"],
        ),
        (
            {
                "message": "Validation error, check your body",
                "issues": [{"path": ["model"], "expected": "string"}],
            },
            [],
        ),
        ({"code": 3, "message": None, "issues": "none"}, []),
        ({"message": "Model: a-1; b-2 or c-3. "}, ["a-1", "b-2", "c-3"]),
        ({"message": "Модели: a-1 и b-2 или c-3"}, ["a-1", "b-2", "c-3"]),
        ({"message": "a-1\nb-2"}, ["a-1", "b-2"]),
        ({"message": "a-1"}, ["a-1"]),
        ({"message": "one, two"}, []),
        ({"message": "the model flux-1.1 is unknown"}, []),
        ({"message": "«a» or `b`"}, ["a", "b"]),
        ({"models": {"name": "alpha", "type": "image-1", "info": "beta"}}, ["alpha"]),
        ({"models": [" alpha ", "Model", "REQUIRED", "two words", "alpha"]}, ["alpha"]),
        (
            {"issues": [{"path": ["model"], "code": "x-1", "expected": "a-1"}, "b-2"], "models": ["c"]},
            ["a-1"],
        ),
        (
            {"issues": [{"path": ["model"]}, {"path": ["ar"], "expected": ["1:1"]}], "models": ["c"]},
            ["1:1", "c"],
        ),
    ],
)
def test_the_models_are_found_in_each_form(answer: dict[str, object], models: list[str]) -> None:
    assert read_models({"code": 3, **answer}) == models


@given(
    st.dictionaries(
        st.sampled_from(["issues", "message", "models", "expected", "path"]),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_any_answer_has_models_or_none(answer: dict[str, object]) -> None:
    assert all(isinstance(model, str) and model for model in read_models(answer))
