"""/export: everything kept of a user, as files with pictures and descriptions."""

import math

from aiogram import Router
from aiogram.types import Message

from chat.sender import Sender
from chat.translations import Translator
from generation.exporter import Exporter
from handlers import origins
from handlers.commands import Command
from handlers.filters import IN_PRIVATE, on_message
from handlers.identity import UserIdentity, answer_place
from storage.exports import Exports, TooSoon
from storage.users import Users


async def export_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    exports: Exports,
    exporter: Exporter,
    sender: Sender,
    users: Users,
) -> None:
    """Begin an export, once an hour, and say that it comes."""
    await users.flush()  # the export contains the row of the user
    begun = await exports.begin(origins.command_key(message), user.id, translate.language)
    text = translate("export-begun")
    if begun is None:
        text = translate("export-empty")
    elif isinstance(begun, TooSoon):
        wait = translate("span-minutes", minutes=math.ceil(begun.seconds / 60))
        text = translate("export-too-soon", wait=wait)
    try:
        await sender.send_text(answer_place(message), text)
    finally:
        exporter.wake()


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="export")
    on_message(router, export_command, Command("export"), IN_PRIVATE)
    return router
