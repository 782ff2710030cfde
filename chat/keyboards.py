"""The keyboards under the bot's messages."""

from collections.abc import Sequence

from aiogram.types import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.keyboard import InlineKeyboardBuilder, KeyboardBuilder

from chat.callbacks import (
    CancelRequest,
    ChooseRatio,
    DrawDraft,
    DrawExample,
    DrawInRatio,
    Forget,
    GroupChoice,
    PreferLanguage,
    PreferRatio,
    ResultAction,
    ResultButton,
    ShowPage,
    TryAgain,
)
from chat.translations import LANGUAGES, Translator
from core.model import AspectRatio, Request
from storage.picture_history import HistoryPage
from storage.preferences import Preference, WhoMayDraw

EXAMPLES = ("first", "second")
"""The names of the prompts in the texts `example-…`."""


def ratios(
    translate: Translator,
    draft_id: int,
    offered: Sequence[AspectRatio],
    preferred: AspectRatio | None = None,
) -> InlineKeyboardMarkup:
    """Return one button for each offered ratio, for a draft. The preferred one has a row of its own above."""
    builder = InlineKeyboardBuilder()
    if preferred is not None:
        label = translate("button-draw-in", ratio=preferred.value)
        builder.button(text=label, callback_data=ChooseRatio(draft=draft_id, ratio=preferred.slug))
    for ratio in offered:
        if ratio is not preferred:
            data = ChooseRatio(draft=draft_id, ratio=ratio.slug)
            builder.button(text=translate.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    return _markup(builder.adjust(3, 2) if preferred is None else builder.adjust(1, 2))


def draw_draft(label: str, draft_id: int) -> InlineKeyboardMarkup:
    """Return the button that draws a draft as it is, without what cannot be followed."""
    button = InlineKeyboardButton(text=label, callback_data=DrawDraft(draft=draft_id).pack())
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def preferred_ratio(translate: Translator, user_id: int) -> InlineKeyboardMarkup:
    """Return one button for each ratio to prefer, and one to be asked each time."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        data = PreferRatio(user=user_id, ratio=ratio.slug)
        builder.button(text=translate.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    builder.button(text=translate.raw("button-ratio-ask"), callback_data=PreferRatio(user=user_id))
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


def cancel_listed(translate: Translator, request_ids: Sequence[int]) -> InlineKeyboardMarkup | None:
    """Return a numbered cancel button for each listed request, or None for an empty list."""
    if not request_ids:
        return None
    builder = InlineKeyboardBuilder()
    for number, request_id in enumerate(request_ids, start=1):
        data = CancelRequest(request=request_id, listed=True)
        builder.button(text=translate("button-cancel-number", number=number), callback_data=data)
    return _markup(builder.adjust(3))


def ask(placeholder: str) -> ForceReply:
    """Return the markup that opens the reply field of the asked user. A placeholder has at most 64 characters."""
    return ForceReply(selective=True, input_field_placeholder=placeholder)


def result(translate: Translator, request: Request, page: HistoryPage | None = None) -> InlineKeyboardMarkup:
    """Return the buttons under a picture: an edit has Undo instead of Shape, and a history page has arrows."""
    builder = InlineKeyboardBuilder()
    edited = request.source is not None
    actions = [
        ("again", ResultAction.AGAIN),
        ("undo", ResultAction.UNDO) if edited else ("shapes", ResultAction.SHAPES),
    ]
    actions += [("edit", ResultAction.EDIT), ("original", ResultAction.ORIGINAL)]
    for name, action in actions:
        data = ResultButton(request=request.id, action=action, paged=page is not None)
        builder.button(text=translate.raw(f"offer-{name}"), callback_data=data)
    arrows = 0
    for label, neighbour in (("◀", page.newer), ("▶", page.older)) if page is not None else ():
        if neighbour is not None:
            data_page = ShowPage(user=request.user_id, request=neighbour)
            builder.button(text=label, callback_data=data_page)
            arrows += 1
    return _markup(builder.adjust(2, 2, max(1, arrows)))


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


def languages(translate: Translator, user_id: int) -> InlineKeyboardMarkup:
    """Return one button for each language, and one for the language of the Telegram app."""
    builder = InlineKeyboardBuilder()
    for language in LANGUAGES:
        data = PreferLanguage(user=user_id, language=language)
        builder.button(text=translate.raw(f"language-{language}"), callback_data=data)
    builder.button(text=translate.raw("button-language-auto"), callback_data=PreferLanguage(user=user_id))
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
        builder.button(text=f"✓ {label}" if now else label, callback_data=GroupChoice(name=name, value=value))

    for who in WhoMayDraw:
        button(translate.raw(f"button-who-{who}"), "who", who, now=chosen.who is who)
    limits = sorted({max(1, most // 10), max(1, most // 4), max(1, most // 2), most})
    for limit in limits:
        button(translate("button-daily", daily=limit), "daily", str(limit), now=limit == daily)
    for ratio in AspectRatio:
        button(ratio.value, "ratio", ratio.slug, now=chosen.ratio is ratio)
    button(translate.raw("button-ratio-ask"), "ratio", "", now=chosen.ratio is None)
    for language in LANGUAGES:
        button(translate.raw(f"language-{language}"), "language", language, now=chosen.language == language)
    button(translate.raw("button-language-each"), "language", "", now=chosen.language is None)
    return _markup(builder.adjust(len(WhoMayDraw), len(limits), len(AspectRatio), 1, len(LANGUAGES), 1))


def _markup(builder: KeyboardBuilder[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=builder.export())
