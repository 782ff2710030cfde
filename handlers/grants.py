"""/grant: a bot admin gives a user pictures, in private. It works without the sale of pictures, too."""

import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.languages import LanguageResolver
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from handlers import origins
from handlers.admin_filters import cause_of, on_admin_command
from handlers.feature_router import FeatureRouter
from handlers.identity import UserIdentity, answer_place
from handlers.shop import Shop
from storage.credits import Credits

_USER_AND_UNITS = re.compile(r"(\d{1,15})\s+(\d{1,6})", re.ASCII)


async def grant_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    shop: Shop | None,
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
    cause = cause_of(message, user, clock)
    fresh = await credits.grant(origins.grant_cause(message), user_id, units, admin=cause)
    if not fresh and message.edit_date is not None:
        await sender.send_text(answer_place(message), translate("grant-once"))
        return
    text = await report(
        user_id, units, translate, credits=credits, languages=languages, sender=sender, sells=shop is not None
    )
    await sender.send_text(answer_place(message), text)


async def report(
    user_id: int,
    units: int,
    translate: Translator,
    *,
    credits: Credits,
    languages: LanguageResolver,
    sender: Sender,
    sells: bool,
) -> str:
    """Tell a user about a grant, and return the answer to the admin as HTML."""
    balance = (await credits.balance(user_id)).units
    text = translate("grant-done", units=units, id=str(user_id)) + " "
    text += translate("grant-left-paid" if sells else "grant-left-extra", balance=balance)
    translate_for_user = await languages.translator_of(user_id)
    if not await _tell(user_id, units, balance, translate_for_user, sender, sells=sells):
        text += "\n" + translate("grant-not-told")
    return text


async def _tell(
    user_id: int, units: int, balance: int, translate: Translator, sender: Sender, *, sells: bool
) -> bool:
    """Tell a user about a grant. Return False if the bot cannot write to them."""
    left = translate("paid-left" if sells else "extra-left", balance=balance)
    text = translate("granted", units=units) + "\n" + left
    return await sender.tell(user_id, text)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="grants")
    on_admin_command(router, grant_command, "grant")
    return router
