"""/queue: what a person has waiting and running, each with a cancel button."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import InlineKeyboardMarkup, Message, User

from chat import keyboards
from chat.captions import one_line
from chat.sender import Sender
from chat.texts import Texts
from generation.engine import Engine
from handlers.context import place_of
from storage.requests import Requests


async def show(
    user_id: int, requests: Requests, engine: Engine, texts: Texts
) -> tuple[str, InlineKeyboardMarkup | None]:
    """Return the list in HTML and its buttons."""
    pending = await requests.pending_of(user_id)
    if not pending:
        return texts("queue-empty"), None
    places = engine.places()
    lines = [texts("queue-title"), ""]
    for number, request in enumerate(pending, start=1):
        prompt = one_line(request.prompt)
        if request.id in places:
            place = places[request.id]
            lines.append(texts("queue-waiting", number=number, prompt=prompt, place=place))
        else:
            lines.append(texts("queue-running", number=number, prompt=prompt))
    return "\n".join(lines), keyboards.cancel_listed(texts, [request.id for request in pending])


async def queue(
    message: Message, person: User, requests: Requests, engine: Engine, sender: Sender, texts: Texts
) -> None:
    """List what is on the way."""
    words, keyboard = await show(person.id, requests, engine, texts)
    await sender.text(place_of(message), words, keyboard=keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="queue")
    router.message.register(queue, Command("queue"))
    return router
