"""Chats, messages and inline results as JSON for the page. It contains only data that a Telegram user can see."""

from datetime import datetime
from typing import Any

from aiogram.types import Chat, InlineKeyboardButton, Invoice, Message, MessageEntity, SuccessfulPayment

from playground.chats import BOT, Chats, Event
from playground.files import EFFECTS
from playground.inline_state import InlineQueryState, InlineResult
from playground.profile import description_for
from playground.style_samples import sample_of

Json = dict[str, Any]


def scene(chats: Chats, admin: int) -> Json:
    """Return the users, and their chats in the order of the list. `admin` is the id of the bot admin."""
    users = [
        {"id": one.id, "name": one.first_name, "language": one.language_code, "runs_bot": one.id == admin}
        for one in chats.users.values()
    ]
    private = [_private_chat(chats, user_id) for user_id in chats.users]
    return {
        "users": users,
        "chats": private + [_group(chats, one) for one in chats.chats.values() if one.id < 0],
    }


def _private_chat(chats: Chats, user_id: int) -> Json:
    """Return the chat of a user with the bot, which exists on the page before it is opened."""
    present = user_id not in chats.blocked
    members = [{"id": user_id, "admin": False}]
    return {
        "id": user_id,
        "title": BOT.first_name,
        "kind": "private",
        "members": members,
        "topics": [],
        "present": present,
        "picture": None,
    }


def _group(chats: Chats, one: Chat) -> Json:
    """Return a group. The topic General of a forum has the id 0: its messages have no thread (Bot API, forum)."""
    topics = [{"id": topic, "title": title} for topic, title in chats.topics.get(one.id, {}).items()]
    return {
        "id": one.id,
        "title": one.title,
        "kind": "forum" if one.is_forum else "group",
        "members": [
            {"id": user_id, "admin": status in {"creator", "administrator"}}
            for user_id, status in chats.members[one.id].items()
        ],
        "topics": [{"id": 0, "title": "General"}, *topics] if topics else [],
        "present": one.id not in chats.blocked,
        "picture": _group_picture(chats, one.id),
    }


def _group_picture(chats: Chats, chat_id: int) -> str | None:
    """Return the file of a group's photo, or None without one."""
    return chats.group_photos[chat_id][-1].file_id if chat_id in chats.group_photos else None


def _service(one: Message) -> str | None:
    """Return the kind of a service message, or None for any other message."""
    if one.new_chat_photo:
        return "newPhoto"
    if one.refunded_payment is not None:
        return "refunded"
    if one.successful_payment is not None:
        return _payment(one.successful_payment)
    return "added" if one.new_chat_members else "removed" if one.left_chat_member else None


def _payment(paid: SuccessfulPayment) -> str:
    """Return the kind of a service message about a payment."""
    if not paid.is_recurring:
        return "paid"
    return "subscribed" if paid.is_first_recurring else "renewed"


def _moved(one: Message) -> Json:
    """Return the Stars of a service message, and the end of the period that they pay for, in Unix seconds."""
    moved = one.successful_payment or one.refunded_payment
    until = one.successful_payment.subscription_expiration_date if one.successful_payment else None
    return {"stars": moved.total_amount if moved is not None else None, "until": until}


def message(chats: Chats, one: Message) -> Json:
    """Return a message with its current reaction and reply placeholder."""
    author = one.from_user or BOT
    key = one.chat.id, one.message_id
    entities = one.entities or one.caption_entities or []
    return {
        "id": one.message_id or one.ephemeral_message_id,
        "replaces": chats.replaced.get((one.chat.id, one.ephemeral_message_id or 0)),
        "to": one.receiver_user.id if one.receiver_user is not None else None,
        "album": one.media_group_id,
        "service": _service(one),
        **_moved(one),
        "chat": one.chat.id,
        "topic": one.message_thread_id if one.is_topic_message else None,
        "from": {"id": author.id, "name": author.first_name, "bot": author.is_bot},
        "via": one.via_bot.username if one.via_bot is not None else None,
        "text": one.text or one.caption or "",
        "entities": [_entity(entity) for entity in entities],
        "photo": _photo(one),
        "spoiler": bool(one.has_media_spoiler),
        "sticker": one.sticker is not None,
        "document": _document(one),
        "invoice": _invoice(one.invoice),
        "reply": _reply(one.reply_to_message),
        "buttons": _buttons(one),
        "effect": EFFECTS.get(one.effect_id or ""),
        "reaction": chats.reactions.get(key),
        "reply_placeholder": chats.reply_placeholders.get(key),
        "edited": one.edit_date is not None,
        "date": one.date.timestamp(),
    }


def inline_answer(query: InlineQueryState) -> Json:
    """Return the bot's answer to an inline query. The results are None if there is no answer."""
    results = None if query.results is None else [_result(one) for one in query.results]
    return {"results": results, "next": query.next_offset, "button": query.button}


def event(chats: Chats, one: Event) -> Json:
    """Return an event."""
    shown = message(chats, one.message) if one.message is not None else None
    more = profile(chats) if one.kind == "profile" else {}
    return {
        **more,
        "kind": one.kind,
        "alert": one.alert,
        "present": one.chat_id not in chats.blocked,
        "group_picture": _group_picture(chats, one.chat_id),
        "chat": one.chat_id,
        "id": one.message_id,
        "to": one.to,
        "text": one.text,
        "message": shown,
    }


def profile(chats: Chats) -> Json:
    """Return the bot's command menus by scope or chat and language, its descriptions by language, and its picture."""
    scopes: dict[tuple[str | int, str], dict[str, str]] = {}
    scopes |= {key: menu for key, menu in chats.menus.items() if key[0] != "chat"}
    scopes |= {(chat_id, code): menu for (chat_id, code), menu in chats.chat_menus.items()}
    languages = {user.language_code or "" for user in chats.users.values()}
    return {
        "menus": [
            {"scope": scope, "language": code, "commands": [[n, d] for n, d in commands.items()]}
            for (scope, code), commands in scopes.items()
        ],
        "picture": chats.profile_photos[0][-1].file_id if chats.profile_photos else None,
        "descriptions": {code: description_for(chats, "description", code) for code in languages},
    }


def _entity(entity: MessageEntity) -> Json:
    when = entity.unix_time
    return {
        "type": entity.type,
        "offset": entity.offset,
        "length": entity.length,
        "url": entity.url,
        "unix": when.timestamp() if isinstance(when, datetime) else when,
        "format": entity.date_time_format,
    }


def _photo(one: Message) -> Json | None:
    if one.sticker is not None:
        return {"file": one.sticker.file_id, "width": one.sticker.width, "height": one.sticker.height}
    if not one.photo:
        return None
    size = one.photo[-1]
    return {"file": size.file_id, "width": size.width, "height": size.height}


def _document(one: Message) -> Json | None:
    if one.document is None:
        return None
    name = one.document.file_name or "file"
    return {"file": one.document.file_id, "name": name, "size": one.document.file_size}


def _invoice(one: Invoice | None) -> Json | None:
    return None if one is None else {"title": one.title, "description": one.description}


def _reply(one: Message | None) -> Json | None:
    if one is None:
        return None
    author = one.from_user or BOT
    return {
        "id": one.message_id,
        "name": author.first_name,
        "text": (one.text or one.caption or (one.invoice.title if one.invoice else ""))[:120],
        "photo": one.photo[-1].file_id if one.photo else None,
        "spoiler": bool(one.has_media_spoiler),
        "file": one.document is not None,
    }


def _result(one: InlineResult) -> Json:
    photo = one.content.get("photo")
    return {
        "id": one.id,
        "title": one.title,
        "description": one.description,
        "photo": photo[-1].file_id if photo else None,
        "file": "document" in one.content,
    }


def _buttons(one: Message) -> list[list[Json]]:
    rows = one.reply_markup.inline_keyboard if one.reply_markup else []
    return [[_button(button) for button in row] for row in rows]


def _button(button: InlineKeyboardButton) -> Json:
    copied = button.copy_text.text if button.copy_text is not None else None
    kind = {
        "disabled": button.disabled is not None,
        "data": button.callback_data,
        "copy": copied,
        # Without the user's consent, the address of a LoginUrl opens as it is (Bot API, LoginUrl).
        "url": button.login_url.url if button.login_url is not None else button.url,
        "pay": button.pay is True,
        "inline": _switch(button),
        "sample": sample_of(button.callback_data),
    }
    # "⭐" and "XTR" are shown as the icon of a Star (Bot API, InlineKeyboardButton, pay).
    text = button.text.replace("XTR", "⭐") if button.pay else button.text
    return {"text": text, "style": button.style, **kind}


def _switch(button: InlineKeyboardButton) -> Json | None:
    """Return the inline query of a button, and the kinds of chats to choose from, None for the same chat."""
    if button.switch_inline_query_current_chat is not None:
        return {"query": button.switch_inline_query_current_chat, "kinds": None}
    if button.switch_inline_query is not None:
        return {"query": button.switch_inline_query, "kinds": ["user", "bot", "group", "channel"]}
    chosen = button.switch_inline_query_chosen_chat
    if chosen is None:
        return None
    allowed = {
        "user": chosen.allow_user_chats,
        "bot": chosen.allow_bot_chats,
        "group": chosen.allow_group_chats,
        "channel": chosen.allow_channel_chats,
    }
    return {
        "query": chosen.query or "",
        "kinds": [kind for kind, is_allowed in allowed.items() if is_allowed],
    }
