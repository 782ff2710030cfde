"""Finds a status message that an earlier process sent without storing its id.

Telegram has no call that lists messages, and a bot may not touch a message that is perhaps not its own. A reply that
quotes a message is a harmless test: Telegram sends it only if the quoted message is in the chat and contains the quote
(Bot API, ReplyParameters), and its answer shows the quoted message with its buttons.
"""

import structlog

from chat.callbacks import CancelRequest
from chat.errors import Rejected, SendError
from chat.limits import Priority
from chat.sender import Sender
from chat.translations import Translator
from core.model import Request
from core.reply_target import ReplyTarget

log = structlog.get_logger(__name__)

SEARCHED_IDS = 3
"""Message ids after the user's message in which a status message is searched. The bot numbers the messages of all its
private chats together, so in a rush the status message may be farther away and is not found."""
SEARCHES = 25
"""Most searches for a lost status message after a start: each costs up to six calls."""


class LostStatusFinder:
    """Searches the status messages of requests of an earlier process."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._maybe_lost: set[int] = set()
        """Requests whose status message may have been sent without its id being stored."""

    def add(self, request: Request) -> None:
        """Add a request of an earlier process. The status of a group is a reaction, which is not lost."""
        in_chat = not request.place.in_group and request.place.inline_message_id is None
        unknown = request.status_message_id is None and in_chat
        if unknown and len(self._maybe_lost) < SEARCHES:
            self._maybe_lost.add(request.id)

    def drop(self, request_id: int) -> None:
        """Search nothing for a request any more."""
        self._maybe_lost.discard(request_id)

    async def find(self, request_id: int, place: ReplyTarget, translate: Translator) -> int | None:
        """Search the status message of an added request once. Return its id, or None if it is not found."""
        if request_id not in self._maybe_lost:
            return None
        try:
            found = await self._search(request_id, place, translate)
        except SendError as error:
            log.info("lost status not searched", request=request_id, error=str(error))
            found = None
        self._maybe_lost.discard(request_id)
        if found is not None:
            log.info("lost status found", request=request_id, message=found)
        return found

    async def _search(self, request_id: int, place: ReplyTarget, translate: Translator) -> int | None:
        cancel = CancelRequest(request=request_id).pack()
        first = place.require_reply_to() + 1
        for message_id in range(first, first + SEARCHED_IDS):
            for quote in _quotes(translate):
                # Telegram may count a failed reply as a message.
                await self._sender.acquire_slot(place.chat_id, Priority.STATUS)
                try:
                    buttons = await self._sender.quoted_buttons(place, message_id, quote)
                except Rejected:
                    continue
                if cancel in buttons:
                    return message_id
        return None


def _quotes(translate: Translator) -> list[str]:
    """Return a text in every first status message of a request that waits, and one for a request that is drawn."""
    return [translate.raw("status-next").split()[0], translate("status-drawing", left="", bar="").split()[0]]
