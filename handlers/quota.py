"""/quota: used, left, and when it renews."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message, User

from chat.sender import Sender
from chat.texts import Texts
from generation.allowances import left
from handlers.context import place_of
from handlers.orders import Orders
from storage.clock import utc_day


async def quota(message: Message, person: User, orders: Orders, sender: Sender, texts: Texts) -> None:
    """Say how many pictures are left today."""
    allowance = orders.allowances.of(person.id)
    used = await orders.quotas.used(person.id, utc_day(orders.clock.now()))
    remaining = left(allowance, used)
    if remaining is None:
        words = texts("quota-unlimited", used=used)
    elif allowance.daily == 0:
        words = texts("quota-none")
    else:
        renewal = orders.renewal(texts)
        words = texts("quota", used=used, daily=allowance.daily or 0, left=remaining, **{"in": renewal})
    await sender.text(place_of(message), words)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="quota")
    router.message.register(quota, Command("quota"))
    return router
