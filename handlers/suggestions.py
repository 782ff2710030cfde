"""The suggestions under the question for the change of a picture."""

from dataclasses import replace

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import SuggestChange
from chat.keyboards import SUGGESTIONS
from chat.sender import Sender
from chat.translations import Translator
from core.model import Draft, SourcePicture
from core.reply_target import ReplyTarget
from handlers.feature_router import FeatureRouter
from handlers.filters import own_change_question, pressed_place
from handlers.generation_service import GenerationService
from handlers.outcome import Outcome
from handlers.prompt import ParsedPrompt
from storage.drafts import Drafts


async def suggestion_pressed(
    query: CallbackQuery,
    callback_data: SuggestChange,
    draft: Draft,
    source: SourcePicture,
    place: ReplyTarget,
    translate: Translator,
    drafts: Drafts,
    sender: Sender,
    generation_service: GenerationService,
) -> None:
    """Change the picture of a question as if the user had typed the suggestion. All presses are one request.

    The answered question is deleted: the reply field is open for it, which an edit of its buttons cannot change (Bot
    API, InlineKeyboardMarkup, force_reply). After a refusal it stays, to be pressed or answered later.
    """
    origin = replace(draft.origin, language=translate.language)
    styles = None if draft.style is None else tuple(draft.style.split())
    words = translate.raw(f"suggestion-{SUGGESTIONS[callback_data.number]}")
    parsed = ParsedPrompt(words, None, styles=styles, count=draft.count)
    outcome = await generation_service.request_or_ask(origin, parsed, translate, source, query_id=query.id)
    if outcome in {Outcome.STARTED, Outcome.REPEATED}:
        await drafts.set_answered(draft.id)
        await sender.delete(place.chat_id, place.require_reply_to())


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="suggestions")
    router.callback_query.register(
        suggestion_pressed, SuggestChange.filter(), pressed_place, own_change_question
    )
    return router
