"""Guest mode: a message mentions the bot in a chat that it may not be a member of (Bot API 10.0, guest queries).

The bot may reply once, and edit its reply afterwards. It answers at once and draws then, because a query expires. If
it cannot answer or cannot edit its answer, the private chat of the guest gets the picture or the sentence.
"""

from aiogram import Bot, Router
from aiogram.enums import ChatType
from aiogram.types import Message

from chat import inline_results
from chat.bot_switches import BotSwitches
from chat.errors import Rejected, Unreachable
from chat.guest_answers import GuestAnswers
from chat.inline_messages import InlineMessages
from chat.translations import Translator
from core.model import DEFAULT_RATIO, Origin, SourcePicture
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.attachments import SourceError, find_subject
from handlers.commands import parse_command, without_mention
from handlers.count_flag import CountRefused
from handlers.feature_router import FeatureRouter
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
    guest_answers: GuestAnswers,
) -> None:
    """Answer a mention: draw its words, or change the picture that it answers."""
    query_id = message.guest_query_id
    if query_id is None:
        return
    if user.id < 0:
        await guest_answers.say(query_id, user.id, translate("guest-anonymous"), translate)
        return
    key = await _key(message, user, requests)
    if await requests.by_key(key) is not None:
        return  # handled before, or the same message has come as a member's, too
    origin = Origin(key, user.id, ReplyTarget(user.id), translate.language)
    try:
        parsed = parse_prompt(await _words(message, bot))
        source = await find_subject(
            message, parsed, bot.id, requests, known_chat=message.chat.type != ChatType.PRIVATE
        )
        parsed = await styling.apply(
            origin, parsed, translate, usual=source is None, changes=source is not None
        )
    except (PromptTooLong, CountRefused, SourceError) as error:
        await guest_answers.say(query_id, user.id, rejection_texts.of_error(error, translate), translate)
        return
    reason = await _reason_not_to_draw(origin, parsed, translate, generation_service)
    if reason is not None:
        await guest_answers.say(query_id, user.id, reason, translate)
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


async def _key(message: Message, user: UserIdentity, requests: Requests) -> str:
    """Return the key of a mention: in a group that of the same message as a member's, so that both are one request.

    A private chat of two users has the id of one of them, as that user's chat with the bot has, and the messages of
    each user are counted by themselves. A group may have the id of another one, too (Bot API, Message,
    `guest_query_id`).
    """
    key = origins.message_key(message)
    if message.chat.type != ChatType.PRIVATE:
        known = await requests.by_key(key)
        if known is None or known.user_id == user.id:
            return key
    return origins.guest_key(user.id, key)


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

    A query that was answered before a restart, or is too old, has no answer that could be edited.
    """
    ratio = None
    if source is None:
        ratio = await generation_service.ratio_for(origin, parsed.ratio) or DEFAULT_RATIO
    prompt_id = await inline_prompts.save(origin.key, origin.user_id, parsed.prompt, source)
    article = inline_results.offer(
        translate, prompt_id, parsed.prompt, ratio, guest=bot_switches.address or ""
    )
    prompt = await inline_prompts.get(prompt_id)
    if prompt is None:  # forgotten just now
        return
    try:
        inline_message_id = await inline_messages.answer_guest(query_id, article)
    except (Rejected, Unreachable):
        await inline_service.draw_in_private_chat(prompt, ratio, translate)
        return
    await inline_service.draw(prompt, ratio, inline_message_id, translate)


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
    router = FeatureRouter(name="guests")
    router.guest_message.register(guest_message)
    return router
