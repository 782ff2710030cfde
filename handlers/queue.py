"""/queue: a user's pending requests, each with a button that names it and cancels it."""

from collections.abc import Sequence

from aiogram import Router
from aiogram.types import InlineKeyboardMarkup, Message

from chat import keyboards
from chat.captions import one_line
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.reply_target import is_group
from generation.engine import Engine
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import on_message
from handlers.identity import UserIdentity, answer_place
from storage.requests import Requests


async def list_pending(
    user_id: int,
    chat_id: int,
    requests: Requests,
    engine: Engine,
    translate: Translator,
    *,
    listed: Sequence[int] = (),
) -> tuple[str, InlineKeyboardMarkup | None]:
    """Return the list in HTML and its buttons. A group sees only the requests of that group.

    `listed` are the requests that have a button already. They keep it in its place, and their number, until none is
    pending, so that no other button moves under a finger.
    """
    pending = await requests.pending_of_user(user_id)
    if is_group(chat_id):
        pending = [request for request in pending if request.place.chat_id == chat_id]
    if not pending:
        return translate("queue-empty-group" if is_group(chat_id) else "queue-empty"), None
    ended = [await requests.get(number) for number in listed if number not in {one.id for one in pending}]
    buttons = [*pending, *(one for one in ended if one is not None and one.user_id == user_id)]
    buttons.sort(key=lambda one: one.id)
    positions = await engine.queue_positions()
    lines = [translate("queue-title"), ""]
    for number, request in enumerate(buttons, start=1):
        if request not in pending:
            continue
        prompt = one_line(request.prompt)
        if request.waits_for_approval:
            lines.append(translate("queue-approval", number=number, prompt=prompt))
        elif request.is_asked:
            lines.append(translate("queue-asked", number=number, prompt=prompt))
        elif request.id in positions:
            position = positions[request.id]
            lines.append(translate("queue-waiting", number=number, prompt=prompt, place=position))
        else:
            lines.append(translate("queue-running", number=number, prompt=prompt))
    return "\n".join(lines), keyboards.cancel_listed(translate, buttons)


async def queue_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    requests: Requests,
    engine: Engine,
    sender: Sender,
    private_replies: PrivateReplies,
) -> None:
    """List the pending requests."""
    text, keyboard = await list_pending(user.id, message.chat.id, requests, engine, translate)
    if keyboard is None:
        await private_replies.send(answer_place(message), user.id, text)
        return
    await sender.send_text(answer_place(message), text, keyboard=keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="queue")
    on_message(router, queue_command, Command("queue"))
    return router
