"""Groups: the bot is added or removed, a group becomes a supergroup, and admins change its settings."""

from aiogram import F, Router
from aiogram.filters import IS_MEMBER, IS_NOT_MEMBER, ChatMemberUpdatedFilter
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineKeyboardMarkup, Message

from chat import keyboards
from chat.callbacks import GroupChoice
from chat.languages import LanguageResolver
from chat.members import Members
from chat.sender import Sender
from chat.translations import LANGUAGES, Translator
from core.model import AspectRatio
from core.reply_target import ReplyTarget
from generation.allowances import Allowances
from generation.engine import Engine
from handlers.commands import Command
from handlers.filters import IN_GROUP, IN_PRIVATE, by_group_admin, on_message, pressed_place
from handlers.identity import UserIdentity, answer_place, place_of
from handlers.user_errors import ButtonExpired, GroupAdminsOnly
from storage.chat_migration import migrate_chat
from storage.database import Database
from storage.preferences import Preferences, WhoMayDraw
from storage.requests import Requests

_LARGEST_DAILY = 1_000_000


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
    message: Message, database: Database, preferences: Preferences, requests: Requests, engine: Engine
) -> None:
    """Move everything stored about a group to its new id, and ask its open questions there."""
    old, new = message.chat.id, message.migrate_to_chat_id
    if new is not None:
        await migrate_chat(database, old, new)
        preferences.reload(old, new)
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
    text, keyboard = await _content(message.chat.id, translate, preferences, allowances)
    await sender.send_text(place_of(message), text, keyboard=keyboard)


async def settings_in_private(message: Message, translate: Translator, sender: Sender) -> None:
    """List the settings of a user."""
    await sender.send_text(answer_place(message), translate("settings-private"))


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
    text, keyboard = await _content(place.chat_id, translate, preferences, allowances)
    await sender.edit_text(place.chat_id, place.require_reply_to(), text, keyboard=keyboard)


async def _content(
    chat_id: int, translate: Translator, preferences: Preferences, allowances: Allowances
) -> tuple[str, InlineKeyboardMarkup]:
    chosen = await preferences.of(chat_id)
    daily = allowances.of_group(chosen)
    keyboard = keyboards.group_settings(translate, chosen, allowances.group_daily, daily)
    return translate("settings-group"), keyboard


def _read_choice(data: GroupChoice) -> dict[str, str | int | None] | None:
    """Return the preference that a button sets, by name, or None for callback data that no button has."""
    value = data.value
    if data.name == "who" and value in list(WhoMayDraw):
        return {"who": value}
    if data.name == "daily" and value.isdecimal() and int(value) <= _LARGEST_DAILY:
        return {"daily": int(value)}
    if data.name == "ratio":
        ratio = AspectRatio.from_slug(value)
        return {"ratio": ratio} if ratio or not value else None
    if data.name == "language" and (not value or value in LANGUAGES):
        return {"language": value or None}
    return None


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="groups")
    router.my_chat_member.register(added, IN_GROUP, ChatMemberUpdatedFilter(IS_NOT_MEMBER >> IS_MEMBER))
    router.my_chat_member.register(removed, ChatMemberUpdatedFilter(IS_MEMBER >> IS_NOT_MEMBER))
    router.message.register(migrated, F.migrate_to_chat_id)
    on_message(router, settings_in_private, Command("settings"), IN_PRIVATE)
    on_message(router, settings_command, Command("settings"))
    router.callback_query.register(setting_pressed, GroupChoice.filter(), by_group_admin, pressed_place)
    return router
