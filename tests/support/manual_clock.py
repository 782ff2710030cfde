"""A clock for tests: time passes at once, either on request or while the code under test sleeps."""

import asyncio

START = 1_790_000_000.0


class ManualClock:
    """A clock that sleeping moves on at once. Suitable for one sleeper at a time."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> float:
        return START + self._passed

    def wall(self) -> float:
        return self.now()

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds
