"""Updates from Telegram: on the disk first, then acknowledged, then handled, in order for each person.

Long polling acknowledges by asking for what comes after; a webhook by its answer. Either way an update that Telegram
believes delivered is in the inbox, and one that was not handled is handled at the next start.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods.base import TelegramMethod
from aiogram.types import Update
from pydantic import ValidationError

from bot.throttle import Throttle, Verdict
from generation.steps import backoff
from storage.clock import Clock
from storage.inbox import Inbox, StoredUpdate

log = structlog.get_logger(__name__)

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
HANDLED_AT_ONCE = 64
LONG_POLL = 30
"""Seconds Telegram holds a getUpdates that has nothing to give."""
AFTER_CONFLICT = 5.0
_PRUNE_EVERY = 3600.0

RawUpdate = Mapping[str, Any]


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates with the updates as they came: kept so, and read by aiogram only when they are handled."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = LONG_POLL
    allowed_updates: tuple[str, ...] = ALLOWED


class Intake:
    """Keeps updates and hands them to the dispatcher: one at a time for a person, many at once over all."""

    def __init__(
        self,
        inbox: Inbox,
        dispatcher: Dispatcher,
        bot: Bot,
        clock: Clock,
        throttle: Throttle,
        too_fast: Callable[[RawUpdate], Coroutine[Any, Any, None]],
    ) -> None:
        self._throttle = throttle
        self._too_fast = too_fast
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._bot = bot
        self._clock = clock
        self._places = {True: asyncio.Semaphore(HANDLED_AT_ONCE), False: asyncio.Semaphore(HANDLED_AT_ONCE)}
        self._lanes: dict[_Lane, deque[StoredUpdate]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pruned_at = float("-inf")

    async def start(self) -> None:
        """Handle what an earlier process kept and did not get to."""
        self._offer(await self._inbox.unhandled())

    async def put(self, updates: Sequence[RawUpdate]) -> None:
        """Keep updates; once this returns they may be acknowledged. Handling goes on by itself."""
        stored = [
            StoredUpdate(int(update["update_id"]), json.dumps(update, ensure_ascii=False))
            for update in updates
            if self._admits(update)
        ]
        self._offer(await self._inbox.put(stored))
        if self._clock.monotonic() - self._pruned_at > _PRUNE_EVERY:
            self._pruned_at = self._clock.monotonic()
            await self._inbox.prune()

    def _admits(self, update: RawUpdate) -> bool:
        """Leave out what is no business of the bot's, and what a person sends too fast, before it costs a write."""
        if not _concerns(update):
            return False
        verdict = self._throttle.judge(_person(update), self._clock.monotonic())
        if verdict is Verdict.TELL:
            task = asyncio.create_task(self._too_fast(update))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return verdict is Verdict.HANDLE

    async def stop(self, patience: float) -> None:
        """Let what is being handled finish, within so many seconds; the rest is in the inbox."""
        self._lanes.clear()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _offer(self, updates: Sequence[StoredUpdate]) -> None:
        for update in updates:
            key = _lane(update)
            lane = self._lanes.get(key)
            if lane is not None:
                lane.append(update)
                continue
            self._lanes[key] = deque([update])
            task = asyncio.create_task(self._work_off(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work_off(self, key: "_Lane") -> None:
        while lane := self._lanes.get(key):
            async with self._places[key.presses]:
                if lane:
                    await self._handle(lane.popleft())
        self._lanes.pop(key, None)

    async def _handle(self, stored: StoredUpdate) -> None:
        try:
            update = Update.model_validate_json(stored.payload, context={"bot": self._bot})
            await self._dispatcher.feed_update(self._bot, update)
        except ValidationError as error:
            log.error("update not understood", update=stored.update_id, error=error.errors()[0]["msg"])
        except Exception:
            log.exception("update not handled", update=stored.update_id)
        try:
            await self._inbox.handled(stored.update_id)
        except Exception:
            log.exception("update not marked as handled", update=stored.update_id)


class _Lane(NamedTuple):
    """Whose order an update keeps. A press waits for no message of the same person: buttons answer at once."""

    person: int
    presses: bool


def _lane(update: StoredUpdate) -> _Lane:
    content = json.loads(update.payload)
    return _Lane(_person(content), "callback_query" in content)


def _concerns(update: RawUpdate) -> bool:
    """Say whether an update may be for the bot. Of a group's talk only commands and replies to a bot are."""
    message = update.get("message") or update.get("edited_message")
    if not isinstance(message, dict) or not _in_group(message):
        return True
    answered = message.get("reply_to_message")
    to_bot = isinstance(answered, dict) and (answered.get("from") or {}).get("is_bot") is True
    words = str(message.get("text") or message.get("caption") or "")
    return to_bot or words.startswith("/") or "migrate_to_chat_id" in message


def _in_group(message: RawUpdate) -> bool:
    chat = message.get("chat")
    return isinstance(chat, dict) and isinstance(chat.get("id"), int) and chat["id"] < 0


def _person(update: RawUpdate) -> int:
    """Return who is behind an update; 0 where nobody is."""
    for kind in ALLOWED:
        content = update.get(kind)
        sender = content.get("from") if isinstance(content, dict) else None
        if isinstance(sender, dict) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return 0


class Polling:
    """Asks Telegram for updates until stopped."""

    def __init__(self, bot: Bot, intake: Intake, clock: Clock) -> None:
        self._bot = bot
        self._intake = intake
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin. What waited at Telegram while this bot was away is kept (`drop_pending_updates` stays off)."""
        self._task = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def alive(self) -> bool:
        """Whether updates are being asked for."""
        return self._task is not None and not self._task.done()

    async def _poll(self) -> None:
        offset: int | None = None
        webhook = True
        troubles = 0
        while True:
            try:
                if webhook:
                    await self._bot.delete_webhook(drop_pending_updates=False)
                    webhook = False
                updates = await self._bot(GetRawUpdates(offset=offset), request_timeout=LONG_POLL + 15)
                await self._intake.put(updates)
            except TelegramConflictError as error:
                if not troubles:
                    log.error("another instance asks for this bot's updates; waiting", error=error.message)
                troubles += 1
                await self._clock.sleep(AFTER_CONFLICT)
            except Exception as error:
                troubles += 1
                known = isinstance(error, AiogramError)
                log.warning("no updates", tries=troubles, error=str(error), exc_info=not known)
                named = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
                await self._clock.sleep(max(named, backoff(troubles)))
            else:
                if troubles:
                    log.info("updates come again")
                troubles = 0
                if updates:
                    offset = max(int(update["update_id"]) for update in updates) + 1
