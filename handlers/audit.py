"""/audit: the actions of the bot's admins, as one message with pages."""

from collections.abc import Mapping

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from chat import admin_keyboards
from chat.admin_callbacks import ShowActions
from chat.captions import one_line
from chat.dates import date_in_words
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.reply_target import ReplyTarget
from handlers.admin_filters import on_admin_command, pressed_by_admin
from handlers.feature_router import FeatureRouter
from handlers.identity import answer_place
from storage.admin_actions import ActionKind, ActionPage, AdminAction, AdminActions

_LONGEST_DETAILS, _LONGEST_NAME = 100, 40
"""In UTF-16 units: ten lines stay within the 4,096 of a message."""


async def audit_command(
    message: Message,
    command: CommandObject,
    translate: Translator,
    clock: Clock,
    admin_actions: AdminActions,
    sender: Sender,
) -> None:
    """Show the newest actions, or those about the user or chat whose id follows the command."""
    given = (command.args or "").strip()
    digits = given.removeprefix("-")
    subject = int(given) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
    page = await admin_actions.page(subject_id=subject)
    text, keyboard = _content(page, subject, translate, clock)
    await sender.send_text(answer_place(message), text, keyboard=keyboard)


async def page_pressed(
    query: CallbackQuery,
    callback_data: ShowActions,
    place: ReplyTarget,
    translate: Translator,
    clock: Clock,
    admin_actions: AdminActions,
    sender: Sender,
) -> None:
    """Show another page in the pressed message."""
    await sender.toast(query.id)
    subject = callback_data.subject or None
    page = await admin_actions.page(callback_data.newest or None, subject_id=subject)
    text, keyboard = _content(page, subject, translate, clock)
    await sender.edit_text(place.chat_id, place.require_reply_to(), text, keyboard=keyboard)


def _content(
    page: ActionPage | None, subject: int | None, translate: Translator, clock: Clock
) -> tuple[str, InlineKeyboardMarkup]:
    about = [] if subject is None else [translate("audit-of", id=str(subject))]
    if page is None:
        text = "\n".join([translate("audit-none"), *about])
        return text, admin_keyboards.actions(translate, None, None, subject)
    last = page.number + len(page.actions) - 1
    title = translate("audit-title", number=page.number, last=last, total=page.total)
    lines = [_line(action, page.names, translate, clock) for action in page.actions]
    keyboard = admin_keyboards.actions(translate, page.newer, page.older, subject)
    return "\n".join([title, *about, "", *lines]), keyboard


def _line(action: AdminAction, names: Mapping[int, str], translate: Translator, clock: Clock) -> str:
    """Return the time, the admin, the kind, the subject and the details, on one line."""
    known = action.kind in set(ActionKind)  # else another version of the bot wrote it
    parts = [
        translate(
            "audit-when",
            at=str(round(action.at)),
            when=date_in_words(action.at, clock.now(), translate),
            id=str(action.admin_id),
            name=one_line(names.get(action.admin_id, str(action.admin_id)), _LONGEST_NAME),
        ),
        translate(f"audit-kind-{action.kind}") if known else translate("audit-details", text=action.kind),
    ]
    if action.subject_id is not None:
        if (name := names.get(action.subject_id)) is not None:
            parts.append(translate("audit-name", name=one_line(name, _LONGEST_NAME)))
        parts.append(translate("audit-subject", id=str(action.subject_id)))
    if action.details is not None:
        parts.append(translate("audit-details", text=one_line(action.details, _LONGEST_DETAILS)))
    return " ".join(parts)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="audit")
    on_admin_command(router, audit_command, "audit")
    router.callback_query.register(page_pressed, ShowActions.filter(), pressed_by_admin)
    return router
