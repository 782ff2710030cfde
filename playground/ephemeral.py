"""Ephemeral messages, which one member of a group sees (Bot API 10.2)."""

from typing import Any

from aiogram import methods
from aiogram.types import Message

from playground.call import LONGEST_TEXT, ApiError, Call
from playground.chats import message_result


def wanted(call: Call) -> dict[str, Any] | None:
    """Return the `ephemeral_message_parameters` of a call. A server that does not know them ignores them."""
    return None if call.chats.ephemeral == "unknown" else call.parameters.get("ephemeral_message_parameters")


def send(call: Call, asked: dict[str, Any], **content: Any) -> Any:
    """Send a message whose call has `ephemeral_message_parameters`."""
    chat_id, receiver_id = call.chat(sending=True), int(asked["receiver_user_id"])
    if chat_id > 0:
        raise ApiError(400, "Bad Request: ephemeral messages can be sent only to groups")
    if call.chats.ephemeral == "refused" or receiver_id not in call.chats.members.get(chat_id, {}):
        raise ApiError(400, "Bad Request: EPHEMERAL_NOT_ALLOWED")
    replaces = _replaced(call, asked, chat_id, receiver_id)
    content |= call.thread() | {"reply_to_message": call.reply(chat_id), "reply_markup": call.keyboard()}
    if (
        call.placeholder is not None
    ):  # nothing says that an ephemeral message can be answered; the words are a guess
        raise ApiError(400, "Bad Request: the reply interface can't be shown for ephemeral messages")
    return message_result(call.chats.send_ephemeral(chat_id, receiver_id, replaces=replaces, **content))


def _replaced(call: Call, asked: dict[str, Any], chat_id: int, receiver_id: int) -> int | None:
    """Return the message in whose place an ephemeral message is shown, or None.

    Bot API, EphemeralMessageParameters: the callback query "which triggered the message", and
    replace_callback_query_message "must be False for callback queries from ephemeral messages". That an answered press
    is refused, and the words of the refusals, are guesses.
    """
    query_id, replace = asked.get("callback_query_id"), asked.get("replace_callback_query_message") is True
    if query_id is None:
        if replace:
            raise ApiError(400, "Bad Request: callback_query_id is required to replace a message")
        return None
    press = call.presses.get(str(query_id))
    if press is None or (press[0], press[2]) != (chat_id, receiver_id):
        raise ApiError(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    if replace and (chat_id, press[1]) not in call.chats.messages:
        raise ApiError(400, "Bad Request: an ephemeral message can't be replaced")
    return press[1] if replace else None


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
