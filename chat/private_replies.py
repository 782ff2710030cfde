"""Things only one person in a group needs to see: an ephemeral message, or a short reply that takes itself away.

In a private chat they are plain answers.
"""

import contextlib

import structlog

from chat.errors import Rejected, SendError, TryLater
from chat.sender import Sender
from core.background import Background
from core.clock import Clock
from core.reply_target import ReplyTarget
from storage.database import StorageUnavailable
from storage.scheduled_deletions import ScheduledDeletion, ScheduledDeletions

log = structlog.get_logger(__name__)

STAYS = 15.0
"""Seconds a short reply stays in a group whose server knows no ephemeral messages."""
_AGAIN = 30.0
_GIVEN_UP = 47 * 3600.0
"""A bot may delete its messages for 48 hours (Bot API, deleteMessage)."""


class PrivateReplies:
    """Says things quietly, and tidies up after itself across restarts."""

    def __init__(self, sender: Sender, deletions: ScheduledDeletions, clock: Clock) -> None:
        self._sender = sender
        self._deletions = deletions
        self._clock = clock
        self._background = Background()

    async def start(self) -> None:
        """Go on with what an earlier process meant to take away."""
        for deletion in await self._deletions.all():
            self._later(deletion)

    async def stop(self) -> None:
        """Leave the rest to the next start."""
        await self._background.stop()

    async def say(self, place: ReplyTarget, user_id: int, text: str) -> None:
        """Answer one person. Raises SendError where even a plain reply cannot be sent."""
        if not place.in_group:
            await self._sender.send_text(place, text)
            return
        message_id = await self._whisper(place, user_id, text)
        if message_id is None:
            return
        deletion = ScheduledDeletion(place.chat_id, message_id, self._clock.now() + STAYS)
        with contextlib.suppress(StorageUnavailable):  # said is said: only a kill would now leave it standing
            await self._deletions.add(deletion)
        log.info("whisper seen by all, to be taken away", chat=place.chat_id, message=message_id)
        self._later(deletion)

    async def _whisper(self, place: ReplyTarget, user_id: int, text: str) -> int | None:
        """Return the id of the message all can see, where it came to that."""
        if user_id > 0:  # a chat that somebody writes for cannot receive anything
            with contextlib.suppress(Rejected, TryLater):
                return await self._sender.send_ephemeral(place, user_id, text)
        return await self._sender.send_text(place, text)

    def _later(self, deletion: ScheduledDeletion) -> None:
        self._background.start(self._take_away(deletion))

    async def _take_away(self, deletion: ScheduledDeletion) -> None:
        # A wall clock that was set back must not keep the message for longer.
        await self._clock.sleep(min(STAYS, deletion.due_at - self._clock.now()))
        while self._clock.now() - deletion.due_at < _GIVEN_UP:
            try:
                await self._sender.delete(deletion.chat_id, deletion.message_id)
            except TryLater as error:
                await self._clock.sleep(error.retry_after or _AGAIN)
            except SendError as error:
                log.info("whisper not taken away", error=str(error))
                break
            else:
                break
        with contextlib.suppress(StorageUnavailable):  # then the next start finds it gone
            await self._deletions.done(deletion)
