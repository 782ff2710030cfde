"""Notices when a disk that refused writes accepts them again, even if the bot has nothing to write."""

from core.background import Background
from core.clock import Clock
from storage.database_errors import StorageUnavailable
from storage.key_values import KeyValueStore

PROBE_SECONDS = 5.0


class WriteProbe:
    """Writes a small value every `PROBE_SECONDS` while the disk refuses writes."""

    def __init__(self, *, key_values: KeyValueStore, clock: Clock) -> None:
        self._key_values = key_values
        self._clock = clock
        self._background = Background()

    def start(self) -> None:
        """Probe until a write succeeds."""
        self._background.start(self._probe())

    async def stop(self) -> None:
        """Stop probing."""
        await self._background.stop()

    async def _probe(self) -> None:
        while True:
            await self._clock.sleep(PROBE_SECONDS)
            try:
                await self._key_values.set("write probe", str(self._clock.now()))
            except StorageUnavailable:
                continue
            return
