"""The Cancel buttons, under a status and under /queue."""

from aiogram import Router
from aiogram.types import CallbackQuery

from chat.callbacks import CancelRequest
from chat.members import Members
from chat.sender import Sender
from chat.texts import Texts
from generation.engine import Engine
from handlers.context import may_press
from handlers.queue import show
from storage.model import FINAL, Request
from storage.requests import Requests


async def cancel_pressed(
    query: CallbackQuery,
    callback_data: CancelRequest,
    engine: Engine,
    requests: Requests,
    sender: Sender,
    members: Members,
    texts: Texts,
) -> None:
    """Cancel a request that waits or is being drawn, for the person who made it."""
    request = await requests.get(callback_data.request)
    if request is None:
        await sender.toast(query.id, texts.raw("toast-old"))
        return
    if not await may_press(request.user_id, query, members):
        await sender.toast(query.id, texts.raw("toast-not-yours"))
        return
    if await engine.cancel(request.id):
        await sender.toast(query.id, texts.raw("toast-cancelled"))
    else:
        over = request.state in FINAL
        await sender.toast(query.id, texts.raw("toast-finished" if over else "toast-too-late"))
        if over and not callback_data.listed:
            await _clear(query, request, sender)
    if callback_data.listed and query.message is not None:
        words, keyboard = await show(request.user_id, query.message.chat.id, requests, engine, texts)
        await sender.edit(query.message.chat.id, query.message.message_id, words, keyboard=keyboard)


async def _clear(query: CallbackQuery, request: Request, sender: Sender) -> None:
    """Take away a status that outlived its request: the process died between sending it and writing that down."""
    if query.message is not None and query.message.message_id != request.status_message_id:
        await sender.delete(query.message.chat.id, query.message.message_id)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="cancel")
    router.callback_query.register(cancel_pressed, CancelRequest.filter())
    return router
