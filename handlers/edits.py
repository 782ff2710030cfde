"""Edited messages. An edited message is the user's new message, and still one request at most.

The routers of each feature register their handlers with `on_message`, for new and for edited messages, so an edited
message is understood as a new one is. `handlers.edited_requests` then applies it to the request that an earlier form
became: while that waits, the edit changes it. Once a picture is on its way or delivered, an edit does nothing.
"""

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from chat.translations import Translator
from core.model import ENDED_WITHOUT_PICTURE, Draft, Request, State
from core.reply_target import is_group
from handlers import origins
from handlers.attachments import find_source
from handlers.bare_answers import is_bare_answer
from handlers.commands import is_command, is_this_bot, named_bot, parse_command, without_mention
from handlers.edited_requests import EditedRequests
from handlers.feature_router import FeatureRouter
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.prompt import ParsedPrompt, parse_prompt
from storage.drafts import Drafts
from storage.requests import Requests


async def became_request(message: Message, requests: Requests) -> dict[str, Request] | bool:
    """Pass edits of a message that became a request. Adds `request`."""
    request = await requests.by_key(origins.message_key(message))
    return False if request is None else {"request": request}


async def request_edited(
    message: Message, request: Request, bot: Bot, edited_requests: EditedRequests
) -> None:
    """Leave an edit to the other handlers if its request waits or ended without a picture.

    Any other command than /imagine changes nothing while the request waits, and one for another bot does nothing.
    """
    if request.state is not State.QUEUED and request.state not in ENDED_WITHOUT_PICTURE:
        return
    text = message.text or message.caption or ""
    if is_command(text) and not await _is_imagine(text, bot):
        if request.state is State.QUEUED:
            if not await is_this_bot(named_bot(text), bot):
                return
            raise SkipHandler
        await edited_requests.release(request)
    raise SkipHandler


async def was_closed(message: Message, drafts: Drafts, requests: Requests) -> dict[str, Draft] | bool:
    """Pass edits of a message that was refused as an album, or that led to an answered question. Adds `draft`."""
    key = origins.message_key(message)
    draft = await drafts.by_key(key)
    if draft is None or not (draft.refused_at or draft.answered_at) or await requests.by_key(key) is not None:
        return False
    return {"draft": draft}


async def closed_edited(
    message: Message,
    draft: Draft,
    translate: Translator,
    bot: Bot,
    drafts: Drafts,
    requests: Requests,
    generation_service: GenerationService,
) -> None:
    """Leave a refused album to the other handlers. An answered question stays answered.

    If the question was about the picture in the message, an edit of the picture changes the request of the answer.
    """
    if draft.answered_at is None:
        await drafts.forget_refusal(draft.origin.key)
        raise SkipHandler
    source = await find_source(message, bot.id, requests)
    if draft.source is None or source is None:
        return
    await drafts.revise(draft.id, None, draft.ratio, source, style=draft.style, count=draft.count)
    for message_id in await drafts.answers_to(draft.id):
        answer = await requests.by_key(origins.answer_key(message, message_id))
        if answer is not None and answer.source is not None:
            parsed = ParsedPrompt(answer.prompt, None, count=await requests.size_of(answer))
            await generation_service.request_or_ask(answer.origin, parsed, translate, source, edited=True)


async def words_edited(
    message: Message,
    request: Request,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    edited_requests: EditedRequests,
    generation_service: GenerationService,
) -> None:
    """Follow words that no other handler follows: in a private chat they describe the picture of a waiting request.

    The message of a request that ended without a picture counts as a new one from then on.
    """
    if request.state in ENDED_WITHOUT_PICTURE:
        await edited_requests.release(request)
        return
    if is_command(message.text or message.caption or ""):
        raise SkipHandler
    text = message.text or ""
    if request.state is not State.QUEUED or is_group(message.chat.id) or not text or is_bare_answer(text):
        return
    parsed = parse_prompt(await without_mention(text, bot))
    origin = origins.of_message(message, user, translate.language)
    await generation_service.request_or_ask(origin, parsed, translate, request.source, edited=True)


async def _is_imagine(text: str, bot: Bot) -> bool:
    command = parse_command(text)
    return command is not None and command.command == "imagine" and await is_this_bot(command.mention, bot)


def router() -> Router:
    """Return the routes that come before those of the features."""
    router = FeatureRouter(name="edits")
    router.edited_message.register(request_edited, became_request)
    router.edited_message.register(closed_edited, was_closed)
    return router


def last_router() -> Router:
    """Return the route for edits of requests that no feature handles."""
    router = FeatureRouter(name="other edits")
    router.edited_message.register(words_edited, became_request)
    return router
