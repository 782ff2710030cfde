"""The actions of admins on the page. Each is the unit of work of a command of theirs, stored by the cause of the press.

The page makes a cause for each form, and a new one after each answer. So a second press, or the same call again after a
lost answer, is the same action.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog

from admin_page.texts import plain
from chat.errors import SendError
from chat.languages import LanguageResolver
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from generation.allowances import Allowances
from generation.broadcaster import Broadcaster
from handlers import moderation, origins
from handlers.grants import report
from handlers.pause import begin_pause, end_pause
from handlers.user_limits import limit_text
from storage.admin_actions import AdminCause
from storage.bans import Ban, Bans
from storage.broadcasts import Broadcasts, BroadcastState
from storage.controls import Controls
from storage.credits import Credits

log = structlog.get_logger(__name__)

CAUSE = re.compile(r"[0-9a-f]{32}")
_MOST_UNITS = 999_999
_LARGEST_ID = 10**15
"""Ids of users are below it, and their commands take no longer ones (handlers.user_limits)."""


class BadCall(Exception):
    """The call lacks an argument, or has one that the page does not send."""


Arguments = Mapping[str, Any]
Perform = Callable[[AdminCause, Arguments, Translator], Awaitable[str]]
"""Changes something, and returns the answer as HTML. Raises BadCall or StorageUnavailable."""


class PageActions:
    """All actions by name, in `by_name`."""

    def __init__(
        self,
        *,
        controls: Controls,
        bans: Bans,
        credits: Credits,
        allowances: Allowances,
        broadcasts: Broadcasts,
        broadcaster: Broadcaster,
        languages: LanguageResolver,
        sender: Sender,
        clock: Clock,
        admin_ids: Collection[int],
        sells: bool,
    ) -> None:
        self._controls = controls
        self._bans = bans
        self._credits = credits
        self._allowances = allowances
        self._broadcasts = broadcasts
        self._broadcaster = broadcaster
        self._languages = languages
        self._sender = sender
        self._clock = clock
        self._admin_ids = admin_ids
        self._sells = sells
        self.by_name: Mapping[str, Perform] = {
            "pause": self._pause,
            "resume": self._resume,
            "ban": self._ban,
            "unban": self._unban,
            "ban-word": self._ban_word,
            "unban-word": self._unban_word,
            "limit": self._limit,
            "grant": self._grant,
            "stop-broadcast": self._stop_broadcast,
        }

    async def press(self, name: str, admin_id: int, arguments: Arguments, translate: Translator) -> str:
        """Do an action, once for its cause, and return the answer without markup."""
        cause = arguments.get("cause")
        if not isinstance(cause, str) or not CAUSE.fullmatch(cause):
            raise BadCall("no cause")
        key = origins.page_press_key(admin_id, name, cause)
        press = AdminCause(key, admin_id, self._clock.now())
        return plain(await self.by_name[name](press, arguments, translate))

    async def _pause(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        return " ".join(await begin_pause(_text(arguments, "text"), cause, translate, self._controls))

    async def _resume(self, cause: AdminCause, _arguments: Arguments, translate: Translator) -> str:
        return await end_pause(cause, translate, self._controls)

    async def _ban(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        subject, bans, admin_ids = _subject(arguments), self._bans, self._admin_ids
        return await moderation.add_subject(subject, cause, translate, bans=bans, admin_ids=admin_ids)

    async def _unban(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        return await moderation.lift(Ban.SUBJECT, _subject(arguments), cause, translate, self._bans)

    async def _ban_word(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        return await moderation.add_word(_text(arguments, "word"), cause, translate, self._bans)

    async def _unban_word(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        return await moderation.lift(Ban.WORD, _text(arguments, "word"), cause, translate, self._bans)

    async def _limit(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        user_id = _whole(arguments, "user", 1, _LARGEST_ID)
        if user_id in self._admin_ids:
            return translate("limit-how")
        daily = None if arguments.get("daily") is None else _whole(arguments, "daily", 0, _MOST_UNITS)
        await self._controls.set_limit(cause, user_id, daily)
        return limit_text(user_id, translate, controls=self._controls, allowances=self._allowances)

    async def _grant(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        """Give a user units. Only the first call tells the user, so that a second press is silent."""
        user_id = _whole(arguments, "user", 1, _LARGEST_ID)
        units_given = _whole(arguments, "units", 1, _MOST_UNITS)
        if not await self._credits.grant(cause.key, user_id, units_given, admin=cause):
            return translate("admin-page-done-before")
        try:
            return await report(
                user_id,
                units_given,
                translate,
                credits=self._credits,
                languages=self._languages,
                sender=self._sender,
                sells=self._sells,
            )
        except SendError as error:
            log.warning("user not told of a grant", user=user_id, error=str(error))
            return translate("grant-done", units=units_given, id=str(user_id))

    async def _stop_broadcast(self, cause: AdminCause, arguments: Arguments, translate: Translator) -> str:
        broadcast_id = _whole(arguments, "broadcast", 1, 2**62)
        stopped = await self._broadcasts.end(broadcast_id, BroadcastState.STOPPED, admin=cause)
        if stopped is None:
            return translate("broadcast-over")
        self._broadcaster.wake()  # shows the end in the panel
        return translate("broadcast-state-stopped", sent=stopped.sent, total=stopped.total)


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str):
        raise BadCall(f"no {name}")
    return value


def _subject(arguments: Arguments) -> str:
    """Return the id of the user or chat that an action is about, as bans have it."""
    return str(_whole(arguments, "user", -_LARGEST_ID, _LARGEST_ID))


def _whole(arguments: Arguments, name: str, least: int, most: int) -> int:
    value = arguments.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadCall(f"no {name}")
    return value
