"""The answer to the question whether a late request is still wanted. A no is a Cancel (handlers.cancel)."""

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import DrawStill
from chat.sender import Sender
from chat.translations import Translator
from core.model import ENDED_WITHOUT_PICTURE, Request
from generation.engine import Engine
from handlers.filters import is_same_chat, own_request
from handlers.identity import place_of
from handlers.user_errors import ButtonExpired
from storage.late_requests import LateRequests
from storage.requests import Requests


async def draw_pressed(
    query: CallbackQuery,
    request: Request,
    translate: Translator,
    engine: Engine,
    requests: Requests,
    late_requests: LateRequests,
    sender: Sender,
) -> None:
    """Draw the request. Its question becomes its status message. Raises ButtonExpired if the request has ended."""
    if request.state in ENDED_WITHOUT_PICTURE:
        raise ButtonExpired
    pressed = place_of(query.message) if query.message is not None else None
    here = pressed is not None and is_same_chat(pressed, request.place)
    if request.is_asked and request.status_message_id is None and pressed is not None and here:
        # A process ended after it sent this question and before it stored the id.
        await requests.set_status_message(request.id, pressed.require_reply_to())
    resumed = await late_requests.resume(request.id)
    await sender.toast(query.id, translate.raw("toast-repeated" if resumed is None else "toast-accepted"))
    if resumed is not None:
        await engine.readmit(resumed)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="still_wanted")
    router.callback_query.register(draw_pressed, DrawStill.filter(), own_request)
    return router
