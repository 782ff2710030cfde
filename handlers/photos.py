"""Pictures sent without a command in a private chat: with words they are changed, without words the bot asks."""

from aiogram import Bot, F, Router
from aiogram.types import Message

from chat.translations import Translator
from handlers.attachments import SourceError, SourcePicture, source_in
from handlers.generation_service import GenerationService
from handlers.identity import IN_PRIVATE, UserIdentity, place_of
from handlers.imagine import cause_of
from handlers.prompt import PromptError, read
from storage.drafts import Drafts
from storage.requests import Requests


async def picture_sent(
    message: Message,
    user: UserIdentity,
    generation_service: GenerationService,
    drafts: Drafts,
    requests: Requests,
    translate: Translator,
    bot: Bot,
) -> None:
    """Change the picture as its caption says, or ask. Of an album it is the first picture."""
    cause = cause_of(message, user)
    try:
        source = source_in(message, bot.id)
        generation_request = read(message.caption or "")
    except PromptError as error:
        await generation_service.rejection_texts.prompt(cause.place, user.id, error, translate)
        return
    except SourceError as error:
        await generation_service.rejection_texts.source(cause.place, user.id, error, translate)
        return
    if message.media_group_id and await requests.by_key(cause.key) is not None:
        return
    # The words may stand under a later picture of the album than the first.
    first = await drafts.by_key(cause.key) if message.media_group_id else None
    if first is not None and first.source_file_id:
        source = SourcePicture(first.source_file_id)
    fresh = await generation_service.take(cause, generation_request, translate, source)
    if fresh and first is None and message.media_group_id:
        await generation_service.private_replies.say(place_of(message), user.id, translate("album-first"))


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="photos")
    attachment = F.photo | F.document | F.sticker | F.animation | F.video | F.video_note | F.voice | F.audio
    router.message.register(picture_sent, IN_PRIVATE, attachment)
    return router
