"""Replies that only one member of a group needs to see.

In a group they are ephemeral messages or, on a server without these, short replies that are deleted after a while. In a
private chat they are plain answers.
"""

import contextlib

import structlog
from aiogram.types import InlineKeyboardMarkup

from chat.deletion_scheduler import DeletionScheduler
from chat.errors import Rejected, TryLater, Unsure
from chat.inline_messages import InlineMessages
from chat.sender import Sender
from core.reply_target import ReplyTarget

log = structlog.get_logger(__name__)

SHOWN_SECONDS = 15.0
"""Time for which a short reply stays in a group without ephemeral messages."""


class PrivateReplies:
    """Sends private replies, and deletes the ones that all members can see."""

    def __init__(
        self, *, sender: Sender, inline_messages: InlineMessages, deletion_scheduler: DeletionScheduler
    ) -> None:
        self._sender = sender
        self._inline_messages = inline_messages
        self._deletion_scheduler = deletion_scheduler

    async def send(
        self,
        place: ReplyTarget,
        user_id: int,
        text: str,
        *,
        keyboard: InlineKeyboardMarkup | None = None,
        seconds: float = SHOWN_SECONDS,
    ) -> None:
        """Reply to one user. Raises SendError if not even a plain reply can be sent.

        An inline message becomes the reply: its chat takes no other message of the bot. If it cannot be edited, the
        private chat of its user gets the reply. A reply that all members can see is deleted after some seconds.
        """
        if place.inline_message_id is not None:
            if await self._inline_messages.edit_text(place, text, keyboard=keyboard):
                return
            place = ReplyTarget(place.chat_id)
        if not place.in_group:
            await self._sender.send_text(place, text, keyboard=keyboard)
            return
        message_id = await self._send_in_group(place, user_id, text, keyboard)
        if message_id is None:
            return
        await self._deletion_scheduler.schedule(place.chat_id, message_id, seconds)
        log.info("private reply visible to all, deletion scheduled", chat=place.chat_id, message=message_id)

    async def _send_in_group(
        self, place: ReplyTarget, user_id: int, text: str, keyboard: InlineKeyboardMarkup | None
    ) -> int | None:
        """Return the id of the message if all members can see it."""
        if user_id > 0:  # an anonymous admin or a channel cannot receive an ephemeral message
            with contextlib.suppress(Rejected, TryLater, Unsure):  # a second reply is better than none
                return await self._sender.send_ephemeral(place, user_id, text, keyboard=keyboard)
        return await self._sender.send_text(place, text, keyboard=keyboard)
