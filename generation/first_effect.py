"""The animated effect with the first picture that a user gets in the private chat."""

from collections.abc import Sequence

from core.model import Request
from storage.picture_history import History


class FirstEffect:
    """Decides which messages have the effect. `effect_id` is Telegram's, None for no effect at all."""

    def __init__(self, *, history: History, effect_id: str | None) -> None:
        self._history = history
        self._effect_id = effect_id

    async def of(self, ready: Sequence[Request]) -> str | None:
        """Return the effect of the message with these pictures of a user, or None.

        A message that is sent again gets the same answer. Only private chats have effects (Bot API, sendPhoto,
        message_effect_id), and the picture of an inline message is kept there without a sound.
        """
        place, user_id = ready[0].place, ready[0].user_id
        if self._effect_id is None or place.chat_id != user_id or place.inline_message_id is not None:
            return None
        first = await self._history.first_in_private(user_id)
        return self._effect_id if first in {one.id for one in ready} else None
