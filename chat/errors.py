"""What can become of a message, as a tree by what a caller can do about it; Telegram's refusals sorted into it.

SendError
 ├── Unreachable   the person blocked the bot, or the chat cannot be written to: no use trying again
 ├── Rejected      Telegram will not take this message, now or later
 │    └── NotAllowed    because a bot may not send this kind of thing in this chat; a text it may
 ├── TryLater      surely not sent; `retry_after` in seconds where Telegram named it
 └── Unsure        the connection broke: sent or not, nobody knows
"""

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError

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
    "chat_send_photos_forbidden",
    "chat_send_docs_forbidden",
)
_HARMLESS = (
    "message is not modified",
    "message to delete not found",
    "message to edit not found",
    "message to react not found",
    "message can't be deleted",
    "message can't be edited",
    "query is too old",
    "query id is invalid",
)


class SendError(Exception):
    """A message did not reach the chat for sure. The text never holds what was to be sent."""


class Unreachable(SendError):
    """The chat cannot be written to."""


class Rejected(SendError):
    """Telegram does not take this message."""


class NotAllowed(Rejected):
    """The chat lets nobody send this kind of message, or not this bot."""


class TryLater(SendError):
    """Surely not sent."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unsure(SendError):
    """Sent or not: the answer was lost."""


def translate(error: AiogramError) -> SendError:
    """Return what an error of aiogram's means for the message."""
    name = type(error).__name__
    if isinstance(error, TelegramRetryAfter):
        return TryLater(f"Telegram asks to wait {error.retry_after} s", float(error.retry_after))
    if isinstance(error, TelegramNetworkError) and not isinstance(error, TelegramEntityTooLarge):
        if isinstance(error.__cause__, ClientConnectorError):
            return TryLater("Telegram cannot be reached")
        return Unsure("the connection to Telegram broke")
    if isinstance(error, ClientDecodeError):
        return Unsure("Telegram's answer cannot be read")
    if isinstance(error, TelegramAPIError) and any(words in error.message.lower() for words in _NOT_ALLOWED):
        return NotAllowed(error.message)
    if isinstance(error, TelegramForbiddenError):
        return Unreachable(f"{name}: {error.message}")
    if isinstance(error, TelegramServerError | TelegramUnauthorizedError):
        # A token that is not taken is the operator's to mend: what waits is sent with the next one.
        return TryLater(f"{name}: {error.message}")
    if isinstance(error, TelegramBadRequest | TelegramEntityTooLarge):
        known = any(words in error.message.lower() for words in _UNREACHABLE)
        return Unreachable(error.message) if known else Rejected(error.message)
    message = error.message if isinstance(error, TelegramAPIError) else str(error)
    return Rejected(f"{name}: {message}")


def is_harmless(error: SendError) -> bool:
    """Say whether a refusal only means that what was wanted is so already, or cannot matter any more."""
    cause = error.__cause__
    return isinstance(cause, TelegramBadRequest) and any(
        words in cause.message.lower() for words in _HARMLESS
    )
