"""The button Style under a picture: the words of the picture in another style, or a change of an edit into it."""

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from chat import style_keyboards
from chat.callbacks import DrawInStyle, ResultAction, ResultButton
from chat.sender import Sender
from chat.translations import Translator
from core.model import GenerationRequest, Request
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.filters import not_forgotten, own_request, pressed_place
from handlers.generation_service import GenerationService
from handlers.picture_actions import PictureActions
from handlers.prompt import LONGEST_PROMPT
from handlers.results import source_of_press
from handlers.styling import Styling
from handlers.user_errors import ButtonExpired
from storage.requests import Requests


async def styles_pressed(
    query: CallbackQuery,
    callback_data: ResultButton,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    styling: Styling,
    sender: Sender,
) -> None:
    """Show one button for each style that the picture does not have."""
    await sender.toast(query.id)
    _, shown = await styling.split(request.user_id, request.prompt)
    styles = await styling.all_of(request.user_id)
    keyboard = style_keyboards.picture_styles(
        translate,
        request,
        styles,
        shown if request.source is None else [],
        paged=callback_data.paged,
    )
    await sender.edit_keyboard(place.chat_id, place.require_reply_to(), keyboard)


async def style_pressed(
    query: CallbackQuery,
    callback_data: DrawInStyle,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    styling: Styling,
    picture_actions: PictureActions,
    sender: Sender,
    generation_service: GenerationService,
) -> None:
    """Draw the words of a picture in the pressed style, or change an edit into it, and show the actions again.

    The words of a style are never cut off: a prompt that becomes too long is not drawn.
    """
    style = await styling.find(request.user_id, callback_data.style) if callback_data.style else None
    if style is None and (callback_data.style or request.source is not None):
        raise ButtonExpired
    source = None
    if style is not None and request.source is not None:
        prompt, source = style.change(), await source_of_press(query, request, bot.id, requests)
    else:
        words, _ = await styling.split(request.user_id, request.prompt)
        prompt = style.fill(words) if style is not None else words
    prefix = origins.restyle_prefix(request, callback_data.style, place)
    origin = origins.of_redraw(prefix, await requests.with_prefix(prefix), request, place, translate.language)
    if len(prompt) > LONGEST_PROMPT:
        await sender.alert(query.id, translate("style-too-long", limit=LONGEST_PROMPT))
        return
    redraw = GenerationRequest(origin, prompt, request.ratio, source)
    await generation_service.submit(redraw, translate, query_id=query.id)
    await picture_actions.show(request, callback_data, place, translate)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="picture styles")
    guards = pressed_place, own_request, not_forgotten
    router.callback_query.register(
        styles_pressed, ResultButton.filter(F.action == ResultAction.STYLES), *guards
    )
    router.callback_query.register(style_pressed, DrawInStyle.filter(), *guards)
    return router
