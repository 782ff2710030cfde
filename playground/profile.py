"""The bot's profile: its command menus and its descriptions, by language, its menu button and its picture."""

import io
import re
from typing import Any

from aiogram import methods
from aiogram.methods.base import TelegramMethod
from PIL import Image

from playground.call import ApiError, Call
from playground.chats import BOT, Chats
from playground.entities import units
from playground.files import photo_sizes

LONGEST_DESCRIPTION, LONGEST_SHORT_DESCRIPTION = 512, 120
"""Bot API, setMyDescription and setMyShortDescription. The unit is not documented: the stricter UTF-16 units count."""
MOST_PHOTOS = 100
"""Bot API, getUserProfilePhotos, limit: "Values between 1-100 are accepted"."""
_SMALLEST_PICTURE = 160
"""In pixels. Telegram refuses a smaller profile picture (the error PHOTO_CROP_SIZE_SMALL)."""
_MENU_BUTTONS = {"commands": set[str](), "default": set[str](), "web_app": {"text", "web_app"}}
"""The fields of each kind of menu button (Bot API, MenuButton)."""
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


def get_my_commands(call: Call) -> Any:
    """Answer with the commands of exactly this scope and language, which may be none (Bot API, getMyCommands)."""
    call.check(methods.GetMyCommands)
    scope, chat_id, language = *_scope(call), _language(call)
    menus, own_menus = call.chats.menus, call.chats.chat_menus
    menu = menus.get((scope, language)) if chat_id is None else own_menus.get((chat_id, language))
    return [{"command": name, "description": text} for name, text in (menu or {}).items()]


def set_my_description(call: Call) -> Any:
    return _set(call, methods.SetMyDescription, "description", LONGEST_DESCRIPTION)


def set_my_short_description(call: Call) -> Any:
    return _set(call, methods.SetMyShortDescription, "short_description", LONGEST_SHORT_DESCRIPTION)


def get_my_description(call: Call) -> Any:
    return _get(call, methods.GetMyDescription, "description")


def get_my_short_description(call: Call) -> Any:
    return _get(call, methods.GetMyShortDescription, "short_description")


def set_chat_menu_button(call: Call) -> Any:
    call.check(methods.SetChatMenuButton)
    button = call.parameters.get("menu_button") or {"type": "default"}
    fields = _MENU_BUTTONS.get(str(button.get("type")))
    if fields is None or not fields <= button.keys():
        raise ApiError(400, "Bad Request: can't parse menu button: unsupported menu button type")
    call.chats.menu_buttons[_private_chat(call)] = button
    return True


def get_chat_menu_button(call: Call) -> Any:
    """Answer with the button of a chat or, without one, with that of all chats."""
    call.check(methods.GetChatMenuButton)
    buttons = call.chats.menu_buttons
    return buttons.get(_private_chat(call)) or buttons.get(None) or {"type": "default"}


def set_my_profile_photo(call: Call) -> Any:
    """Keep the bot's profile picture, a JPEG that is uploaded with the call.

    "A static profile photo in the .JPG format … can't be reused and can only be uploaded as a new file" (Bot API,
    InputProfilePhotoStatic). The words of the errors are a guess, but for those that begin with PHOTO_.
    """
    call.check(methods.SetMyProfilePhoto)
    given = call.parameters.get("photo")
    if not isinstance(given, dict) or given.get("type") != "static":
        raise ApiError(400, "Bad Request: profile photo of an unsupported type specified")
    name = str(given.get("photo") or "")
    data = call.files.get(name.removeprefix("attach://")) if name.startswith("attach://") else None
    if not data:
        raise ApiError(400, "Bad Request: profile photo must be uploaded as a file")
    sizes = photo_sizes(call.chats, data)
    with Image.open(io.BytesIO(data)) as image:
        if image.format != "JPEG":
            raise ApiError(400, "Bad Request: PHOTO_EXT_INVALID")
        if min(image.size) < _SMALLEST_PICTURE:
            raise ApiError(400, "Bad Request: PHOTO_CROP_SIZE_SMALL")
    call.chats.profile_photos.insert(0, sizes)
    call.chats.note_profile_change()
    return True


def get_user_profile_photos(call: Call) -> Any:
    """Answer with the pictures of a user, newest first. Only the bot has any."""
    call.check(methods.GetUserProfilePhotos)
    user_id, offset = int(call.parameters.get("user_id") or 0), int(call.parameters.get("offset") or 0)
    limit = int(call.parameters.get("limit") or MOST_PHOTOS)
    if user_id != BOT.id and user_id not in call.chats.users:
        raise ApiError(400, "Bad Request: user not found")
    photos = call.chats.profile_photos if user_id == BOT.id else []
    shown = photos[offset : offset + max(1, min(limit, MOST_PHOTOS))]
    return {
        "total_count": len(photos),
        "photos": [[size.model_dump(mode="json", exclude_none=True) for size in one] for one in shown],
    }


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


def _private_chat(call: Call) -> int | None:
    """Return the id of the private chat that a menu button is of, or None for all chats."""
    chat_id = call.parameters.get("chat_id")
    if chat_id is None:
        return None
    if int(chat_id) not in call.chats.chats or int(chat_id) < 0:
        raise ApiError(400, "Bad Request: chat not found")
    return int(chat_id)


def _scope(call: Call) -> tuple[str, int | None]:
    """Return the type of a menu's scope and, for a menu of one chat, its id."""
    scope = call.parameters.get("scope") or {"type": "default"}
    if scope["type"] != "chat":
        return scope["type"], None
    if int(scope["chat_id"]) not in call.chats.chats:
        raise ApiError(400, "Bad Request: chat not found")
    return "chat", int(scope["chat_id"])
