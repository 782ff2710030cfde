"""Gives updates to the dispatcher, and decides which errors leave an update unhandled."""

import asyncio
import json
from enum import Enum

import structlog
from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED

from bot.notices import Notice, Notices
from bot.raw_updates import RawUpdate, expects_answer, is_payment
from bot.update_parsing import UnreadableUpdate, parse_update
from chat.errors import SendError
from core.tracing import ReceivedUpdate, received_update
from storage.database_errors import StorageUnavailable
from storage.inbox import StoredUpdate

log = structlog.get_logger(__name__)

CHECKOUT_SECONDS = 5.0
"""Time for the handler of a pre-checkout query, half of the time that Telegram waits (Bot API,
answerPreCheckoutQuery). The other half is for a no."""


class Outcome(Enum):
    """The meaning of a handler's end for the inbox."""

    HANDLED = "handled"
    FAILED = "failed"
    """A payment that has to be tried again. Every other update is tried once."""


class UpdateHandler:
    """Handles one update after the other. With `stars`, an error does not end an update about a payment."""

    def __init__(self, *, dispatcher: Dispatcher, bot: Bot, notices: Notices, stars: bool) -> None:
        self._dispatcher = dispatcher
        self._bot = bot
        self._notices = notices
        self._stars = stars

    def must_succeed(self, update: RawUpdate) -> bool:
        """Return whether an update is about a payment: it is handled without an error, or tried again."""
        return self._stars and is_payment(update)

    async def handle(self, stored: StoredUpdate) -> Outcome:
        """Handle a stored update, or answer that it cannot be read. Logs all errors but StorageUnavailable."""
        update = json.loads(stored.payload)
        if stored.received_at is not None:
            received_update.set(ReceivedUpdate(stored.update_id, stored.received_at))
        if self.must_succeed(update):
            return await self._handle_payment(stored)
        try:
            unreadable = await self._feed(stored)
            if unreadable is not None:
                log.error("update not understood", update=stored.update_id, part=unreadable)
                await self._answer_unreadable(update)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("update not handled", update=stored.update_id)
        return Outcome.HANDLED

    async def answer_query(self, update: RawUpdate) -> None:
        """Handle an inline query. It is not stored: by the next start, its answer would be too late."""
        try:
            await self._feed(StoredUpdate(int(update["update_id"]), json.dumps(update)))
        except Exception as error:
            log.warning("query not answered", update=update["update_id"], error=repr(error))

    async def answer_checkout(self, update: RawUpdate) -> None:
        """Handle a pre-checkout query. A handler that fails or takes too long is followed by a no."""
        try:
            async with asyncio.timeout(CHECKOUT_SECONDS):
                parsed = parse_update(json.dumps(update), self._bot)
                if await self._dispatcher.feed_update(self._bot, parsed.update) is not UNHANDLED:
                    return
            log.error("checkout not handled", update=update["update_id"], error="no handler")
        except (StorageUnavailable, SendError, UnreadableUpdate, TimeoutError) as error:
            log.error("checkout not handled", update=update["update_id"], error=repr(error))
        except Exception:
            log.exception("checkout not handled", update=update["update_id"])
        await self._notices.send(update, Notice.CHECKOUT)

    async def _handle_payment(self, stored: StoredUpdate) -> Outcome:
        try:
            parsed = parse_update(stored.payload, self._bot)
            if await self._dispatcher.feed_update(self._bot, parsed.update) is not UNHANDLED:
                return Outcome.HANDLED
            log.error("payment not handled", update=stored.update_id, error="no handler")
        except StorageUnavailable:
            raise
        except (SendError, UnreadableUpdate) as error:
            log.error("payment not handled", update=stored.update_id, error=repr(error))
        except Exception:
            log.exception("payment not handled", update=stored.update_id)
        return Outcome.FAILED

    async def _feed(self, stored: StoredUpdate) -> str | None:
        """Give an update to its handler. If a damaged part prevents an answer, return the part's name."""
        try:
            parsed = parse_update(stored.payload, self._bot)
        except UnreadableUpdate as error:
            return str(error)
        if parsed.left_out:
            log.warning("update understood in part", update=stored.update_id, left_out=parsed.left_out)
        outcome = await self._dispatcher.feed_update(self._bot, parsed.update)
        if not parsed.left_out or outcome is not UNHANDLED:
            return None
        is_for_bot = expects_answer(json.loads(stored.payload), await self._bot.me())
        return ", ".join(parsed.left_out) if is_for_bot else None

    async def _answer_unreadable(self, update: RawUpdate) -> None:
        if expects_answer(update, await self._bot.me()):
            await self._notices.send(update, Notice.UNREADABLE)
