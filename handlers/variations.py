"""The button Vary under a picture: an edit that asks for small changes.

The model has neither seeds nor a strength of changes, so the words ask for them, and the caption shows the words.
"""

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from chat.callbacks import ResultAction, ResultButton
from chat.translations import Translator
from core.model import GenerationRequest, Request
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.filters import not_forgotten, own_request, pressed_place
from handlers.generation_service import GenerationService
from handlers.results import source_of_press
from storage.requests import Requests

VARIATIONS = (
    "the same picture with small changes: a moment later",
    "the same picture with small changes: slightly different details",
    "the same picture with small changes: seen from slightly further to the left",
    "the same picture with small changes: slightly different light",
    "the same picture with small changes: slightly different surroundings",
    "the same picture with small changes: seen from slightly closer",
)
"""The prompts of variations, in English like the words of styles."""


def variation(request: Request, number: int) -> str:
    """Return the prompt of a picture's variation with a number from 0. Pictures begin with different ones."""
    return VARIATIONS[(request.id + number) % len(VARIATIONS)]


async def vary_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    generation_service: GenerationService,
) -> None:
    """Change a picture slightly. Presses while a variation is under way are that one."""
    source = await source_of_press(query, request, bot.id, requests)
    prefix = origins.vary_prefix(request, place)
    earlier = await requests.with_prefix(prefix)
    origin = origins.of_redraw(prefix, earlier, request, place, translate.language)
    number = int(origin.key.removeprefix(prefix))
    varied = GenerationRequest(origin, variation(request, number), None, source)
    await generation_service.submit(varied, translate, query_id=query.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="variations")
    is_vary = ResultButton.filter(F.action == ResultAction.VARY)
    router.callback_query.register(vary_pressed, is_vary, pressed_place, own_request, not_forgotten)
    return router
