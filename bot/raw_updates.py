"""Facts about a raw update, before aiogram parses it: its user, its time, and whether it is for the bot.

Any field of an update may be missing or of another type: aiogram may not be able to parse it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.types import User

from bot.throttle import UpdateKind
from chat.callbacks import Forget, is_browsing
from core.reply_target import ReplyTarget, is_group
from handlers.commands import is_command, parse_command
from handlers.identity import sender_id
from handlers.normalising import normalise

_ALWAYS = (
    *("message", "edited_message", "callback_query", "my_chat_member"),
    *("inline_query", "chosen_inline_result", "guest_message"),
)
_WITH_STARS = ("pre_checkout_query", "subscription")
KINDS = (*_ALWAYS, *_WITH_STARS)
"""The kinds of updates that the bot knows."""
_EVERY_KIND = frozenset(KINDS)
PAYMENTS = ("successful_payment", "refunded_payment")
"""The fields of a service message about a payment (Bot API, Message)."""

LARGEST_NUMBER = 2**63 - 1
"""Largest integer that SQLite stores. Telegram's ids are far smaller (Bot API, Update, User, Chat)."""
_FORGET = "forget"
_COMMAND_CHARACTERS = 128
"""The first characters of a message, which hold its command: to look at all of them would slow the receipt down."""

RawUpdate = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Addressee:
    """The user behind an update, and the press, the place, the guest query or the pre-checkout query to answer."""

    user_id: int
    language_code: str | None
    query_id: str | None
    place: ReplyTarget | None
    guest_query_id: str | None = None
    checkout_id: str | None = None


def allowed_updates(*, stars: bool) -> tuple[str, ...]:
    """Return the kinds of updates to ask Telegram for (`allowed_updates`): those about payments only with Stars."""
    return KINDS if stars else _ALWAYS


def user_id_of(update: RawUpdate) -> int:
    """Return the id of the user behind an update as `handlers.identity` defines it, or 0 without a user."""
    content = _content(update)
    user = _user(update)
    identity = sender_id(
        user_id=_number(user, "id"),
        is_bot=user.get("is_bot") is True,
        chat_id=_number(_object(content, "chat"), "id"),
        sender_chat_id=_number(_object(content, "sender_chat"), "id"),
        is_automatic_forward=content.get("is_automatic_forward") is True,
    )
    return identity or 0


def chat_id_of(update: RawUpdate) -> int:
    """Return the id of the chat of an update, or 0 without a chat that the bot knows.

    The chat of a guest's message may have the id of another chat (Bot API, Message, `guest_query_id`).
    """
    content = _content(update)
    if "guest_query_id" in content:
        return 0
    message = _object(content, "message") if is_press(update) else content
    return _number(_object(message, "chat"), "id") or 0


def addressee_of(update: RawUpdate) -> Addressee | None:
    """Return the user to answer, or None if there is no user or no way to answer.

    The user of a private chat has the id of the chat, so a damaged sender does not hide them.
    """
    content = _content(update)
    user = _user(update)
    chat_id, user_id, press = chat_id_of(update), user_id_of(update), is_press(update)
    if not user_id and chat_id > 0 and user.get("is_bot") is not True:
        user_id = chat_id
    query_id = _text_of(content, "id") if press else None
    guest_query_id = _text_of(content, "guest_query_id") if is_guest(update) else None
    checkout_id = _text_of(content, "id") if is_checkout(update) else None
    message = content if _message(update) is not None else None
    answerable = query_id or guest_query_id or checkout_id or ((press or message) and chat_id)
    if not user_id or not answerable:
        return None
    code = user.get("language_code") if _number(user, "id") == user_id else None
    return Addressee(
        user_id=user_id,
        language_code=code if isinstance(code, str) else None,
        query_id=query_id,
        place=_place(chat_id, message) if chat_id else None,
        guest_query_id=guest_query_id,
        checkout_id=checkout_id,
    )


def written_at(update: RawUpdate) -> int | None:
    """Return the Unix time at which a message was written or edited, or None for an update without one."""
    message = _content(update) if is_guest(update) else _message(update)
    date = (message.get("edit_date") or message.get("date")) if message else None
    return date if isinstance(date, int) else None


def is_press(update: RawUpdate) -> bool:
    """Return whether an update is a press of a button."""
    return "callback_query" in update


def is_guest(update: RawUpdate) -> bool:
    """Return whether an update is a message that mentions the bot as a guest."""
    return "guest_message" in update


def is_inline_query(update: RawUpdate) -> bool:
    """Return whether an update is a query that its user types on, worth an answer at once or none."""
    return "inline_query" in update


def is_checkout(update: RawUpdate) -> bool:
    """Return whether an update is a pre-checkout query, which Telegram waits for ten seconds for."""
    return "pre_checkout_query" in update


def is_payment(update: RawUpdate) -> bool:
    """Return whether an update reports a payment, a refund or a change of a subscription."""
    message = _object(update, "message")
    return "subscription" in update or any(message.get(name) is not None for name in PAYMENTS)


def kind_of(update: RawUpdate) -> UpdateKind:
    """Return the kind of an update, by which the throttle counts it."""
    if is_press(update):
        data = str(_content(update).get("data") or "")
        if data.startswith(f"{Forget.__prefix__}:"):
            return UpdateKind.FORGET
        return UpdateKind.BROWSING if is_browsing(data) else UpdateKind.ACTION
    if is_inline_query(update):
        return UpdateKind.TYPING
    begin = _text(_message(update) or {})[:_COMMAND_CHARACTERS]
    if _FORGET not in normalise(begin).folded.lower():  # which is five times as fast as to parse each command
        return UpdateKind.ACTION
    command = parse_command(begin)
    return UpdateKind.FORGET if command is not None and command.command == _FORGET else UpdateKind.ACTION


def is_relevant(update: RawUpdate, bot_id: int, *, stars: bool) -> bool:
    """Return whether an update may be for the bot: of a kind that it asks for.

    With Stars every message about a payment is. Of the others in a group only commands, replies to the bot, and replies
    and captions that mention a user, who may be the bot. A message that was sent via the bot asks for nothing: its
    content is the bot's own.
    """
    if not any(isinstance(update.get(kind), dict) for kind in allowed_updates(stars=stars)):
        return False
    if stars and is_payment(update):
        return True
    message = _message(update)
    if message is not None and _number(_object(message, "via_bot"), "id") == bot_id:
        return False
    if message is None or not _is_in_group(message):
        return True
    text = _text(message)
    about = message.get("reply_to_message") or message.get("external_reply")
    mentions = "@" in text and (isinstance(about, dict) or "caption" in message)
    return _is_reply_to(message, bot_id) or is_command(text) or mentions or "migrate_to_chat_id" in message


def expects_answer(update: RawUpdate, me: User) -> bool:
    """Return whether a user expects an answer of the bot.

    A command in a group that names another bot, or that another user wrote, is not for this bot. Nobody asks for an
    answer with a message about a payment, which Telegram writes.
    """
    if is_payment(update):
        return False
    if is_press(update):
        return True
    if is_guest(update):
        return addressee_of(update) is not None
    message = _message(update)
    if message is None or addressee_of(update) is None:
        return False
    if not _is_in_group(message) or _is_reply_to(message, me.id):
        return True
    if _is_forwarded(message):
        return False
    command = parse_command(_text(message))
    return command is not None and (command.mention or "").lower() in {"", (me.username or "").lower()}


def _content(update: RawUpdate) -> RawUpdate:
    # An update has one kind (Bot API, Update), so a look at its keys is faster than one for each kind.
    for kind, content in update.items():
        if kind in _EVERY_KIND and isinstance(content, dict):
            return content
    return {}


def _user(update: RawUpdate) -> RawUpdate:
    """Return the user of an update. That of a subscription has another name (Bot API, BotSubscriptionUpdated)."""
    return _object(_content(update), "user" if "subscription" in update else "from")


def _message(update: RawUpdate) -> RawUpdate | None:
    message = update.get("message") or update.get("edited_message")
    return message if isinstance(message, dict) else None


def _place(chat_id: int, message: RawUpdate | None) -> ReplyTarget:
    if message is None:
        return ReplyTarget(chat_id)
    in_topic = message.get("is_topic_message") is True
    return ReplyTarget(
        chat_id, _number(message, "message_thread_id") if in_topic else None, _number(message, "message_id")
    )


def _object(container: RawUpdate, name: str) -> RawUpdate:
    value = container.get(name)
    return value if isinstance(value, dict) else {}


def _text_of(container: RawUpdate, name: str) -> str | None:
    value = container.get(name)
    return value if isinstance(value, str) else None


def _number(container: RawUpdate, name: str) -> int | None:
    value = container.get(name)
    usable = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER
    return value if usable else None


def _is_in_group(message: RawUpdate) -> bool:
    chat = message.get("chat")
    return isinstance(chat, dict) and isinstance(chat.get("id"), int) and is_group(chat["id"])


def _is_reply_to(message: RawUpdate, bot_id: int) -> bool:
    replied_to = message.get("reply_to_message")
    author = replied_to.get("from") if isinstance(replied_to, dict) else None
    return isinstance(author, dict) and author.get("id") == bot_id


def _is_forwarded(message: RawUpdate) -> bool:
    """Return whether a message is a forward of another user's or a chat's words, also with an unreadable origin."""
    author = _object(_object(message, "forward_origin"), "sender_user")
    own_id = _number(_object(message, "from"), "id")
    return bool(message.get("forward_origin")) and (own_id is None or author.get("id") != own_id)


def _text(message: RawUpdate) -> str:
    return str(message.get("text") or message.get("caption") or "")
