"""The keyboards under messages for the bot's admins."""

from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LoginUrl

from chat.admin_callbacks import (
    AdminQuestion,
    AskAdmin,
    CardAction,
    ShowActions,
    ShowAdminMenu,
    ShowStatistics,
    UserCard,
)
from chat.broadcast_callbacks import ExplainBroadcast
from chat.captions import one_line
from chat.translations import Translator

_ENDS = "danger"
"""The colour of a button that takes something away (Bot API, InlineKeyboardButton)."""
_LABEL_UNITS = 60


def menu(
    translate: Translator, *, paused: bool, sells: bool, sign_in_url: str | None
) -> InlineKeyboardMarkup:
    """Return the buttons of /admin. With `sign_in_url`, one signs in to the admin page there (Bot API, LoginUrl)."""
    pause = (
        _button(translate.raw("button-admin-resume"), ShowAdminMenu(resume=True))
        if paused
        else _ask(translate.raw("button-admin-pause"), AdminQuestion.PAUSE)
    )
    rows = [
        [
            _button(translate.raw("button-admin-stats"), ShowStatistics()),
            _ask(translate.raw("button-admin-find"), AdminQuestion.FIND),
        ],
        [
            _button(translate.raw("button-admin-broadcast"), ExplainBroadcast()),
            _button(translate.raw("button-admin-audit"), ShowActions()),
        ],
        [
            _ask(translate.raw("button-admin-banword"), AdminQuestion.BAN_WORD),
            _ask(translate.raw("button-admin-unbanword"), AdminQuestion.UNBAN_WORD),
        ],
    ]
    if sells:
        rows.append([_ask(translate.raw("button-admin-refund"), AdminQuestion.REFUND)])
    rows.append([pause])
    if sign_in_url is not None:
        login = LoginUrl(url=sign_in_url)
        rows.append([InlineKeyboardButton(text=translate.raw("button-admin-page"), login_url=login)])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def found_users(users: Sequence[tuple[int, str]]) -> InlineKeyboardMarkup:
    """Return one button for each user, by id and name."""
    rows = [[_button(one_line(name, _LABEL_UNITS), UserCard(user=user_id))] for user_id, name in users]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def card(translate: Translator, user_id: int, *, banned: bool, admin: bool) -> InlineKeyboardMarkup:
    """Return the buttons under the card of a user. An admin has no limit and cannot be banned."""
    audit = _button(translate.raw("button-admin-audit"), ShowActions(subject=user_id))
    give = _ask(translate.raw("button-user-grant"), AdminQuestion.GRANT, user_id)
    limit = _ask(translate.raw("button-user-limit"), AdminQuestion.LIMIT, user_id)
    if banned:
        ban = _button(translate.raw("button-user-unban"), UserCard(user=user_id, action=CardAction.UNBAN))
    else:
        ban = _button(
            translate.raw("button-user-ban"),
            UserCard(user=user_id, action=CardAction.ASK_BAN),
            style=_ENDS,
        )
    rows = [] if admin or user_id < 0 else [[limit, give]]
    rows.append([_button(translate.raw("button-admin-stats"), ShowStatistics(user=user_id)), audit])
    if not admin:
        rows.append([ban])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def confirm_ban(translate: Translator, user_id: int) -> InlineKeyboardMarkup:
    """Return the buttons that ban a user, and that do not."""
    sure = UserCard(user=user_id, action=CardAction.BAN)
    rows = [
        [_button(translate.raw("button-user-ban-sure"), sure, style=_ENDS)],
        [_back(translate, UserCard(user=user_id))],
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def statistics(translate: Translator, user_id: int, *, dark: bool) -> InlineKeyboardMarkup:
    """Return the buttons under the picture: the other page, and the figures as they are now."""
    other = ShowStatistics(user=user_id, dark=not dark, again=True)
    row = [
        _button(translate.raw("button-stats-light" if dark else "button-stats-dark"), other),
        _button(translate.raw("button-stats-again"), ShowStatistics(user=user_id, dark=dark, again=True)),
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def actions(
    translate: Translator, newer: int | None, older: int | None, subject_id: int | None
) -> InlineKeyboardMarkup:
    """Return the arrows under a page of actions, and the way back: to the card of the subject, or to the menu."""
    subject = subject_id or 0
    arrows = []
    if newer is not None:
        arrows.append(_button("◀", ShowActions(newest=newer, subject=subject)))
    if older is not None:
        arrows.append(_button("▶", ShowActions(newest=older, subject=subject)))
    back = ShowAdminMenu() if subject_id is None else UserCard(user=subject_id)
    rows = [arrows] if arrows else []
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [_back(translate, back)]])


def _ask(label: str, question: AdminQuestion, user_id: int = 0) -> InlineKeyboardButton:
    return _button(label, AskAdmin(question=question, user=user_id))


def _back(translate: Translator, data: CallbackData) -> InlineKeyboardButton:
    return _button(translate.raw("button-admin-back"), data)


def _button(label: str, data: CallbackData, *, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, style=style, callback_data=data.pack())
