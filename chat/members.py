"""The members of groups, and which of them are administrators: asked from Telegram and cached for a minute."""

from typing import NamedTuple

import structlog
from aiogram.enums import ChatMemberStatus
from aiogram.methods import GetChatMember
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner

from chat.api_calls import ApiCaller
from chat.errors import SendError
from core.clock import Clock

log = structlog.get_logger(__name__)

CACHE_SECONDS = 60.0
_CACHE_SIZE = 5_000
_ADMINS = frozenset({ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.CREATOR})
_GONE = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.KICKED})


class _Member(NamedTuple):
    read_at: float
    is_admin: bool
    may_change_info: bool
    has_left: bool
    name: str


class Members:
    """Members of groups, by chat and user."""

    def __init__(self, *, caller: ApiCaller, clock: Clock) -> None:
        self._caller = caller
        self._clock = clock
        self._cached: dict[tuple[int, int], _Member] = {}

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Return whether a user is an admin of a group, or the group itself. False if Telegram does not answer."""
        if user_id == chat_id:
            return True
        member = await self._member(chat_id, user_id)
        return member is not None and member.is_admin

    async def may_change_info(self, chat_id: int, user_id: int) -> bool:
        """Return whether a user may change the name and the photo of a group. False if Telegram does not answer."""
        member = await self._member(chat_id, user_id)
        return member is not None and member.may_change_info

    async def name(self, chat_id: int, user_id: int) -> str | None:
        """Return the first name of a member of a group, or None if Telegram does not tell it."""
        member = await self._member(chat_id, user_id)
        return None if member is None else member.name

    async def present_name(self, chat_id: int, user_id: int) -> str | None:
        """Return the first name of a current member, or None for any other user and if Telegram does not answer."""
        member = await self._member(chat_id, user_id) if user_id > 0 else None
        return None if member is None or member.has_left else member.name

    async def _member(self, chat_id: int, user_id: int) -> _Member | None:
        now = self._clock.monotonic()
        known = self._cached.get((chat_id, user_id))
        if known is not None and now - known.read_at < CACHE_SECONDS:
            return known
        method = GetChatMember(chat_id=chat_id, user_id=user_id)
        try:
            member = await self._caller.with_retries(
                lambda: self._caller.call(method, chat_id), repeatable=True
            )
        except SendError as error:
            log.info("member not known", error=str(error))
            return None
        if len(self._cached) >= _CACHE_SIZE:
            self._cached.clear()
        known = _Member(
            read_at=now,
            is_admin=member.status in _ADMINS,
            may_change_info=isinstance(member, ChatMemberOwner)
            or (isinstance(member, ChatMemberAdministrator) and member.can_change_info),
            has_left=member.status in _GONE,
            name=member.user.first_name,
        )
        self._cached[chat_id, user_id] = known
        return known
