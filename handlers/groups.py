"""A group's own affairs: the bot is added or removed, the group becomes a supergroup, its admins choose settings."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import IS_MEMBER, IS_NOT_MEMBER, ChatMemberUpdatedFilter, Command
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineKeyboardMarkup, Message

from chat import keyboards
from chat.callbacks import GroupChoice
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import LANGUAGES, Translations, Translator
from core.model import AspectRatio
from core.reply_target import ReplyTarget
from generation.allowances import Allowances
from generation.engine import Engine
from handlers.identity import IN_PRIVATE, UserIdentity, place_of
from storage.chat_migration import migrate_chat
from storage.database import Database
from storage.preferences import Preferences, WhoMayDraw
from storage.requests import Requests

IN_GROUP = F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP})
_LARGEST_DAILY = 1_000_000


async def added(event: ChatMemberUpdated, sender: Sender, translations: Translations) -> None:
    """Say hello once, and how the bot is used."""
    await sender.send_text(
        ReplyTarget(event.chat.id), translations.of(event.from_user.language_code)("hello-group")
    )


async def removed(event: ChatMemberUpdated, requests: Requests, engine: Engine) -> None:
    """Cancel what waits there: nobody could be shown it. Quotas come back with it."""
    for request in await requests.pending_in(event.chat.id):
        await engine.cancel(request.id)


async def migrated(message: Message, database: Database, preferences: Preferences) -> None:
    """Let everything kept about a group follow it to its new id."""
    old, new = message.chat.id, message.migrate_to_chat_id
    if new is not None:
        await migrate_chat(database, old, new)
        preferences.reload(old, new)


class GroupSettings:
    """/settings: who may draw, how much, in which shape and language. For the group's admins."""

    def __init__(
        self,
        preferences: Preferences,
        allowances: Allowances,
        members: Members,
        sender: Sender,
        private_replies: PrivateReplies,
        translations: Translations,
    ) -> None:
        self._preferences = preferences
        self._allowances = allowances
        self._members = members
        self._sender = sender
        self._private_replies = private_replies
        self._translations = translations

    async def asked(self, message: Message, user: UserIdentity, translate: Translator) -> None:
        """Show the settings to an admin."""
        if not await self._members.is_admin(message.chat.id, user.id):
            await self._private_replies.say(place_of(message), user.id, translate("settings-admins-only"))
            return
        words, keyboard = await self._shown(message.chat.id, translate)
        await self._sender.send_text(place_of(message), words, keyboard=keyboard)

    async def asked_in_private(self, message: Message, translate: Translator) -> None:
        """Say what settings a person has."""
        await self._sender.send_text(place_of(message), translate("settings-private"))

    async def chosen(self, query: CallbackQuery, callback_data: GroupChoice, translate: Translator) -> None:
        """Keep what an admin pressed."""
        if query.message is None:
            await self._sender.toast(query.id, translate.raw("toast-old"))
            return
        chat_id = query.message.chat.id
        if not await self._members.is_admin(chat_id, query.from_user.id):
            await self._sender.toast(query.id, translate.raw("toast-admins-only"))
            return
        values = _read_choice(callback_data)
        if values is None:
            await self._sender.toast(query.id, translate.raw("toast-old"))
            return
        await self._preferences.choose(chat_id, **values)
        await self._sender.toast(query.id, translate.raw("toast-saved"))
        own = (await self._preferences.of(chat_id)).language
        spoken = self._translations.of(own or query.from_user.language_code)
        words, keyboard = await self._shown(chat_id, spoken)
        await self._sender.edit_text(chat_id, query.message.message_id, words, keyboard=keyboard)

    async def _shown(self, chat_id: int, translate: Translator) -> tuple[str, InlineKeyboardMarkup]:
        chosen = await self._preferences.of(chat_id)
        daily = self._allowances.of_group(chosen)
        keyboard = keyboards.group_settings(translate, chosen, self._allowances.group_daily, daily)
        return translate("settings-group", daily=daily), keyboard


def _read_choice(data: GroupChoice) -> dict[str, str | int | None] | None:
    """Return what a button stands for, by the preference's name; None for what no button of ours says."""
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


def router(settings: GroupSettings) -> Router:
    """Return the routes of this feature."""
    router = Router(name="groups")
    router.my_chat_member.register(added, IN_GROUP, ChatMemberUpdatedFilter(IS_NOT_MEMBER >> IS_MEMBER))
    router.my_chat_member.register(removed, ChatMemberUpdatedFilter(IS_MEMBER >> IS_NOT_MEMBER))
    router.message.register(migrated, F.migrate_to_chat_id)
    router.message.register(settings.asked_in_private, Command("settings"), IN_PRIVATE)
    router.message.register(settings.asked, Command("settings"))
    router.callback_query.register(settings.chosen, GroupChoice.filter())
    return router
