"""Groups: the bot is added or removed, a group becomes a supergroup, and admins change its settings."""

from aiogram import F, Router
from aiogram.filters import IS_MEMBER, IS_NOT_MEMBER, ChatMemberUpdatedFilter
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineKeyboardMarkup, Message

from chat import group_keyboards
from chat.callbacks import GroupChoice, GroupSettings
from chat.languages import LanguageResolver
from chat.members import Members
from chat.sender import Sender
from chat.translations import LANGUAGES, Translator
from core.model import AspectRatio
from core.reply_target import ReplyTarget
from generation.allowances import Allowances
from generation.engine import Engine
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_GROUP, IN_PRIVATE, by_group_admin, on_message, pressed_place
from handlers.identity import UserIdentity, answer_place, place_of
from handlers.user_errors import ButtonExpired, GroupAdminsOnly
from storage.chat_migration import migrate_chat
from storage.database import Database
from storage.group_words import GroupWords
from storage.preferences import Preferences, WhoMayDraw
from storage.requests import Requests

_LARGEST_DAILY = 1_000_000
_SWITCHES = {"history": "shared_history", "spoiler": "spoiler", "approval": "approval"}
"""The settings that are on or off: the preference of each by its name in callback data."""
_SECOND_PAGE = frozenset({"share", *_SWITCHES})
"""The names of the settings on the second page."""


async def added(event: ChatMemberUpdated, sender: Sender, languages: LanguageResolver) -> None:
    """Greet a group once and explain the bot."""
    user = event.from_user
    translate = await languages.translator(user.id, user.language_code, chat_id=event.chat.id)
    await sender.send_text(ReplyTarget(event.chat.id), translate("hello-group"))


async def removed(event: ChatMemberUpdated, requests: Requests, engine: Engine) -> None:
    """Cancel the pending requests of a chat that the bot cannot write to any more."""
    for request in await requests.pending_in_chat(event.chat.id):
        await engine.cancel(request.id)


async def migrated(
    message: Message,
    database: Database,
    preferences: Preferences,
    group_words: GroupWords,
    requests: Requests,
    engine: Engine,
) -> None:
    """Move everything stored about a group to its new id, and ask its open questions there."""
    old, new = message.chat.id, message.migrate_to_chat_id
    if new is not None:
        await migrate_chat(database, old, new)
        preferences.reload(old, new)
        group_words.reload(old, new)
        asked = [request for request in await requests.pending_in_chat(new) if request.is_asked]
        await engine.follow(*asked)


async def settings_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    members: Members,
    preferences: Preferences,
    allowances: Allowances,
    sender: Sender,
) -> None:
    """Show a group's settings to its admins. Raises GroupAdminsOnly for others."""
    if not await members.is_admin(message.chat.id, user.id):
        raise GroupAdminsOnly
    text, keyboard = await _content(message.chat.id, translate, preferences, allowances, more=False)
    await sender.send_text(place_of(message), text, keyboard=keyboard)


async def settings_in_private(message: Message, translate: Translator, sender: Sender) -> None:
    """List the settings of a user."""
    await sender.send_text(answer_place(message), translate("settings-private"))


async def page_pressed(
    query: CallbackQuery,
    callback_data: GroupSettings,
    place: ReplyTarget,
    translate: Translator,
    preferences: Preferences,
    allowances: Allowances,
    sender: Sender,
) -> None:
    """Show the other page of the settings."""
    await sender.toast(query.id)
    text, keyboard = await _content(
        place.chat_id, translate, preferences, allowances, more=callback_data.more
    )
    await sender.edit_text(place.chat_id, place.require_reply_to(), text, keyboard=keyboard)


async def setting_pressed(
    query: CallbackQuery,
    callback_data: GroupChoice,
    place: ReplyTarget,
    translate: Translator,
    languages: LanguageResolver,
    preferences: Preferences,
    allowances: Allowances,
    sender: Sender,
) -> None:
    """Store the pressed setting, and show the settings in the language that may have changed."""
    values = _read_choice(callback_data)
    if values is None:
        raise ButtonExpired
    await preferences.choose(place.chat_id, **values)
    await sender.toast(query.id, translate.raw("toast-saved"))
    user = query.from_user
    translate = await languages.translator(user.id, user.language_code, chat_id=place.chat_id)
    more = callback_data.name in _SECOND_PAGE
    text, keyboard = await _content(place.chat_id, translate, preferences, allowances, more=more)
    await sender.edit_text(place.chat_id, place.require_reply_to(), text, keyboard=keyboard)


async def _content(
    chat_id: int, translate: Translator, preferences: Preferences, allowances: Allowances, *, more: bool
) -> tuple[str, InlineKeyboardMarkup]:
    """Return the first page of the settings, or the second one with `more`."""
    chosen = await preferences.of(chat_id)
    daily = allowances.of_group(chosen)
    if more:
        return translate("settings-group-more"), group_keyboards.second_page(translate, chosen, daily)
    keyboard = group_keyboards.first_page(translate, chosen, allowances.group_daily, daily)
    return translate("settings-group"), keyboard


def _read_choice(data: GroupChoice) -> dict[str, str | int | bool | None] | None:
    """Return the preference that a button sets, by name, or None for callback data that no button has."""
    value = data.value
    if data.name == "who" and value in list(WhoMayDraw):
        return {"who": value}
    if data.name == "daily" and value.isdecimal() and int(value) <= _LARGEST_DAILY:
        return {"daily": int(value)}
    if data.name == "share" and (not value or (value.isdecimal() and 0 < int(value) <= _LARGEST_DAILY)):
        return {"member_daily": int(value) if value else None}
    if data.name in _SWITCHES and value in {group_keyboards.ON, group_keyboards.OFF}:
        return {_SWITCHES[data.name]: value == group_keyboards.ON}
    if data.name == "ratio":
        ratio = AspectRatio.from_slug(value)
        return {"ratio": ratio} if ratio or not value else None
    if data.name == "language" and (not value or value in LANGUAGES):
        return {"language": value or None}
    return None


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="groups")
    router.my_chat_member.register(added, IN_GROUP, ChatMemberUpdatedFilter(IS_NOT_MEMBER >> IS_MEMBER))
    router.my_chat_member.register(removed, ChatMemberUpdatedFilter(IS_MEMBER >> IS_NOT_MEMBER))
    router.message.register(migrated, F.migrate_to_chat_id)
    on_message(router, settings_in_private, Command("settings"), IN_PRIVATE)
    on_message(router, settings_command, Command("settings"))
    guards = by_group_admin, pressed_place
    router.callback_query.register(setting_pressed, GroupChoice.filter(), *guards)
    router.callback_query.register(page_pressed, GroupSettings.filter(), *guards)
    return router
