"""Notices when a disk that refused writes accepts them again, even if the bot has nothing to write."""

from core.background import Background
from core.clock import Clock
from storage.database_errors import StorageUnavailable
from storage.key_values import KeyValueStore

CHECK_SECONDS = 5.0


class WriteCheck:
    """Writes a small value every `CHECK_SECONDS` while the disk refuses writes."""

    def __init__(self, *, key_values: KeyValueStore, clock: Clock) -> None:
        self._key_values = key_values
        self._clock = clock
        self._background = Background()

    def start(self) -> None:
        """Write until it succeeds."""
        self._background.start(self._write())

    async def stop(self) -> None:
        """Stop writing."""
        await self._background.stop()

    async def _write(self) -> None:
        while True:
            await self._clock.sleep(CHECK_SECONDS)
            try:
                await self._key_values.set("write check", str(self._clock.now()))
            except StorageUnavailable:
                continue
            return
