"""The Cancel buttons under a status message and under /queue."""

from dataclasses import replace

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from chat.callbacks import CancelRequest
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.model import FINAL, PENDING, SENDING, Ending, Request
from generation.batch_cancel import cancel_batch
from generation.engine import Engine
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.filters import is_same_chat, is_shown, own_request
from handlers.identity import place_of
from handlers.queue import list_pending
from storage.asked_requests import AskedRequests, Question
from storage.batches import Batches
from storage.drafts import Drafts
from storage.requests import Requests

_SECOND_TAP_SECONDS = 2.0
"""Cancel appears in the place of the button that starts a request. A press so soon may be meant for that button."""


async def cancel_pressed(
    query: CallbackQuery,
    callback_data: CancelRequest,
    request: Request,
    translate: Translator,
    engine: Engine,
    requests: Requests,
    asked_requests: AskedRequests,
    batches: Batches,
    drafts: Drafts,
    sender: Sender,
    clock: Clock,
) -> None:
    """Cancel a pending request or batch, unless the press may be the second tap on the button that started it."""
    if not callback_data.listed and await _is_second_tap(request, drafts, clock):
        await sender.toast(query.id, translate.raw("toast-cancel-again"))
        return
    pressed = place_of(query.message) if query.message is not None else None
    # A link to a request shows its question in the private chat, also if the request belongs elsewhere.
    elsewhere = pressed is not None and not callback_data.listed and not is_same_chat(pressed, request.place)
    is_status = not (callback_data.listed or elsewhere) and is_shown(query)
    status_id = pressed.reply_to if pressed is not None and is_status else None
    batch = (
        []
        if request.batch_id is None or callback_data.listed
        else await batches.requests_of(request.batch_id)
    )
    finished = all(one.state in FINAL for one in batch or [request])
    if status_id is not None and request.status_message_id is None and not finished:
        # A process ended after it sent this status message and before it stored the id.
        if request.is_asked and request.batch_id is None:
            stored = await asked_requests.set_message(Question((request,), None), status_id)
        else:
            stored = await requests.set_status_message(request.id, status_id)
        request = replace(request, status_message_id=status_id) if stored else request
    if batch:
        cancelled = await cancel_batch(request, engine=engine, batches=batches)
    else:
        cancelled = await engine.cancel(request.id)
    ended = request if cancelled or finished else await requests.get(request.id)
    await sender.toast(query.id, _toast(ended, translate, cancelled=cancelled))
    if status_id is not None and status_id != request.status_message_id and (cancelled or finished):
        # A status message that a later one has replaced in the ledger.
        await sender.delete(request.place.chat_id, status_id)
    if elsewhere and pressed is not None and (cancelled or finished):
        await sender.delete(pressed.chat_id, pressed.require_reply_to())
    if callback_data.listed and query.message is not None:
        chat_id = query.message.chat.id
        listed = _listed(query)
        text, keyboard = await list_pending(
            request.user_id, chat_id, requests, engine, translate, listed=listed
        )
        await sender.edit_text(chat_id, query.message.message_id, text, keyboard=keyboard)


def _toast(ended: Request | None, translate: Translator, *, cancelled: bool) -> str:
    """Return the answer to a press. `ended` is a request that is not cancelled by it, as the ledger has it now."""
    if cancelled:
        return translate.raw("toast-cancelled")
    if ended is None or ended.state in SENDING:
        return translate.raw("toast-too-late")
    return translate.raw(f"toast-over-{Ending.of(ended.state)}")


async def _is_second_tap(request: Request, drafts: Drafts, clock: Clock) -> bool:
    if request.state not in PENDING or clock.now() - request.accepted_at >= _SECOND_TAP_SECONDS:
        return False
    return origins.is_press(request.origin) or await drafts.by_key(request.origin.key) is not None


def _listed(query: CallbackQuery) -> list[int]:
    """Return the requests that have a button under the pressed message."""
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = markup.inline_keyboard if markup is not None else []
    data = [button.callback_data or "" for row in rows for button in row]
    prefix = f"{CancelRequest.__prefix__}:"
    return [CancelRequest.unpack(one).request for one in data if one.startswith(prefix)]


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="cancel")
    router.callback_query.register(cancel_pressed, CancelRequest.filter(), own_request)
    return router
