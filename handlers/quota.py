"""/quota: used, left, and when it renews."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from chat.texts import Texts
from generation.allowances import left
from handlers.context import Person, place_of
from handlers.orders import Orders
from storage.clock import utc_day
from storage.model import Allowance
from storage.preferences import Preferences


async def quota(
    message: Message, person: Person, orders: Orders, preferences: Preferences, texts: Texts
) -> None:
    """Say how many pictures are left today: the person's, and in a group the group's too."""
    group = await preferences.of(message.chat.id) if message.chat.id < 0 else None
    allowance = orders.allowances.of(person.id, group)
    day = utc_day(orders.clock.wall())
    words = _own(allowance, await orders.quotas.used(person.id, day), orders, texts)
    if group is not None:
        daily = orders.allowances.of_group(group)
        used = await orders.quotas.used(message.chat.id, day)
        of_group = texts("quota-group", used=used, daily=daily, left=max(0, daily - used))
        # Who writes as the group itself has no other day than the group's.
        words = of_group if person.id == message.chat.id else f"{words}\n{of_group}"
    await orders.whispers.say(place_of(message), person.id, words)


def _own(allowance: Allowance, used: int, orders: Orders, texts: Texts) -> str:
    remaining = left(allowance, used)
    if remaining is None:
        return texts("quota-unlimited", used=used)
    if allowance.daily == 0:
        return texts("quota-none")
    renewal = orders.refusals.renewal(texts)
    return texts("quota", used=used, daily=allowance.daily or 0, left=remaining, **{"in": renewal})


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="quota")
    router.message.register(quota, Command("quota"))
    return router
