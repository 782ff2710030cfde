"""/queue: what a person has waiting and running, each with a cancel button."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import InlineKeyboardMarkup, Message

from chat import keyboards
from chat.captions import one_line
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from generation.engine import Engine
from handlers.identity import UserIdentity, place_of
from storage.requests import Requests


async def show(
    user_id: int, chat_id: int, requests: Requests, engine: Engine, translate: Translator
) -> tuple[str, InlineKeyboardMarkup | None]:
    """Return the list in HTML and its buttons. A group is shown only what is on the way there."""
    pending = await requests.pending_of(user_id)
    if chat_id < 0:
        pending = [request for request in pending if request.chat_id == chat_id]
    if not pending:
        return translate("queue-empty"), None
    places = engine.places()
    lines = [translate("queue-title"), ""]
    for number, request in enumerate(pending, start=1):
        prompt = one_line(request.prompt)
        if request.id in places:
            place = places[request.id]
            lines.append(translate("queue-waiting", number=number, prompt=prompt, place=place))
        else:
            lines.append(translate("queue-running", number=number, prompt=prompt))
    return "\n".join(lines), keyboards.cancel_listed(translate, [request.id for request in pending])


async def queue(
    message: Message,
    user: UserIdentity,
    requests: Requests,
    engine: Engine,
    sender: Sender,
    private_replies: PrivateReplies,
    translate: Translator,
) -> None:
    """List what is on the way."""
    words, keyboard = await show(user.id, message.chat.id, requests, engine, translate)
    if keyboard is None:
        await private_replies.say(place_of(message), user.id, words)
        return
    await sender.send_text(place_of(message), words, keyboard=keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="queue")
    router.message.register(queue, Command("queue"))
    return router
