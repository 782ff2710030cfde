"""Facts about a raw update, before aiogram parses it: its user, its time, and whether it is for the bot."""

from collections.abc import Mapping
from typing import Any

from aiogram.types import User

from core.reply_target import is_group
from handlers.commands import is_command, parse_command

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")

RawUpdate = Mapping[str, Any]


def user_id_of(update: RawUpdate) -> int:
    """Return the id of the user behind an update, or 0 without a user."""
    for kind in ALLOWED:
        content = update.get(kind)
        sender = content.get("from") if isinstance(content, dict) else None
        if isinstance(sender, dict) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return 0


def written_at(update: RawUpdate) -> int | None:
    """Return the Unix time at which a message was written or edited, or None for an update without one."""
    message = _message(update)
    date = (message.get("edit_date") or message.get("date")) if message else None
    return date if isinstance(date, int) else None


def is_press(update: RawUpdate) -> bool:
    """Return whether an update is a press of a button."""
    return "callback_query" in update


def is_relevant(update: RawUpdate, bot_id: int) -> bool:
    """Return whether an update may be for the bot: of a kind in `ALLOWED`.

    In a group only commands, replies to the bot and replies that mention a user, who may be the bot.
    """
    if not any(isinstance(update.get(kind), dict) for kind in ALLOWED):
        return False
    message = _message(update)
    if message is None or not _is_in_group(message):
        return True
    text = _text(message)
    mentions = "@" in text and isinstance(
        message.get("reply_to_message") or message.get("external_reply"), dict
    )
    return _is_reply_to(message, bot_id) or is_command(text) or mentions or "migrate_to_chat_id" in message


def expects_answer(update: RawUpdate, me: User) -> bool:
    """Return whether a user expects an answer of the bot: not for a command in a group that names another bot."""
    if is_press(update):
        return True
    message = _message(update)
    if message is None or not user_id_of(update):
        return False
    if not _is_in_group(message) or _is_reply_to(message, me.id):
        return True
    command = parse_command(_text(message))
    return command is not None and (command.mention or "").lower() in {"", (me.username or "").lower()}


def _message(update: RawUpdate) -> RawUpdate | None:
    message = update.get("message") or update.get("edited_message")
    return message if isinstance(message, dict) else None


def _is_in_group(message: RawUpdate) -> bool:
    chat = message.get("chat")
    return isinstance(chat, dict) and isinstance(chat.get("id"), int) and is_group(chat["id"])


def _is_reply_to(message: RawUpdate, bot_id: int) -> bool:
    replied_to = message.get("reply_to_message")
    author = replied_to.get("from") if isinstance(replied_to, dict) else None
    return isinstance(author, dict) and author.get("id") == bot_id


def _text(message: RawUpdate) -> str:
    return str(message.get("text") or message.get("caption") or "")
