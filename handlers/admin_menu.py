"""/admin: a menu with buttons, so that no admin has to remember commands, and the questions that its buttons ask."""

import functools
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiogram import Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from chat import admin_keyboards
from chat.admin_callbacks import AdminQuestion, AskAdmin, ShowAdminMenu
from chat.errors import DomainNotLinked, Rejected
from chat.keyboards import ask
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.reply_target import ReplyTarget
from handlers import grants, moderation, pause, refunds, user_limits, user_search
from handlers.access_rules import pause_text
from handlers.admin_filters import (
    QUESTION_MARK,
    cause_of_press,
    on_admin_answer,
    on_admin_command,
    pressed_by_admin,
)
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_bot_admin, not_a_command
from handlers.identity import answer_place
from handlers.shop import Shop
from handlers.user_errors import ButtonExpired
from storage.controls import Controls

log = structlog.get_logger(__name__)


async def menu_command(
    message: Message,
    translate: Translator,
    controls: Controls,
    shop: Shop | None,
    admin_sign_in_url: str | None,
    sender: Sender,
) -> None:
    """Show the menu."""

    async def send(text: str, keyboard: InlineKeyboardMarkup) -> None:
        await sender.send_text(answer_place(message), text, keyboard=keyboard)

    await _show(send, translate, controls, shop, admin_sign_in_url)


async def menu_pressed(
    query: CallbackQuery,
    callback_data: ShowAdminMenu,
    place: ReplyTarget,
    translate: Translator,
    clock: Clock,
    controls: Controls,
    shop: Shop | None,
    admin_sign_in_url: str | None,
    sender: Sender,
) -> None:
    """Show the menu in the pressed message, after the end of the pause if the button says so."""
    toast = None
    if callback_data.resume:
        toast = await pause.end_pause(cause_of_press(query, clock), translate, controls)
    await sender.toast(query.id, toast)

    async def edit(text: str, keyboard: InlineKeyboardMarkup) -> None:
        await sender.edit_text(place.chat_id, place.require_reply_to(), text, keyboard=keyboard)

    await _show(edit, translate, controls, shop, admin_sign_in_url)


async def question_pressed(
    query: CallbackQuery,
    callback_data: AskAdmin,
    place: ReplyTarget,
    translate: Translator,
    shop: Shop | None,
    sender: Sender,
) -> None:
    """Ask for the argument of a command. The reply is followed as the command would be."""
    question, user_id = callback_data.question, callback_data.user
    if question is AdminQuestion.REFUND and shop is None:
        raise ButtonExpired
    await sender.toast(query.id)
    written = f"/{question} {user_id}" if user_id else f"/{question}"
    text = f"{QUESTION_MARK} {translate(f'admin-ask-{question}')}\n<code>{written}</code>"
    keyboard = ask(translate.raw("admin-placeholder"))
    await sender.send_text(ReplyTarget(place.chat_id), text, keyboard=keyboard)


async def _show(
    show: Callable[[str, InlineKeyboardMarkup], Awaitable[None]],
    translate: Translator,
    controls: Controls,
    shop: Shop | None,
    sign_in_url: str | None,
) -> None:
    """Show the menu: without the button of the admin page, and with the reason, if Telegram refuses the button."""
    seen = pause_text(controls.pause, translate)
    lines = [translate("admin-menu"), ""]
    lines += [translate("admin-menu-open")] if seen is None else [translate("admin-menu-paused"), seen]
    keyboard = functools.partial(
        admin_keyboards.menu, translate, paused=seen is not None, sells=shop is not None
    )
    try:
        await show("\n".join(lines), keyboard(sign_in_url=sign_in_url))
    except Rejected as error:
        if sign_in_url is None:
            raise
        log.warning("no button to the admin page", error=str(error))
        lines += ["", _why_no_page(error, sign_in_url, translate)]
        await show("\n".join(lines), keyboard(sign_in_url=None))


def _why_no_page(error: Rejected, sign_in_url: str, translate: Translator) -> str:
    """Return the sentence that says why there is no button to the admin page, and what to do."""
    if isinstance(error, DomainNotLinked):
        return translate("admin-menu-domain", domain=urlsplit(sign_in_url).hostname or "")
    return translate("admin-menu-refused", reason=str(error))


def answers_router(*, sells: bool) -> Router:
    """Return the routes of the replies to questions. They go before those of all other replies."""
    router = FeatureRouter(name="answers of admins")
    router.message.filter(IN_PRIVATE, by_bot_admin, not_a_command)
    on_admin_answer(router, user_search.find_command, AdminQuestion.FIND)
    on_admin_answer(router, pause.pause_command, AdminQuestion.PAUSE)
    on_admin_answer(router, moderation.ban_word, AdminQuestion.BAN_WORD)
    on_admin_answer(router, moderation.unban_word, AdminQuestion.UNBAN_WORD)
    on_admin_answer(router, user_limits.limit_command, AdminQuestion.LIMIT)
    on_admin_answer(router, grants.grant_command, AdminQuestion.GRANT)
    if sells:
        on_admin_answer(router, refunds.refund_command, AdminQuestion.REFUND)
    return router


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="admin menu")
    on_admin_command(router, menu_command, "admin")
    router.callback_query.register(menu_pressed, ShowAdminMenu.filter(), pressed_by_admin)
    router.callback_query.register(question_pressed, AskAdmin.filter(), pressed_by_admin)
    return router
