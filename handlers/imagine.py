"""/imagine with a text or about a picture, the answers to its questions, and the buttons of its questions."""

from dataclasses import replace

from aiogram import Bot, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat.callbacks import AlwaysRatio, ChooseRatio, DrawDraft
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.model import FINAL, AspectRatio, Draft, GenerationRequest, Request
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.albums import conclude_album
from handlers.attachments import find_answered_picture, find_request, find_subject
from handlers.commands import Command, without_mention
from handlers.feature_router import FeatureRouter
from handlers.filters import (
    NamesRatio,
    answers_question,
    answers_ratio_question,
    not_a_command,
    on_message,
    own_draft,
    pressed_place,
)
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.other_reading import OtherReading
from handlers.outcome import Outcome
from handlers.prompt import ParsedPrompt, parse_prompt
from handlers.questions import Questions
from handlers.styling import Styling
from storage.drafts import Drafts
from storage.preferences import Preferences
from storage.requests import Requests


async def imagine(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    drafts: Drafts,
    private_replies: PrivateReplies,
    styling: Styling,
    generation_service: GenerationService,
) -> None:
    """Draw the prompt after the command, or edit the picture of the message or of the message it answers."""
    parsed = parse_prompt(await without_mention(command.args or "", bot))
    redrawn = await _picture_to_redraw(message, parsed, bot, requests)
    source = answered = None
    if redrawn is not None:
        parsed = await styling.of_picture(user.id, redrawn, parsed)
    else:
        source = await find_subject(message, parsed, bot.id, requests)
        if source is None:
            answered = await find_answered_picture(message, parsed, bot.id, requests)
    origin = origins.of_message(message, user, translate.language)
    outcome = await generation_service.request_or_ask(
        origin,
        parsed,
        translate,
        source,
        answered=answered,
        user_name=user.name,
        edited=message.edit_date is not None,
    )
    await conclude_album(
        message, origin, outcome, drafts=drafts, private_replies=private_replies, translate=translate
    )


async def _picture_to_redraw(
    message: Message, parsed: ParsedPrompt, bot: Bot, requests: Requests
) -> Request | None:
    """Return the request of the bot's picture that a ratio or a style alone answers. None for an edit."""
    if not parsed.changes_look or message.reply_to_message is None:
        return None
    request = await find_request(message.reply_to_message, bot.id, requests)
    return None if request is None or request.source is not None else request


async def prompt_given(
    message: Message,
    user: UserIdentity,
    draft: Draft,
    translate: Translator,
    bot: Bot,
    drafts: Drafts,
    generation_service: GenerationService,
) -> None:
    """Draw the answer to a question, in the ratio of the command unless the answer names another.

    The answer is remembered first, so that an edit of one that cannot be drawn is still an answer.
    """
    await drafts.add_answer(draft.id, message.chat.id, message.message_id)
    parsed = parse_prompt(await without_mention(message.text or "", bot))
    if draft.source is None and not parsed.names_shape:
        parsed = replace(parsed, ratio=draft.ratio)
    if parsed.styles is None and draft.style is not None:
        parsed = replace(parsed, styles=tuple(draft.style.split()))
    if parsed.count == 1:
        parsed = replace(parsed, count=draft.count)
    origin = origins.of_message(message, user, translate.language)
    outcome = await generation_service.request_or_ask(
        origin, parsed, translate, draft.source, user_name=user.name, edited=message.edit_date is not None
    )
    if outcome is not Outcome.REFUSED and (parsed.prompt or outcome is Outcome.STARTED):
        await drafts.set_answered(draft.id)


async def ratio_given(
    message: Message,
    draft: Draft,
    text: str,
    translate: Translator,
    drafts: Drafts,
    requests: Requests,
    questions: Questions,
    generation_service: GenerationService,
) -> None:
    """Draw a draft in the ratio that the user writes instead of pressing a button.

    A ratio that the model does not draw is named, and the question is repeated. An edit of the ratio changes the
    request while it waits.
    """
    await drafts.add_answer(draft.id, message.chat.id, message.message_id)
    parsed = parse_prompt(text)
    origin = replace(draft.origin, language=translate.language)
    known = await requests.by_key(origin.key) if message.edit_date is not None else None
    if known is not None:
        count = await requests.size_of(known) if parsed.count == 1 else parsed.count
        parsed = replace(parsed, prompt=known.prompt, styles=(), count=count)
        await generation_service.request_or_ask(origin, parsed, translate, edited=True)
        return
    if parsed.ratio is None:
        await questions.repeat_ratio(draft, parsed, translate)
        return
    request = GenerationRequest(
        origin,
        draft.prompt or "",
        parsed.ratio,
        status_message_id=draft.question_message_id,
        count=draft.count if parsed.count == 1 else parsed.count,
    )
    await generation_service.follow_answer(request, translate)


async def ratio_pressed(
    query: CallbackQuery,
    draft: Draft,
    prompt: str,
    ratio: AspectRatio,
    place: ReplyTarget,
    translate: Translator,
    generation_service: GenerationService,
) -> None:
    """Draw a draft in the pressed ratio. The question becomes the status message."""
    origin = replace(draft.origin, language=translate.language)
    request = GenerationRequest(origin, prompt, ratio, status_message_id=place.reply_to, count=draft.count)
    await generation_service.follow_answer(request, translate, query_id=query.id)


async def always_pressed(
    query: CallbackQuery,
    draft: Draft,
    prompt: str,
    ratio: AspectRatio,
    place: ReplyTarget,
    translate: Translator,
    requests: Requests,
    preferences: Preferences,
    sender: Sender,
    generation_service: GenerationService,
) -> None:
    """Draw a draft in the pressed ratio, and prefer that from now on. An old button changes no preference."""
    known = await requests.by_key(draft.origin.key)
    origin = replace(draft.origin, language=translate.language)
    request = GenerationRequest(origin, prompt, ratio, status_message_id=place.reply_to, count=draft.count)
    outcome = await generation_service.follow_answer(request, translate, query_id=query.id)
    if outcome is Outcome.REFUSED or (known is not None and known.state in FINAL):
        return
    if (await preferences.of(origin.user_id)).ratio is not ratio:
        await preferences.choose(origin.user_id, ratio=ratio)
        text = translate("ratio-saved", ratio=ratio.value)
        await sender.send_text(ReplyTarget(place.chat_id, place.thread_id), text)


async def draft_pressed(
    query: CallbackQuery,
    draft: Draft,
    prompt: str,
    translate: Translator,
    requests: Requests,
    questions: Questions,
    sender: Sender,
    other_reading: OtherReading,
    generation_service: GenerationService,
) -> None:
    """Draw a draft as it is, or ask for its ratio in the same message if none is known any more."""
    origin = replace(draft.origin, language=translate.language)
    await other_reading.prefer(origin)
    source, question_id = draft.source, draft.question_message_id
    ratio = await generation_service.ratio_for(origin, draft.ratio) if source is None else None
    known = await requests.by_key(origin.key) is not None
    if source is None and ratio is None and question_id is not None and not known:
        await sender.toast(query.id)
        await questions.turn_to_ratio(draft, question_id, prompt, translate)
        return
    request = GenerationRequest(
        origin, prompt, ratio, source, status_message_id=question_id, count=draft.count
    )
    await generation_service.follow_answer(request, translate, query_id=query.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="imagine")
    on_message(router, imagine, Command("imagine"))
    on_message(router, prompt_given, not_a_command, answers_question)
    on_message(router, ratio_given, not_a_command, answers_ratio_question)
    router.callback_query.register(
        ratio_pressed, ChooseRatio.filter(), NamesRatio(), pressed_place, own_draft
    )
    router.callback_query.register(
        always_pressed, AlwaysRatio.filter(), NamesRatio(), pressed_place, own_draft
    )
    router.callback_query.register(draft_pressed, DrawDraft.filter(), own_draft)
    return router
