"""Several pictures at once: the buttons under their grid, the button that draws four more, and replies to a grid."""

import re

from aiogram import Bot, F, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat.callbacks import DrawFour, PickPicture, ResultAction, ResultButton
from chat.captions import one_line
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.model import MOST_AT_ONCE, GenerationRequest, Request, SourcePicture
from core.reply_target import ReplyTarget
from generation.singles import SingleOutcome, Singles
from handlers import origins
from handlers.commands import Command, without_mention
from handlers.feature_router import FeatureRouter
from handlers.filters import (
    has_picture,
    is_request_text,
    not_a_command,
    not_forgotten,
    on_message,
    own_request,
    pressed_place,
    replies_to_bot,
)
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.prompt import parse_prompt
from handlers.results import prompt_of_picture
from handlers.styling import Styling
from storage.batches import Batch, Batches
from storage.requests import Requests

_NUMBER = re.compile(r"\s*[#№]?\s?([1-9])(?:\s*[.):,—–-]?\s+(?P<rest>\S.*)|\s*[.)]?\s*)", re.DOTALL)
"""The number of a picture, alone or before words: `2`, `#2`, `2 make it night`, `2: make it night`."""


async def picture_picked(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    sender: Sender,
    singles: Singles,
) -> None:
    """Send one picture of a grid as a message of its own."""
    outcome = await singles.send(request, place, translate)
    if outcome is SingleOutcome.LOST:
        await sender.alert(query.id, translate.raw("single-lost"))
        return
    await sender.toast(query.id, translate.raw("toast-before") if outcome is SingleOutcome.REPEATED else None)


async def four_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    requests: Requests,
    generation_service: GenerationService,
) -> None:
    """Draw the same words four more times, or repeat an edit. Presses while they are drawn are that batch."""
    prefix = origins.four_prefix(request, place)
    earlier = await requests.with_prefix(prefix)
    origin = origins.of_four(prefix, earlier, request, place, translate.language)
    more = GenerationRequest(origin, request.prompt, request.ratio, request.source, count=MOST_AT_ONCE)
    await generation_service.submit(more, translate, query_id=query.id)


async def answers_grid(
    message: Message, bot: Bot, batches: Batches, requests: Requests
) -> dict[str, Batch | Request] | bool:
    """Pass texts in reply to a grid of the bot. Adds `batch`, and `request`, its first one that is left."""
    grid = message.reply_to_message
    if grid is None or message.text is None or not replies_to_bot(message, bot):
        return False
    batch = await find_batch(grid, batches)
    if batch is None:
        return False
    shown = [one for one in await requests.get_all(batch.cells) if one.is_visible]
    return {"batch": batch, "request": shown[0]} if shown else False


async def find_batch(grid: Message, batches: Batches) -> Batch | None:
    """Return the batch behind a grid of the bot: the ledger knows its message, or else its buttons name it."""
    batch = await batches.in_message(grid.chat.id, grid.message_id)
    if batch is None and (batch_id := _batch_in_buttons(grid)) is not None:
        batch = await batches.get(batch_id)
    return batch


async def asks_in_grid(message: Message, bot: Bot) -> dict[str, str] | bool:
    """Pass texts that ask for something, as `is_request_text`, and a number alone. Adds `text`."""
    text = await without_mention(message.text or "", bot)
    number = _NUMBER.fullmatch(text)
    if number is not None and number["rest"] is None:
        return {"text": text}
    return await is_request_text(message, bot)


async def text_in_reply(
    message: Message,
    text: str,
    batch: Batch,
    request: Request,
    user: UserIdentity,
    translate: Translator,
    requests: Requests,
    singles: Singles,
    private_replies: PrivateReplies,
    styling: Styling,
    generation_service: GenerationService,
) -> None:
    """Send or change the picture with the number before the words. A ratio or a style alone draws the words in it.

    Words without a number are answered with the question which picture they mean.
    """
    origin, edited = origins.of_message(message, user, translate.language), message.edit_date is not None
    number = _NUMBER.fullmatch(text)
    picked = await _picked(number, batch, requests)
    if number is not None and picked is not None:
        words = number["rest"]
        if words is None and edited:
            return
        source = await _source(picked, origin.place, translate, requests, singles, send=words is None)
        if source is None:
            await private_replies.send(origin.place, user.id, translate("single-lost"))
        elif words is not None:
            await generation_service.request_or_ask_about(
                source, origin, parse_prompt(words), translate, user_name=user.name, edited=edited
            )
        return
    parsed = parse_prompt(text)
    if (parsed.names_shape or parsed.changes_look) and request.source is None:
        if not parsed.prompt:
            parsed = await styling.of_picture(user.id, request, parsed)
        await generation_service.request_or_ask(origin, parsed, translate, edited=edited)
        return
    example = one_line(parsed.prompt) or translate.raw("which-one-example")
    question = translate("which-one", most=len(batch.cells), example=example)
    await private_replies.send(origin.place, user.id, question)


async def _source(
    picked: Request,
    place: ReplyTarget,
    translate: Translator,
    requests: Requests,
    singles: Singles,
    *,
    send: bool,
) -> SourcePicture | None:
    """Return a picture of a grid as a source. Send it first with `send`, or if it has no file yet.

    Return None if it is lost.
    """
    if send or not picked.file_id:
        if await singles.send(picked, place, translate) is SingleOutcome.LOST:
            return None
        picked = await requests.get(picked.id) or picked
    return SourcePicture(picked.file_id or "", picked.id, picked.spoiler)


async def imagine_in_reply(
    message: Message,
    command: CommandObject,
    batch: Batch,
    request: Request,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    singles: Singles,
    private_replies: PrivateReplies,
    styling: Styling,
    generation_service: GenerationService,
) -> None:
    """Do the same with /imagine."""
    await text_in_reply(
        message,
        await without_mention(command.args or "", bot),
        batch,
        request,
        user,
        translate,
        requests,
        singles,
        private_replies,
        styling,
        generation_service,
    )


async def _picked(number: re.Match[str] | None, batch: Batch, requests: Requests) -> Request | None:
    """Return the request with a number in a grid, or None if the grid has no such picture any more."""
    index = -1 if number is None else int(number[1]) - 1
    request = await requests.get(batch.cells[index]) if 0 <= index < len(batch.cells) else None
    return None if request is None or not request.is_visible else request


def _batch_in_buttons(message: Message) -> int | None:
    """Return the batch that the buttons of a grid name: the ledger may not know the grid's message."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    for button in (button for row in rows for button in row):
        if (button.callback_data or "").startswith(f"{DrawFour.__prefix__}:"):
            try:
                return DrawFour.unpack(button.callback_data or "").request
            except (ValueError, TypeError):
                return None
    return None


def router() -> Router:
    """Return the routes of this feature. They come before those of pictures, because a grid is a picture of the bot."""
    router = FeatureRouter(name="batches")
    on_message(router, imagine_in_reply, Command("imagine"), answers_grid)
    on_message(router, prompt_of_picture, Command("prompt"), answers_grid)
    on_message(router, text_in_reply, not_a_command, answers_grid, asks_in_grid)
    router.callback_query.register(
        picture_picked, PickPicture.filter(), pressed_place, own_request, not_forgotten, has_picture
    )
    router.callback_query.register(four_pressed, DrawFour.filter(), pressed_place, own_request, not_forgotten)
    router.callback_query.register(
        four_pressed,
        ResultButton.filter(F.action == ResultAction.FOUR),
        pressed_place,
        own_request,
        not_forgotten,
    )
    return router
