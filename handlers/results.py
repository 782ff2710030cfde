"""The buttons under a picture of the bot, and replies to it."""

from typing import Any

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Message

from chat import keyboards as shared_keyboards
from chat import result_keyboards
from chat.callbacks import ResultAction, ResultButton
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.model import AspectRatio, GenerationRequest, Request, SourcePicture
from core.reply_target import ReplyTarget
from generation.originals import Originals
from handlers import origins
from handlers.attachments import find_request, find_source
from handlers.commands import Command
from handlers.comparisons import ask_for_change, chain_of
from handlers.feature_router import FeatureRouter
from handlers.filters import (
    has_picture,
    is_request_text,
    not_a_command,
    not_forgotten,
    of_owner_or_group_admin,
    on_message,
    own_request,
    pressed_place,
)
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity, place_of
from handlers.prompt import parse_prompt
from handlers.styling import Styling
from handlers.user_errors import ButtonExpired
from storage.comparisons import Comparisons
from storage.requests import Requests


async def again_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    requests: Requests,
    generation_service: GenerationService,
) -> None:
    """Draw a picture again in its ratio, or repeat an edit."""
    await draw_again(query, request, request.ratio, place, translate, requests, generation_service)


async def more_pressed(
    query: CallbackQuery,
    callback_data: ResultButton,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    sender: Sender,
) -> None:
    """Show the less usual actions."""
    await sender.toast(query.id)
    paged, in_group = callback_data.paged, place.in_group
    keyboard = result_keyboards.more(translate, request, paged=paged, in_group=in_group)
    await sender.edit_keyboard(place.chat_id, place.require_reply_to(), keyboard)


async def edit_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    generation_service: GenerationService,
) -> None:
    """Ask for the change of a picture."""
    source = await source_of_press(query, request, bot.id, requests)
    await ask_for_change(query, request, source, place, translate, generation_service)


async def original_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    sender: Sender,
    originals: Originals,
) -> None:
    """Send the original."""
    await sender.toast(query.id, translate.raw("toast-original"))
    originals.send(request, place, translate)


async def answers_picture(message: Message, bot: Bot, requests: Requests) -> dict[str, Any] | bool:
    """Pass replies to a picture of the bot. Adds `picture_message` and `request`."""
    picture_message = message.reply_to_message
    if picture_message is None:
        return False
    request = await find_request(picture_message, bot.id, requests)
    return False if request is None else {"picture_message": picture_message, "request": request}


async def text_in_reply(
    message: Message,
    picture_message: Message,
    request: Request,
    text: str,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    private_replies: PrivateReplies,
    styling: Styling,
    generation_service: GenerationService,
) -> None:
    """Draw a picture again in the ratio or the style of the reply, or edit it as the reply says.

    An edit keeps its shape, so the bot asks whether it shall draw words with a ratio. For a ratio that the model does
    not draw it offers the others.
    """
    origin = origins.of_message(message, user, translate.language)
    edited = message.edit_date is not None
    parsed = parse_prompt(text)
    if not parsed.changes_look or (request.source is not None and parsed.styles):
        source = await find_source(picture_message, bot.id, requests)
        await generation_service.request_or_ask_about(
            source, origin, parsed, translate, user_name=user.name, edited=edited
        )
        return
    if request.source is not None:
        await private_replies.send(origin.place, user.id, translate("edit-has-no-shape"))
        return
    parsed = await styling.of_picture(user.id, request, parsed)
    await generation_service.request_or_ask(origin, parsed, translate, edited=edited)


async def prompt_of_picture(
    message: Message,
    request: Request,
    user: UserIdentity,
    translate: Translator,
    private_replies: PrivateReplies,
) -> None:
    """Send the prompt of a picture or a grid, to copy."""
    keyboard = shared_keyboards.copy_prompt(translate, request.prompt)
    text = translate("prompt-back", prompt=request.prompt)
    await private_replies.send(place_of(message), user.id, text, keyboard=keyboard)


async def answers_source(
    message: Message, requests: Requests, comparisons: Comparisons
) -> dict[str, Request] | bool:
    """Pass replies to the source that a comparison shows. Adds `request`, its first change."""
    replied_to = message.reply_to_message
    comparison = await comparisons.get(message.chat.id, replied_to.message_id) if replied_to else None
    edit = await requests.get(comparison.edit_id) if comparison and comparison.shown_id is None else None
    if edit is None or edit.forget:
        return False
    first = [request for request in await chain_of(edit, requests) if request is not None][-1]
    return {"request": first}


async def prompt_of_source(
    message: Message,
    request: Request,
    user: UserIdentity,
    translate: Translator,
    private_replies: PrivateReplies,
) -> None:
    """Send the words that changed a source, which has no description of the bot, to copy."""
    text = translate("prompt-of-source", prompt=request.prompt)
    await private_replies.send(place_of(message), user.id, text)


async def prompt_without_picture(
    message: Message, user: UserIdentity, translate: Translator, private_replies: PrivateReplies
) -> None:
    """Explain /prompt."""
    await private_replies.send(place_of(message), user.id, translate("prompt-of-what"))


async def source_of_press(
    query: CallbackQuery, request: Request, bot_id: int, requests: Requests
) -> SourcePicture:
    """Return the picture of a request. Before the ledger knows its file, only the pressed message names it."""
    if request.file_id is not None:
        return SourcePicture(request.file_id, request.id, request.spoiler)
    pressed = query.message
    source = await find_source(pressed, bot_id, requests) if isinstance(pressed, Message) else None
    if source is None:
        raise ButtonExpired
    return source


async def draw_again(
    query: CallbackQuery,
    request: Request,
    ratio: AspectRatio | None,
    place: ReplyTarget,
    translate: Translator,
    requests: Requests,
    generation_service: GenerationService,
) -> None:
    """Draw a picture again in a ratio, or repeat an edit if there is none."""
    prefix = origins.redraw_prefix(request, ratio, place)
    earlier = await requests.with_prefix(prefix)
    origin = origins.of_redraw(prefix, earlier, request, place, translate.language)
    redraw = GenerationRequest(origin, request.prompt, ratio, request.source)
    await generation_service.submit(redraw, translate, query_id=query.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="results")
    on_message(router, prompt_of_picture, Command("prompt"), answers_picture)
    on_message(router, prompt_of_source, Command("prompt"), answers_source)
    on_message(router, prompt_without_picture, Command("prompt"))
    on_message(router, text_in_reply, not_a_command, answers_picture, is_request_text)
    for action, handler in (
        (ResultAction.AGAIN, again_pressed),
        (ResultAction.EDIT, edit_pressed),
    ):
        router.callback_query.register(
            handler, ResultButton.filter(F.action == action), pressed_place, own_request, not_forgotten
        )
    # More has a button for the group's admins.
    guards = pressed_place, of_owner_or_group_admin, not_forgotten
    router.callback_query.register(more_pressed, ResultButton.filter(F.action == ResultAction.MORE), *guards)
    router.callback_query.register(
        original_pressed,
        ResultButton.filter(F.action == ResultAction.ORIGINAL),
        pressed_place,
        own_request,
        not_forgotten,
        has_picture,
    )
    return router
