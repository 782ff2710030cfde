"""The examples under /start and /help, which draw at once."""

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import DrawExample
from chat.keyboards import EXAMPLES
from chat.translations import Translator
from core.model import DEFAULT_RATIO, GenerationRequest
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.filters import pressed_place
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.user_errors import ButtonExpired


async def example_pressed(
    query: CallbackQuery,
    callback_data: DrawExample,
    user: UserIdentity,
    place: ReplyTarget,
    translate: Translator,
    generation_service: GenerationService,
) -> None:
    """Draw the pressed example. All presses of one button are one request."""
    if callback_data.name not in EXAMPLES:
        raise ButtonExpired
    origin = origins.of_example(callback_data.name, user, place, translate.language)
    ratio = await generation_service.ratio_for(origin, None) or DEFAULT_RATIO
    prompt = translate.raw(f"example-{callback_data.name}")
    await generation_service.submit(GenerationRequest(origin, prompt, ratio), translate, query_id=query.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="examples")
    router.callback_query.register(example_pressed, DrawExample.filter(), pressed_place)
    return router
