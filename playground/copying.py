"""copyMessage: a copy has the content of a message of any chat, and the buttons of the call instead of its own."""

from typing import Any

from aiogram import methods
from aiogram.types import Message

from playground.call import ApiError, Call
from playground.chats import BOT

_CONTENT = (
    *("text", "entities", "link_preview_options", "caption", "caption_entities", "show_caption_above_media"),
    *(
        "photo",
        "document",
        "sticker",
        "animation",
        "audio",
        "video",
        "video_note",
        "voice",
        "has_media_spoiler",
    ),
    *("location", "contact", "dice"),
)
_NOT_COPIED = ("invoice", "paid_media", "giveaway", "giveaway_winners", "checklist", "game", "story", "poll")


def copy_message(call: Call) -> Any:
    """Copy a message to a chat. Service messages and invoices cannot be copied, buttons are not (Bot API, copyMessage).

    That a copy has no buttons is reported in eternnoir/pyTelegramBotAPI#2421. A poll would need its options here.
    """
    call.check(methods.CopyMessage)
    original = _original(call)
    content = {name: value for name in _CONTENT if (value := getattr(original, name)) is not None}
    keyboard = call.keyboard()
    chat_id = call.chat(sending=True)
    copy = call.chats.add(
        chat_id, BOT, reply_markup=keyboard, reply_to_message=call.reply(chat_id), **content, **call.thread()
    )
    return {"message_id": copy.message_id}


def _original(call: Call) -> Message:
    """Return the message to copy. The words of the refusals are those of the Bot API server."""
    given = call.parameters
    if given.keys() & {"caption", "caption_entities", "show_caption_above_media", "video_start_timestamp"}:
        raise ApiError(400, "Bad Request: the stand-in copies captions as they are")
    from_chat_id = int(given.get("from_chat_id") or 0)
    if from_chat_id not in call.chats.chats:
        raise ApiError(400, "Bad Request: chat not found")
    original = call.chats.messages.get((from_chat_id, int(given.get("message_id") or 0)))
    if original is None:
        raise ApiError(400, "Bad Request: message to copy not found")
    has_content = any(getattr(original, name) is not None for name in _CONTENT)
    if not has_content or any(getattr(original, name, None) is not None for name in _NOT_COPIED):
        raise ApiError(400, "Bad Request: message can't be copied")
    return original
