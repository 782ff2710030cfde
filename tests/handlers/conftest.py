"""The dispatcher that all tests of a module share, and users of it."""

from collections.abc import Iterator

import pytest

from tests.support.chat_user import ChatUser
from tests.support.dispatcher_harness import DispatcherHarness


@pytest.fixture(scope="module")
def harness(module_database_url: str) -> Iterator[DispatcherHarness]:
    harness = DispatcherHarness(module_database_url)
    yield harness
    harness.close()


@pytest.fixture
def private(harness: DispatcherHarness) -> ChatUser:
    return ChatUser(harness)


@pytest.fixture
def group(harness: DispatcherHarness) -> ChatUser:
    return ChatUser(harness, group=True)


@pytest.fixture(params=["private", "group"])
def chat(request: pytest.FixtureRequest, harness: DispatcherHarness) -> ChatUser:
    return ChatUser(harness, group=request.param == "group")
