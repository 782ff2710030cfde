"""The buttons under a picture, in the history and in a comparison, too."""

from typing import NamedTuple

from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    SwitchInlineQueryChosenChat,
)
from aiogram.utils.keyboard import InlineKeyboardBuilder

from chat.bot_switches import BotSwitches
from chat.callbacks import (
    NEWEST,
    DrawInRatio,
    DrawSame,
    HistoryEnd,
    ResultAction,
    ResultButton,
    SelectionEnd,
    ShowPage,
    ShowSelected,
    ShowStep,
    paged_of,
)
from chat.captions import COPY_UNITS, units
from chat.translations import Translator
from core.model import AspectRatio, Request
from storage.picture_history import ALL_PICTURES, HistoryPage

_END = "·"
"""The label in the place of an arrow at an end of the history."""
_OFFERS = {
    ResultAction.AGAIN: "again",
    ResultAction.SHAPES: "shapes",
    ResultAction.EDIT: "edit",
    ResultAction.ORIGINAL: "original",
    ResultAction.UNDO: "undo",
    ResultAction.EDIT_SOURCE: "edit",
    ResultAction.MORE: "more",
    ResultAction.FAVOURITE: "favourite",
    ResultAction.NOT_FAVOURITE: "not-favourite",
    ResultAction.DELETE: "delete",
    ResultAction.STYLES: "styles",
    ResultAction.VARY: "vary",
    ResultAction.STICKER: "sticker",
    ResultAction.FOUR: "four",
    ResultAction.GROUP_PHOTO: "group-photo",
}
"""The texts of the buttons under a picture."""


class Steps(NamedTuple):
    """The neighbours of a picture in a comparison, as `ShowStep` names them, or None at the end."""

    older: int | None
    newer: int | None


def shared_query(request_id: int) -> str:
    """Return the inline query for one picture."""
    return f"#{request_id}"


def shared_id(query: str) -> int | None:
    """Return the request in an inline query for one picture, or None for any other query."""
    digits = query.removeprefix("#")
    return int(digits) if digits != query and digits.isdecimal() and len(digits) < 19 else None


class ResultKeyboards:
    """Makes the buttons under pictures. Share is left out while the bot may not answer inline queries."""

    def __init__(self, switches: BotSwitches) -> None:
        self._switches = switches

    def picture(
        self, translate: Translator, request: Request, page: HistoryPage | None = None
    ) -> InlineKeyboardMarkup:
        """Return the buttons under a picture: an edit has Before instead of Shape, a history page has arrows.

        Under the picture of another member, a page has no buttons that change or show more of it.
        """
        if page is not None and page.viewer != request.user_id:
            rows = _rows_of_other(translate, request, page.viewer)
            return InlineKeyboardMarkup(inline_keyboard=[*rows, *_arrow_rows(page)])
        paged = paged_of(page.selection) if page is not None else 0
        second = ResultAction.UNDO if request.source is not None else ResultAction.SHAPES
        rows = self._rows(translate, request, _action(translate, request, second, paged=paged), paged=paged)
        return InlineKeyboardMarkup(inline_keyboard=[*rows, *(_arrow_rows(page) if page else [])])

    def step(
        self, translate: Translator, edit: Request, shown: Request, steps: Steps
    ) -> InlineKeyboardMarkup:
        """Return the buttons under a picture in a comparison: those of the picture, with steps to the others."""
        second = _action(translate, shown, ResultAction.SHAPES)
        if steps.older is not None:
            second = _button(translate.raw("offer-undo"), ShowStep(request=edit.id, shown=steps.older))
        rows = self._rows(translate, shown, second)
        if steps.newer is not None:
            rows.append([_after(translate, edit, steps.newer)])
        return InlineKeyboardMarkup(inline_keyboard=rows)

    def _rows(
        self, translate: Translator, request: Request, second: InlineKeyboardButton, *, paged: int = 0
    ) -> list[list[InlineKeyboardButton]]:
        """Return the rows under every picture."""
        favourite = request.favourite_at is not None
        first, edit, original, star, more = (
            _action(translate, request, action, paged=paged)
            for action in (
                ResultAction.AGAIN,
                ResultAction.EDIT,
                ResultAction.ORIGINAL,
                ResultAction.NOT_FAVOURITE if favourite else ResultAction.FAVOURITE,
                ResultAction.MORE,
            )
        )
        shareable = self._switches.inline and not request.spoiler  # an inline result has no spoiler
        share = [_share(translate, request)] if shareable else []
        return [[first, second], [edit, original], [star, *share, more]]


def source_step(translate: Translator, edit: Request, first: Request, steps: Steps) -> InlineKeyboardMarkup:
    """Return the buttons under a source that the user did not draw, in a comparison. `first` is its first edit."""
    change = _action(translate, first, ResultAction.EDIT_SOURCE)
    rows = [[change]] if steps.newer is None else [[change, _after(translate, edit, steps.newer)]]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def shapes(translate: Translator, request: Request, *, paged: int) -> InlineKeyboardMarkup:
    """Return one button for each other ratio of a picture, and one back to its actions."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        if ratio is not request.ratio:
            data = DrawInRatio(request=request.id, ratio=ratio.slug, paged=paged)
            builder.button(text=translate.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    builder.adjust(2, 2)
    return InlineKeyboardMarkup(inline_keyboard=[*builder.export(), [_back(translate, request, paged=paged)]])


def more(translate: Translator, request: Request, *, paged: int, in_group: bool) -> InlineKeyboardMarkup:
    """Return the buttons of More. The description is copied if it is short enough for such a button.

    In a group there is a button for its admins.
    """
    offered = ResultAction.VARY, ResultAction.STYLES, ResultAction.STICKER
    rows = [[_action(translate, request, ResultAction.FOUR, paged=paged)]]
    rows.append([_action(translate, request, action, paged=paged) for action in offered])
    if units(request.prompt) <= COPY_UNITS:
        rows.append([_copy(translate, request)])
    if in_group:
        rows.append([_action(translate, request, ResultAction.GROUP_PHOTO, paged=paged)])
    rows.append([_action(translate, request, ResultAction.DELETE, paged=paged)])
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [_back(translate, request, paged=paged)]])


def delete_sure(translate: Translator, request: Request, *, paged: int) -> InlineKeyboardMarkup:
    """Return the buttons that confirm or decline the deletion of a picture."""
    delete = ResultButton(request=request.id, action=ResultAction.DELETE_SURE, paged=paged)
    keep = ResultButton(request=request.id, action=ResultAction.BACK, paged=paged)
    buttons = (
        _button(translate.raw("button-delete-sure"), delete),
        _button(translate.raw("button-delete-keep"), keep),
    )
    return InlineKeyboardMarkup(inline_keyboard=[[button] for button in buttons])


def _rows_of_other(translate: Translator, request: Request, viewer: int) -> list[list[InlineKeyboardButton]]:
    """Return the buttons under another member's picture. A change of a photo has no Again: the photo is theirs."""
    again = _button(translate.raw("offer-again"), DrawSame(user=viewer, request=request.id))
    rows = [] if request.source is not None else [[again]]
    return [*rows, [_copy(translate, request)]] if units(request.prompt) <= COPY_UNITS else rows


def _copy(translate: Translator, request: Request) -> InlineKeyboardButton:
    copied = CopyTextButton(text=request.prompt)
    return InlineKeyboardButton(text=translate.raw("offer-copy"), copy_text=copied)


def _share(translate: Translator, request: Request) -> InlineKeyboardButton:
    chosen_chat = SwitchInlineQueryChosenChat(
        query=shared_query(request.id),
        allow_user_chats=True,
        allow_bot_chats=False,
        allow_group_chats=True,
        allow_channel_chats=True,
    )
    return InlineKeyboardButton(
        text=translate.raw("offer-share"), switch_inline_query_chosen_chat=chosen_chat
    )


def _back(translate: Translator, request: Request, *, paged: int) -> InlineKeyboardButton:
    back = ResultButton(request=request.id, action=ResultAction.BACK, paged=paged)
    return _button(translate.raw("button-back"), back)


def _after(translate: Translator, edit: Request, newer: int) -> InlineKeyboardButton:
    return _button(translate.raw("offer-redo"), ShowStep(request=edit.id, shown=newer))


def _action(
    translate: Translator, request: Request, action: ResultAction, *, paged: int = 0
) -> InlineKeyboardButton:
    data = ResultButton(request=request.id, action=action, paged=paged)
    return _button(translate.raw(f"offer-{_OFFERS[action]}"), data)


def _arrow_rows(page: HistoryPage) -> list[list[InlineKeyboardButton]]:
    """Return the row of arrows, or none under the only picture of a selection."""
    return [_arrows(page)] if page.newer or page.older else []


def _arrows(page: HistoryPage) -> list[InlineKeyboardButton]:
    """Return the arrows to the newest, the next newer, the next older and the oldest picture.

    An end of the history has a mark in the place of an arrow: no other arrow may move under a finger.
    """
    user, shown = page.viewer, page.request.id
    paged = None if page.selection == ALL_PICTURES else paged_of(page.selection)

    def arrow(label: str, target: int, *, newest: bool) -> InlineKeyboardButton:
        if (page.newer if newest else page.older) is None:
            end = HistoryEnd(user=user, shown=shown, newest=newest)
            if paged is not None:
                end = SelectionEnd(user=user, shown=shown, newest=newest, paged=paged)
            return _button(_END, end)
        other = ShowPage(user=user, request=target)
        if paged is not None:
            other = ShowSelected(user=user, request=target, paged=paged)
        return _button(label, other)

    return [
        arrow("◀◀", NEWEST, newest=True),
        arrow("◀", page.newer or shown, newest=True),
        arrow("▶", page.older or shown, newest=False),
        arrow("▶▶", page.oldest, newest=False),
    ]


def _button(label: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, callback_data=data.pack())
