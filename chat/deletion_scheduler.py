"""Deletes messages of the bot at a set time, also after a restart."""

import contextlib

import structlog

from chat.errors import SendError, TryLater, Unsure
from chat.sender import Sender
from core.background import Background
from core.clock import Clock
from storage.database_errors import StorageUnavailable
from storage.scheduled_deletions import ScheduledDeletion, ScheduledDeletions

log = structlog.get_logger(__name__)

LONGEST_SECONDS = 60.0
"""Longest time for which a message that is to be deleted stays."""
_RETRY_SECONDS = 30.0
_GIVE_UP_SECONDS = 47 * 3600.0
"""A bot may delete its messages for 48 hours (Bot API, deleteMessage)."""


class DeletionScheduler:
    """Deletes each scheduled message once it is due."""

    def __init__(self, *, sender: Sender, deletions: ScheduledDeletions, clock: Clock) -> None:
        self._sender = sender
        self._deletions = deletions
        self._clock = clock
        self._scheduled: set[ScheduledDeletion] = set()
        self._background = Background()

    async def resume(self, overdue: float = float("-inf")) -> None:
        """Resume the deletions that an earlier process left, if they are overdue by more than some seconds."""
        for deletion in await self._deletions.all():
            if self._clock.now() - deletion.due_at > overdue and deletion not in self._scheduled:
                self._start(deletion)

    async def resume_overdue_forever(self) -> None:
        """Resume the deletions that another replica leaves undone, at every look."""
        while True:
            await self._clock.sleep(LONGEST_SECONDS)
            with contextlib.suppress(StorageUnavailable):  # the next look is early enough
                await self.resume(overdue=LONGEST_SECONDS)

    async def stop(self) -> None:
        """Leave the scheduled deletions to the next start or to another replica."""
        await self._background.stop()

    async def schedule(self, chat_id: int, message_id: int, seconds: float) -> None:
        """Delete a message in `seconds`, at most `LONGEST_SECONDS`."""
        deletion = ScheduledDeletion(chat_id, message_id, self._clock.now() + seconds)
        with contextlib.suppress(StorageUnavailable):  # the message is sent: only a kill would leave it there
            await self._deletions.add(deletion)
        self._start(deletion)

    def _start(self, deletion: ScheduledDeletion) -> None:
        self._scheduled.add(deletion)
        task = self._background.start(self._delete_when_due(deletion))
        task.add_done_callback(lambda _task: self._scheduled.discard(deletion))

    async def _delete_when_due(self, deletion: ScheduledDeletion) -> None:
        # A wall clock that was set back before a restart must not keep the message longer.
        await self._clock.sleep(min(LONGEST_SECONDS, deletion.due_at - self._clock.now()))
        while self._clock.now() - deletion.due_at < _GIVE_UP_SECONDS:
            try:
                await self._sender.delete(deletion.chat_id, deletion.message_id)
            except (TryLater, Unsure) as error:  # a deletion may be repeated
                retry_after = error.retry_after if isinstance(error, TryLater) else None
                await self._clock.sleep(retry_after or _RETRY_SECONDS)
            except SendError as error:
                log.info("message not deleted", error=str(error))
                break
            else:
                break
        with contextlib.suppress(StorageUnavailable):  # then the next start finds it deleted
            await self._deletions.done(deletion)
