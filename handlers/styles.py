"""/style: the curated styles and a user's own ones, the usual style, and the link that opens one."""

import re
from typing import NamedTuple

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat import style_keyboards
from chat.callbacks import PreferStyle
from chat.captions import one_line
from chat.sender import Sender
from chat.style_names import name_of, written_name
from chat.translations import Translator
from core.reply_target import ReplyTarget
from core.styles import (
    BLANK,
    LONGEST_KEY,
    LONGEST_NAME,
    LONGEST_TEMPLATE,
    MOST_OWN,
    Style,
    count_blanks,
    has_words,
    key_of,
)
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_named_user, on_message, pressed_place
from handlers.identity import UserIdentity, answer_place
from handlers.prompt import parse_prompt
from handlers.style_words import asks_for_none
from handlers.styling import Styling
from handlers.user_errors import ButtonExpired
from storage.preferences import Preferences
from storage.styles import Styles

LINK = "style_"
"""The start of the payload in t.me/bot?start=style_ink."""
_SAVE = re.compile(
    r"(?:save|сохранить|сохрани|guardar|guarda|salvar|salve)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL
)
_DELETE = re.compile(
    r"(?:delete|удалить|удали|eliminar|elimina|borrar|apagar|apague)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL
)
_NAME = re.compile(r"[\w-]+")
_LISTED_TEMPLATE = 100
"""In UTF-16 units: all own styles fit one message."""


class _Template(NamedTuple):
    """A template to save, or what is wrong with it, as in the texts `style-save-…`."""

    label: str = ""
    words: str = ""
    problem: str | None = None


async def style_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    styling: Styling,
    styles: Styles,
    preferences: Preferences,
    sender: Sender,
) -> None:
    """Show all styles, show one, or save or delete one of the user's own."""
    place, args = answer_place(message), (command.args or "").strip()
    if saved := _SAVE.fullmatch(args):
        await _save(saved[1] or "", place, user, translate, styling, styles, sender)
    elif deleted := _DELETE.fullmatch(args):
        await _delete(deleted[1] or "", place, user, translate, styles, preferences, sender)
    elif args:
        await _show_one(args, place, user, translate, styling, sender)
    else:
        await _show_all(place, user, translate, styling, sender)


async def opens_style(_message: Message, command: CommandObject) -> dict[str, str] | bool:
    """Pass links that open a style. Adds `name`."""
    payload = command.args or ""
    return {"name": payload.removeprefix(LINK)} if payload.startswith(LINK) else False


async def link_opened(
    message: Message,
    name: str,
    user: UserIdentity,
    translate: Translator,
    styling: Styling,
    sender: Sender,
) -> None:
    """Show the style that a link names, with the button that makes it the usual one. A link alone changes nothing."""
    place = answer_place(message)
    if name:
        await _show_one(name, place, user, translate, styling, sender)
    else:
        await _show_all(place, user, translate, styling, sender)


async def usual_style_pressed(
    query: CallbackQuery,
    callback_data: PreferStyle,
    place: ReplyTarget,
    translate: Translator,
    styling: Styling,
    preferences: Preferences,
    sender: Sender,
) -> None:
    """Store the pressed style as the usual one, or none, and mark its button."""
    user_id = query.from_user.id
    style = await styling.find(user_id, callback_data.style) if callback_data.style else None
    if style is None and callback_data.style:
        raise ButtonExpired
    await preferences.choose(user_id, style=style.key if style else None)
    await sender.toast(query.id, translate.raw("toast-saved"))
    if style is None:
        text = translate("style-reset")
    else:
        name = f"{style.emoji} {name_of(style, translate)}"
        text = translate("style-usual", name=name, words=style.words)
    keyboard = style_keyboards.usual_style(translate, user_id, await styling.all_of(user_id), style)
    await sender.edit_text(place.chat_id, place.require_reply_to(), text, keyboard=keyboard)


async def _show_all(
    place: ReplyTarget, user: UserIdentity, translate: Translator, styling: Styling, sender: Sender
) -> None:
    styles, usual = await styling.all_of(user.id), await styling.usual(user.id)
    current = translate.raw("style-current-none")
    if usual is not None:
        current = f"{usual.emoji} {name_of(usual, translate)}"
    text = translate("style-choose", current=current)
    own = [style for style in styles if style.is_own]
    for style in own:
        words = one_line(style.template, _LISTED_TEMPLATE)
        text += "\n" + translate("style-own", name=name_of(style, translate), words=words)
    keyboard = style_keyboards.usual_style(translate, user.id, styles, usual)
    await sender.send_text(place, text, keyboard=keyboard)


async def _show_one(
    name: str,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    styling: Styling,
    sender: Sender,
) -> None:
    style = await styling.find(user.id, name)
    if style is not None:
        keyboard = style_keyboards.prefer_style(translate, user.id, style)
        await sender.send_text(place, _card(style, translate), keyboard=keyboard)
        return
    alike = await styling.names_like(user.id, name, translate)
    shown = one_line(name)
    if alike:
        text = translate("style-unknown-like", name=shown, names=", ".join(alike))
    else:
        text = translate("style-unknown", name=shown)
    await sender.send_text(place, text)


async def _delete(
    name: str,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    styles: Styles,
    preferences: Preferences,
    sender: Sender,
) -> None:
    """Delete a style, or say that there is none of that name or that the name is missing."""
    if not name:
        await sender.send_text(place, translate("style-delete-how"))
        return
    found = await styles.delete(user.id, key_of(name))
    preferences.reload(user.id)
    shown = one_line(name)
    text = translate("style-deleted", name=shown) if found else translate("style-not-own", name=shown)
    await sender.send_text(place, text)


async def _save(
    given: str,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    styling: Styling,
    styles: Styles,
    sender: Sender,
) -> None:
    """Save a style and show it, or say what is wrong with it."""
    template = _read_template(given)
    if template.problem is not None:
        text = translate(f"style-save-{template.problem}")
    elif not await styles.save(user.id, key_of(template.label), template.label, template.words):
        text = translate("style-full", limit=MOST_OWN)
    else:
        text = translate("style-saved")
        style = await styling.find(user.id, template.label)
        if style is not None:
            keyboard = style_keyboards.prefer_style(translate, user.id, style)
            text = f"{text} {_card(style, translate)}"
            await sender.send_text(place, text, keyboard=keyboard)
            return
    await sender.send_text(place, text)


def _read_template(given: str) -> _Template:
    """Return the name and the words of `/style save NAME WORDS`."""
    label, *rest = given.split(maxsplit=1) or [""]
    words = "".join(rest)
    if not words:
        return _Template(problem="how")
    key = key_of(label)
    fits = len(label) <= LONGEST_NAME and len(key.encode()) <= LONGEST_KEY
    if not (key and fits and _NAME.fullmatch(label)) or asks_for_none(label):
        return _Template(problem="name")
    if len(words) > LONGEST_TEMPLATE:
        return _Template(problem="long")
    parsed = parse_prompt(words)
    if not parsed.prompt or not parsed.is_clear or parsed.names_shape or parsed.styles is not None:
        return _Template(problem="flags")
    words = re.sub(r"-{2,}", "—", " ".join(parsed.prompt.split()))
    if count_blanks(words) > 1 or not has_words(words):
        return _Template(problem="how")
    return _Template(label, re.sub(rf"(?<!\w){BLANK}+(?!\w)", BLANK, words))


def _card(style: Style, translate: Translator) -> str:
    """Return the description of one style, with an example of its use."""
    return translate(
        "style-card",
        name=f"{style.emoji} {name_of(style, translate)}",
        words=style.words,
        written=written_name(style, translate),
    )


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="styles")
    on_message(router, style_command, Command("style"), IN_PRIVATE)
    on_message(router, link_opened, Command("start"), IN_PRIVATE, opens_style)
    router.callback_query.register(usual_style_pressed, PreferStyle.filter(), by_named_user, pressed_place)
    return router
