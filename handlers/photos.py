"""Pictures without a command, in a private chat, with a mention of the bot or in answer to it; words about a picture.

A picture is edited as its caption asks, or with a question for the change.
"""

from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.types import Message

from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import Draft, Request, SourcePicture
from handlers import origins
from handlers.albums import conclude_album
from handlers.attachments import NotAPicture, answered_message, find_request, find_source
from handlers.commands import is_command, is_forwarded, mentions_bot, without_mention
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_GROUP, IN_PRIVATE, is_request_text, not_a_command, on_message
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.praise import is_praise
from handlers.prompt import ParsedPrompt, parse_prompt
from storage.drafts import Drafts
from storage.requests import Requests

ATTACHMENT = (
    F.photo
    | F.live_photo
    | F.paid_media
    | F.document
    | F.sticker
    | F.animation
    | F.video
    | F.video_note
    | F.voice
    | F.audio
)


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
    """Edit a picture as its caption asks, or ask for the change."""
    origin = origins.of_message(message, user, translate.language)
    edited = message.edit_date is not None
    first = await drafts.by_key(origin.key) if message.media_group_id else None
    if first is not None and first.refused_at is not None:
        return
    known = await requests.by_key(origin.key) if message.media_group_id else None
    if known is not None and not edited:
        return
    source = await find_source(message, bot.id, requests)
    caption = await without_mention(message.caption or "", bot)
    # The caption of a forwarded post was not written by the user for the bot, and praise asks for nothing.
    parsed = parse_prompt("" if is_forwarded(message, user) or is_praise(caption) else caption)
    if message.media_group_id and source is not None:
        source = _source_in_album(message, source, first, known)
        if known is not None and not parsed.prompt:
            parsed = replace(parsed, prompt=known.prompt)
    outcome = await generation_service.request_or_ask(
        origin, parsed, translate, source, user_name=user.name, edited=edited
    )
    if first is None:
        await conclude_album(
            message, origin, outcome, drafts=drafts, private_replies=private_replies, translate=translate
        )


def _source_in_album(
    message: Message, own: SourcePicture, first: Draft | None, known: Request | None
) -> SourcePicture:
    """Return the photo of an album that is edited: the first one, also if the caption is under a later one.

    `own` is the photo in the message, `first` the draft of the first photo, `known` the request of the album.
    """
    if first is not None and first.source is not None:
        is_first = message.message_id == first.origin.place.reply_to
        return own if is_first else replace(first.source, parent_id=None)
    if known is not None and known.source is not None and message.message_id != known.place.reply_to:
        return known.source
    return own


async def says_no_command(message: Message, user: UserIdentity) -> bool:
    """Pass pictures without a command, correct or misspelt, in the caption. A forwarded caption is none."""
    return is_forwarded(message, user) or not is_command(message.caption or "")


async def is_for_bot(
    message: Message, user: UserIdentity, bot: Bot, drafts: Drafts, requests: Requests
) -> bool:
    """Pass pictures with a mention of the bot in the caption, and answers to the bot.

    A forwarded caption says nothing, and praise is no request.
    """
    caption = message.caption or ""
    if not is_forwarded(message, user) and await mentions_bot(caption, bot):
        return not is_praise(await without_mention(caption, bot))
    return await answers_bot(message, user, bot, drafts, requests)


async def answers_bot(
    message: Message, user: UserIdentity, bot: Bot, drafts: Drafts, requests: Requests
) -> bool:
    """Pass answers to the bot: to a picture of it, or to its question to the user."""
    replied_to = message.reply_to_message
    if replied_to is None or replied_to.from_user is None or replied_to.from_user.id != bot.id:
        return False
    draft = await drafts.by_question(message.chat.id, replied_to.message_id)
    if draft is not None:
        return draft.origin.user_id == user.id
    return await find_request(replied_to, bot.id, requests) is not None


async def answers_any_picture(
    message: Message, text: str, bot: Bot, requests: Requests
) -> dict[str, ParsedPrompt | SourcePicture] | bool:
    """Pass words that ask to change the picture they answer. Adds `parsed` and `source`."""
    answered = answered_message(message)
    try:
        source = None if answered is None else await find_source(answered, bot.id, requests)
    except NotAPicture:
        return False
    if source is None:
        return False
    return {"parsed": parse_prompt(text), "source": source}


async def words_about_picture(
    message: Message,
    parsed: ParsedPrompt,
    source: SourcePicture,
    user: UserIdentity,
    translate: Translator,
    generation_service: GenerationService,
) -> None:
    """Edit a picture that the user or another chat sent, as the answer to it asks.

    With a ratio the words may be meant to be drawn, so the bot asks.
    """
    origin = origins.of_message(message, user, translate.language)
    await generation_service.request_or_ask_about(
        source, origin, parsed, translate, user_name=user.name, edited=message.edit_date is not None
    )


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="photos")
    on_message(router, picture_sent, IN_PRIVATE, ATTACHMENT, says_no_command)
    on_message(router, picture_sent, IN_GROUP, ATTACHMENT, says_no_command, is_for_bot)
    on_message(router, words_about_picture, not_a_command, is_request_text, answers_any_picture)
    return router
