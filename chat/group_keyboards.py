"""The buttons of a group's settings, on two pages of one message."""

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from chat.callbacks import GroupChoice, GroupSettings
from chat.keyboards import choice
from chat.translations import LANGUAGES, Translator
from core.model import AspectRatio
from storage.preferences import Preference, WhoMayDraw

ON, OFF = "1", "0"
"""The values of a setting that is on or off, in callback data."""


def first_page(translate: Translator, chosen: Preference, most: int, daily: int) -> InlineKeyboardMarkup:
    """Return who may draw, the limit, the shape and the language, with the current choices marked.

    `most` is the largest limit of pictures a day, `daily` the current one.
    """
    limits = sorted({max(1, most // 10), max(1, most // 4), max(1, most // 2), most})
    rows = [
        [
            _choice(translate.raw(f"button-who-{who}"), "who", who, now=chosen.who is who)
            for who in WhoMayDraw
        ],
        *_in_rows(
            [
                _choice(translate("button-daily", daily=limit), "daily", str(limit), now=limit == daily)
                for limit in limits
            ]
        ),
        [_choice(ratio.value, "ratio", ratio.slug, now=chosen.ratio is ratio) for ratio in AspectRatio],
        [_choice(translate.raw("button-ratio-ask-group"), "ratio", "", now=chosen.ratio is None)],
    ]
    spoken = [
        _choice(translate.raw(f"language-{language}"), "language", language, now=chosen.language == language)
        for language in LANGUAGES
    ]
    rows += _in_rows(spoken)
    rows.append([_choice(translate.raw("button-language-each"), "language", "", now=chosen.language is None)])
    rows.append([_button(translate.raw("offer-more"), GroupSettings(more=True))])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def second_page(translate: Translator, chosen: Preference, daily: int) -> InlineKeyboardMarkup:
    """Return a member's share of `daily` pictures, and the settings that are on or off."""
    share = chosen.member_daily
    offered = {part for part in (daily // 10, daily // 4, daily // 2) if 0 < part < daily}
    shares = sorted(offered if share is None else {*offered, share})
    rows = [
        [
            _choice(translate("button-daily-each", daily=part), "share", str(part), now=part == share)
            for part in shares
        ],
        [_choice(translate.raw("button-daily-any"), "share", "", now=share is None)],
        [_switch(translate.raw("button-shared-history"), "history", on=chosen.shared_history)],
        [
            _switch(translate.raw("button-spoiler"), "spoiler", on=chosen.spoiler),
            _switch(translate.raw("button-approval"), "approval", on=chosen.approval),
        ],
        [_button(translate.raw("button-back"), GroupSettings(more=False))],
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])


def _in_rows(buttons: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Return two buttons in a row: a phone cuts the labels in longer rows."""
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]


def _choice(label: str, name: str, value: str, *, now: bool) -> InlineKeyboardButton:
    return _button(choice(label, now=now), GroupChoice(name=name, value=value))


def _switch(label: str, name: str, *, on: bool) -> InlineKeyboardButton:
    """Return the button of a setting that is on or off. It names the new value, so a repeated press changes nothing."""
    return _choice(label, name, OFF if on else ON, now=on)


def _button(label: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, callback_data=data.pack())
