"""/terms: the terms of sale, built in or the operator's own."""

from aiogram import Router
from aiogram.types import Message

from chat.sender import Sender
from chat.translations import Translator
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, on_message
from handlers.identity import answer_place
from handlers.shop import Shop


async def terms_command(message: Message, translate: Translator, shop: Shop, sender: Sender) -> None:
    """Show the terms."""
    await sender.send_text(answer_place(message), shop.terms(translate))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="terms")
    on_message(router, terms_command, Command("terms"), IN_PRIVATE)
    return router
