"""/imagine with a text or about a picture, the answers to its questions, the ratio buttons, and an edited command."""

from dataclasses import replace

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from chat.callbacks import ChooseRatio
from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import AspectRatio, Draft, GenerationRequest
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.access_rules import AccessRules
from handlers.albums import conclude_album
from handlers.attachments import find_source
from handlers.filters import NOT_A_COMMAND, NamesRatio, own_draft, pressed_place
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.prompt import parse_prompt
from handlers.questions import Questions
from storage.drafts import Drafts
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
    generation_service: GenerationService,
) -> None:
    """Draw the prompt after the command, or edit the picture of the message or of the message it replies to."""
    parsed = parse_prompt(command.args or "")
    source = await find_source(message, bot.id, requests)
    if source is None and message.reply_to_message is not None:
        source = await find_source(message.reply_to_message, bot.id, requests)
    origin = origins.of_message(message, user, translate.language)
    outcome = await generation_service.request_or_ask(origin, parsed, translate, source, user_name=user.name)
    await conclude_album(
        message, origin, outcome, drafts=drafts, private_replies=private_replies, translate=translate
    )


async def answers_question(message: Message, user: UserIdentity, drafts: Drafts) -> dict[str, Draft] | bool:
    """Pass replies to a question for a prompt by the user it was asked. Adds `draft`."""
    question = message.reply_to_message
    if question is None:
        return False
    draft = await drafts.by_question(message.chat.id, question.message_id)
    if draft is None or draft.prompt is not None or draft.origin.user_id != user.id:
        return False
    return {"draft": draft}


async def prompt_given(
    message: Message,
    user: UserIdentity,
    draft: Draft,
    translate: Translator,
    generation_service: GenerationService,
) -> None:
    """Draw the answer to a question, in the ratio of the command unless the answer names another."""
    parsed = parse_prompt(message.text or "")
    parsed = replace(parsed, ratio=parsed.ratio or draft.ratio)
    origin = origins.of_message(message, user, translate.language)
    await generation_service.request_or_ask(origin, parsed, translate, draft.source, user_name=user.name)


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
    request = GenerationRequest(origin, prompt, ratio, status_message_id=place.reply_to)
    await generation_service.submit(request, translate, query_id=query.id)


async def command_edited(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    requests: Requests,
    drafts: Drafts,
    access_rules: AccessRules,
    questions: Questions,
) -> None:
    """Replace the prompt of a request that waits, or of a question for a ratio. A request that runs stays as it is."""
    origin = origins.of_message(message, user, translate.language)
    draft = await drafts.by_key(origin.key)
    request = await requests.by_key(origin.key)
    if draft is None and request is None:
        return
    parsed = parse_prompt(command.args or "")
    if not parsed.prompt or await access_rules.refusal_reason(origin, parsed.prompt, translate):
        return
    if request is not None:
        await requests.revise(origin.key, parsed.prompt, None if request.source else parsed.ratio)
    elif draft is not None and draft.prompt is not None and draft.question_message_id is not None:
        await questions.revise(draft, draft.question_message_id, parsed.prompt, translate)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="imagine")
    router.message.register(imagine, Command("imagine"))
    router.message.register(prompt_given, NOT_A_COMMAND, answers_question)
    router.edited_message.register(command_edited, Command("imagine"))
    router.callback_query.register(
        ratio_pressed, ChooseRatio.filter(), NamesRatio(), pressed_place, own_draft
    )
    return router
