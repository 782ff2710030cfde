"""The user behind an update, and the place of an answer to it."""

from dataclasses import dataclass

from aiogram.types import CallbackQuery, InaccessibleMessage, Message, TelegramObject, User

from core.reply_target import ReplyTarget


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """The user to answer. An anonymous admin or a channel counts as the chat it writes for, with a negative id."""

    id: int
    language_code: str | None
    name: str


def user_of(event: TelegramObject) -> UserIdentity | None:
    """Return the user behind a message or press. None for another bot and for a channel's automatic forward."""
    user: User | None = getattr(event, "from_user", None)
    if isinstance(event, Message):
        if event.is_automatic_forward:
            return None
        if event.sender_chat is not None:
            return UserIdentity(event.sender_chat.id, None, event.sender_chat.title or "")
    if user is None or user.is_bot:
        return None
    return UserIdentity(user.id, user.language_code, user.first_name)


def place_of(message: Message | InaccessibleMessage) -> ReplyTarget:
    """Return the place of an answer to a message."""
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread_id = message.message_thread_id if isinstance(message, Message) and in_topic else None
    return ReplyTarget(message.chat.id, thread_id, message.message_id)


def message_of(event: TelegramObject) -> Message | InaccessibleMessage | None:
    """Return a message itself, or the message under which a button was pressed."""
    if isinstance(event, CallbackQuery):
        return event.message
    return event if isinstance(event, Message) else None
