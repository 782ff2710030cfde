"""Says what has to be said about an update that is not handled: the dispatcher never sees it."""

from enum import StrEnum

import structlog
from aiogram.types import CallbackQuery, Message, Update
from pydantic import ValidationError

from bot.updates import RawUpdate
from chat.errors import Rejected, SendError, Unreachable
from chat.sender import Sender
from chat.texts import Library
from chat.whispers import Whispers
from handlers import context
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
        self, sender: Sender, whispers: Whispers, preferences: Preferences, library: Library
    ) -> None:
        self._sender = sender
        self._whispers = whispers
        self._preferences = preferences
        self._library = library

    async def tell(self, update: RawUpdate, notice: Notice) -> bool:
        """Tell who is behind an update. False where it may be of use to try again: Telegram could not be reached."""
        try:
            event = Update.model_validate(update).event
            person = context.speaker(event)
            if person is None:
                return True
            texts = self._library.of((await self._preferences.of(person.id)).language or person.language_code)
            if isinstance(event, CallbackQuery):
                await self._sender.toast(event.id, texts.raw(f"notice-{notice}"))
            elif isinstance(event, Message):
                await self._whispers.say(context.place_of(event), person.id, texts(f"notice-{notice}"))
        except (SendError, ValidationError) as error:
            log.info("notice not told", notice=notice, error=type(error).__name__)
            return isinstance(error, Unreachable | Rejected | ValidationError)
        return True
