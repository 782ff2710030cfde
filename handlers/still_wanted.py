"""The answer to the question whether late requests are still wanted. A no about a single one is a Cancel."""

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import DrawStill, DropLate
from chat.sender import Sender
from chat.translations import Translator
from core.model import ENDED_WITHOUT_PICTURE, Request
from generation.decisions import Decisions
from handlers.feature_router import FeatureRouter
from handlers.filters import is_same_chat, is_shown, own_request, source_not_hidden
from handlers.identity import place_of
from handlers.user_errors import ButtonExpired
from storage.asked_requests import AskedRequests
from storage.requests import Requests


async def draw_pressed(
    query: CallbackQuery,
    request: Request,
    translate: Translator,
    asked_requests: AskedRequests,
    requests: Requests,
    decisions: Decisions,
    sender: Sender,
) -> None:
    """Draw the requests. Their question becomes a status message. Raises ButtonExpired if the request has ended."""
    await note_question(query, request, asked_requests)
    drawn = await decisions.draw(request)
    if not drawn and request.state in ENDED_WITHOUT_PICTURE:
        raise ButtonExpired
    await sender.toast(query.id, translate.raw("toast-accepted" if drawn else "toast-repeated"))
    await remove_surplus(query, request, asked_requests, requests, sender)


async def batch_declined(
    query: CallbackQuery,
    request: Request,
    translate: Translator,
    asked_requests: AskedRequests,
    requests: Requests,
    decisions: Decisions,
    sender: Sender,
) -> None:
    """Cancel the requests of a batch that wait. Those that are drawn already are sent."""
    await note_question(query, request, asked_requests)
    cancelled = await decisions.cancel(request)
    over = cancelled or request.state in ENDED_WITHOUT_PICTURE
    await sender.toast(query.id, translate.raw("toast-cancelled" if over else "toast-repeated"))
    pressed = place_of(query.message) if query.message is not None else None
    if over and pressed is not None and not is_same_chat(pressed, request.place):
        await sender.delete(pressed.chat_id, pressed.require_reply_to())  # shown by a link to the request
    await remove_surplus(query, request, asked_requests, requests, sender)


async def note_question(query: CallbackQuery, request: Request, asked_requests: AskedRequests) -> None:
    """Store the pressed question, if a process ended after it sent this question and before it stored the id."""
    pressed = place_of(query.message) if query.message is not None else None
    if pressed is None or not is_same_chat(pressed, request.place) or not is_shown(query):
        return
    question = await asked_requests.question(request.id)
    if question is not None and question.message_id is None:
        await asked_requests.set_message(question, pressed.require_reply_to())


async def remove_surplus(
    query: CallbackQuery,
    request: Request,
    asked_requests: AskedRequests,
    requests: Requests,
    sender: Sender,
) -> None:
    """Delete the pressed question, unless it is open, a status message, or in another chat than the request.

    A process that ended before it stored the id of a question has sent it twice.
    """
    pressed = place_of(query.message) if query.message is not None else None
    if pressed is None or not is_same_chat(pressed, request.place) or not is_shown(query):
        return
    question = await asked_requests.question(request.id)
    head = await requests.get(request.batch_id or request.id)
    needed = {
        question.message_id if question is not None else None,
        head.status_message_id if head is not None and head.closed_at is None else None,
    }
    if pressed.reply_to not in needed:
        await sender.delete(pressed.chat_id, pressed.require_reply_to())


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="still_wanted")
    router.callback_query.register(draw_pressed, DrawStill.filter(), own_request, source_not_hidden)
    router.callback_query.register(batch_declined, DropLate.filter(), own_request)
    return router
