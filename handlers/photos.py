"""Pictures without a command in a private chat: edited as the caption says, or with a question for the change."""

from aiogram import Bot, F, Router
from aiogram.types import Message

from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import SourcePicture
from handlers import origins
from handlers.albums import conclude_album
from handlers.attachments import find_source
from handlers.filters import IN_PRIVATE
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.prompt import parse_prompt
from storage.drafts import Drafts
from storage.requests import Requests

ATTACHMENT = F.photo | F.document | F.sticker | F.animation | F.video | F.video_note | F.voice | F.audio


async def picture_sent(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    drafts: Drafts,
    private_replies: PrivateReplies,
    generation_service: GenerationService,
) -> None:
    """Edit a picture as its caption says, or ask for the change."""
    origin = origins.of_message(message, user, translate.language)
    first = await drafts.by_key(origin.key) if message.media_group_id else None
    if first is not None and first.refused_at is not None:
        return
    source = await find_source(message, bot.id, requests)
    parsed = parse_prompt(message.caption or "")
    if message.media_group_id and await requests.by_key(origin.key) is not None:
        return
    if first is not None and first.source is not None:
        # The caption of an album may be under a later photo; the first photo is edited all the same.
        source = SourcePicture(first.source.file_id)
    outcome = await generation_service.request_or_ask(origin, parsed, translate, source, user_name=user.name)
    if first is None:
        await conclude_album(
            message, origin, outcome, drafts=drafts, private_replies=private_replies, translate=translate
        )


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="photos")
    router.message.register(picture_sent, IN_PRIVATE, ATTACHMENT)
    return router
