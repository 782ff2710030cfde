"""/start and /help, and a friendly word where nothing else fits."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, Message

from chat.sender import Sender
from chat.texts import Texts
from handlers.context import place_of
from handlers.orders import RATIOS


async def start(message: Message, sender: Sender, texts: Texts) -> None:
    """Greet."""
    await sender.text(place_of(message), texts("start"))


async def help_(message: Message, sender: Sender, texts: Texts) -> None:
    """Show what the bot can do, with examples."""
    await sender.text(place_of(message), texts("help", ratios=RATIOS))


async def unknown_command(message: Message, sender: Sender, texts: Texts) -> None:
    """Point to /help."""
    await sender.text(place_of(message), texts("unknown-command"))


async def plain_text(message: Message, sender: Sender, texts: Texts) -> None:
    """Say how a text becomes a picture."""
    await sender.text(place_of(message), texts("hint"))


async def not_text(message: Message, sender: Sender, texts: Texts) -> None:
    """Say what works, for what does not."""
    await sender.text(place_of(message), texts("words-only"))


async def unknown_button(query: CallbackQuery, sender: Sender, texts: Texts) -> None:
    """Answer a button this version does not know, so it does not spin."""
    await sender.toast(query.id, texts.raw("toast-old"))


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="start")
    router.message.register(start, CommandStart())
    router.message.register(help_, Command("help"))
    return router


def last_router() -> Router:
    """Return the routes asked after all others."""
    router = Router(name="otherwise")
    router.message.register(unknown_command, F.text.startswith("/"))
    router.message.register(plain_text, F.text)
    router.message.register(
        not_text,
        F.photo | F.sticker | F.document | F.voice | F.video | F.animation | F.audio | F.video_note,
    )
    router.callback_query.register(unknown_button)
    return router
