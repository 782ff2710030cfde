"""The star under a picture: it makes the picture a favourite, or not one any more."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from chat.callbacks import ResultAction, ResultButton
from chat.sender import Sender
from chat.translations import Translator
from core.model import Request
from core.reply_target import ReplyTarget
from handlers.feature_router import FeatureRouter
from handlers.filters import not_forgotten, own_request, pressed_place
from handlers.picture_actions import PictureActions
from handlers.user_errors import ButtonExpired
from storage.picture_history import History


async def star_pressed(
    query: CallbackQuery,
    callback_data: ResultButton,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    history: History,
    picture_actions: PictureActions,
    sender: Sender,
) -> None:
    """Make a picture a favourite or not, as the button says: a repeated press changes nothing more."""
    favourite = callback_data.action is ResultAction.FAVOURITE
    stored = await history.set_favourite(request.id, favourite=favourite)
    if stored is None:
        raise ButtonExpired
    await sender.toast(query.id, translate.raw("toast-favourite" if favourite else "toast-not-favourite"))
    await picture_actions.show(stored, callback_data, place, translate)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="favourites")
    stars = ResultButton.filter(F.action.in_({ResultAction.FAVOURITE, ResultAction.NOT_FAVOURITE}))
    router.callback_query.register(star_pressed, stars, pressed_place, own_request, not_forgotten)
    return router
