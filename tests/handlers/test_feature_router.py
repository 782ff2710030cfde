"""The router of a feature differs from aiogram's in its observers alone."""

import pytest
from aiogram import Router

from handlers.feature_router import FeatureRouter


def test_it_has_the_attributes_of_a_router() -> None:
    whole, feature = Router(name="x"), FeatureRouter(name="x")
    observers = {*whole.observers, "errors"}
    assert {*vars(feature)} == {*vars(whole)} - observers


def test_an_observer_is_made_at_its_first_use() -> None:
    router = FeatureRouter(name="x")
    assert router.observers == {}
    assert router.message is router.message is router.observers["message"]
    assert router.message.event_name == "message"
    assert router.errors is router.error
    assert {*router.observers} == {"message", "error"}
    with pytest.raises(AttributeError):
        _ = router.no_such_kind
