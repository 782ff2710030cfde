"""The rules for a request before its quota is checked: a pause, banned words, strikes, and a group's choices."""

from collections.abc import Collection

from chat.members import Members
from chat.translations import Translator
from core.model import Origin
from handlers.word_filter import contains_word
from storage.bans import Ban, Bans
from storage.controls import Controls, Pause
from storage.group_words import GroupWords
from storage.moderation_strikes import STRIKES_TO_PAUSE, ModerationStrikes
from storage.preferences import Preferences, WhoMayDraw


def pause_text(pause: Pause | None, translate: Translator) -> str | None:
    """Return the sentence that users see in a pause, or None without one."""
    if pause is None:
        return None
    return translate("paused-because", text=pause.text) if pause.text else translate("paused")


class AccessRules:
    """Decides whether a user may ask for a prompt in a chat."""

    def __init__(
        self,
        *,
        bans: Bans,
        strikes: ModerationStrikes,
        preferences: Preferences,
        members: Members,
        admin_ids: Collection[int],
        group_words: GroupWords,
        controls: Controls,
    ) -> None:
        self._controls = controls
        self._bans = bans
        self._group_words = group_words
        self._strikes = strikes
        self._preferences = preferences
        self._members = members
        self._admin_ids = admin_ids

    async def refusal_reason(self, origin: Origin, prompt: str, translate: Translator) -> str | None:
        """Return the sentence that refuses a request, or None if the rules allow it."""
        if (paused := pause_text(self._controls.pause, translate)) is not None:
            return paused
        if contains_word(prompt, await self._bans.of_kind(Ban.WORD)):
            return translate("word-banned")
        if await self._strikes.count_recent(origin.user_id) >= STRIKES_TO_PAUSE:
            return translate("unsafe-pause")
        return await self._refused_by_group(origin, prompt, translate)

    async def needs_approval(self, origin: Origin) -> bool:
        """Return whether the admins of a group decide about a request. Those of the group and of the bot need none."""
        place = origin.place
        if not place.in_group or origin.user_id in self._admin_ids:
            return False
        if not (await self._preferences.of(place.chat_id)).approval:
            return False
        return not await self._members.is_admin(place.chat_id, origin.user_id)

    async def _refused_by_group(self, origin: Origin, prompt: str, translate: Translator) -> str | None:
        if not origin.place.in_group:
            return None
        if contains_word(prompt, await self._group_words.of(origin.place.chat_id)):
            return translate("word-not-here")
        who = (await self._preferences.of(origin.place.chat_id)).who
        if who is WhoMayDraw.ALL:
            return None
        if who is WhoMayDraw.NOBODY:
            return translate("group-nobody")
        if await self._members.is_admin(origin.place.chat_id, origin.user_id):
            return None
        return translate("group-admins-only")
