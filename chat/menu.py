"""The command menus: by scope and language, told to Telegram only when they changed."""

import hashlib
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

from chat.translations import DEFAULT_LANGUAGE, LANGUAGES, Translations, Translator
from storage.key_values import KeyValueStore

log = structlog.get_logger(__name__)

PRIVATE = ("imagine", "history", "queue", "quota", "ratio", "language", "help", "forget")
ADMIN = (*PRIVATE, "ban", "unban", "banword", "unbanword")
GROUP = ("imagine", "history", "queue", "quota", "help")
GROUP_ADMIN = (*GROUP, "settings")

Scope = (
    BotCommandScopeAllPrivateChats
    | BotCommandScopeAllGroupChats
    | BotCommandScopeAllChatAdministrators
    | BotCommandScopeChat
)


async def tell(
    bot: Bot, key_values: KeyValueStore, translations: Translations, admins: Collection[int]
) -> bool:
    """Set every menu that is not as Telegram was last told. False where one could not be set."""
    menus: list[tuple[Scope, tuple[str, ...]]] = [
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
        (BotCommandScopeAllChatAdministrators(), GROUP_ADMIN),
        *((BotCommandScopeChat(chat_id=admin), ADMIN) for admin in sorted(admins)),
    ]
    well = True
    for scope, names in menus:
        for language in LANGUAGES:
            commands = _commands(translations.of(language), names)
            # The default language goes without a code, so it serves everybody whose own is not spoken.
            code = None if language == DEFAULT_LANGUAGE else language
            well &= await _tell_one(bot, key_values, scope, code, commands)
    return well


def _commands(translate: Translator, names: Collection[str]) -> list[BotCommand]:
    return [BotCommand(command=name, description=translate.raw(f"command-{name}")) for name in names]


async def _tell_one(
    bot: Bot, key_values: KeyValueStore, scope: Scope, code: str | None, commands: list[BotCommand]
) -> bool:
    shown = "\n".join(f"{command.command}: {command.description}" for command in commands)
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    name = f"menu {bot.id} {scope.model_dump_json(exclude_none=True)} {code or ''}"
    if await key_values.get(name) == digest:
        return True
    try:
        await bot.set_my_commands(commands, scope=scope, language_code=code)
    except AiogramError as error:
        log.warning("menu not set", scope=scope.type, error=str(error))
        # An admin who never wrote to the bot has no chat with it: their menu is set at a later start.
        return isinstance(scope, BotCommandScopeChat)
    await key_values.set(name, digest)
    return True
