"""The Cancel buttons, under a status and under /queue."""

from dataclasses import replace

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import CancelRequest
from chat.members import Members
from chat.sender import Sender
from chat.translations import Translator
from core.model import FINAL
from generation.engine import Engine
from handlers.identity import may_press
from handlers.queue import show
from storage.requests import Requests


async def cancel_pressed(
    query: CallbackQuery,
    callback_data: CancelRequest,
    engine: Engine,
    requests: Requests,
    sender: Sender,
    members: Members,
    translate: Translator,
) -> None:
    """Cancel a request that waits or is being drawn, for the person who made it."""
    request = await requests.get(callback_data.request)
    if request is None:
        await sender.toast(query.id, translate.raw("toast-old"))
        return
    if not await may_press(request.user_id, query, members):
        await sender.toast(query.id, translate.raw("toast-not-yours"))
        return
    pressed = query.message.message_id if query.message is not None and not callback_data.listed else None
    over = request.state in FINAL
    if pressed is not None and request.status_message_id is None and not over:
        # The process died between sending this status and writing that down; now its end can be told in it.
        await requests.set_status_message(request.id, pressed)
        request = replace(request, status_message_id=pressed)
    cancelled = await engine.cancel(request.id)
    await sender.toast(
        query.id,
        translate.raw("toast-cancelled" if cancelled else "toast-finished" if over else "toast-too-late"),
    )
    if pressed is not None and pressed != request.status_message_id and (cancelled or over):
        await sender.delete(request.chat_id, pressed)  # a status that the one written down has replaced
    if callback_data.listed and query.message is not None:
        words, keyboard = await show(request.user_id, query.message.chat.id, requests, engine, translate)
        await sender.edit_text(query.message.chat.id, query.message.message_id, words, keyboard=keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="cancel")
    router.callback_query.register(cancel_pressed, CancelRequest.filter())
    return router
