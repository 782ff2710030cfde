"""The link of a gift, `t.me/bot?start=gift_<code>`: whoever opens it first gets the pictures."""

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.languages import LanguageResolver
from chat.links import GIFT
from chat.sender import Sender
from chat.translations import Translator
from core.payments.gifts import Gift, Redemption
from handlers import origins
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, on_message
from handlers.identity import UserIdentity, answer_place
from storage.charges import Charges
from storage.credits import Credits
from storage.gifts import Gifts


async def names_gift(_message: Message, command: CommandObject) -> dict[str, str] | bool:
    """Pass links to a gift. Adds `code`."""
    payload = command.args or ""
    return {"code": payload.removeprefix(GIFT)} if payload.startswith(GIFT) else False


async def gift_opened(
    message: Message,
    code: str,
    user: UserIdentity,
    translate: Translator,
    gifts: Gifts,
    charges: Charges,
    credits: Credits,
    languages: LanguageResolver,
    sender: Sender,
) -> None:
    """Give the pictures of a gift to the first user who opens it, and tell its buyer.

    The buyer opens it only to look: the link is for somebody else.
    """
    gift = await gifts.get(code)
    if gift is not None and gift.buyer_id == user.id and gift.redeemed_at is gift.withdrawn_at is None:
        await sender.send_text(answer_place(message), translate("gift-own"))
        return
    redemption, gift = await gifts.redeem(code, user.id, origins.command_key(message))
    if gift is None or redemption is Redemption.UNKNOWN:
        text = translate("gift-unknown")
    elif redemption is Redemption.REDEEMED:
        balance = (await credits.balance(user.id)).units
        text = translate("gift-received", units=gift.units) + "\n" + translate("paid-left", balance=balance)
    else:
        text = translate("gift-withdrawn" if redemption is Redemption.WITHDRAWN else "gift-used")
    await sender.send_text(answer_place(message), text)
    if gift is not None and redemption is Redemption.REDEEMED:
        await _tell_buyer(gift, charges, languages, sender)


async def _tell_buyer(gift: Gift, charges: Charges, languages: LanguageResolver, sender: Sender) -> None:
    charge = await charges.get(gift.charge_id)
    translate = await languages.translator_of(gift.buyer_id, charge.language if charge is not None else None)
    await sender.tell(gift.buyer_id, translate("gift-opened", units=gift.units))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="gifts")
    on_message(router, gift_opened, Command("start"), IN_PRIVATE, names_gift)
    return router
