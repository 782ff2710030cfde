"""Parses stored updates. A part that aiogram cannot read is left out, so that the rest is still handled.

Telegram sends values that aiogram's types do not allow (aiogram/aiogram#1587, #1840), and adds kinds of origins, paid
media and gifts that an installed version does not know yet.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.enums import ChatType, ContentType
from aiogram.types import Message, Update
from pydantic import ValidationError

from bot.raw_updates import KINDS, LARGEST_NUMBER, PAYMENTS, user_id_of
from core.reply_target import is_group
from handlers.attachments import stands_alone
from handlers.identity import message_of, user_of

_Path = tuple[str | int, ...]
"""The keys and indices that lead from an update to one of its parts."""
_LONG_NUMBER = re.compile(r"[:,\[]\s*-?\d{19}")
_TAGS = ("type", "status", "source")
"""The fields that name the kind of an object, by which pydantic chooses its type and which its errors repeat."""
_UNKNOWN_ORIGIN = {"type": "hidden_user", "date": 0, "sender_user_name": "?"}
"""Stands for an unreadable origin, so that a forward stays one and a reply to another chat keeps its picture."""
_CHAT_TYPES = frozenset(ChatType)
_ATTACHMENTS = (
    "photo",
    "live_photo",
    "document",
    "sticker",
    "animation",
    "video",
    "video_note",
    "voice",
    "audio",
)


class UnreadableUpdate(Exception):
    """The message or press cannot be read, or without its unreadable part it would mean something else."""


@dataclass(frozen=True, slots=True)
class ParsedUpdate:
    """An update and the paths of the parts that were left out of it, such as `message.forward_origin`."""

    update: Update
    left_out: tuple[str, ...] = ()


def parse_update(payload: str, bot: Bot) -> ParsedUpdate:
    """Parse the JSON of an update, without its unreadable parts. Raises UnreadableUpdate."""
    if not _LONG_NUMBER.search(payload):
        try:
            update = Update.model_validate_json(payload, context={"bot": bot})
        except ValidationError:
            pass
        else:
            if _has_known_chat(update):
                _check_message(update)
                return ParsedUpdate(update)
    return _parse_readable_parts(payload, bot)


def _parse_readable_parts(payload: str, bot: Bot) -> ParsedUpdate:
    raw, readable = json.loads(payload), json.loads(payload)
    _infer_chat_type(readable)
    left_out = _leave_out(readable, _numbers_out_of_range(readable))
    while True:
        try:
            update = Update.model_validate(readable, context={"bot": bot})
            break
        except ValidationError as error:
            left_out += _leave_out(readable, _unreadable_parts(readable, error))
    if lost := _lost_content(raw, readable):
        raise UnreadableUpdate(", ".join(sorted(lost)))
    _check_message(update)
    user = user_of(update.event)
    if user_id_of(raw) not in {0, user.id if user else 0}:
        raise UnreadableUpdate("sender")
    return ParsedUpdate(update, tuple(left_out))


def _unreadable_parts(raw: Any, error: ValidationError) -> set[_Path]:
    """Return the paths of the smallest parts that pydantic cannot read, without parts of parts."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    # A message may be inaccessible, with the literal date 0. For any other message that literal is not the fault.
    meant = [one for one in errors if one["type"] != "literal_error"] or errors
    paths = {_path(raw, one["loc"]) for one in meant}
    return {path for path in paths if not any(path[:length] in paths for length in range(len(path)))}


def _path(raw: Any, location: _Path) -> _Path:
    """Return the path to the part at a location of pydantic, or to its container if it is missing.

    A location also contains the names of types, which are no keys of the data.
    """
    path: list[str | int] = []
    value: Any = raw
    tagged = False
    for item in location:
        if not tagged and isinstance(value, dict) and any(value.get(tag) == item for tag in _TAGS):
            tagged = True
        elif _holds(value, item):
            path.append(item)
            value, tagged = value[item], False
    return tuple(path)


def _holds(value: Any, item: str | int) -> bool:
    return item in value if isinstance(value, dict) else isinstance(value, list) and item in range(len(value))


def _leave_out(raw: dict[str, Any], paths: Collection[_Path]) -> list[str]:
    """Remove parts of an update and return their names. Raises UnreadableUpdate for a whole message or press.

    An origin is not removed but replaced: without it, the words of another user would count as the sender's own, and
    be paid for.
    """
    # The last items of a list first, so that the others keep their index.
    for path in sorted(paths, reverse=True):
        if len(path) < 2:
            raise UnreadableUpdate(str(*path) or "update")
        *parents, last = path
        part: Any = raw
        for item in parents:
            part = part[item]
        if last == "external_reply" and isinstance(part[last], dict) and "origin" not in part[last]:
            part[last]["origin"] = dict(_UNKNOWN_ORIGIN)
        elif last == "forward_origin" or path[-2:] == ("external_reply", "origin"):
            part[last] = dict(_UNKNOWN_ORIGIN)
        else:
            del part[last]
    return [".".join(map(str, path)) for path in paths]


def _numbers_out_of_range(value: Any, path: _Path = ()) -> list[_Path]:
    """Return the paths of the integers that Telegram does not send and SQLite does not store."""
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return [path]
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [found for key, inner in items for found in _numbers_out_of_range(inner, (*path, key))]


def _has_known_chat(update: Update) -> bool:
    message = message_of(update.event)
    return message is None or message.chat.type in _CHAT_TYPES


def _infer_chat_type(update: dict[str, Any]) -> None:
    """Replace a type of chat that aiogram does not know, by which no filter would pass the message."""
    for kind in KINDS:
        content = update.get(kind)
        chat = content.get("chat") if isinstance(content, dict) else None
        if not isinstance(chat, dict) or not isinstance(chat.get("id"), int):
            continue
        if isinstance(chat.get("type"), str) and chat["type"] not in _CHAT_TYPES:
            chat["type"] = ChatType.SUPERGROUP if is_group(chat["id"]) else ChatType.PRIVATE


def _check_message(update: Update) -> None:
    """Raise UnreadableUpdate for a message without its author or its attachment.

    Telegram names the author of each private message, and a caption is part of an attachment (Bot API, Message).
    """
    message = update.event
    if not isinstance(message, Message):
        return
    if message.from_user is None and message.chat.type == ChatType.PRIVATE:
        raise UnreadableUpdate("sender")
    if message.caption and message.content_type == ContentType.UNKNOWN:
        raise UnreadableUpdate("attachment")


def _lost_content(raw: Mapping[str, Any], readable: Mapping[str, Any]) -> set[str]:
    """Return the names of a message's essential parts that are only in the raw one.

    Without its picture, "/imagine make it night" would be drawn from the words alone, and paid for. The parts of an
    answered message are essential unless the words are complete without it.
    """
    message = _message(readable)
    kept = _own_content(message) | _context(message)
    given = _own_content(_message(raw))
    text = str(message.get("text") or message.get("caption") or "")
    if not stands_alone(text, has_picture=any(kept[name] for name in (*_ATTACHMENTS, "paid_media"))):
        given |= _context(_message(raw))
    return {name for name, value in given.items() if value is not None and not kept.get(name)}


def _message(update: Mapping[str, Any]) -> Mapping[str, Any]:
    message = update.get("message") or update.get("edited_message")
    return message if isinstance(message, dict) else {}


def _own_content(message: Mapping[str, Any]) -> dict[str, Any]:
    content = {name: message.get(name) for name in ("text", "caption", *PAYMENTS, *_ATTACHMENTS)}
    paid = message.get("paid_media")
    content["paid_media"] = paid.get("paid_media") if isinstance(paid, dict) else paid
    return content


def _context(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message that a message answers, in this chat or another, and the attachments of it."""
    content = {}
    for name in ("reply_to_message", "external_reply"):
        inner = content[name] = message.get(name)
        if isinstance(inner, dict):
            content |= {f"{name}.{part}": inner.get(part) for part in (*_ATTACHMENTS, "paid_media")}
    return content
