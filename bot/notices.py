"""Messages about updates that are not handled, or not yet."""

from enum import StrEnum

import structlog
from aiogram.types import CallbackQuery, Message, Update
from pydantic import ValidationError

from bot.raw_updates import RawUpdate
from chat.errors import Rejected, SendError, Unreachable
from chat.languages import LanguageResolver
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from handlers.identity import message_of, place_of, user_of

log = structlog.get_logger(__name__)


class Notice(StrEnum):
    """The reason for which an update is not handled, or not yet."""

    TOO_FAST = "too-fast"
    NOT_KEPT = "not-kept"
    WAITS = "waits"


class Notices:
    """Sends a notice to the user behind an update: as a toast for a press, as a private reply to a message."""

    def __init__(
        self, *, sender: Sender, private_replies: PrivateReplies, languages: LanguageResolver
    ) -> None:
        self._sender = sender
        self._private_replies = private_replies
        self._languages = languages

    async def send(self, update: RawUpdate, notice: Notice) -> bool:
        """Send a notice to the user behind an update. Return False if a retry may succeed."""
        try:
            event = Update.model_validate(update).event
            user = user_of(event)
            if user is None:
                return True
            message = message_of(event)
            chat_id = message.chat.id if message is not None else None
            translate = await self._languages.translator(user.id, user.language_code, chat_id=chat_id)
            if isinstance(event, CallbackQuery):
                await self._sender.toast(event.id, translate.raw(f"notice-{notice}"))
            elif isinstance(event, Message):
                await self._private_replies.send(place_of(event), user.id, translate(f"notice-{notice}"))
        except (SendError, ValidationError) as error:
            log.info("notice not sent", notice=notice, error=type(error).__name__)
            return isinstance(error, Unreachable | Rejected | ValidationError)
        return True
