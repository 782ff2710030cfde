"""The keyboards under the bot's messages."""

import html
from collections.abc import Sequence
from typing import NamedTuple

from aiogram.filters.callback_data import CallbackData
from aiogram.types import CopyTextButton, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.keyboard import InlineKeyboardBuilder, KeyboardBuilder

from chat.callbacks import (
    NEWEST,
    AlwaysRatio,
    CancelRequest,
    ChooseRatio,
    DrawDraft,
    DrawExample,
    DrawInRatio,
    Forget,
    GroupChoice,
    HistoryEnd,
    PreferLanguage,
    PreferRatio,
    ResultAction,
    ResultButton,
    ShowPage,
    ShowStep,
    TryAgain,
)
from chat.captions import cut_start, one_line, units
from chat.translations import LANGUAGES, Translator
from core.model import PENDING, AspectRatio, Ending, Request
from storage.picture_history import HistoryPage
from storage.preferences import Preference, WhoMayDraw

EXAMPLES = ("first", "second")
"""The names of the prompts in the texts `example-…`."""
_LISTED_UNITS = 24
"""Longest prompt on a button under /queue, in UTF-16 units: a phone shows about 30 on a button as wide as the list."""
_LONGEST_COPY = 256
"""Bot API, CopyTextButton."""
_END = "·"
"""The label in the place of an arrow at an end of the history."""
_OFFERS = {
    ResultAction.AGAIN: "again",
    ResultAction.SHAPES: "shapes",
    ResultAction.EDIT: "edit",
    ResultAction.ORIGINAL: "original",
    ResultAction.UNDO: "undo",
    ResultAction.EDIT_SOURCE: "edit",
}
"""The texts of the buttons under a picture."""


class Steps(NamedTuple):
    """The neighbours of a picture in a comparison, as `ShowStep` names them, or None at the end."""

    older: int | None
    newer: int | None


def ratios(
    translate: Translator,
    draft_id: int,
    offered: Sequence[AspectRatio],
    preferred: AspectRatio | None = None,
    *,
    usual: AspectRatio | None = None,
    can_change: bool = False,
) -> InlineKeyboardMarkup:
    """Return one button for each offered ratio, for a draft. The preferred one has a row of its own above.

    A button below prefers the usual ratio from now on. With `can_change`, a last one changes the draft's picture.
    """
    builder = InlineKeyboardBuilder()
    if preferred is not None:
        label = translate("button-draw-in", ratio=preferred.value)
        builder.button(text=label, callback_data=ChooseRatio(draft=draft_id, ratio=preferred.slug))
    for ratio in offered:
        if ratio is not preferred:
            data = ChooseRatio(draft=draft_id, ratio=ratio.slug)
            builder.button(text=translate.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    markup = _markup(builder.adjust(3, 2) if preferred is None else builder.adjust(1, 2))
    if usual is not None:
        always = translate("button-always", ratio=usual.value)
        markup.inline_keyboard.append([_button(always, AlwaysRatio(draft=draft_id, ratio=usual.slug))])
    if can_change:
        markup.inline_keyboard.append(
            [_button(translate.raw("button-change-picture"), DrawDraft(draft=draft_id))]
        )
    return markup


def draw_draft(label: str, draft_id: int) -> InlineKeyboardMarkup:
    """Return the button that draws a draft without the parts that cannot be followed."""
    button = InlineKeyboardButton(text=label, callback_data=DrawDraft(draft=draft_id).pack())
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def preferred_ratio(
    translate: Translator, user_id: int, preferred: AspectRatio | None
) -> InlineKeyboardMarkup:
    """Return one button for each ratio to prefer, and one to be asked each time, with the current one marked."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        label = _choice(translate.raw(f"button-ratio-{ratio.slug}"), now=ratio is preferred)
        builder.button(text=label, callback_data=PreferRatio(user=user_id, ratio=ratio.slug))
    label = _choice(translate.raw("button-ratio-ask"), now=preferred is None)
    builder.button(text=label, callback_data=PreferRatio(user=user_id))
    return _markup(builder.adjust(3, 2, 1))


def cancel(translate: Translator, request_id: int) -> InlineKeyboardMarkup:
    """Return the button under a status message."""
    button = InlineKeyboardButton(
        text=translate.raw("button-cancel"), callback_data=CancelRequest(request=request_id).pack()
    )
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def examples(translate: Translator) -> InlineKeyboardMarkup:
    """Return one button for each example to draw at once."""
    builder = InlineKeyboardBuilder()
    for name in EXAMPLES:
        prompt = translate.raw(f"example-{name}")
        builder.button(text=translate("button-example", prompt=prompt), callback_data=DrawExample(name=name))
    return _markup(builder.adjust(1))


def try_again(translate: Translator, request: Request) -> InlineKeyboardMarkup:
    """Return the button under the message about a failure."""
    data = TryAgain(request=request.id)
    button = InlineKeyboardButton(text=translate.raw("button-try-again"), callback_data=data.pack())
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def try_other_ratios(translate: Translator, request: Request) -> InlineKeyboardMarkup:
    """Return one button for each ratio in which a failed request may be tried again."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        if ratio is not request.ratio:
            data = TryAgain(request=request.id, ratio=ratio.slug)
            builder.button(text=translate.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    return _markup(builder.adjust(2, 2))


def cancel_listed(translate: Translator, listed: Sequence[Request]) -> InlineKeyboardMarkup:
    """Return a button for each listed request: it cancels a pending one, and names the end of any other.

    Prompts that begin alike are shown with their end and with their number in the list.
    """
    builder = InlineKeyboardBuilder()
    prompts = [one_line(request.prompt, _LISTED_UNITS) for request in listed]
    for number, (request, prompt) in enumerate(zip(listed, prompts, strict=True), start=1):
        shown = prompt
        if prompts.count(prompt) > 1:
            shown = f"{number} · {cut_start(' '.join(request.prompt.split()), _LISTED_UNITS)}"
        if request.state in PENDING:
            label = translate("button-cancel-listed", prompt=shown)
        else:
            label = translate(f"button-listed-{Ending.of(request.state)}", prompt=shown)
        # A label is plain text, and the translator escapes its arguments for HTML.
        data = CancelRequest(request=request.id, listed=True)
        builder.button(text=html.unescape(label), callback_data=data)
    return _markup(builder.adjust(1))


def ask(placeholder: str) -> ForceReply:
    """Return the markup that opens the reply field of the asked user. A placeholder has at most 64 characters."""
    return ForceReply(selective=True, input_field_placeholder=placeholder)


def result(translate: Translator, request: Request, page: HistoryPage | None = None) -> InlineKeyboardMarkup:
    """Return the buttons under a picture: an edit has Before instead of Shape, and a history page has arrows."""
    paged = page is not None
    second = ResultAction.UNDO if request.source is not None else ResultAction.SHAPES
    rows = _rows(translate, request, _action(translate, request, second, paged=paged), paged=paged)
    if page is not None and page.total > 1:
        rows.append(_arrows(page))
    return InlineKeyboardMarkup(inline_keyboard=rows)


def step(translate: Translator, edit: Request, shown: Request, steps: Steps) -> InlineKeyboardMarkup:
    """Return the buttons under a picture in a comparison: those of the picture, with steps to the others."""
    second = _action(translate, shown, ResultAction.SHAPES)
    if steps.older is not None:
        second = _button(translate.raw("offer-undo"), ShowStep(request=edit.id, shown=steps.older))
    rows = _rows(translate, shown, second)
    if steps.newer is not None:
        rows.append([_after(translate, edit, steps.newer)])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def source_step(translate: Translator, edit: Request, first: Request, steps: Steps) -> InlineKeyboardMarkup:
    """Return the buttons under a source that the user did not draw, in a comparison. `first` is its first edit."""
    change = _action(translate, first, ResultAction.EDIT_SOURCE)
    rows = [[change]] if steps.newer is None else [[change, _after(translate, edit, steps.newer)]]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _rows(
    translate: Translator, request: Request, second: InlineKeyboardButton, *, paged: bool = False
) -> list[list[InlineKeyboardButton]]:
    """Return the rows under every picture. The description is copied if it is short enough for such a button."""
    first, *others = (
        _action(translate, request, action, paged=paged)
        for action in (ResultAction.AGAIN, ResultAction.EDIT, ResultAction.ORIGINAL)
    )
    rows = [[first, second], others]
    if units(request.prompt) <= _LONGEST_COPY:
        copied = CopyTextButton(text=request.prompt)
        rows.append([InlineKeyboardButton(text=translate.raw("offer-copy"), copy_text=copied)])
    return rows


def _after(translate: Translator, edit: Request, newer: int) -> InlineKeyboardButton:
    return _button(translate.raw("offer-redo"), ShowStep(request=edit.id, shown=newer))


def _action(
    translate: Translator, request: Request, action: ResultAction, *, paged: bool = False
) -> InlineKeyboardButton:
    data = ResultButton(request=request.id, action=action, paged=paged)
    return _button(translate.raw(f"offer-{_OFFERS[action]}"), data)


def _arrows(page: HistoryPage) -> list[InlineKeyboardButton]:
    """Return the arrows to the newest, the next newer, the next older and the oldest picture.

    An end of the history has a mark in the place of an arrow: no other arrow may move under a finger.
    """
    user, shown = page.request.user_id, page.request.id

    def arrow(label: str, target: int, *, newest: bool) -> InlineKeyboardButton:
        if (page.newer if newest else page.older) is None:
            return _button(_END, HistoryEnd(user=user, shown=shown, newest=newest))
        return _button(label, ShowPage(user=user, request=target))

    return [
        arrow("◀◀", NEWEST, newest=True),
        arrow("◀", page.newer or shown, newest=True),
        arrow("▶", page.older or shown, newest=False),
        arrow("▶▶", page.oldest, newest=False),
    ]


def _button(label: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, callback_data=data.pack())


def shapes(translate: Translator, request: Request, *, paged: bool) -> InlineKeyboardMarkup:
    """Return one button for each other ratio of a picture, and one back to its actions."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        if ratio is not request.ratio:
            data = DrawInRatio(request=request.id, ratio=ratio.slug, paged=paged)
            builder.button(text=translate.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    back = ResultButton(request=request.id, action=ResultAction.BACK, paged=paged)
    builder.button(text=translate.raw("button-back"), callback_data=back)
    return _markup(builder.adjust(2, 2, 1))


def languages(translate: Translator, user_id: int, chosen: str | None) -> InlineKeyboardMarkup:
    """Return one button for each language, and one for that of the Telegram app, with the current one marked."""
    builder = InlineKeyboardBuilder()
    for language in LANGUAGES:
        label = _choice(translate.raw(f"language-{language}"), now=language == chosen)
        builder.button(text=label, callback_data=PreferLanguage(user=user_id, language=language))
    label = _choice(translate.raw("button-language-auto"), now=chosen is None)
    builder.button(text=label, callback_data=PreferLanguage(user=user_id))
    return _markup(builder.adjust(2, 1))


def forget(translate: Translator, user_id: int) -> InlineKeyboardMarkup:
    """Return the buttons that confirm or decline the deletion of a user's data."""
    builder = InlineKeyboardBuilder()
    builder.button(text=translate.raw("button-forget"), callback_data=Forget(user=user_id, sure=True))
    builder.button(text=translate.raw("button-keep"), callback_data=Forget(user=user_id, sure=False))
    return _markup(builder.adjust(1))


def group_settings(translate: Translator, chosen: Preference, most: int, daily: int) -> InlineKeyboardMarkup:
    """Return the settings of a group with the current ones marked. `most` is the largest, `daily` the current limit."""
    builder = InlineKeyboardBuilder()

    def button(label: str, name: str, value: str, *, now: bool) -> None:
        builder.button(text=_choice(label, now=now), callback_data=GroupChoice(name=name, value=value))

    for who in WhoMayDraw:
        button(translate.raw(f"button-who-{who}"), "who", who, now=chosen.who is who)
    limits = sorted({max(1, most // 10), max(1, most // 4), max(1, most // 2), most})
    for limit in limits:
        button(translate("button-daily", daily=limit), "daily", str(limit), now=limit == daily)
    for ratio in AspectRatio:
        button(ratio.value, "ratio", ratio.slug, now=chosen.ratio is ratio)
    button(translate.raw("button-ratio-ask-group"), "ratio", "", now=chosen.ratio is None)
    for language in LANGUAGES:
        button(translate.raw(f"language-{language}"), "language", language, now=chosen.language == language)
    button(translate.raw("button-language-each"), "language", "", now=chosen.language is None)
    return _markup(builder.adjust(len(WhoMayDraw), len(limits), len(AspectRatio), 1, len(LANGUAGES), 1))


def _choice(label: str, *, now: bool) -> str:
    """Return the label of a choice, with a mark if it is the current one."""
    return f"✓ {label}" if now else label


def _markup(builder: KeyboardBuilder[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=builder.export())
