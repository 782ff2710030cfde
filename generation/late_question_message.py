"""The message with the question whether a late request is still wanted, in a chat or in place of an inline message."""

from chat import keyboards
from chat.captions import one_line
from chat.deletion_scheduler import DeletionScheduler
from chat.inline_messages import InlineMessages
from chat.sender import Sender
from chat.translations import Translations
from core.model import Request
from core.reply_target import ReplyTarget


class LateQuestionMessage:
    """Sends the question. Every method raises a subclass of SendError."""

    def __init__(
        self,
        *,
        sender: Sender,
        inline_messages: InlineMessages,
        deletion_scheduler: DeletionScheduler,
        translations: Translations,
    ) -> None:
        self._sender = sender
        self._inline_messages = inline_messages
        self._deletion_scheduler = deletion_scheduler
        self._translations = translations

    async def send(self, request: Request) -> int | None:
        """Send the question and return its message id. An inline message becomes the question, and has none.

        If it cannot be edited, the private chat of its user gets the question.
        """
        translate = self._translations.for_language(request.language)
        text = translate("still-wanted", prompt=one_line(request.prompt))
        keyboard = keyboards.still_wanted(translate, request)
        place = request.place
        if place.inline_message_id is not None:
            if await self._inline_messages.edit_text(place, text, keyboard=keyboard):
                return None
            place = ReplyTarget(place.chat_id)
        return await self._sender.send_text(place, text, keyboard=keyboard)

    async def withdraw(self, request: Request, message_id: int) -> None:
        """Delete a message that the question replaces, or a question that came too late."""
        await self._deletion_scheduler.schedule(request.place.chat_id, message_id, 0.0)
