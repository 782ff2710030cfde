"""The command menus by scope and language, sent to Telegram only if they changed."""

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

from chat.errors import to_send_error
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


async def set_menus(
    bot: Bot, key_values: KeyValueStore, translations: Translations, admins: Collection[int]
) -> bool:
    """Set every menu that has changed since it was last set. Return False if one could not be set."""
    menus: list[tuple[Scope, tuple[str, ...]]] = [
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
        (BotCommandScopeAllChatAdministrators(), GROUP_ADMIN),
        *((BotCommandScopeChat(chat_id=admin), ADMIN) for admin in sorted(admins)),
    ]
    failed: list[tuple[Scope, AiogramError]] = []
    for scope, names in menus:
        for language in LANGUAGES:
            commands = _commands(translations.for_language(language), names)
            # The default language has no code, so that it also serves all languages without texts.
            code = None if language == DEFAULT_LANGUAGE else language
            try:
                await _set_menu(bot, key_values, scope, code, commands)
            except AiogramError as error:
                failed.append((scope, error))
    if failed:
        scopes = ", ".join(dict.fromkeys(scope.type for scope, _ in failed))
        log.warning("menus not set", count=len(failed), scopes=scopes, error=str(to_send_error(failed[0][1])))
    # An admin who never wrote to the bot has no chat with it. A later start sets their menu.
    return all(isinstance(scope, BotCommandScopeChat) for scope, _ in failed)


def _commands(translate: Translator, names: Collection[str]) -> list[BotCommand]:
    return [BotCommand(command=name, description=translate.raw(f"command-{name}")) for name in names]


async def _set_menu(
    bot: Bot, key_values: KeyValueStore, scope: Scope, code: str | None, commands: list[BotCommand]
) -> None:
    text = "\n".join(f"{command.command}: {command.description}" for command in commands)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    name = f"menu {bot.id} {scope.model_dump_json(exclude_none=True)} {code or ''}"
    if await key_values.get(name) != digest:
        await bot.set_my_commands(commands, scope=scope, language_code=code)
        await key_values.set(name, digest)
