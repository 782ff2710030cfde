"""The reply part of a message: the message that an answer refers to."""

from aiogram.types import ReplyParameters

from core.reply_target import ReplyTarget


def reply_parameters(place: ReplyTarget) -> ReplyParameters | None:
    """Return the parameters of a reply. A reply to a deleted message is sent as a plain message."""
    if place.reply_to is None:
        return None
    return ReplyParameters(message_id=place.reply_to, allow_sending_without_reply=True)
