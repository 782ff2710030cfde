"""Replies that only one member of a group needs to see.

In a group they are ephemeral messages or, on a server without these, short replies that are deleted after a while. In a
private chat they are plain answers.
"""

import contextlib

import structlog

from chat.errors import Rejected, SendError, TryLater, Unsure
from chat.sender import Sender
from core.background import Background
from core.clock import Clock
from core.reply_target import ReplyTarget
from storage.database_errors import StorageUnavailable
from storage.scheduled_deletions import ScheduledDeletion, ScheduledDeletions

log = structlog.get_logger(__name__)

SHOWN_SECONDS = 15.0
"""Time for which a short reply stays in a group without ephemeral messages."""
_RETRY_SECONDS = 30.0
_GIVE_UP_SECONDS = 47 * 3600.0
"""A bot may delete its messages for 48 hours (Bot API, deleteMessage)."""


class PrivateReplies:
    """Sends private replies, and deletes the ones that all members can see, also after a restart."""

    def __init__(self, *, sender: Sender, deletions: ScheduledDeletions, clock: Clock) -> None:
        self._sender = sender
        self._deletions = deletions
        self._clock = clock
        self._background = Background()

    async def start(self) -> None:
        """Resume the deletions that an earlier process scheduled."""
        for deletion in await self._deletions.all():
            self._schedule(deletion)

    async def stop(self) -> None:
        """Leave the scheduled deletions to the next start."""
        await self._background.stop()

    async def send(self, place: ReplyTarget, user_id: int, text: str) -> None:
        """Reply to one user. Raises SendError if not even a plain reply can be sent."""
        if not place.in_group:
            await self._sender.send_text(place, text)
            return
        message_id = await self._send_in_group(place, user_id, text)
        if message_id is None:
            return
        deletion = ScheduledDeletion(place.chat_id, message_id, self._clock.now() + SHOWN_SECONDS)
        with contextlib.suppress(StorageUnavailable):  # the message is sent: only a kill would leave it there
            await self._deletions.add(deletion)
        log.info("private reply visible to all, deletion scheduled", chat=place.chat_id, message=message_id)
        self._schedule(deletion)

    async def _send_in_group(self, place: ReplyTarget, user_id: int, text: str) -> int | None:
        """Return the id of the message if all members can see it."""
        if user_id > 0:  # an anonymous admin or a channel cannot receive an ephemeral message
            with contextlib.suppress(Rejected, TryLater, Unsure):  # a second reply is better than none
                return await self._sender.send_ephemeral(place, user_id, text)
        return await self._sender.send_text(place, text)

    def _schedule(self, deletion: ScheduledDeletion) -> None:
        self._background.start(self._delete_when_due(deletion))

    async def _delete_when_due(self, deletion: ScheduledDeletion) -> None:
        # A wall clock that was set back before a restart must not keep the message longer.
        await self._clock.sleep(min(SHOWN_SECONDS, deletion.due_at - self._clock.now()))
        while self._clock.now() - deletion.due_at < _GIVE_UP_SECONDS:
            try:
                await self._sender.delete(deletion.chat_id, deletion.message_id)
            except (TryLater, Unsure) as error:  # a deletion may be repeated
                retry_after = error.retry_after if isinstance(error, TryLater) else None
                await self._clock.sleep(retry_after or _RETRY_SECONDS)
            except SendError as error:
                log.info("private reply not deleted", error=str(error))
                break
            else:
                break
        with contextlib.suppress(StorageUnavailable):  # then the next start finds it deleted
            await self._deletions.done(deletion)
