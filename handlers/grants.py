"""/grant: a bot admin gives a user pictures, in private."""

import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.languages import LanguageResolver
from chat.sender import Sender
from chat.translations import Translator
from handlers import origins
from handlers.commands import Command
from handlers.filters import IN_PRIVATE, by_bot_admin, on_message
from handlers.identity import answer_place
from storage.credits import Credits

_USER_AND_UNITS = re.compile(r"(\d{1,15})\s+(\d{1,6})", re.ASCII)


async def grant_command(
    message: Message,
    command: CommandObject,
    translate: Translator,
    credits: Credits,
    languages: LanguageResolver,
    sender: Sender,
) -> None:
    """Give a user units, once for each message, and tell both. After a kill in between both may be told again.

    An edit gives nothing more: with a corrected number the user would have both.
    """
    match = _USER_AND_UNITS.fullmatch((command.args or "").strip())
    user_id, units = (int(match[1]), int(match[2])) if match is not None else (0, 0)
    if not user_id or not units:
        await sender.send_text(answer_place(message), translate("grant-how"))
        return
    fresh = await credits.grant(origins.grant_cause(message), user_id, units)
    if not fresh and message.edit_date is not None:
        await sender.send_text(answer_place(message), translate("grant-once"))
        return
    balance = (await credits.balance(user_id)).units
    text = translate("grant-done", units=units, id=str(user_id), balance=balance)
    if not await _tell(user_id, units, balance, await languages.translator_of(user_id), sender):
        text += "\n" + translate("grant-not-told")
    await sender.send_text(answer_place(message), text)


async def _tell(user_id: int, units: int, balance: int, translate: Translator, sender: Sender) -> bool:
    """Tell a user about a grant. Return False if the bot cannot write to them."""
    text = translate("granted", units=units) + "\n" + translate("paid-left", balance=balance)
    return await sender.tell(user_id, text)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="grants")
    on_message(router, grant_command, Command("grant"), IN_PRIVATE, by_bot_admin)
    return router
