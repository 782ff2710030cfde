"""Ephemeral messages, which one member of a group sees (Bot API 10.2)."""

from typing import Any

from aiogram import methods
from aiogram.types import Message, MessageEntity

from playground.call import LONGEST_TEXT, ApiError, Call, message_result


def send(call: Call, receiver_id: int, text: str, entities: list[MessageEntity]) -> Any:
    """Send a text whose call has `ephemeral_message_parameters`."""
    chat_id = call.chat(sending=True)
    if chat_id > 0:
        raise ApiError(400, "Bad Request: ephemeral messages can be sent only to groups")
    if call.chats.ephemeral == "refused" or receiver_id not in call.chats.members.get(chat_id, {}):
        raise ApiError(400, "Bad Request: EPHEMERAL_NOT_ALLOWED")
    content = call.thread() | {"reply_to_message": call.reply(chat_id), "reply_markup": call.keyboard()}
    if (
        call.placeholder is not None
    ):  # nothing says that an ephemeral message can be answered; the words are a guess
        raise ApiError(400, "Bad Request: the reply interface can't be shown for ephemeral messages")
    return message_result(
        call.chats.send_ephemeral(chat_id, receiver_id, text=text, entities=entities or None, **content)
    )


def edit_text(call: Call) -> Any:
    call.check(methods.EditEphemeralMessageText)
    message = _message(call, "edit")
    text, entities = call.formatted("text", LONGEST_TEXT, "message is too long")
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    keyboard = call.keyboard()
    call.not_modified(message, text=text, reply_markup=keyboard)
    call.chats.change_ephemeral(message, text=text, entities=entities or None, reply_markup=keyboard)
    return True


def edit_reply_markup(call: Call) -> Any:
    call.check(methods.EditEphemeralMessageReplyMarkup)
    message, keyboard = _message(call, "edit"), call.keyboard()
    call.not_modified(message, reply_markup=keyboard)
    call.chats.change_ephemeral(message, reply_markup=keyboard)
    return True


def delete(call: Call) -> Any:
    call.check(methods.DeleteEphemeralMessage)
    call.chats.remove_ephemeral(_message(call, "delete"))
    return True


def _message(call: Call, doing: str) -> Message:
    chat_id = call.chat(sending=False)
    message = call.chats.ephemeral_messages.get(
        (chat_id, int(call.parameters.get("ephemeral_message_id") or 0))
    )
    receiver = message.receiver_user if message is not None else None
    if message is None or receiver is None or receiver.id != call.parameters.get("receiver_user_id"):
        raise ApiError(400, f"Bad Request: message to {doing} not found")
    return message
