"""Updates from Telegram: on the disk first, then acknowledged, then handled, in order for each person.

Whoever delivers an update (bot.polling, bot.web) acknowledges it once `put` returns. Then it is in the inbox, and if
it is not handled before the process ends, it is at the next start; or its sender was told why it is not taken.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import Update
from pydantic import ValidationError

from bot.notices import Notice, Notices
from bot.raw_updates import RawUpdate, asks, concerns, is_press, user_id_of, written_at
from bot.throttle import Throttle, Verdict
from core.background import Background
from core.clock import Clock
from generation.shielded_tasks import backoff
from storage.database import StorageUnavailable
from storage.inbox import KEPT_SECONDS, Inbox, StoredUpdate

log = structlog.get_logger(__name__)

HANDLED_AT_ONCE = 64
LARGEST_BACKLOG = 1_000
"""Updates held in memory: who delivers more waits, and Telegram keeps the rest."""
_PRUNE_EVERY = 3600.0
_LONGEST_WAIT = 10.0
"""Seconds at most between one try and the next while the disk takes no writes."""


class UpdateQueue:
    """Keeps updates and hands them to the dispatcher: one at a time for a person, many at once over all."""

    def __init__(
        self,
        inbox: Inbox,
        dispatcher: Dispatcher,
        bot: Bot,
        clock: Clock,
        throttle: Throttle,
        notices: Notices,
    ) -> None:
        self._throttle = throttle
        self._notices = notices
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._bot = bot
        self._clock = clock
        self._places = {True: asyncio.Semaphore(HANDLED_AT_ONCE), False: asyncio.Semaphore(HANDLED_AT_ONCE)}
        self._lanes: dict[_Lane, deque[StoredUpdate]] = {}
        self._background = Background()
        self._held = 0
        self._room = asyncio.Event()
        self._room.set()
        self._pruned_at = float("-inf")

    async def start(self) -> None:
        """Handle what an earlier process kept and did not get to."""
        self._enqueue(await self._inbox.unhandled())

    async def put(self, updates: Sequence[RawUpdate]) -> None:
        """Keep updates; once this returns they may be acknowledged. Handling goes on by itself.

        Raises StorageTrouble where the disk takes none of it and their senders could not be told so either.
        """
        admitted = [update for update in updates if self._admits(update)]
        if not admitted:
            return
        await self._room.wait()
        stored = [StoredUpdate(int(u["update_id"]), json.dumps(u)) for u in admitted]
        try:
            fresh = await self._inbox.put(stored)
        except StorageUnavailable:
            await self._refuse(admitted)
            return
        self._enqueue(fresh)
        with contextlib.suppress(StorageUnavailable):  # there is another hour for that
            await self._prune()

    def _admits(self, update: RawUpdate) -> bool:
        """Leave out what is no business of the bot's, and what a person sends too fast, before it costs a write.

        Judged by when it was written: what piled up while the bot was away is no flood.
        """
        if not concerns(update, self._bot.id):
            return False
        age = self._clock.now() - (written_at(update) or self._clock.now())
        at = self._clock.monotonic() - min(max(0.0, age), KEPT_SECONDS)
        verdict = self._throttle.judge(user_id_of(update), at)
        if verdict is Verdict.TELL:
            self._background.start(self._notices.tell(update, Notice.TOO_FAST))
        return verdict is Verdict.HANDLE

    async def _refuse(self, updates: Sequence[RawUpdate]) -> None:
        """Tell everybody who waits for an answer that the disk takes nothing. Raises StorageTrouble if one was not."""
        try:
            me = await self._bot.me()
        except AiogramError as error:
            raise StorageUnavailable("and Telegram cannot be told so") from error
        waiting = [update for update in updates if asks(update, me)]
        log.warning("updates refused", updates=len(updates), told=len(waiting))
        told = await asyncio.gather(*(self._notices.tell(update, Notice.NOT_KEPT) for update in waiting))
        if not all(told):
            raise StorageUnavailable("and Telegram cannot be told so")

    async def _prune(self) -> None:
        if self._clock.monotonic() - self._pruned_at > _PRUNE_EVERY:
            self._pruned_at = self._clock.monotonic()
            await self._inbox.prune()

    async def stop(self, patience: float) -> None:
        """Let what is being handled finish, within so many seconds; the rest is in the inbox."""
        self._lanes.clear()
        await self._background.stop(patience)

    def _enqueue(self, updates: Sequence[StoredUpdate]) -> None:
        for update in updates:
            self._held += 1
            key = _lane(update)
            lane = self._lanes.get(key)
            if lane is not None:
                lane.append(update)
                continue
            self._lanes[key] = deque([update])
            self._background.start(self._run_lane(key))
        self._make_room()

    def _make_room(self) -> None:
        if self._held < LARGEST_BACKLOG:
            self._room.set()
        else:
            self._room.clear()

    async def _run_lane(self, key: "_Lane") -> None:
        while lane := self._lanes.get(key):
            await self._process_until_recorded(lane.popleft(), key)
            self._held -= 1
            self._make_room()
        self._lanes.pop(key, None)

    async def _process_until_recorded(self, stored: StoredUpdate, key: "_Lane") -> None:
        """Handle an update and note it, as often as the disk makes necessary: what is in the inbox is not given up."""
        handled, tries = False, 0
        while True:
            try:
                async with self._places[key.presses]:
                    if not handled:
                        await self._handle(stored)
                        handled = True
                    await self._inbox.handled(stored.update_id)
            except StorageUnavailable:
                tries += 1
                if tries == 1 and not handled:
                    await self._notices.tell(json.loads(stored.payload), Notice.WAITS)
                await self._clock.sleep(backoff(tries, longest=_LONGEST_WAIT))
            else:
                return

    async def _handle(self, stored: StoredUpdate) -> None:
        try:
            update = Update.model_validate_json(stored.payload, context={"bot": self._bot})
            await self._dispatcher.feed_update(self._bot, update)
        except ValidationError as error:
            log.error("update not understood", update=stored.update_id, error=error.errors()[0]["msg"])
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("update not handled", update=stored.update_id)


class _Lane(NamedTuple):
    """Whose order an update keeps. A press waits for no message of the same person: buttons answer at once."""

    user: int
    presses: bool


def _lane(update: StoredUpdate) -> _Lane:
    content = json.loads(update.payload)
    return _Lane(user_id_of(content), is_press(content))
