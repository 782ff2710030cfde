"""Grants slots as their time comes: by this process alone, or by limits that all replicas share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import structlog

from chat.limits import (
    GROUP_MESSAGES,
    GROUP_SECONDS,
    PRIVATE_BURST,
    PRIVATE_SECONDS,
    WINDOW_MARGIN,
    Priority,
    SlotScheduler,
    Ticket,
)
from core.background import Background
from core.clock import Clock
from storage.rate_limits import ALL_CHATS, CellRate, RateLimits, Refusal

log = structlog.get_logger(__name__)

ASK_SECONDS = 1.0
"""Longest time that a message waits for an answer of the database."""
RETRY_SECONDS = 5.0
"""Time between two attempts to reach a database that did not answer."""
STATUS_RESERVE = 2
"""Messages for which the limit of all messages must have capacity beside a status or a broadcast, so that they pass at
once."""
_SHARED_BURSTS_A_SECOND = 10
_PRIVATE = CellRate(PRIVATE_SECONDS * WINDOW_MARGIN, (PRIVATE_BURST - 1) * PRIVATE_SECONDS * WINDOW_MARGIN)
_GROUP_BURST = GROUP_MESSAGES // 2
_GROUP_INTERVAL = GROUP_SECONDS * WINDOW_MARGIN / (GROUP_MESSAGES + 1 - _GROUP_BURST)
_GROUP = CellRate(_GROUP_INTERVAL, (_GROUP_BURST - 1) * _GROUP_INTERVAL)
"""A burst of ten, then one each 5.6 s: after a burst, a cell rate allows as many as it allows in a minute, and Telegram
counts both together."""


class RateLimiter(Protocol):
    """Telegram's rate limits."""

    async def acquire(self, chat_id: int, priority: Priority) -> None:
        """Wait until one message may be sent to a chat. The next `sending` to this chat uses the slot."""

    def sending(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """Use a slot of a chat for one message that is sent inside, after a wait for another one if it has lapsed."""

    def freeze(self, chat_id: int | None, seconds: float) -> None:
        """Grant no slots for a chat, or for all chats, for some seconds."""

    async def stop(self) -> None:
        """Stop the background tasks, if any."""


class LocalRateLimiter:
    """The rate limits of a single process (RateLimiter)."""

    def __init__(self, *, rate: int, clock: Clock) -> None:
        self._scheduler = SlotScheduler(rate)
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, chat_id: int, priority: Priority) -> None:
        ticket = Ticket(chat_id, priority)
        self._scheduler.enqueue(ticket, self._clock.monotonic())
        await self._wait(ticket)

    @asynccontextmanager
    async def sending(self, chat_id: int) -> AsyncIterator[None]:
        now = self._clock.monotonic()
        ticket = self._scheduler.granted_to(chat_id, now)
        if ticket.free_at <= now:
            self._scheduler.renew(ticket)
            await self._wait(ticket)
        self._scheduler.begin(ticket, self._clock.monotonic())
        answered = False
        try:
            yield
            answered = True
        finally:
            self._scheduler.end(ticket, self._clock.monotonic(), answered=answered)
            self._grant_due()

    def freeze(self, chat_id: int | None, seconds: float) -> None:
        self._scheduler.freeze(chat_id, self._clock.monotonic() + seconds)

    async def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def _wait(self, ticket: Ticket) -> None:
        ticket.granted = asyncio.get_running_loop().create_future()
        self._grant_due()
        try:
            await ticket.granted
        except asyncio.CancelledError:
            ticket.withdrawn = True
            raise

    def _grant_due(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        next_at = self._grant_now()
        if next_at is not None:
            delay = max(0.001, next_at - self._clock.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._grant_due)

    def _grant_now(self) -> float | None:
        """Grant the slots that are due, and return the time of the next one, or None if no message waits."""
        now = self._clock.monotonic()
        for ticket in self._scheduler.grant(now):
            _resume(ticket)
        return self._scheduler.next_at(now)


class SharedRateLimiter(LocalRateLimiter):
    """The rate limits of several replicas, in their database (RateLimiter).

    A message needs a slot of this process, as with LocalRateLimiter, and then the permission of the database, for which
    only the most urgent message asks. If the database does not answer, this process alone grants slots, at its part of
    the rate: `replicas` returns the number of living replicas that is known last.
    """

    def __init__(
        self, *, rate: int, clock: Clock, limits: RateLimits, replicas: Callable[[], int] = lambda: 1
    ) -> None:
        super().__init__(rate=rate, clock=clock)
        self._rate = rate
        self._limits = limits
        self._replicas = replicas
        self._overall = overall_rate(rate)
        self._statuses = overall_rate(rate, reserve=STATUS_RESERVE)
        self._refused_until: dict[CellRate, float] = {}
        self._alone = False
        self._asking = False
        self._changed = asyncio.Event()
        self._background = Background()

    def freeze(self, chat_id: int | None, seconds: float) -> None:
        super().freeze(chat_id, seconds)
        self._background.start(self._share_freeze(chat_id, seconds))

    async def stop(self) -> None:
        await super().stop()
        await self._background.stop()

    async def _share_freeze(self, chat_id: int | None, seconds: float) -> None:
        rate = self._overall if chat_id is None else _rate_of(chat_id)
        try:
            await self._limits.freeze(ALL_CHATS if chat_id is None else chat_id, seconds, rate)
        except Exception as error:  # the chat is frozen for this process, and others learn it from Telegram
            log.warning("rate limit not shared", chat=chat_id, error=str(error))

    def _grant_due(self) -> None:
        self._changed.set()
        if not self._asking:
            self._asking = True
            self._background.start(self._ask_while_messages_wait())

    async def _ask_while_messages_wait(self) -> None:
        try:
            while True:
                self._changed.clear()
                next_at = self._grant_now() if self._alone else await self._ask_for_most_urgent()
                if next_at is None:
                    return
                if (seconds := next_at - self._clock.monotonic()) > 0:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(max(0.001, seconds)):
                            await self._changed.wait()
        finally:
            self._asking = False

    async def _ask_for_most_urgent(self) -> float | None:
        """Ask the database for the most urgent message. Return the time of the next attempt, None if none waits."""
        now = self._clock.monotonic()
        ticket = self._scheduler.most_urgent(now)
        if ticket is None:
            return self._scheduler.next_at(now)
        overall = self._statuses if ticket.priority >= Priority.STATUS else self._overall
        if (refused_until := self._refused_until.get(overall, 0.0)) > now:
            return refused_until
        try:
            async with asyncio.timeout(ASK_SECONDS):
                refusal = await self._limits.spend(
                    None if ticket.renewed else ticket.chat_id, overall=overall, chat=_rate_of(ticket.chat_id)
                )
        except Exception as error:  # whatever the database does, messages are sent
            self._grant_alone(error)
            return now
        self._follow(ticket, overall, refusal)
        return now

    def _follow(self, ticket: Ticket, overall: CellRate, refusal: Refusal | None) -> None:
        """Grant the slot, or ask for no slot of this kind before the limits allow it."""
        now = self._clock.monotonic()
        if refusal is None:
            if (taken := self._scheduler.take(ticket, now)) is not None:
                _resume(taken)
        elif refusal.chat > 0:
            self._scheduler.freeze(ticket.chat_id, now + refusal.chat)
        else:
            self._refused_until[overall] = now + refusal.overall

    def _grant_alone(self, error: Exception) -> None:
        """Grant slots without the database until it answers again."""
        self._alone = True
        rate = max(1, self._rate // max(1, self._replicas()))
        log.warning("rate limits not shared", rate=rate, error=str(error) or type(error).__name__)
        self._scheduler.set_rate(rate)
        self._background.start(self._share_again())

    async def _share_again(self) -> None:
        while self._alone:
            await self._clock.sleep(RETRY_SECONDS)
            with contextlib.suppress(Exception):
                async with asyncio.timeout(ASK_SECONDS):
                    await self._limits.reach()
                self._alone = False
        self._scheduler.set_rate(self._rate)
        log.info("rate limits shared again")


def overall_rate(rate: int, *, reserve: int = 0) -> CellRate:
    """Return the limit of all messages at a rate per second, for messages that leave a reserve of the burst."""
    interval = WINDOW_MARGIN / rate
    burst = rate // _SHARED_BURSTS_A_SECOND - reserve
    return CellRate(interval, max(0, burst - 1) * interval)


def _rate_of(chat_id: int) -> CellRate:
    return _GROUP if chat_id < 0 else _PRIVATE


def _resume(ticket: Ticket) -> None:
    if ticket.granted is not None and not ticket.granted.done():
        ticket.granted.set_result(None)
