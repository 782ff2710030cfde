"""A clock for tests: time passes when a test says so or when somebody sleeps, and then at once."""

import asyncio

START = 1_790_000_000.0


class ManualClock:
    """Sleeping moves the time on at once, so nothing waits for real. Good for one sleeper at a time."""

    def __init__(self) -> None:
        self.running = 0.0

    def now(self) -> float:
        return START + self.running

    def wall(self) -> float:
        return self.now()

    def monotonic(self) -> float:
        return self.running

    async def sleep(self, seconds: float) -> None:
        self.pass_(max(0.0, seconds))
        await asyncio.sleep(0)

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.running += seconds
