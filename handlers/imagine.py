"""/imagine in words or about a picture, the answers to its questions, the ratio buttons, and an edited command."""

from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import ChooseRatio
from chat.captions import one_line
from chat.members import Members
from chat.sender import Sender
from chat.translations import Translator
from core.model import AspectRatio
from handlers.attachments import SourceError, SourcePicture, source_in
from handlers.generation_service import Cause, GenerationService
from handlers.identity import UserIdentity, key_of, may_press, place_of
from handlers.prompt import ParsedPrompt, PromptError, read
from storage.drafts import Draft, Drafts
from storage.requests import Requests


def cause_of(message: Message, user: UserIdentity) -> Cause:
    """Return a message as the cause of what it asks for."""
    return Cause(key_of(message), user.id, place_of(message), user.name)


async def imagine(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    generation_service: GenerationService,
    translate: Translator,
    bot: Bot,
) -> None:
    """Draw what stands after the command, or change the picture it stands under or answers; ask for what is missing."""
    try:
        generation_request = read(command.args or "")
        source = source_in(message, bot.id)
        if source is None and message.reply_to_message is not None:
            source = source_in(message.reply_to_message, bot.id)
    except PromptError as error:
        await generation_service.rejection_texts.prompt(place_of(message), user.id, error, translate)
    except SourceError as error:
        await generation_service.rejection_texts.source(place_of(message), user.id, error, translate)
    else:
        fresh = await generation_service.take(cause_of(message, user), generation_request, translate, source)
        if fresh and message.media_group_id:
            await generation_service.private_replies.say(place_of(message), user.id, translate("album-first"))


async def answered(message: Message, user: UserIdentity, drafts: Drafts) -> dict[str, Draft] | bool:
    """Filter: a reply to the bot's question for words, by the person it asked. Gives `draft`."""
    question = message.reply_to_message
    if question is None:
        return False
    draft = await drafts.by_question(message.chat.id, question.message_id)
    if draft is None or draft.prompt is not None or draft.user_id != user.id:
        return False
    return {"draft": draft}


async def words_given(
    message: Message,
    user: UserIdentity,
    draft: Draft,
    generation_service: GenerationService,
    translate: Translator,
) -> None:
    """Draw the answer to the question; a ratio given with the command still holds."""
    try:
        generation_request = read(message.text or "")
    except PromptError as error:
        await generation_service.rejection_texts.prompt(place_of(message), user.id, error, translate)
        return
    source = SourcePicture(draft.source_file_id, draft.parent_id) if draft.source_file_id else None
    generation_request = replace(generation_request, ratio=generation_request.ratio or draft.ratio)
    await generation_service.take(cause_of(message, user), generation_request, translate, source)


async def ratio_pressed(
    query: CallbackQuery,
    callback_data: ChooseRatio,
    drafts: Drafts,
    generation_service: GenerationService,
    sender: Sender,
    members: Members,
    translate: Translator,
) -> None:
    """Draw a draft in the pressed ratio. However often it is pressed, it is one generation."""
    draft = await drafts.get(callback_data.draft)
    ratio = AspectRatio.from_slug(callback_data.ratio)
    if draft is None or draft.prompt is None or ratio is None or query.message is None:
        await sender.toast(query.id, translate.raw("toast-old"))
    elif not await may_press(draft.user_id, query, members):
        await sender.toast(query.id, translate.raw("toast-not-yours"))
    else:
        await generation_service.choose(draft, ratio, query.message.message_id, translate, press=query.id)


async def revised(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    requests: Requests,
    drafts: Drafts,
    generation_service: GenerationService,
    translate: Translator,
) -> None:
    """Let a request that still waits take the words its command was edited to; one that runs goes on as it is."""
    key = key_of(message)
    draft = await drafts.by_key(key)
    known = await requests.by_key(key)
    if draft is None and known is None:
        return
    try:
        generation_request = read(command.args or "")
    except PromptError as error:
        await generation_service.rejection_texts.prompt(place_of(message), user.id, error, translate)
        return
    if not generation_request.prompt or await generation_service.refusal_reason(
        cause_of(message, user), generation_request.prompt, translate
    ):
        return
    if known is not None:
        await requests.rewrite(
            key, generation_request.prompt, None if known.source_file_id else generation_request.ratio
        )
    elif draft is not None and draft.prompt is not None and draft.question_message_id is not None:
        await _redraft(draft, generation_request, drafts, generation_service, translate)


async def _redraft(
    draft: Draft,
    generation_request: ParsedPrompt,
    drafts: Drafts,
    generation_service: GenerationService,
    translate: Translator,
) -> None:
    await drafts.rewrite(draft.id, generation_request.prompt)
    words = translate("ask-ratio", prompt=one_line(generation_request.prompt))
    keyboard = keyboards.ratios(translate, draft.id)
    await generation_service.sender.edit_text(
        draft.chat_id, draft.question_message_id or 0, words, keyboard=keyboard
    )


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="imagine")
    router.message.register(imagine, Command("imagine"))
    router.message.register(words_given, F.text, ~F.text.startswith("/"), answered)
    router.edited_message.register(revised, Command("imagine"))
    router.callback_query.register(ratio_pressed, ChooseRatio.filter())
    return router
