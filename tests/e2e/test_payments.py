"""Pictures bought with Telegram Stars: from /buy to the drawn picture, gifts, grants, refunds and subscriptions."""

import pytest
from aiogram.types import Message, User

from playground.star_ledger import Outcome
from tests.support.world import ADMIN, World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SELLS = {
    "STARS": "true",
    "STARS_SUBSCRIPTION": "300:450",
    "SUPPORT_CONTACT": "@imagine_help",
    "DAILY_QUOTA": "1",
    "ADMIN_IDS": str(ADMIN),
}


def _invoices(world: World, user: User) -> list[Message]:
    return [message for message in world.messages_to(user) if message.invoice]


async def _invoice(world: World, user: User, label: str, command: str = "/buy") -> Message:
    """Choose an offer, accept the terms if the bot asks, and return the invoice."""
    count = len(_invoices(world, user))
    await _choose(world, user, label, command)
    await world.wait_until(lambda: len(_invoices(world, user)) > count)
    return _invoices(world, user)[-1]


async def _choose(world: World, user: User, label: str, command: str = "/buy") -> None:
    world.telegram.say(user, command)
    await world.wait_until_handled()
    world.telegram.press(user, world.messages_to(user)[-1], label)
    await world.wait_until_handled()
    last = world.messages_to(user)[-1]
    if buttons(last) == ["✓ I agree"]:
        world.telegram.press(user, last, "I agree")
        await world.wait_until_handled()


async def _pay(world: World, user: User, what: Message | str) -> str:
    """Pay an invoice, and return the charge id."""
    payment = await world.telegram.stars.pay(user, what)
    assert payment.outcome is Outcome.PAID, payment.refusal
    await world.wait_until_handled()
    return payment.charge_id


async def _balance(world: World, user: User) -> list[str]:
    world.telegram.say(user, "/balance")
    await world.wait_until_handled()
    return world.texts(user)[-1].splitlines()


async def test_pictures_are_bought_where_the_free_ones_end(own_bot: World) -> None:
    world = own_bot
    await world.process.start(**SELLS)
    ann = world.add_user()
    world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_for_picture(ann)
    await world.wait_until_closed()
    world.telegram.say(ann, "/imagine an owl --ar 1:1")
    refusal = await world.wait_for_text(ann, "You have used your 1 picture for today.")
    await world.wait_until_handled()
    assert world.messages_to(ann)[-1] == refusal
    assert buttons(refusal) == ["⭐ Buy pictures"]
    world.telegram.press(ann, refusal, "Buy pictures")
    shop = await world.wait_for_text(ann, "More pictures")
    assert buttons(shop) == [
        "20 pictures · 50 ⭐ (2.5 each)",
        "50 pictures · 110 ⭐ (2.2 each)",
        "120 pictures · 240 ⭐ (2 each)",
        "🔁 300 a month · 450 ⭐ (1.5 each)",
    ]
    world.telegram.press(ann, shop, "20 pictures")
    terms = await world.wait_for_text(ann, "Terms for bought pictures")
    assert "Contact: @imagine_help" in (terms.text or "")
    assert _invoices(world, ann) == []
    world.telegram.press(ann, terms, "I agree")
    await world.wait_until(lambda: _invoices(world, ann))
    await world.wait_until_handled()
    assert (world.current(terms).text or "").endswith("✓ You agreed to this.")
    (invoice,) = _invoices(world, ann)
    assert invoice.invoice is not None
    assert (invoice.invoice.title, invoice.invoice.total_amount) == ("20 pictures", 50)
    charge = await _pay(world, ann, invoice)
    paid = await world.wait_for_text(ann, "Thank you! 20 pictures are yours")
    assert "Paid pictures now: 20." in (paid.text or "")
    assert f"payment {charge}" in (paid.text or "")
    world.telegram.say(ann, "/imagine an owl --ar 1:1")
    await world.wait_for_picture(ann, 2)
    await world.wait_until_closed()
    lines = await _balance(world, ann)
    assert lines[0] == "Your pictures"
    assert lines[1].startswith("Free today: 0 of 1.")
    assert lines[2] == "Paid: 19."
    assert [line.partition(": ")[2] for line in lines[5:]] == ["−1, drawn", "+20, bought"]
    world.telegram.say(ann, "/quota")
    await world.wait_for_text(ann, "Paid pictures: 19.")
