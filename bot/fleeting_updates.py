"""Queries that are worth an answer at once or none: inline queries and pre-checkout queries. They are not stored."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.raw_updates import RawUpdate
from core.background import Background
from core.clock import Clock

HANDLED_AT_ONCE = 64
LARGEST_BACKLOG = 256
"""Updates that wait. After an outage Telegram delivers all queries of that time, which no answer reaches any more."""
ANSWER_SECONDS = 10.0
"""eternnoir/pyTelegramBotAPI#270: an answer to an inline query after 10.3 s was refused. Telegram waits as long for the
answer to a pre-checkout query (Bot API, answerPreCheckoutQuery)."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    update: RawUpdate
    since: float


class FleetingUpdates:
    """Handles updates, `HANDLED_AT_ONCE` at a time, the newest first.

    Of those with the same `key` only the newest one waits: the id of the user for inline queries, because the user has
    typed on. A query says nothing about its age (Bot API, InlineQuery and PreCheckoutQuery), so the oldest ones are
    dropped if too many wait, and those that have waited for `ANSWER_SECONDS`.
    """

    def __init__(
        self,
        handle: Callable[[RawUpdate], Awaitable[None]],
        *,
        key: Callable[[RawUpdate], int],
        background: Background,
        clock: Clock,
    ) -> None:
        self._handle = handle
        self._key = key
        self._background = background
        self._clock = clock
        self._waiting: dict[int, _Waiting] = {}
        self._running = 0

    def put(self, update: RawUpdate) -> None:
        """Handle an update in the background, or drop it."""
        key = self._key(update)
        self._waiting.pop(key, None)  # a key that is set again would keep its place
        self._waiting[key] = _Waiting(update, self._clock.monotonic())
        if len(self._waiting) > LARGEST_BACKLOG:
            del self._waiting[next(iter(self._waiting))]
        if self._running < HANDLED_AT_ONCE:
            self._running += 1
            self._background.start(self._run())

    async def _run(self) -> None:
        try:
            # Those that are put at the same time are known before the first is handled.
            await asyncio.sleep(0)
            while self._waiting:
                _, newest = self._waiting.popitem()
                if self._clock.monotonic() - newest.since > ANSWER_SECONDS:
                    self._waiting.clear()
                    return
                await self._handle(newest.update)
        finally:
            self._running -= 1
