"""The administrators of groups: asked from Telegram and cached for a minute."""

import structlog
from aiogram.enums import ChatMemberStatus
from aiogram.methods import GetChatMember

from chat.api_calls import ApiCaller
from chat.errors import SendError
from core.clock import Clock

log = structlog.get_logger(__name__)

CACHE_SECONDS = 60.0
_CACHE_SIZE = 5_000
_ADMINS = frozenset({ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.CREATOR})


class Members:
    """Members of groups, by chat and user."""

    def __init__(self, *, caller: ApiCaller, clock: Clock) -> None:
        self._caller = caller
        self._clock = clock
        self._cached: dict[tuple[int, int], tuple[float, bool]] = {}

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Return whether a user is an admin of a group, or the group itself. False if Telegram does not answer."""
        if user_id == chat_id:
            return True
        now = self._clock.monotonic()
        at, is_admin = self._cached.get((chat_id, user_id), (float("-inf"), False))
        if now - at < CACHE_SECONDS:
            return is_admin
        method = GetChatMember(chat_id=chat_id, user_id=user_id)
        try:
            member = await self._caller.with_retries(
                lambda: self._caller.call(method, chat_id), repeatable=True
            )
        except SendError as error:
            log.info("member not known", error=str(error))
            return False
        if len(self._cached) >= _CACHE_SIZE:
            self._cached.clear()
        self._cached[chat_id, user_id] = (now, member.status in _ADMINS)
        return member.status in _ADMINS
