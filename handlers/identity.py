"""The user behind an update, and the place of an answer to it."""

from dataclasses import dataclass

from aiogram.types import (
    BotSubscriptionUpdated,
    CallbackQuery,
    Chat,
    InaccessibleMessage,
    Message,
    PreCheckoutQuery,
    TelegramObject,
    User,
)

from core.reply_target import ReplyTarget

GROUP_ANONYMOUS_BOT = 1_087_968_824
"""The account that Telegram names as the author of a message by an anonymous admin."""


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """The user to answer. An anonymous admin or a channel counts as the chat it writes for, with a negative id."""

    id: int
    language_code: str | None
    name: str


def sender_id(
    *,
    user_id: int | None,
    is_bot: bool,
    chat_id: int | None,
    sender_chat_id: int | None,
    is_automatic_forward: bool,
) -> int | None:
    """Return the id that counts for the throttle, the queue, bans, quotas and handlers, or None for no user.

    All anonymous admins share one account, and so do all channels (Bot API, Message, `from`), so a chat that a message
    is written for goes before its account. `bot.raw_updates` applies this rule to updates that are not parsed yet.
    """
    if is_automatic_forward:
        return None
    if sender_chat_id is not None:
        return sender_chat_id
    if user_id == GROUP_ANONYMOUS_BOT:
        return chat_id
    return None if is_bot else user_id


def user_of(event: TelegramObject) -> UserIdentity | None:
    """Return the user behind an update's event. None for another bot and for a channel's automatic forward."""
    user: User | None = (
        event.user if isinstance(event, BotSubscriptionUpdated) else getattr(event, "from_user", None)
    )
    chat: Chat | None = getattr(event, "chat", None)
    on_behalf_of = event.sender_chat if isinstance(event, Message) else None
    identity = sender_id(
        user_id=user.id if user else None,
        is_bot=user is not None and user.is_bot,
        chat_id=chat.id if chat else None,
        sender_chat_id=on_behalf_of.id if on_behalf_of else None,
        is_automatic_forward=isinstance(event, Message) and bool(event.is_automatic_forward),
    )
    if identity is None:
        return None
    if user is not None and identity == user.id:
        return UserIdentity(user.id, user.language_code, user.first_name)
    writes_for = on_behalf_of or chat
    return UserIdentity(identity, None, (writes_for.title if writes_for else None) or "")


def place_of(message: Message | InaccessibleMessage) -> ReplyTarget:
    """Return the place of an answer to a message."""
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread_id = message.message_thread_id if isinstance(message, Message) and in_topic else None
    return ReplyTarget(message.chat.id, thread_id, message.message_id)


def answer_place(message: Message) -> ReplyTarget:
    """Return the place of an answer to a command, which quotes the command only if other users read the chat."""
    place = place_of(message)
    return place if place.in_group else ReplyTarget(place.chat_id, place.thread_id)


def message_of(event: TelegramObject) -> Message | InaccessibleMessage | None:
    """Return a message itself, or the message under which a button was pressed.

    None for a guest's message: its chat id may equal that of another chat (Bot API, Message, `guest_query_id`).
    """
    if isinstance(event, Message) and event.guest_query_id is not None:
        return None
    if isinstance(event, CallbackQuery):
        return event.message
    return event if isinstance(event, Message) else None


def is_about_payment(event: TelegramObject) -> bool:
    """Return whether an update asks for a payment or reports one, a refund or a change of a subscription."""
    if isinstance(event, Message):
        return event.successful_payment is not None or event.refunded_payment is not None
    return isinstance(event, PreCheckoutQuery | BotSubscriptionUpdated)
