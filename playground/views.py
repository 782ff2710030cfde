"""Chats and messages as JSON for the page. It contains only data that a Telegram user can see."""

from typing import Any

from aiogram.types import Chat, InlineKeyboardButton, Message, MessageEntity

from playground.chats import BOT, Chats, Event

Json = dict[str, Any]


def chat(chats: Chats, one: Chat) -> Json:
    """Return a chat with its members and topics."""
    members = chats.members.get(one.id, {one.id: "member"})
    return {
        "id": one.id,
        "title": one.title or one.first_name,
        "kind": "private" if one.id > 0 else "forum" if one.is_forum else "group",
        "members": [
            {
                "id": user_id,
                "name": chats.users[user_id].first_name,
                "language": chats.users[user_id].language_code,
                "admin": status in {"creator", "administrator"},
            }
            for user_id, status in members.items()
        ],
        "topics": [{"id": topic, "title": title} for topic, title in chats.topics.get(one.id, {}).items()],
    }


def message(chats: Chats, one: Message) -> Json:
    """Return a message with its current reaction and reply placeholder."""
    author = one.from_user or BOT
    key = one.chat.id, one.message_id
    entities = one.entities or one.caption_entities or []
    return {
        "id": one.message_id,
        "chat": one.chat.id,
        "topic": one.message_thread_id if one.is_topic_message else None,
        "from": {"id": author.id, "name": author.first_name, "bot": author.is_bot},
        "text": one.text or one.caption or "",
        "entities": [_entity(entity) for entity in entities],
        "photo": _photo(one),
        "document": _document(one),
        "reply": _reply(one.reply_to_message),
        "buttons": _buttons(one),
        "reaction": chats.reactions.get(key),
        "reply_placeholder": chats.reply_placeholders.get(key),
        "edited": one.edit_date is not None,
        "date": one.date.timestamp(),
    }


def event(chats: Chats, one: Event) -> Json:
    """Return an event."""
    shown = message(chats, one.message) if one.message is not None else None
    return {
        "kind": one.kind,
        "chat": one.chat_id,
        "id": one.message_id,
        "to": one.to,
        "text": one.text,
        "alert": one.alert,
        "message": shown,
    }


def menus(chats: Chats) -> list[Json]:
    """Return the command menus by scope and language."""
    return [
        {"scope": scope, "language": code, "commands": [[n, d] for n, d in commands.items()]}
        for (scope, code), commands in chats.menus.items()
    ]


def _entity(entity: MessageEntity) -> Json:
    return {"type": entity.type, "offset": entity.offset, "length": entity.length, "url": entity.url}


def _photo(one: Message) -> Json | None:
    if not one.photo:
        return None
    size = one.photo[-1]
    return {"file": size.file_id, "width": size.width, "height": size.height}


def _document(one: Message) -> Json | None:
    if one.document is None:
        return None
    name = one.document.file_name or "file"
    return {"file": one.document.file_id, "name": name, "size": one.document.file_size}


def _reply(one: Message | None) -> Json | None:
    if one is None:
        return None
    author = one.from_user or BOT
    words = one.text or one.caption or ("Photo" if one.photo else "File")
    return {"id": one.message_id, "name": author.first_name, "text": words[:120]}


def _buttons(one: Message) -> list[list[Json]]:
    rows = one.reply_markup.inline_keyboard if one.reply_markup else []
    return [[_button(button) for button in row] for row in rows]


def _button(button: InlineKeyboardButton) -> Json:
    copied = button.copy_text.text if button.copy_text else None
    return {"text": button.text, "data": button.callback_data, "copy": copied}
