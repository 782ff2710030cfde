"""Another number of pictures for a request that waits: it is cancelled, and its message counts as a new one."""

from dataclasses import replace

from chat.translations import Translator
from core.model import Origin, Request
from core.reply_target import is_group
from generation.allowances import Allowances
from generation.engine import Engine
from handlers.rejection_texts import RejectionTexts
from storage.preferences import Preferences
from storage.requests import Requests


class Recounting:
    """Checks whether more pictures fit, and cancels the waiting ones."""

    def __init__(
        self,
        *,
        engine: Engine,
        requests: Requests,
        preferences: Preferences,
        allowances: Allowances,
        rejection_texts: RejectionTexts,
    ) -> None:
        self._engine = engine
        self._requests = requests
        self._preferences = preferences
        self._allowances = allowances
        self._rejection_texts = rejection_texts

    async def refusal_reason(self, origin: Origin, more: int, size: int, translate: Translator) -> str | None:
        """Return the sentence that refuses so many more pictures than the `size` that wait, or None if they fit."""
        if more <= 0:
            return None
        chat_id = origin.place.chat_id
        group = await self._preferences.of(chat_id) if is_group(chat_id) else None
        allowance = self._allowances.of_user(origin.user_id, group)
        rejection = await self._requests.rejection_of(origin, allowance, count=more)
        if rejection is None:
            return None
        fitting = replace(rejection, left=rejection.left + size)
        return self._rejection_texts.of_rejection(fitting, allowance, translate)

    async def cancel(self, request: Request) -> bool:
        """Cancel a request or its whole batch while nothing of it has begun. Return False if something has."""
        cancelled = await self._requests.cancel_waiting(request.origin.key)
        await self._engine.follow(*cancelled)
        return bool(cancelled)
