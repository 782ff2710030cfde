"""The button under the message about a failure, which tries the same request again."""

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import TryAgain
from chat.translations import Translator
from core.model import AspectRatio, GenerationRequest, Request, State
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.filters import NamesRatio, not_forgotten, own_request, pressed_place_or_inline
from handlers.generation_service import GenerationService
from handlers.user_errors import ButtonExpired
from storage.batches import Batches


async def try_again_pressed(
    query: CallbackQuery,
    request: Request,
    ratio: AspectRatio | None,
    place: ReplyTarget,
    translate: Translator,
    batches: Batches,
    generation_service: GenerationService,
) -> None:
    """Try a failed request again, once, or its batch if no picture of it came.

    The message about the failure becomes the status message.
    """
    if request.state is not State.FAILED:
        raise ButtonExpired
    batch, count = request.batch_id, 1
    if batch is not None and not any(
        one.state is State.DELIVERED for one in await batches.requests_of(batch)
    ):
        stored = await batches.get(batch)
        count = 1 if stored is None else stored.size
    origin = origins.of_try_again(request, translate.language)
    first = request.place
    # A link to the request shows the message in the private chat, also if the picture belongs elsewhere.
    same = (place.chat_id, place.inline_message_id) == (first.chat_id, first.inline_message_id)
    again = GenerationRequest(
        origin,
        request.prompt,
        ratio or request.ratio,
        request.source,
        status_message_id=place.reply_to if same else None,
        count=count,
    )
    await generation_service.submit(again, translate, query_id=query.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="try_again")
    router.callback_query.register(
        try_again_pressed,
        TryAgain.filter(),
        NamesRatio(optional=True),
        pressed_place_or_inline,
        own_request,
        not_forgotten,
    )
    return router
