"""The end of an open question: another command, or a bare yes or no.

In a private chat words without a reply answer the last question, unless the user has asked for something else since.
A bare no declines every question, also the one of /forget. A bare yes draws what the bot asked whether to draw. Neither
is a description.
"""

from dataclasses import replace

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import Draft, GenerationRequest
from handlers import origins
from handlers.bare_answers import agrees, is_bare_answer, says_no
from handlers.commands import (
    is_command,
    is_forwarded,
    is_this_bot,
    mentions_bot,
    parse_command,
    without_mention,
)
from handlers.feature_router import FeatureRouter
from handlers.filters import not_a_command, on_message, question_answered
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity, place_of
from handlers.questions import Questions
from storage.drafts import Drafts
from storage.requests import Requests


async def own_command(message: Message, user: UserIdentity, requests: Requests) -> bool:
    """Pass commands that the user wrote, except edits of a message that became a request."""
    if not is_command(message.text or message.caption or "") or is_forwarded(message, user):
        return False
    return message.edit_date is None or await requests.by_key(origins.message_key(message)) is None


async def command_sent(
    message: Message, user: UserIdentity, bot: Bot, drafts: Drafts, questions: Questions
) -> None:
    """End the question that is open, and leave the command to its handler.

    A repeated update of the command that led to the question does not end it. If an edited message does not ask for a
    picture any more, the question that an earlier form of it led to is deleted.
    """
    text = message.text or message.caption or ""
    if message.edit_date is not None and not await _asks_for_picture(text, bot):
        await _remove_own_question(message, drafts, questions)
    draft = await drafts.open_question(user.id, message.chat.id)
    if draft is not None and draft.origin.key != origins.message_key(message):
        await drafts.supersede(draft.id)
    raise SkipHandler


async def _asks_for_picture(text: str, bot: Bot) -> bool:
    command = parse_command(text)
    return (
        command is not None
        and command.command in {"imagine", "start"}
        and await is_this_bot(command.mention, bot)
    )


async def _remove_own_question(message: Message, drafts: Drafts, questions: Questions) -> None:
    draft = await drafts.by_key(origins.message_key(message))
    if draft is not None and not (draft.answered_at or draft.refused_at):
        await questions.remove(draft)


async def bare_answer(
    message: Message,
    user: UserIdentity,
    bot: Bot,
    drafts: Drafts,
    requests: Requests,
    questions: Questions,
) -> dict[str, Draft | bool | None] | bool:
    """Pass a bare yes or no, in a group if it answers a question or mentions the bot.

    Adds `draft`, `declines` and `agreed`; a yes to the question of /forget is neither. The question that an earlier
    form of an edited message led to is deleted.
    """
    text = message.text or ""
    answer = await without_mention(text, bot)
    if not is_bare_answer(answer) or is_forwarded(message, user):
        return False
    if message.edit_date is not None:
        if await requests.by_key(origins.message_key(message)) is not None:
            return False
        await _remove_own_question(message, drafts, questions)
    draft = await question_answered(message, user, drafts)
    if draft is None and message.chat.type != "private" and not await mentions_bot(text, bot):
        return False
    return {"draft": draft, "declines": says_no(answer), "agreed": agrees(answer)}


async def bare_answer_given(
    message: Message,
    user: UserIdentity,
    draft: Draft | None,
    declines: bool,
    agreed: bool,
    translate: Translator,
    drafts: Drafts,
    requests: Requests,
    private_replies: PrivateReplies,
    generation_service: GenerationService,
) -> None:
    """Draw the words of the question after a yes, once. A no ends the question, and an edit may still answer.

    A yes does not answer the question for a prompt, or for the ratio of a user who prefers none. After a yes, an edit
    of it to a no changes nothing.
    """
    if draft is not None:
        if message.edit_date is not None and declines and await requests.by_key(draft.origin.key) is not None:
            return
        await drafts.add_answer(draft.id, message.chat.id, message.message_id)
        if declines:
            await drafts.supersede(draft.id)
        elif agreed and (request := await _request_of(draft, translate, generation_service)) is not None:
            await generation_service.follow_answer(request, translate)
            return
    elif declines and message.edit_date is None:
        open_draft = await drafts.open_question(user.id, message.chat.id)
        if (
            open_draft is not None
        ):  # the no answers another message, such as the picture that the question is about
            await drafts.supersede(open_draft.id)
    text = translate("declined") if declines else _answer_to_yes(draft, translate)
    await private_replies.send(place_of(message), user.id, text)


def _answer_to_yes(draft: Draft | None, translate: Translator) -> str:
    """Return the answer to a yes that draws nothing. Only the question for a prompt has no buttons."""
    if draft is None:
        return translate("agreed-nothing")
    return translate("agreed-describe") if draft.prompt is None else translate("agreed")


async def _request_of(
    draft: Draft, translate: Translator, generation_service: GenerationService
) -> GenerationRequest | None:
    """Return the request that a draft asks for, or None if it lacks a part or offers two."""
    if draft.offers_both:
        return None
    origin = replace(draft.origin, language=translate.language)
    ratio = None if draft.source is not None else await generation_service.ratio_for(origin, draft.ratio)
    if draft.prompt is None or (draft.source is None and ratio is None):
        return None
    return GenerationRequest(
        origin,
        draft.prompt,
        ratio,
        draft.source,
        status_message_id=draft.question_message_id,
        count=draft.count,
    )


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="question end")
    on_message(router, command_sent, own_command)
    on_message(router, bare_answer_given, not_a_command, bare_answer)
    return router
