"""Replies to a grid and presses under it, at the dispatcher."""

import pytest

from core.model import State
from tests.support.chat_user import ChatUser
from tests.support.dispatcher_harness import DispatcherHarness


@pytest.fixture
def ann(harness: DispatcherHarness) -> ChatUser:
    return ChatUser(harness)


def test_a_forged_press_gives_no_picture_that_was_cancelled(ann: ChatUser) -> None:
    message = ann.say("/imagine a fox --ar 1:1")
    ann.harness.wait(1)
    request = ann.request(message)
    assert request is not None
    ann.press(f"c:{request.id}:0", 500)
    ann.settle()
    request = ann.request(message)
    assert request is not None
    assert (request.state, request.task_id is not None) == (State.CANCELLED, True)
    before = len(ann.harness.telegram.photos)
    ann.press(f"z:{request.id}", 500)
    ann.settle()
    request = ann.request(message)
    assert request is not None
    assert (request.file_id, len(ann.harness.telegram.photos)) == (None, before)
    ann.press(f"x:{request.id}:o:0", 500)
    ann.settle()
    request = ann.request(message)
    assert request is not None
    assert request.original_file_id is None
