"""Who is an administrator of a group: asked of Telegram, and remembered for a minute."""

import structlog
from aiogram.enums import ChatMemberStatus
from aiogram.methods import GetChatMember

from chat.api_calls import ApiCaller
from chat.errors import SendError
from core.clock import Clock

log = structlog.get_logger(__name__)

REMEMBERED_SECONDS = 60.0
_MOST = 5_000
_ADMINS = frozenset({ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.CREATOR})


class Members:
    """Members of groups."""

    def __init__(self, caller: ApiCaller, clock: Clock) -> None:
        self._caller = caller
        self._clock = clock
        self._known: dict[tuple[int, int], tuple[float, bool]] = {}

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Say whether somebody runs a group; who writes as the group itself does. False where Telegram won't say."""
        if user_id == chat_id:
            return True
        now = self._clock.monotonic()
        at, is_admin = self._known.get((chat_id, user_id), (float("-inf"), False))
        if now - at < REMEMBERED_SECONDS:
            return is_admin
        method = GetChatMember(chat_id=chat_id, user_id=user_id)
        try:
            member = await self._caller.with_retries(lambda: self._caller.call(method, chat_id))
        except SendError as error:
            log.info("member not known", error=str(error))
            return False
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[chat_id, user_id] = (now, member.status in _ADMINS)
        return member.status in _ADMINS
