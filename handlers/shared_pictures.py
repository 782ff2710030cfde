"""Again under another member's picture in a shared history: it draws the same words for the user who presses it."""

from dataclasses import replace

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import DrawSame
from chat.translations import Translator
from core.model import GenerationRequest, State
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.filters import by_named_owner, pressed_place
from handlers.generation_service import GenerationService
from handlers.history_pages import HistoryPages
from handlers.user_errors import ButtonExpired, NoSharedHistory, NotOwner
from storage.picture_history import SHARED
from storage.requests import Requests


async def same_pressed(
    query: CallbackQuery,
    callback_data: DrawSame,
    place: ReplyTarget,
    translate: Translator,
    history_pages: HistoryPages,
    requests: Requests,
    generation_service: GenerationService,
) -> None:
    """Draw the words of another member's picture for the user who pages. Raises NoSharedHistory.

    A change is not repeated: its source is a picture that the other member chose to send, perhaps in another chat.
    Raises NotOwner for forged data with the id of another chat, whose units the picture would use.
    """
    if callback_data.user not in {query.from_user.id, place.chat_id}:
        raise NotOwner
    if not await history_pages.may_show(SHARED, place):
        raise NoSharedHistory
    request = await requests.get(callback_data.request)
    shown = (
        request is not None and request.state is State.DELIVERED and request.place.chat_id == place.chat_id
    )
    if request is None or not shown or request.forget or request.hidden_at or request.source is not None:
        raise ButtonExpired
    prefix = origins.redraw_prefix(request, request.ratio, place)
    earlier = await requests.with_prefix(prefix)
    origin = origins.of_redraw(prefix, earlier, request, place, translate.language)
    same = GenerationRequest(replace(origin, user_id=callback_data.user), request.prompt, request.ratio)
    await generation_service.submit(same, translate, query_id=query.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="shared-pictures")
    router.callback_query.register(same_pressed, DrawSame.filter(), by_named_owner, pressed_place)
    return router
