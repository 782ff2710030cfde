"""Errors of sending a message, as a tree by the caller's possible reactions, and their translation from aiogram's.

SendError
 ├── Unreachable   the user blocked the bot, or the bot may not write to the chat: do not retry
 ├── Rejected      Telegram does not accept this message, now or later
 │    ├── NotAllowed    the bot may not send this kind of message in this chat; a text it may
 │    ├── OriginalDeleted    the message to copy does not exist
 │    └── DomainNotLinked    the address of a sign-in button is of another domain than BotFather knows
 ├── TryLater      certainly not sent; `retry_after` in seconds if Telegram named it
 └── Unsure        the connection broke, or the answer cannot be understood: perhaps sent
"""

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError

_NOT_SENT = (ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError)
"""Errors of aiohttp before the first byte of a request is sent."""
_NOT_NOW = (TelegramServerError, TelegramUnauthorizedError, TelegramNotFound, TelegramConflictError)
"""Errors of the server, or of the token or the address of the server, which the operator must repair. Waiting messages
are sent afterwards. The server answers 404 to a malformed token and to a wrong path."""
_UNKNOWN_METHOD = "method not found"
_UNREACHABLE = (
    "chat not found",
    "user is deactivated",
    "user not found",
    "bot was kicked",
    "bot was blocked",
    "bot is not a member",
    "peer_id_invalid",
    "group chat was deactivated",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
)
_NOT_ALLOWED = (
    "rights to send photos",
    "rights to send documents",
    "rights to send stickers",
    "chat_send_photos_forbidden",
    "chat_send_docs_forbidden",
    "chat_send_stickers_forbidden",
)
_GONE = "message to delete not found"
_NO_ORIGINAL = "message to copy not found"
_OTHER_DOMAIN = "bot_domain_invalid"
"""Telegram's words for a sign-in button if no domain, or another one, is linked to the bot (telegraf/telegraf#793)."""
_UNCHANGED = "message is not modified"
_NO_OPS = (
    _UNCHANGED,
    _GONE,
    "message to edit not found",
    "message_id_invalid",
    "message to react not found",
    "message can't be deleted",
    "message can't be edited",
    "query is too old",
    "query id is invalid",
)


class SendError(Exception):
    """A message perhaps or certainly did not reach the chat. The text never contains the message."""


class Unreachable(SendError):
    """The bot cannot write to the chat."""


class Rejected(SendError):
    """Telegram does not accept this message."""


class NotAllowed(Rejected):
    """The chat does not allow this kind of message, or not from this bot."""


class OriginalDeleted(Rejected):
    """The message to copy was deleted."""


class DomainNotLinked(Rejected):
    """A LoginUrl button has another domain than the one that /setdomain of BotFather linked to the bot, or none is."""


class NotConnected(TelegramNetworkError):
    """The proxy did not open a connection to Telegram (chat.telegram_session): certainly not sent."""


class TryLater(SendError):
    """Certainly not sent."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unsure(SendError):
    """Perhaps sent: the answer was lost."""


def to_send_error(error: AiogramError) -> SendError:
    """Return the SendError that an error of aiogram corresponds to."""
    name = type(error).__name__
    message = _message(error)
    words = message.lower()
    if isinstance(error, TelegramRetryAfter):
        return TryLater(f"Telegram asks to wait {error.retry_after} s", float(error.retry_after))
    if isinstance(error, TelegramNetworkError) and not isinstance(error, TelegramEntityTooLarge):
        if isinstance(error, NotConnected) or isinstance(error.__cause__, _NOT_SENT):
            return TryLater("Telegram cannot be reached")
        return Unsure("the connection to Telegram broke")
    if isinstance(error, ClientDecodeError):
        return Unsure("Telegram's answer cannot be read")
    if isinstance(error, TelegramAPIError) and any(known in words for known in _NOT_ALLOWED):
        return NotAllowed(message)
    if isinstance(error, TelegramBadRequest) and _NO_ORIGINAL in words:
        return OriginalDeleted(message)
    if isinstance(error, TelegramBadRequest) and _OTHER_DOMAIN in words:
        return DomainNotLinked(message)
    if isinstance(error, TelegramForbiddenError):
        return Unreachable(f"{name}: {message}")
    if "too many requests" in words or (isinstance(error, _NOT_NOW) and _UNKNOWN_METHOD not in words):
        return TryLater(f"{name}: {message}")
    if isinstance(error, TelegramBadRequest | TelegramEntityTooLarge):
        known = any(known in words for known in _UNREACHABLE)
        return Unreachable(message) if known else Rejected(message)
    if type(error) is TelegramAPIError:  # a status that the Bot API is not known to use
        return Unsure(f"Telegram's answer is not understood: {message}")
    return Rejected(f"{name}: {message}")


def _message(error: AiogramError) -> str:
    """Return the description of an error, which a refusal by a proxy may lack."""
    return (error.message or "") if isinstance(error, TelegramAPIError) else str(error)


def is_gone(error: SendError) -> bool:
    """Return whether a refusal only means that the message to delete was deleted before."""
    return isinstance(error.__cause__, TelegramBadRequest) and _GONE in _message(error.__cause__).lower()


def is_unchanged(error: SendError) -> bool:
    """Return whether a refusal only means that the message is so already."""
    return isinstance(error.__cause__, TelegramBadRequest) and _UNCHANGED in _message(error.__cause__).lower()


def is_no_op(error: SendError) -> bool:
    """Return whether a refusal only means that the call was already done or comes too late to matter."""
    cause = error.__cause__
    return isinstance(cause, TelegramBadRequest) and any(
        words in _message(cause).lower() for words in _NO_OPS
    )
