"""The other reading of /imagine with words and a ratio in answer to a picture.

The bot draws the words at once, says so, and offers to change the picture instead.
"""

from chat import keyboards
from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import Origin, SourcePicture
from generation.batch_cancel import cancel_batch
from generation.engine import Engine
from handlers import origins
from handlers.prompt import ParsedPrompt
from storage.batches import Batches
from storage.drafts import Drafts
from storage.requests import Requests


class OtherReading:
    """Offers to change an answered picture while the words are drawn, and ends the drawing for a change."""

    def __init__(
        self,
        *,
        drafts: Drafts,
        requests: Requests,
        batches: Batches,
        engine: Engine,
        private_replies: PrivateReplies,
    ) -> None:
        self._drafts = drafts
        self._requests = requests
        self._batches = batches
        self._engine = engine
        self._private_replies = private_replies

    async def offer(
        self, origin: Origin, parsed: ParsedPrompt, translate: Translator, picture: SourcePicture
    ) -> None:
        """Say that the words are drawn, with a button that changes the picture instead, once for each message.

        If the message was edited, the button follows it.
        """
        other = origins.of_other_reading(origin)
        draft = await self._drafts.save(other, prompt=parsed.prompt, source=picture, count=parsed.count)
        if (draft.prompt, draft.count) != (parsed.prompt, parsed.count):
            await self._drafts.revise(draft.id, parsed.prompt, None, picture, count=parsed.count)
        if draft.superseded_at is not None:
            return
        text = translate("draws-words", ratio=str(parsed.ratio))
        keyboard = keyboards.draw_draft(translate.raw("button-change-instead"), draft.id)
        await self._private_replies.send(origin.place, origin.user_id, text, keyboard=keyboard)
        await self._drafts.supersede(draft.id)

    async def prefer(self, origin: Origin) -> None:
        """Cancel the drawing of the words if it is still pending and the origin is the other reading of them."""
        key = origins.key_of_words(origin)
        words = await self._requests.by_key(key) if key is not None else None
        if words is not None and await self._requests.by_key(origin.key) is None:
            await cancel_batch(words, engine=self._engine, batches=self._batches)
