"""What can be read off a raw update before aiogram has looked at it: whose it is, when it was written, for whom."""

from collections.abc import Mapping
from typing import Any

from aiogram.types import User

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")

RawUpdate = Mapping[str, Any]


def user_id_of(update: RawUpdate) -> int:
    """Return who is behind an update; 0 where nobody is."""
    for kind in ALLOWED:
        content = update.get(kind)
        sender = content.get("from") if isinstance(content, dict) else None
        if isinstance(sender, dict) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return 0


def written_at(update: RawUpdate) -> int | None:
    """Return when a message was written or edited, in Unix seconds; None for what carries no time, as a press."""
    message = _message(update)
    date = (message.get("edit_date") or message.get("date")) if message else None
    return date if isinstance(date, int) else None


def is_press(update: RawUpdate) -> bool:
    """Say whether an update is a press of a button."""
    return "callback_query" in update


def concerns(update: RawUpdate, bot_id: int) -> bool:
    """Say whether an update may be for the bot: of a kind it asked for, and of a group's talk commands and replies."""
    if not any(isinstance(update.get(kind), dict) for kind in ALLOWED):
        return False
    message = _message(update)
    if message is None or not _in_group(message):
        return True
    return _answers(message, bot_id) or _words(message).startswith("/") or "migrate_to_chat_id" in message


def asks(update: RawUpdate, me: User) -> bool:
    """Say whether somebody waits for an answer of the bot's: not where a group's command names another bot."""
    if is_press(update):
        return True
    message = _message(update)
    if message is None or not user_id_of(update):
        return False
    if not _in_group(message) or _answers(message, me.id):
        return True
    words = _words(message)
    command, _, named = (words.split() or [""])[0].partition("@")
    return command.startswith("/") and named.lower() in {"", (me.username or "").lower()}


def _message(update: RawUpdate) -> RawUpdate | None:
    message = update.get("message") or update.get("edited_message")
    return message if isinstance(message, dict) else None


def _in_group(message: RawUpdate) -> bool:
    chat = message.get("chat")
    return isinstance(chat, dict) and isinstance(chat.get("id"), int) and chat["id"] < 0


def _answers(message: RawUpdate, bot_id: int) -> bool:
    answered = message.get("reply_to_message")
    writer = answered.get("from") if isinstance(answered, dict) else None
    return isinstance(writer, dict) and writer.get("id") == bot_id


def _words(message: RawUpdate) -> str:
    return str(message.get("text") or message.get("caption") or "")
