"""The button Shape under a picture: the other ratios, in which a press draws the picture again.

In a group only the user who pressed it sees the ratios, where the server can show them in the place of the message.
"""

from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from chat import result_keyboards
from chat.callbacks import DrawInRatio, ResultAction, ResultButton
from chat.replacements import Replacements
from chat.sender import Sender
from chat.translations import Translator
from core.model import AspectRatio, Request
from core.reply_target import ReplyTarget
from handlers.feature_router import FeatureRouter
from handlers.filters import (
    NamesRatio,
    not_forgotten,
    of_owner_or_group_admin,
    own_request,
    pressed_place,
)
from handlers.generation_service import GenerationService
from handlers.picture_actions import PictureActions
from handlers.results import draw_again
from handlers.user_errors import ButtonExpired
from storage.requests import Requests


async def behind_replacement(
    query: CallbackQuery, request: Request, place: ReplyTarget
) -> dict[str, ReplyTarget | int | None]:
    """Add `replacement`, the id of a pressed ephemeral message, or None. `place` is that of the picture behind it.

    Raises ButtonExpired if the ledger does not know the picture's message.
    """
    pressed = query.message
    replacement = pressed.ephemeral_message_id if isinstance(pressed, Message) else None
    if replacement is not None:
        if request.result_message_id is None:
            raise ButtonExpired
        place = ReplyTarget(place.chat_id, request.place.thread_id, request.result_message_id)
    return {"place": place, "replacement": replacement}


async def shapes_pressed(
    query: CallbackQuery,
    callback_data: ResultButton,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    sender: Sender,
    replacements: Replacements,
) -> None:
    """Show one button for each other ratio, if possible only to the user who pressed.

    A press under that form must lead back to the message, so it has to be the one that the ledger knows.
    """
    keyboard = result_keyboards.shapes(translate, request, paged=callback_data.paged)
    pressed, shown = query.message, False
    if isinstance(pressed, Message) and pressed.message_id == request.result_message_id:
        shown = await replacements.show(pressed, query.id, query.from_user.id, keyboard)
    await sender.toast(query.id)
    if not shown:
        await sender.edit_keyboard(place.chat_id, place.require_reply_to(), keyboard)


async def ratio_pressed(
    query: CallbackQuery,
    callback_data: DrawInRatio,
    request: Request,
    ratio: AspectRatio,
    place: ReplyTarget,
    replacement: int | None,
    translate: Translator,
    requests: Requests,
    picture_actions: PictureActions,
    replacements: Replacements,
    generation_service: GenerationService,
) -> None:
    """Draw a picture again in the pressed ratio, and show its actions again."""
    await draw_again(query, request, ratio, place, translate, requests, generation_service)
    if replacement is not None:
        await replacements.remove(place.chat_id, query.from_user.id, replacement)
        return
    await picture_actions.show(request, callback_data, place, translate)


async def back_pressed(
    query: CallbackQuery,
    callback_data: ResultButton,
    request: Request,
    place: ReplyTarget,
    replacement: int | None,
    translate: Translator,
    picture_actions: PictureActions,
    sender: Sender,
    replacements: Replacements,
) -> None:
    """Show the actions again."""
    await sender.toast(query.id)
    if replacement is not None:
        await replacements.remove(place.chat_id, query.from_user.id, replacement)
        return
    await picture_actions.show(request, callback_data, place, translate)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="picture shapes")
    guards: tuple[Any, ...] = (pressed_place, own_request, not_forgotten)
    router.callback_query.register(
        shapes_pressed, ResultButton.filter(F.action == ResultAction.SHAPES), *guards
    )
    # Back leads from More, too, which has a button for the group's admins.
    router.callback_query.register(
        back_pressed,
        ResultButton.filter(F.action == ResultAction.BACK),
        pressed_place,
        of_owner_or_group_admin,
        not_forgotten,
        behind_replacement,
    )
    router.callback_query.register(
        ratio_pressed, DrawInRatio.filter(), NamesRatio(), *guards, behind_replacement
    )
    return router
