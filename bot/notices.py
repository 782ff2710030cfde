"""Says what has to be said about an update that is not handled: the dispatcher never sees it."""

from enum import StrEnum

import structlog
from aiogram.types import CallbackQuery, Message, Update
from pydantic import ValidationError

from bot.raw_updates import RawUpdate
from chat.errors import Rejected, SendError, Unreachable
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translations
from handlers import identity
from storage.preferences import Preferences

log = structlog.get_logger(__name__)


class Notice(StrEnum):
    """What is said."""

    TOO_FAST = "too-fast"
    NOT_KEPT = "not-kept"
    WAITS = "waits"


class Notices:
    """Speaks to one person, quietly: a press is answered where it was pressed, a message by a whisper."""

    def __init__(
        self,
        sender: Sender,
        private_replies: PrivateReplies,
        preferences: Preferences,
        translations: Translations,
    ) -> None:
        self._sender = sender
        self._private_replies = private_replies
        self._preferences = preferences
        self._translations = translations

    async def tell(self, update: RawUpdate, notice: Notice) -> bool:
        """Tell who is behind an update. False where it may be of use to try again: Telegram could not be reached."""
        try:
            event = Update.model_validate(update).event
            user = identity.speaker(event)
            if user is None:
                return True
            translate = self._translations.of(
                (await self._preferences.of(user.id)).language or user.language_code
            )
            if isinstance(event, CallbackQuery):
                await self._sender.toast(event.id, translate.raw(f"notice-{notice}"))
            elif isinstance(event, Message):
                await self._private_replies.say(
                    identity.place_of(event), user.id, translate(f"notice-{notice}")
                )
        except (SendError, ValidationError) as error:
            log.info("notice not told", notice=notice, error=type(error).__name__)
            return isinstance(error, Unreachable | Rejected | ValidationError)
        return True
