"""A bot that sells pictures for Telegram Stars, and what its users do: choose, pay, look at their balance."""

from aiogram.types import Message, User

from chat.shop_callbacks import AskRefund, charge_key
from playground.star_ledger import Outcome
from tests.support.world import ADMIN, World, buttons

SELLS = {
    "STARS": "true",
    "STARS_SUBSCRIPTION": "300:450",
    "SUPPORT_CONTACT": "@imagine_help",
    "DAILY_QUOTA": "1",
    "ADMIN_IDS": str(ADMIN),
}


def invoices(world: World, user: User) -> list[Message]:
    """Return the invoices in a private chat."""
    return [message for message in world.messages_to(user) if message.invoice]


async def invoice_for(world: World, user: User, label: str, command: str = "/buy") -> Message:
    """Choose an offer, accept the terms if the bot asks, and return the invoice."""
    count = len(invoices(world, user))
    await choose(world, user, label, command)
    await world.wait_until(lambda: len(invoices(world, user)) > count)
    return invoices(world, user)[-1]


async def choose(world: World, user: User, label: str, command: str = "/buy") -> None:
    """Press an offer, and accept the terms if the bot asks."""
    world.telegram.say(user, command)
    await world.wait_until_handled()
    world.telegram.press(user, world.messages_to(user)[-1], label)
    await world.wait_until_handled()
    last = world.messages_to(user)[-1]
    if buttons(last) and buttons(last)[0].startswith("✓"):
        world.telegram.press(user, last, buttons(last)[0])
        await world.wait_until_handled()


async def pay(world: World, user: User, what: Message | str) -> str:
    """Pay an invoice, and return the charge id."""
    payment = await world.telegram.stars.pay(user, what)
    assert payment.outcome is Outcome.PAID, payment.refusal
    await world.wait_until_handled()
    return payment.charge_id


def choose_refund(world: World, user: User, charge_id: str) -> None:
    """Press a payment in the newest message, which is the list of /paysupport. Two of one second have no order."""
    data = AskRefund(charge=charge_key(charge_id)).pack()
    world.telegram.press_data(user, world.messages_to(user)[-1], data)


async def balance_of(world: World, user: User) -> list[str]:
    """Return the lines of /balance."""
    world.telegram.say(user, "/balance")
    await world.wait_until_handled()
    return world.texts(user)[-1].splitlines()
