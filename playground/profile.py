"""The bot's profile: its command menus and its descriptions, by language."""

import re
from typing import Any

from aiogram import methods
from aiogram.methods.base import TelegramMethod

from playground.call import ApiError, Call
from playground.chats import Chats
from playground.entities import units

LONGEST_DESCRIPTION, LONGEST_SHORT_DESCRIPTION = 512, 120
"""Bot API, setMyDescription and setMyShortDescription. The unit is not documented: the stricter UTF-16 units count."""
_LANGUAGE = re.compile("[a-z]{2}")


def set_my_commands(call: Call) -> Any:
    call.check(methods.SetMyCommands)
    commands = call.parameters.get("commands") or []
    for command in commands:
        methods.SetMyCommands.model_validate({"commands": [command]})
        if not 1 <= len(command["description"]) <= 256 or not 1 <= len(command["command"]) <= 32:
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
    menu = {command["command"]: command["description"] for command in commands}
    scope, chat_id, language = *_scope(call), _language(call)
    call.chats.menus[scope, language] = menu
    if chat_id is not None:
        call.chats.chat_menus[chat_id, language] = menu
    call.chats.note_profile_change()
    return True


def delete_my_commands(call: Call) -> Any:
    call.check(methods.DeleteMyCommands)
    scope, chat_id, language = *_scope(call), _language(call)
    call.chats.menus.pop((scope, language), None)
    if chat_id is not None:
        call.chats.chat_menus.pop((chat_id, language), None)
    call.chats.note_profile_change()
    return True


def set_my_description(call: Call) -> Any:
    return _set(call, methods.SetMyDescription, "description", LONGEST_DESCRIPTION)


def set_my_short_description(call: Call) -> Any:
    return _set(call, methods.SetMyShortDescription, "short_description", LONGEST_SHORT_DESCRIPTION)


def get_my_description(call: Call) -> Any:
    return _get(call, methods.GetMyDescription, "description")


def get_my_short_description(call: Call) -> Any:
    return _get(call, methods.GetMyShortDescription, "short_description")


def description_for(chats: Chats, name: str, language: str) -> str:
    """Return a description as users of a language see it. `name` is `description` or `short_description`.

    "If empty, the description will be applied to all users for whose language there is no dedicated description"
    (Bot API, setMyDescription, language_code).
    """
    return chats.descriptions.get((name, language)) or chats.descriptions.get((name, "")) or ""


def _set(call: Call, kind: type[TelegramMethod[bool]], name: str, longest: int) -> bool:
    call.check(kind)
    text, language = str(call.parameters.get(name) or "").strip(), _language(call)
    if units(text) > longest:
        # The limit is documented, the words are not: they follow the ABOUT_TOO_LONG of the same text of a user.
        raise ApiError(400, f"Bad Request: {'ABOUT' if name.startswith('short') else 'DESCRIPTION'}_TOO_LONG")
    if text:
        call.chats.descriptions[name, language] = text
    else:  # "Pass an empty string to remove the dedicated description for the given language" (Bot API)
        call.chats.descriptions.pop((name, language), None)
    call.chats.note_profile_change()
    return True


def _get(call: Call, kind: type[TelegramMethod[Any]], name: str) -> dict[str, str]:
    call.check(kind)
    return {name: description_for(call.chats, name, _language(call))}


def _language(call: Call) -> str:
    """Return the `language_code`. Raises ApiError unless it is empty or has two letters.

    The real server answers so to `zh-hans`, as a changelog of a bot reports.
    """
    code = str(call.parameters.get("language_code") or "")
    if code and _LANGUAGE.fullmatch(code) is None:
        raise ApiError(400, "Bad Request: invalid language code specified")
    return code


def _scope(call: Call) -> tuple[str, int | None]:
    """Return the type of a menu's scope and, for a menu of one chat, its id."""
    scope = call.parameters.get("scope") or {"type": "default"}
    if scope["type"] != "chat":
        return scope["type"], None
    if int(scope["chat_id"]) not in call.chats.chats:
        raise ApiError(400, "Bad Request: chat not found")
    return "chat", int(scope["chat_id"])
