"""Faults around payments: repeated, late and lost updates, full disks, replicas, refunds at a bad moment.

After each, the sums of Telegram and of the ledger agree to the unit (`check_money`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiogram.types import Message, User

from playground.faults import Fault
from playground.star_ledger import Outcome, Subscription
from tests.support.fleet import Fleet, open_fleet
from tests.support.money import check_money
from tests.support.process_launcher import DEADLINE
from tests.support.selling import SELLS, balance_of, choose, invoice_for, invoices, pay
from tests.support.world import ADMIN, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

DAY_AND_HOUR = 25 * 3_600
ALARM = "Telegram’s list has payments or refunds that no update told me about."


def receipts(world: World, user: User, charge_id: str) -> list[str]:
    """Return the confirmations of a payment."""
    return [text for text in world.texts(user) if f"payment {charge_id}" in text]


async def subscribe(world: World, user: User) -> Subscription:
    """Let a user buy the monthly subscription."""
    await choose(world, user, "🔁 300 a month")
    offer = await world.wait_for_text(user, "300 pictures a month for 450 ⭐.")
    link = offer.reply_markup.inline_keyboard[0][0].url if offer.reply_markup else None
    return world.telegram.stars.ledger.subscriptions[await pay(world, user, link or "")]


async def pay_while(world: World, user: User, invoice: Message, meanwhile: Callable[[], object]) -> str:
    """Pay, and do something between the bot's yes and the payment. Return the charge id."""
    released = asyncio.Event()
    held = Fault("answerPreCheckoutQuery", until=released, only=f"user {user.id}.")
    world.telegram.faults.add(held)
    checkout = world.telegram.stars.begin(user, invoice)
    await asyncio.wait_for(held.begun.wait(), DEADLINE)
    meanwhile()
    released.set()
    payment = await checkout.outcome()
    assert payment.outcome is Outcome.PAID, payment
    return payment.charge_id


async def pay_twice(world: World, user: User, invoice: Message) -> list[str]:
    """Pay an invoice on two devices at a time. Return the charges: one if the first was faster than the second."""
    answered = asyncio.Event()
    held = [
        world.telegram.faults.add(Fault("answerPreCheckoutQuery", until=answered, only=f"user {user.id}."))
        for _ in range(2)
    ]
    checkouts = [world.telegram.stars.begin(user, invoice) for _ in held]
    for fault in held:
        await asyncio.wait_for(fault.begun.wait(), DEADLINE)
    answered.set()
    ends = [await checkout.outcome() for checkout in checkouts]
    return [end.charge_id for end in ends if end.outcome is Outcome.PAID]


async def test_two_payments_of_one_order_are_credited_both(selling_bot: World) -> None:
    world = selling_bot
    ann = world.add_user()
    charges: list[str] = []
    while len(pair := await pay_twice(world, ann, await invoice_for(world, ann, "20 pictures"))) < 2:
        charges += pair  # a busy machine has answered one of them too late
    for charge in (charges := charges + pair):
        await world.wait_for_text(ann, f"payment {charge}")
    await world.wait_until_handled()
    assert (await balance_of(world, ann))[2] == f"Paid: {20 * len(charges)}."
    assert all(len(receipts(world, ann, charge)) == 1 for charge in charges)
    check_money(world)


async def test_nobody_waits_for_the_confirmation_of_another_user(selling_bot: World) -> None:
    world = selling_bot
    ann, ben = world.add_user(), world.add_user(name="Ben")
    invoice_of = {user.id: await invoice_for(world, user, "20 pictures") for user in (ann, ben)}
    released = asyncio.Event()
    held = world.telegram.faults.add(Fault("sendMessage", until=released, only=f"chat {ann.id}."))
    await world.telegram.stars.pay(ann, invoice_of[ann.id])
    await asyncio.wait_for(held.begun.wait(), DEADLINE)
    charge = (await world.telegram.stars.pay(ben, invoice_of[ben.id])).charge_id
    await world.wait_for_text(ben, f"payment {charge}")
    released.set()
    await world.wait_for_text(ann, "Thank you! 20 pictures are yours")


async def test_a_payment_reported_again_and_again_is_credited_once(selling_bot: World) -> None:
    """Its update comes thrice with one id, and thrice with new ones, all before the first is handled."""
    world = selling_bot
    ann = world.add_user()
    invoice = await invoice_for(world, ann, "20 pictures")
    stars, released = world.telegram.stars, asyncio.Event()
    held = world.telegram.faults.add(Fault("sendMessage", until=released, only=f"chat {ann.id}."))
    stars.copies = 3
    charge = (await stars.pay(ann, invoice)).charge_id
    await world.wait_until(lambda: held.hits)
    stars.copies = 1
    for _ in range(3):
        stars.repeat(stars.updates_about(charge)[0])
    released.set()
    await world.wait_for_text(ann, f"payment {charge}")
    await world.wait_until_handled()
    assert len(receipts(world, ann, charge)) == 1
    assert (await balance_of(world, ann))[2] == "Paid: 20."
    check_money(world)


@pytest.mark.parametrize(("prompt", "balance"), [("an owl", -1), ("nsfw", 0)], ids=["delivered", "failed"])
async def test_a_refund_while_a_picture_is_drawn(selling_bot: World, prompt: str, balance: int) -> None:
    """The picture arrives all the same, and its unit becomes a debt; the unit of a failed one is no debt."""
    world = selling_bot
    ann = world.add_user()
    world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_for_picture(ann)
    charge = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    world.hold_tasks()
    world.telegram.say(ann, f"/imagine {prompt} --ar 1:1")
    await world.process.wait_until(
        lambda: world.rows("SELECT 1 FROM requests WHERE user_id = ? AND state = 'running'", ann.id)
    )
    world.telegram.stars.refund(charge)
    await world.wait_for_text(ann, "50 ⭐ are refunded")
    await world.wait_until_handled()
    assert (await balance_of(world, ann))[2].startswith("Paid: -1.")
    world.finish_tasks()
    if balance:
        await world.wait_for_picture(ann, 2)
    else:
        await world.wait_for_text(ann, "won’t draw this description")
    await world.wait_until_closed()
    assert (await balance_of(world, ann))[2].startswith(f"Paid: {balance}.")
    check_money(world)


async def test_a_user_who_blocks_the_bot_keeps_what_they_paid(selling_bot: World) -> None:
    world = selling_bot
    ann = world.add_user()
    invoice = await invoice_for(world, ann, "20 pictures")
    charge = await pay_while(world, ann, invoice, lambda: world.telegram.chats.blocked.add(ann.id))
    told = "SELECT 1 FROM star_charges WHERE id = ? AND told_at IS NOT NULL"
    await world.process.wait_until(lambda: world.rows(told, charge))
    world.telegram.chats.blocked.discard(ann.id)
    assert (await balance_of(world, ann))[2] == "Paid: 20."
    check_money(world)


async def test_prices_that_change_after_the_invoice_change_nothing(own_bot: World) -> None:
    """A restart in between shows that the order, too, is no memory of a session."""
    world = own_bot
    await world.process.start(**SELLS)
    ann = world.add_user()
    invoice = await invoice_for(world, ann, "20 pictures")
    assert await world.process.stop() == 0
    await world.process.start(**SELLS, STARS_PACKS="1:50, 7:70")
    charge = await pay(world, ann, invoice)
    await world.wait_for_text(ann, "Thank you! 20 pictures are yours")
    assert len(receipts(world, ann, charge)) == 1
    await pay(world, ann, await invoice_for(world, ann, "7 pictures"))
    await world.wait_for_text(ann, "Thank you! 7 pictures are yours")
    assert (await balance_of(world, ann))[2] == "Paid: 27."
    check_money(world)


async def test_a_payment_that_the_disk_refuses_is_left_to_telegram_and_credited_later(own_bot: World) -> None:
    """The disk is full between the yes and the payment. Until there is room, nobody can pay."""
    world = own_bot
    await world.process.start(**SELLS, until="menus set")
    ann, ben = world.add_user(), world.add_user(name="Ben")
    first, second = [await invoice_for(world, user, "20 pictures") for user in (ann, ben)]
    charge = await pay_while(world, ann, first, (world.folder / "read-only").touch)
    await world.process.wait_for_log("updates rejected")
    refused = await world.telegram.stars.pay(ben, second)
    assert (refused.outcome, bool(refused.refusal)) == (Outcome.REFUSED, True)
    assert world.telegram.waiting()
    assert world.rows("SELECT 1 FROM star_charges") == []
    (world.folder / "read-only").unlink()
    await world.wait_for_text(ann, f"payment {charge}")
    await world.wait_until_handled()
    assert len(receipts(world, ann, charge)) == 1
    await pay(world, ben, second)
    await world.wait_for_text(ben, "Thank you! 20 pictures are yours")
    check_money(world)


async def test_a_day_away_loses_neither_payments_nor_refunds(own_bot: World) -> None:
    """Telegram drops updates after 24 hours. Renewals need no pre-checkout, so they are paid while the bot is away."""
    world, clock = own_bot, own_bot.folder / "clock"
    clock.write_text("0", encoding="ascii")
    world.process.clock = clock
    await world.process.start(**SELLS)
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    world.telegram.stars.top_up(ann, 10_000)
    subscription = await subscribe(world, ann)
    pack = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    invoice = await invoice_for(world, ann, "50 pictures")
    stars = world.telegram.stars
    last = await pay_while(world, ann, invoice, lambda: setattr(stars, "loses_updates", True))
    await world.process.kill()
    world.telegram.stars.renew(subscription)
    world.telegram.stars.refund(pack)
    world.telegram.updates.expire()
    clock.write_text(str(DAY_AND_HOUR), encoding="ascii")
    await world.process.start(**SELLS)
    await world.wait_for_text(ann, f"payment {last}")
    await world.wait_for_text(ann, "Your subscription is renewed: 300 pictures are yours until")
    await world.wait_for_text(ann, "50 ⭐ are refunded")
    await world.wait_for_text(olga, ALARM)
    await world.process.wait_until(
        lambda: (
            not world.rows("SELECT 1 FROM star_charges WHERE told_at IS NULL")
            and world.rows("SELECT 1 FROM star_refunds WHERE told_at IS NOT NULL")
        )
    )
    assert (await balance_of(world, ann))[2] == "Paid: 650."
    money = check_money(world)
    assert (money.charges, money.refunds, money.paid, money.refunded) == (4, 1, 1_060, 50)
    count = len(world.texts(ann))
    assert await world.process.stop() == 0
    await world.process.start(**SELLS)  # nothing is found, credited or said again
    assert len(await balance_of(world, ann)) > 2
    assert len(world.texts(ann)) == count + 1
    assert check_money(world) == money


async def test_a_payment_that_cannot_be_read_is_credited_from_telegrams_list(own_bot: World) -> None:
    """Its update is tried again and again, delays no other update of its user, and is not said to be wrong to them."""
    world = own_bot
    await world.process.start(**SELLS)
    ann = world.add_user()
    world.add_user(name="Olga", user_id=ADMIN)
    world.telegram.stars.loses_updates = True
    charge = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    message: dict[str, Any] = {"message_id": 10**6, "date": int(time.time())}
    message |= {"chat": {"id": ann.id, "type": "private"}, "successful_payment": {"currency": "XTR"}}
    message["from"] = {"id": ann.id, "is_bot": False, "first_name": "Ann"}
    world.telegram.queue_update({"message": message})
    await world.process.wait_for_log("payment not handled")
    world.telegram.say(ann, "/balance")
    await world.wait_for_text(ann, "Paid: 0.")
    await world.process.kill()
    await world.process.start(**SELLS)
    await world.wait_for_text(ann, f"payment {charge}")
    assert not world.telegram.waiting()
    assert world.rows("SELECT 1 FROM inbox WHERE payload IS NOT NULL")
    await world.process.wait_until(lambda: not world.rows("SELECT 1 FROM star_charges WHERE told_at IS NULL"))
    check_money(world)


@pytest_asyncio.fixture(loop_scope="session")
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Yield two replicas that are not started yet."""
    async with open_fleet(tmp_path, [postgres_url] * 2, **SELLS) as opened:
        yield opened


@pytest.mark.long(25)
async def test_two_replicas_with_one_payment_credit_it_once(fleet: Fleet) -> None:
    """The replica that credits a payment is killed before the confirmation, and the other one gets the repeats."""
    world, stars, cut = fleet.world, fleet.world.telegram.stars, asyncio.Event()
    await fleet.start()
    ann = world.add_user()
    invoice = await invoice_for(world, ann, "20 pictures")
    held = world.telegram.faults.add(Fault("sendMessage", until=cut, drop=True, only=f"chat {ann.id}."))
    stars.copies = 3
    charge = (await stars.pay(ann, invoice)).charge_id
    await world.wait_until(lambda: held.hits)
    stars.copies = 1
    stars.repeat(stars.updates_about(charge)[0])
    counts = fleet.lines("payment received")
    assert sum(counts) == 1
    await fleet.replicas[counts.index(1)].kill()
    cut.set()
    await world.wait_for_text(ann, f"payment {charge}")
    await world.wait_until_handled()
    assert len(receipts(world, ann, charge)) == 1
    assert (await balance_of(world, ann))[2] == "Paid: 20."
    check_money(world)


async def test_a_payment_without_telegrams_secret_is_not_believed(fleet: Fleet) -> None:
    world = fleet.world
    await fleet.start(0)
    ann = world.add_user()
    invoice = await invoice_for(world, ann, "20 pictures")
    hook = world.telegram.updates.webhook
    assert hook is not None
    paid = {"currency": "XTR", "total_amount": 50, "invoice_payload": stars_payload(world, invoice)}
    paid |= {"telegram_payment_charge_id": "forged", "provider_payment_charge_id": ""}
    sender = {"id": ann.id, "is_bot": False, "first_name": "Ann"}
    message = {"message_id": 1, "date": 1, "chat": {"id": ann.id, "type": "private"}, "from": sender}
    forged = {"update_id": 1, "message": message | {"successful_payment": paid}}
    async with aiohttp.ClientSession() as http, http.post(hook.url, json=forged) as answer:
        assert answer.status == 401
    assert (await balance_of(world, ann))[2] == "Paid: 0."
    check_money(world)
    assert invoices(world, ann) == [invoice]


def stars_payload(world: World, invoice: Message) -> str:
    """Return the payload of an invoice."""
    return world.telegram.stars.find(invoice).payload
