"""The keyboards under the bot's messages."""

import html
from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CopyTextButton,
    DisabledButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from aiogram.utils.keyboard import InlineKeyboardBuilder, KeyboardBuilder

from chat.callbacks import (
    AlwaysRatio,
    CancelRequest,
    ChooseRatio,
    DecideApproval,
    DrawDraft,
    DrawExample,
    DrawStill,
    DropLate,
    Forget,
    PreferLanguage,
    PreferRatio,
    SuggestChange,
    TryAgain,
)
from chat.captions import COPY_UNITS, cut_start, one_line, units
from chat.translations import LANGUAGES, Translator
from core.model import PENDING, AspectRatio, Ending, Request

LANGUAGE_ROWS = (2,) * (len(LANGUAGES) // 2) + (1,) * (len(LANGUAGES) % 2)
"""Two languages in a row: a phone cuts the names in longer rows."""
EXAMPLES = ("first", "second")
"""The names of the prompts in the texts `example-…`."""
SUGGESTIONS = ("night", "snow", "watercolor")
"""The names of the changes in the texts `suggestion-…`, in the order of their numbers in callback data."""
_DRAWS, _ENDS = "success", "danger"
"""The colours of a button that draws, and of one that cancels or deletes (Bot API, InlineKeyboardButton, style)."""
_LISTED_UNITS = 24
"""Longest prompt on a button under /queue, in UTF-16 units: a phone shows about 30 on a button as wide as the list."""


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
        builder.button(
            text=label, style=_DRAWS, callback_data=ChooseRatio(draft=draft_id, ratio=preferred.slug)
        )
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
    button = InlineKeyboardButton(text=label, style=_DRAWS, callback_data=DrawDraft(draft=draft_id).pack())
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def preferred_ratio(
    translate: Translator, user_id: int, preferred: AspectRatio | None
) -> InlineKeyboardMarkup:
    """Return one button for each ratio to prefer, and one to be asked each time, with the current one marked."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        label = choice(translate.raw(f"button-ratio-{ratio.slug}"), now=ratio is preferred)
        builder.button(text=label, callback_data=PreferRatio(user=user_id, ratio=ratio.slug))
    label = choice(translate.raw("button-ratio-ask"), now=preferred is None)
    builder.button(text=label, callback_data=PreferRatio(user=user_id))
    return _markup(builder.adjust(3, 2, 1))


def cancel(translate: Translator, request_id: int, *, batch: bool = False) -> InlineKeyboardMarkup:
    """Return the button under a status message. That of a batch cancels all its requests."""
    button = InlineKeyboardButton(
        text=translate.raw("button-cancel-all" if batch else "button-cancel"),
        style=_ENDS,
        callback_data=CancelRequest(request=request_id).pack(),
    )
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def still_wanted(translate: Translator, request: Request, *, batch: bool) -> InlineKeyboardMarkup:
    """Return the buttons under the question whether a late request, or those of a batch, are still wanted."""
    draw = _button(translate.raw("button-draw"), DrawStill(request=request.id), style=_DRAWS)
    no = DropLate(request=request.id) if batch else CancelRequest(request=request.id)
    decline = _button(translate.raw("button-no-thanks"), no)
    return InlineKeyboardMarkup(inline_keyboard=[[draw, decline]])


def approval(translate: Translator, request: Request, version: int) -> InlineKeyboardMarkup:
    """Return the buttons with which the admins of a group decide about a request or its batch."""
    yes, no = (DecideApproval(request=request.id, version=version, draw=draw) for draw in (True, False))
    draw = _button(translate.raw("button-draw"), yes, style=_DRAWS)
    decline = _button(translate.raw("button-decline"), no, style=_ENDS)
    return InlineKeyboardMarkup(inline_keyboard=[[draw, decline]])


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


def sticker_set(translate: Translator, name: str) -> InlineKeyboardMarkup:
    """Return the button that opens a sticker set."""
    button = InlineKeyboardButton(
        text=translate.raw("button-sticker-set"), url=f"https://t.me/addstickers/{name}"
    )
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def ask(placeholder: str) -> ForceReply:
    """Return the markup that opens the reply field of the asked user. A placeholder has at most 64 characters."""
    return ForceReply(selective=True, input_field_placeholder=placeholder)


def suggestions(translate: Translator, draft_id: int) -> InlineKeyboardMarkup:
    """Return one button for each suggested change of a picture. The reply field opens, too (Bot API 10.3).

    For private chats: unlike a ForceReply, such a keyboard cannot be selective (Bot API, InlineKeyboardMarkup).
    """
    builder = InlineKeyboardBuilder()
    for number, name in enumerate(SUGGESTIONS):
        data = SuggestChange(draft=draft_id, number=number)
        builder.button(text=translate.raw(f"suggestion-{name}"), callback_data=data)
    return _markup(builder.adjust(2, 1)).model_copy(update={"force_reply": True})


def copy_prompt(translate: Translator, prompt: str) -> InlineKeyboardMarkup | None:
    """Return the button that copies a prompt, or None if it is too long for one."""
    if units(prompt) > COPY_UNITS:
        return None
    button = InlineKeyboardButton(text=translate.raw("offer-copy"), copy_text=CopyTextButton(text=prompt))
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def with_disabled(markup: InlineKeyboardMarkup, data: str | None) -> InlineKeyboardMarkup:
    """Return a keyboard in which the button with some callback data is disabled (Bot API 10.3)."""

    def disable(button: InlineKeyboardButton) -> InlineKeyboardButton:
        return InlineKeyboardButton(text=button.text, disabled=DisabledButton())

    return InlineKeyboardMarkup(
        inline_keyboard=[
            [disable(button) if button.callback_data == data else button for button in row]
            for row in markup.inline_keyboard
        ]
    )


def _button(label: str, data: CallbackData, *, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, style=style, callback_data=data.pack())


def languages(translate: Translator, user_id: int, chosen: str | None) -> InlineKeyboardMarkup:
    """Return one button for each language, and one for that of the Telegram app, with the current one marked."""
    builder = InlineKeyboardBuilder()
    for language in LANGUAGES:
        label = choice(translate.raw(f"language-{language}"), now=language == chosen)
        builder.button(text=label, callback_data=PreferLanguage(user=user_id, language=language))
    label = choice(translate.raw("button-language-auto"), now=chosen is None)
    builder.button(text=label, callback_data=PreferLanguage(user=user_id))
    return _markup(builder.adjust(*LANGUAGE_ROWS, 1))


def forget(translate: Translator, user_id: int) -> InlineKeyboardMarkup:
    """Return the buttons that confirm or decline the deletion of a user's data."""
    builder = InlineKeyboardBuilder()
    builder.button(
        text=translate.raw("button-forget"), style=_ENDS, callback_data=Forget(user=user_id, sure=True)
    )
    builder.button(text=translate.raw("button-keep"), callback_data=Forget(user=user_id, sure=False))
    return _markup(builder.adjust(1))


def choice(label: str, *, now: bool) -> str:
    """Return the label of a choice, with a mark if it is the current one."""
    return f"✓ {label}" if now else label


def _markup(builder: KeyboardBuilder[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=builder.export())
