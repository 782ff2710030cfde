"""Callback data names a selection of pictures within 64 bytes, and buttons of earlier versions keep their meaning."""

from collections import Counter

import pytest
from aiogram.filters.callback_data import CallbackData

from chat import callbacks
from chat.callbacks import (
    NEWEST,
    DrawInRatio,
    HistoryEnd,
    ResultAction,
    ResultButton,
    SelectionEnd,
    ShowPage,
    ShowSelected,
    paged_of,
    selection_of,
)
from storage.picture_history import ALL_PICTURES, FAVOURITES, SHARED, Selection

LARGEST_USER = 2**52
"""Bot API, User: an id has at most 52 significant bits."""
LARGEST_ROW = 10**15


@pytest.mark.parametrize(
    "selection",
    [
        *(ALL_PICTURES, FAVOURITES, Selection(search_id=1), Selection(search_id=LARGEST_ROW)),
        *(SHARED, Selection(search_id=1, shared=True), Selection(search_id=LARGEST_ROW, shared=True)),
    ],
)
def test_a_number_stands_for_each_selection(selection: Selection) -> None:
    paged = paged_of(selection)
    assert selection_of(paged) == selection
    data = [
        ResultButton(request=LARGEST_ROW, action=ResultAction.AGAIN, paged=paged),
        DrawInRatio(request=LARGEST_ROW, ratio="16x9", paged=paged),
        ShowSelected(user=-LARGEST_USER, request=NEWEST, paged=paged),
        SelectionEnd(user=-LARGEST_USER, shown=LARGEST_ROW, newest=True, paged=paged),
    ]
    for button in data:
        assert len(button.pack().encode()) <= 64
        assert type(button).unpack(button.pack()) == button
    assert ShowSelected.unpack(data[2].pack()).selection == selection
    assert SelectionEnd.unpack(data[3].pack()).selection == selection


def test_buttons_of_earlier_versions_keep_their_meaning() -> None:
    assert ResultButton.unpack("x:5:a:0").paged == 0
    assert selection_of(ResultButton.unpack("x:5:a:1").paged) == ALL_PICTURES
    assert ShowPage.unpack("h:7:5").selection == ALL_PICTURES
    assert HistoryEnd.unpack("n:7:5:1").selection == ALL_PICTURES


def test_earlier_versions_understand_the_buttons_of_the_history() -> None:
    """Replicas of both versions serve the same chats during a deploy."""
    assert ResultButton(request=5, action=ResultAction.AGAIN).pack() == "x:5:a:0"
    assert (
        ResultButton(request=5, action=ResultAction.AGAIN, paged=paged_of(ALL_PICTURES)).pack() == "x:5:a:1"
    )


@pytest.mark.parametrize("data", ["x:5:a:-1", "x:5:a:9223372036854775808", "hs:7:5:-1", "hs:7:5"])
def test_forged_numbers_are_no_buttons(data: str) -> None:
    kind = ResultButton if data.startswith("x") else ShowSelected
    with pytest.raises((ValueError, TypeError)):
        kind.unpack(data)


def test_no_two_kinds_of_buttons_share_a_prefix() -> None:
    kinds = [
        kind for kind in vars(callbacks).values() if isinstance(kind, type) and issubclass(kind, CallbackData)
    ]
    prefixes = Counter(kind.__prefix__ for kind in kinds if kind is not CallbackData)
    assert [prefix for prefix, count in prefixes.items() if count > 1] == []
