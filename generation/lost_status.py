"""Finds a status message that an earlier process sent without storing its id.

Telegram has no call that lists messages, and a bot may not touch a message that is perhaps not its own. A reply that
quotes a message is a harmless probe: Telegram sends it only if the quoted message is in the chat and contains the quote
(Bot API, ReplyParameters), and its answer shows the quoted message with its buttons.
"""

from chat.callbacks import CancelRequest
from chat.errors import Rejected
from chat.limits import Priority
from chat.sender import Sender
from chat.translations import Translator
from core.reply_target import ReplyTarget

SEARCHED_IDS = 3
"""Message ids after the user's message in which a status message is searched. The bot numbers the messages of all its
private chats together, so in a rush the status message may be farther away and is not found."""


class LostStatusFinder:
    """Searches the status message of a request."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def find(self, request_id: int, place: ReplyTarget, translate: Translator) -> int | None:
        """Return the id of the status message, or None if there is none near the user's message. Raises SendError."""
        cancel = CancelRequest(request=request_id).pack()
        first = place.require_reply_to() + 1
        for message_id in range(first, first + SEARCHED_IDS):
            for quote in _quotes(translate):
                # Telegram may count a failed probe as a message.
                await self._sender.acquire_slot(place.chat_id, Priority.STATUS)
                try:
                    buttons = await self._sender.probe(place, message_id, quote)
                except Rejected:
                    continue
                if cancel in buttons:
                    return message_id
        return None


def _quotes(translate: Translator) -> list[str]:
    """Return a text in every first status message of a request that waits, and one for a request that is drawn."""
    return [translate.raw("status-next").split()[0], translate("status-drawing", usual=0).split()[0]]
