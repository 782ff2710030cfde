"""Albums. Telegram sends each photo as a message of its own; the bot edits one photo of an album."""

from aiogram.types import Message

from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import Origin
from handlers.outcome import Outcome
from storage.drafts import Drafts


async def conclude_album(
    message: Message,
    origin: Origin,
    outcome: Outcome,
    *,
    drafts: Drafts,
    private_replies: PrivateReplies,
    translate: Translator,
) -> None:
    """Tell the user that the bot edits one photo of an album, or remember that it edits none of it."""
    if not message.media_group_id:
        return
    if outcome is Outcome.REFUSED:
        await drafts.refuse(origin)
    elif outcome in {Outcome.STARTED, Outcome.ASKED}:
        await private_replies.send(origin.place, origin.user_id, translate("album-first"))
