"""Replies to a grid and presses under it, at the dispatcher."""

import pytest

from core.model import AspectRatio, State
from core.styles import CURATED
from tests.support.chat_user import PHOTO, ChatUser, content_of
from tests.support.dispatcher_harness import DispatcherHarness

INK, OIL = (next(style for style in CURATED if style.key == key) for key in ("ink", "oil"))


@pytest.fixture
def ann(harness: DispatcherHarness) -> ChatUser:
    return ChatUser(harness)


def _reply(ann: ChatUser, head_id: int, text: str) -> None:
    batch = ann.harness.run(ann.harness.app.batches.get(head_id))
    assert batch is not None
    assert batch.message_id is not None
    ann.say(text, reply_to_message=ann.bot_message(batch.message_id, photo=PHOTO, caption="?"))


def test_a_shape_in_answer_to_a_grid_adds_the_usual_style_only_once(ann: ChatUser) -> None:
    ann.say("/style")
    ann.press(f"ps:{ann.user_id}:ink", 1)
    ann.say("/imagine a fox --n 2 --ar 1:1")
    ann.settle()
    head = ann.requests()[0]
    assert (head.prompt, head.state) == (INK.fill("a fox"), State.DELIVERED)
    _reply(ann, head.id, "16:9")
    assert content_of(ann.requests()[-1]) == (INK.fill("a fox"), AspectRatio.WIDE, None)


def test_a_style_in_answer_to_a_grid_replaces_that_of_its_pictures(ann: ChatUser) -> None:
    ann.say("/imagine a fox style:ink --n 2 --ar 16:9")
    ann.settle()
    head = ann.requests()[0]
    _reply(ann, head.id, "style:oil")
    assert content_of(ann.requests()[-1]) == (OIL.fill("a fox"), AspectRatio.WIDE, None)


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
