"""Cancel under a status message: a slow second tap on the button that started the request does not cancel it."""

import pytest

from core.model import PENDING, Request, State
from tests.support.chat_user import ChatUser
from tests.support.dispatcher_harness import DispatcherHarness

AGAIN = "I’m already drawing it. To cancel, press again."


def _ask(chat: ChatUser, text: str, data: str) -> tuple[str, int]:
    """Send a text that leads to a question, and return the data and the message of its button."""
    message = chat.say(text)
    return f"{data}:{chat.draft(message).id}", chat.question(message)["message_id"]


def _draw_without(chat: ChatUser) -> tuple[str, int]:
    return _ask(chat, "/imagine a fox --v 6 --ar 16:9", "w")


def _shape(chat: ChatUser) -> tuple[str, int]:
    data, question = _ask(chat, "/imagine a fox", "r")
    return f"{data}:1x1", question


def _example(chat: ChatUser) -> tuple[str, int]:
    chat.say("/start")
    return "d:first", chat.harness.telegram.next_message_id()


def _failed(chat: ChatUser) -> tuple[str, int]:
    chat.say("/imagine a bad fox --ar 1:1")
    chat.settle()
    (failed,) = chat.requests()
    assert failed.state is State.FAILED
    assert failed.status_message_id is not None
    return f"t:{failed.id}:", failed.status_message_id


def _again(chat: ChatUser) -> tuple[str, int]:
    chat.say("/imagine a fox --ar 1:1")
    chat.settle()
    (drawn,) = chat.requests()
    assert drawn.result_message_id is not None
    return f"x:{drawn.id}:a:0", drawn.result_message_id


def _cancel(chat: ChatUser, seconds: float, listed: int = 0) -> Request:
    """Press Cancel so many seconds after the press that started the last request, and return the request."""
    chat.harness.wait(seconds)
    request = chat.requests()[-1]
    chat.press(f"c:{request.id}:{listed}", request.status_message_id or 1)
    return chat.requests()[-1]


@pytest.mark.parametrize("starts", [_draw_without, _shape, _example, _failed, _again])
def test_a_second_tap_on_the_button_that_started_a_request_does_not_cancel_it(
    private: ChatUser, starts: object
) -> None:
    assert callable(starts)
    private.press(*starts(private))
    assert _cancel(private, 1.0).state in PENDING
    assert private.harness.telegram.toasts[-1] == AGAIN
    assert _cancel(private, 1.0).state is State.CANCELLED
    assert private.harness.telegram.toasts[-1] == "Cancelled"


def test_a_request_without_a_press_is_cancelled_at_once(private: ChatUser) -> None:
    private.say("/imagine a fox --ar 1:1")
    assert _cancel(private, 0.5).state is State.CANCELLED


def test_a_button_of_the_queue_cancels_at_once(private: ChatUser) -> None:
    private.press(*_shape(private))
    assert _cancel(private, 0.5, listed=1).state is State.CANCELLED


def test_the_answer_is_in_the_language_of_the_user(harness: DispatcherHarness) -> None:
    private = ChatUser(harness)
    message = private.message()["from"] | {"language_code": "ru"}
    question = private.say("/imagine лиса", **{"from": message})
    private.press(f"r:{private.draft(question).id}:1x1", private.question(question)["message_id"])
    request = private.requests()[-1]
    query = {"id": "7", "from": message, "chat_instance": "1", "data": f"c:{request.id}:0"}
    harness.feed({"callback_query": query | {"message": private.bot_message(5, text="?")}})
    assert harness.telegram.toasts[-1] == "Уже рисую. Чтобы отменить, нажмите ещё раз."
