"""The examples under /start and /help, which draw at once."""

import contextlib

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import DrawExample
from chat.errors import SendError
from chat.keyboards import EXAMPLES
from chat.sender import Sender
from chat.translations import Translator
from core.model import DEFAULT_RATIO, GenerationRequest
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.filters import pressed_place
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.outcome import Outcome
from handlers.prompt import ParsedPrompt
from handlers.styling import Styling
from handlers.user_errors import ButtonExpired


async def example_pressed(
    query: CallbackQuery,
    callback_data: DrawExample,
    user: UserIdentity,
    place: ReplyTarget,
    translate: Translator,
    styling: Styling,
    generation_service: GenerationService,
    sender: Sender,
) -> None:
    """Draw the pressed example in the usual shape and style, and disable its button.

    All presses of one button are one request.
    """
    if callback_data.name not in EXAMPLES:
        raise ButtonExpired
    origin = origins.of_example(callback_data.name, user, place, translate.language)
    ratio = await generation_service.ratio_for(origin, None) or DEFAULT_RATIO
    example = ParsedPrompt(translate.raw(f"example-{callback_data.name}"), None)
    parsed = await styling.apply(origin, example, translate, usual=True, changes=False)
    request = GenerationRequest(origin, parsed.prompt, ratio)
    outcome = await generation_service.submit(request, translate, query_id=query.id)
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    if outcome is Outcome.STARTED and markup is not None and not place.in_group:
        # In a group, the others may still press it.
        shown = keyboards.with_disabled(markup, query.data)
        with contextlib.suppress(SendError):
            await sender.edit_keyboard(place.chat_id, place.require_reply_to(), shown)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="examples")
    router.callback_query.register(example_pressed, DrawExample.filter(), pressed_place)
    return router
