"""Guest mode: a message mentions the bot in a chat that it may not be a member of (Bot API 10.0, guest queries).

The bot may reply once, and edit its reply afterwards. It answers at once and draws then, because a query expires.
"""

from aiogram import Bot, Router
from aiogram.types import Message

from chat import inline_results
from chat.bot_switches import BotSwitches
from chat.errors import Rejected
from chat.inline_messages import InlineMessages
from chat.translations import Translator
from core.model import DEFAULT_RATIO, Origin, SourcePicture
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.attachments import SourceError, find_subject
from handlers.commands import parse_command, without_mention
from handlers.count_flag import CountRefused
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.inline_service import InlineService
from handlers.prompt import ParsedPrompt, PromptTooLong, parse_prompt
from handlers.rejection_texts import RejectionTexts
from handlers.styling import Styling
from storage.inline_prompts import InlinePrompts
from storage.requests import Requests


async def guest_message(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    bot_switches: BotSwitches,
    requests: Requests,
    inline_prompts: InlinePrompts,
    inline_messages: InlineMessages,
    inline_service: InlineService,
    generation_service: GenerationService,
    styling: Styling,
    rejection_texts: RejectionTexts,
) -> None:
    """Answer a mention: draw its words, or change the picture that it answers."""
    query_id = message.guest_query_id
    if query_id is None:
        return
    if user.id < 0:
        await _say(query_id, translate("guest-anonymous"), translate, inline_messages)
        return
    key = origins.message_key(message)
    known = await requests.by_key(key)
    if known is not None and known.user_id == user.id and known.place.inline_message_id is None:
        return  # the same message has come as a member's, too
    origin = Origin(key, user.id, ReplyTarget(user.id), translate.language)
    try:
        parsed = parse_prompt(await _words(message, bot))
        source = await find_subject(message, parsed, bot.id, requests)
        parsed = await styling.apply(
            origin, parsed, translate, usual=source is None, changes=source is not None
        )
    except (PromptTooLong, CountRefused, SourceError) as error:
        await _say(query_id, rejection_texts.of_error(error, translate), translate, inline_messages)
        return
    reason = await _reason_not_to_draw(origin, parsed, translate, generation_service)
    if reason is not None:
        await _say(query_id, reason, translate, inline_messages)
        return
    await _draw(
        query_id,
        origin,
        parsed,
        source,
        translate,
        bot_switches,
        inline_prompts,
        inline_messages,
        inline_service,
        generation_service,
    )


async def _words(message: Message, bot: Bot) -> str:
    """Return the text of a message without the mention of the bot and without /imagine."""
    text = await without_mention(message.text or message.caption or "", bot)
    command = parse_command(text)
    return command.args or "" if command is not None and command.command == "imagine" else text


async def _draw(
    query_id: str,
    origin: Origin,
    parsed: ParsedPrompt,
    source: SourcePicture | None,
    translate: Translator,
    bot_switches: BotSwitches,
    inline_prompts: InlinePrompts,
    inline_messages: InlineMessages,
    inline_service: InlineService,
    generation_service: GenerationService,
) -> None:
    """Answer that the picture follows, and draw it.

    A process that ends in between leaves the answer with the button that draws: a second answer is not possible.
    """
    ratio = None
    if source is None:
        ratio = await generation_service.ratio_for(origin, parsed.ratio) or DEFAULT_RATIO
    prompt_id = await inline_prompts.save(origin.key, origin.user_id, parsed.prompt, source)
    article = inline_results.offer(
        translate, prompt_id, parsed.prompt, ratio, guest=bot_switches.address or ""
    )
    try:
        inline_message_id = await inline_messages.answer_guest(query_id, article)
    except Rejected:
        return  # answered before a restart, or too late
    prompt = await inline_prompts.get(prompt_id)
    if prompt is not None:
        await inline_service.draw(prompt, ratio, inline_message_id, translate)


async def _say(query_id: str, text: str, translate: Translator, inline_messages: InlineMessages) -> None:
    try:
        await inline_messages.answer_guest(query_id, inline_results.sentence(translate, text))
    except Rejected:
        return  # answered before a restart, or too late


async def _reason_not_to_draw(
    origin: Origin, parsed: ParsedPrompt, translate: Translator, generation_service: GenerationService
) -> str | None:
    if not parsed.prompt:
        return translate("guest-describe")
    if not parsed.is_clear or parsed.count > 1:  # an inline message holds one picture
        return translate("inline-unclear")
    return await generation_service.refusal_of(origin, parsed.prompt, translate)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="guests")
    router.guest_message.register(guest_message)
    return router
