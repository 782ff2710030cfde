"""Answers guests with a sentence: in the chat of the mention or, if that is too late, in their private chat."""

import structlog

from chat.errors import Rejected, Unreachable
from chat.inline_messages import InlineMessages
from chat.inline_results import sentence
from chat.sender import Sender
from chat.translations import Translator
from core.reply_target import ReplyTarget

log = structlog.get_logger(__name__)


class GuestAnswers:
    """Answers guest queries, each of which takes one answer (Bot API, answerGuestQuery)."""

    def __init__(self, *, inline_messages: InlineMessages, sender: Sender) -> None:
        self._inline_messages = inline_messages
        self._sender = sender

    async def say(self, query_id: str, user_id: int, text: str, translate: Translator) -> None:
        """Answer a guest query with a sentence in HTML. Raises SendError if it reaches the user nowhere.

        A query that was answered before, or is too old, leaves the private chat, which only a user has.
        """
        try:
            await self._inline_messages.answer_guest(query_id, sentence(translate, text))
        except (Rejected, Unreachable) as error:
            log.info("guest query not answered", error=str(error))
            if user_id > 0:
                await self._sender.send_text(ReplyTarget(user_id), text)
