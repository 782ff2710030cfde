"""The command menus of all kinds of chats and of single ones, sent to Telegram only if they changed."""

import hashlib
import json
from collections.abc import Collection

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from chat.errors import to_send_error
from chat.profile import ProfilePart, named
from chat.translations import DEFAULT_LANGUAGE, LANGUAGES, Translations, language_code
from storage.key_values import KeyValueStore
from storage.preferences import Preferences

log = structlog.get_logger(__name__)

_PICTURES = ("imagine", "history", "favorites", "queue", "quota")
PRIVATE = (*_PICTURES, "ratio", "style", "language", "help", "export", "forget")
ADMIN = (
    *PRIVATE,
    *("admin", "stats", "find", "user", "limit", "grant", "broadcast", "pause", "resume", "audit"),
    *("ban", "unban", "banword", "unbanword"),
)
GROUP = (*_PICTURES, "report", "help")
GROUP_ADMIN = (*GROUP, "settings", "words")
SHOP, SHOP_ADMIN = ("buy", "balance"), ("refund",)
"""The commands of private chats, and those of bot admins, of a bot that sells pictures."""

GeneralScope = (
    BotCommandScopeAllPrivateChats | BotCommandScopeAllGroupChats | BotCommandScopeAllChatAdministrators
)


def private_commands(*, sells: bool, admin: bool = False) -> tuple[str, ...]:
    """Return the menu of a private chat, also of a bot admin's. `sells` is True for a bot that sells pictures."""
    commands = ADMIN if admin else PRIVATE
    if not sells:
        return commands
    after = commands.index("quota") + 1
    return (*commands[:after], *SHOP, *commands[after:], *(SHOP_ADMIN if admin else ()))


def command_parts(bot: Bot, translations: Translations, *, sells: bool) -> list[tuple[str, ProfilePart]]:
    """Return the type of the scope and the commands of each kind of chat in every language."""
    kinds: tuple[tuple[str, GeneralScope, tuple[str, ...]], ...] = (
        ("private chats", BotCommandScopeAllPrivateChats(), private_commands(sells=sells)),
        ("groups", BotCommandScopeAllGroupChats(), GROUP),
        ("group admins", BotCommandScopeAllChatAdministrators(), GROUP_ADMIN),
    )
    return [
        (scope.type, _commands_of_all(bot, kind, scope, _commands(translations, language, names), language))
        for kind, scope, names in kinds
        for language in LANGUAGES
    ]


def _commands_of_all(
    bot: Bot, kind: str, scope: GeneralScope, wanted: list[BotCommand], language: str
) -> ProfilePart:
    code = language_code(language)

    async def read() -> str:
        return _as_text(await bot.get_my_commands(scope=scope, language_code=code))

    async def write() -> None:
        await bot.set_my_commands(wanted, scope=scope, language_code=code)

    name = named(f"commands for {kind}", code)
    return ProfilePart(name=name, wanted=_as_text(wanted), read=read, write=write)


def _commands(translations: Translations, language: str, names: Collection[str]) -> list[BotCommand]:
    translate = translations.for_language(language)
    return [BotCommand(command=name, description=translate.raw(f"command-{name}")) for name in names]


def _as_text(commands: Collection[BotCommand]) -> str:
    return "\n".join(f"{command.command}: {command.description}" for command in commands)


class Menus:
    """Sets the menus of all kinds of chats, and of private chats: for admins and for users with a chosen language.

    The key-value store remembers the menus of single chats that Telegram has.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        key_values: KeyValueStore,
        translations: Translations,
        preferences: Preferences,
        admins: Collection[int],
        sells: bool,
    ) -> None:
        self._bot = bot
        self._key_values = key_values
        self._translations = translations
        self._preferences = preferences
        self._admins = admins
        self._sells = sells

    async def set_all(self) -> bool:
        """Set every menu that Telegram has not. Return False if one of all chats could not be set."""
        failed: list[tuple[str, AiogramError]] = []
        for scope, part in command_parts(self._bot, self._translations, sells=self._sells):
            try:
                await part.set_if_different()
            except AiogramError as error:
                failed.append((scope, error))
        if failed:
            scopes = ", ".join(dict.fromkeys(scope for scope, _ in failed))
            reason = str(to_send_error(failed[0][1]))
            log.warning("menus not set", count=len(failed), scopes=scopes, error=reason)
        users = {*self._admins, *await self._preferences.users_with_language(), *await self._known_users()}
        for user_id in sorted(users):
            await self.follow_language(user_id)
        return not failed

    async def follow_language(self, user_id: int) -> None:
        """Show the menu of a private chat in the language that its user chose. Logs errors: a later start tries again.

        An admin who never wrote to the bot has no chat with it.
        """
        chosen = (await self._preferences.of(user_id)).language
        scope = BotCommandScopeChat(chat_id=user_id)
        try:
            for language in LANGUAGES:
                if user_id in self._admins:
                    names = private_commands(sells=self._sells, admin=True)
                    await self._set(scope, language, _commands(self._translations, chosen or language, names))
                elif chosen is not None and language == DEFAULT_LANGUAGE:
                    # A menu of the chat goes before one of all chats in the language of the app (Bot API,
                    # BotCommandScope, "Determining list of commands").
                    names = private_commands(sells=self._sells)
                    await self._set(scope, language, _commands(self._translations, chosen, names))
                else:
                    await self._delete(scope, language)
        except AiogramError as error:
            log.warning("menu of a chat not set", user=user_id, error=str(to_send_error(error)))

    async def _known_users(self) -> list[int]:
        """Return the users with a menu of their own chat at Telegram."""
        start = f"menu {self._bot.id} "
        names = await self._key_values.names(start)
        scopes = [json.loads(name.removeprefix(start).rpartition(" ")[0]) for name in names]
        return [int(scope["chat_id"]) for scope in scopes if "chat_id" in scope]

    async def _set(self, scope: BotCommandScopeChat, language: str, commands: list[BotCommand]) -> None:
        digest = hashlib.sha256(_as_text(commands).encode()).hexdigest()[:16]
        if await self._key_values.get(self._name(scope, language)) != digest:
            await self._bot.set_my_commands(commands, scope=scope, language_code=language_code(language))
            await self._key_values.set(self._name(scope, language), digest)

    async def _delete(self, scope: BotCommandScopeChat, language: str) -> None:
        if await self._key_values.get(self._name(scope, language)) is not None:
            await self._bot.delete_my_commands(scope=scope, language_code=language_code(language))
            await self._key_values.delete(self._name(scope, language))

    def _name(self, scope: BotCommandScopeChat, language: str) -> str:
        """Return the name under which the store remembers a menu."""
        return (
            f"menu {self._bot.id} {scope.model_dump_json(exclude_none=True)} {language_code(language) or ''}"
        )
