"""Edited messages. An edited message is the user's new message, and still one request at most.

While its request waits, an edit changes the request. Once a picture is on its way or delivered, an edit does nothing.
In all other cases the message is handled as if it were new: the routers of each feature register their handlers with
`on_message`, for new and for edited messages.
"""

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from chat.translations import Translator
from core.model import Draft, Request, State
from core.reply_target import is_group
from handlers import origins
from handlers.access_rules import AccessRules
from handlers.commands import is_command, parse_command, without_mention
from handlers.identity import UserIdentity
from handlers.prompt import ParsedPrompt, only_ratio, parse_prompt
from storage.drafts import Drafts
from storage.requests import Requests

_ENDED = {State.FAILED, State.CANCELLED}


async def became_request(message: Message, requests: Requests) -> dict[str, Request] | bool:
    """Pass edits of a message that became a request. Adds `request`."""
    request = await requests.by_key(origins.message_key(message))
    return False if request is None else {"request": request}


async def request_edited(
    message: Message,
    request: Request,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    access_rules: AccessRules,
) -> None:
    """Change a request that waits. Leave a message whose request ended without a picture to the other handlers."""
    if request.state is not State.QUEUED and request.state not in _ENDED:
        return
    if not (message.text or message.caption):
        return  # a photo of an album without words
    parsed = await _parse(message, bot)
    ratio = parsed.ratio if parsed is not None and request.source is None else None
    prompt = (parsed.prompt or request.prompt) if parsed is not None else None
    # Telegram also reports edits that change nothing which a bot can see (Bot API, Update.edited_message).
    says_anything = parsed is not None and bool(parsed.prompt or parsed.ratio)
    if says_anything and prompt == request.prompt and ratio in {None, request.ratio}:
        return
    if request.state in _ENDED:
        await requests.release_key(request.id)
        raise SkipHandler
    if prompt is None:
        return
    origin = origins.of_message(message, user, translate.language)
    if await access_rules.refusal_reason(origin, prompt, translate) is None:
        await requests.revise(request.origin.key, prompt, ratio)


async def was_closed(message: Message, drafts: Drafts) -> dict[str, Draft] | bool:
    """Pass edits of a message that was refused as an album or had its question answered. Adds `draft`."""
    draft = await drafts.by_key(origins.message_key(message))
    return {"draft": draft} if draft is not None and (draft.refused_at or draft.answered_at) else False


async def closed_edited(_message: Message, draft: Draft, drafts: Drafts) -> None:
    """Leave a refused album to the other handlers. An answered question stays answered."""
    if draft.answered_at is None:
        await drafts.forget_refusal(draft.origin.key)
        raise SkipHandler


async def _parse(message: Message, bot: Bot) -> ParsedPrompt | None:
    """Return the content of an edited message, or None if it asks for nothing any more. Raises PromptError.

    In a group, words that neither command nor mention the bot, nor answer it, are talk.
    """
    text = message.text or message.caption or ""
    command = parse_command(text)
    if command is not None and command.command == "imagine":
        username = (await bot.me()).username or ""
        is_for_bot = (command.mention or username).lower() == username.lower()
        return parse_prompt(command.args or "") if is_for_bot else None
    if is_command(text):
        return None
    mentioning = await without_mention(text, bot)
    if mentioning is None and is_group(message.chat.id) and only_ratio(text) is None:
        replied_to = message.reply_to_message
        if replied_to is None or replied_to.from_user is None or replied_to.from_user.id != bot.id:
            return None
    return parse_prompt(text if mentioning is None else mentioning)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="edits")
    router.edited_message.register(request_edited, became_request)
    router.edited_message.register(closed_edited, was_closed)
    return router
