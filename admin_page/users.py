"""Users on the page: the search, and the card of one user with the values of its forms."""

from collections.abc import Collection
from typing import Any

from admin_page.texts import plain
from chat.captions import one_line
from chat.translations import Translator
from handlers.user_cards import UserCards
from storage.controls import Controls
from storage.user_summaries import FOUND_USERS, UserSummaries

_LONGEST_WORDS = 64
"""In UTF-16 units. No name at Telegram is longer."""

Json = dict[str, Any]


class UserPages:
    """Reads users."""

    def __init__(
        self,
        *,
        user_summaries: UserSummaries,
        user_cards: UserCards,
        controls: Controls,
        admin_ids: Collection[int],
    ) -> None:
        self._user_summaries = user_summaries
        self._user_cards = user_cards
        self._controls = controls
        self._admin_ids = admin_ids

    async def find(self, given: str, translate: Translator) -> Json:
        """Return the users found by words of their name or username, or by their id. Raises StorageUnavailable."""
        # PostgreSQL compares with no text that has a NUL.
        words = one_line(given.replace("\0", " "), _LONGEST_WORDS)
        found = await self._user_summaries.find(words) if words else []
        if not words:
            note = ""
        elif not found:
            note = plain(translate("find-none", words=words))
        else:
            note = plain(translate("find-found", words=words))
            if len(found) > FOUND_USERS:
                note += " " + translate.raw("find-more")
        users = [
            {"id": user.id, "name": user.name or str(user.id), "username": user.username or ""}
            for user in found[:FOUND_USERS]
        ]
        return {"note": note, "users": users}

    async def card(self, user_id: int, translate: Translator) -> Json:
        """Return the card of a user or chat. Raises StorageUnavailable."""
        text = plain(await self._user_cards.text(user_id, translate))
        return {
            "id": user_id,
            "lines": text.split("\n"),
            "banned": await self._user_cards.is_banned(user_id),
            "bannable": user_id not in self._admin_ids,
            "limitable": user_id > 0 and user_id not in self._admin_ids,
            "limit": self._controls.limit_of(user_id),
            "ban_question": plain(translate("user-ban-sure", id=str(user_id))),
        }
