"""Presses that draw a picture again: taps on one button are one picture, taps on two buttons are two."""

import pytest
from aiogram.filters.callback_data import CallbackData

from chat.callbacks import DrawInRatio, DrawInStyle, ResultAction, ResultButton
from tests.support.chat_user import ChatUser, drawn


def _button(name: str, request: int) -> CallbackData:
    if name == "again":
        return ResultButton(request=request, action=ResultAction.AGAIN)
    if name == "vary":
        return ResultButton(request=request, action=ResultAction.VARY)
    if name == "ink":
        return DrawInStyle(request=request, style=name)
    return DrawInRatio(request=request, ratio=name)


@pytest.mark.parametrize(
    ("presses", "pictures"),
    [
        ("again again", 1),
        ("16x9 16x9", 1),
        ("ink ink", 1),
        ("again 16x9", 2),
        ("16x9 again", 2),
        ("16x9 9x16", 2),
        ("again vary ink", 3),
    ],
)
def test_each_button_draws_once_at_a_time(private: ChatUser, presses: str, pictures: int) -> None:
    picture = drawn(private)
    assert picture.result_message_id is not None
    for name in presses.split():
        private.press(_button(name, picture.id).pack(), picture.result_message_id)
    assert len(private.requests()) == 1 + pictures
    private.settle()
    private.press(_button(presses.split(maxsplit=1)[0], picture.id).pack(), picture.result_message_id)
    assert len(private.requests()) == 2 + pictures
