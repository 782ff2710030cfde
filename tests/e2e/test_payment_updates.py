"""Updates about payments in the real process: in a storm, behind other updates of the user, and after a kill."""

import asyncio

import pytest

from bot.user_queues import HANDLED_AT_ONCE
from playground.faults import Fault
from playground.star_ledger import Outcome, StarInvoice
from tests.support.selling import SELLS, invoice_for
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

USERS, STORM = 1_000, 5_000
LINK = "https://t.me/$unknown"
PATIENCE = 300.0
"""Telegram's ten seconds, for a machine with other work."""


def _unhandled(world: World) -> int:
    return int(world.rows("SELECT count(*) AS n FROM inbox WHERE payload IS NOT NULL")[0]["n"])


@pytest.mark.long(20)
async def test_a_checkout_is_answered_while_five_thousand_updates_wait_for_telegram(own_bot: World) -> None:
    """All slots of handlers are in use, and further updates than memory has room for are received."""
    stars = own_bot.telegram.stars
    stars.ledger.links[LINK] = StarInvoice(title="?", description="?", payload="unknown", stars=50)
    stars.answer_seconds = PATIENCE
    held = own_bot.telegram.faults.add(Fault("sendMessage", times=None, until=asyncio.Event()))
    await own_bot.process.start(TELEGRAM_RATE="10000", **SELLS)
    users = [own_bot.add_user() for _ in range(USERS)]
    for user in users[: 2 * HANDLED_AT_ONCE]:
        own_bot.telegram.say(user, "/help")
    await own_bot.wait_until(lambda: held.hits >= HANDLED_AT_ONCE)
    for number in range(STORM - 2 * HANDLED_AT_ONCE):
        own_bot.telegram.say(users[number % USERS], "/help")
    payment = await stars.pay(users[0], LINK)
    assert payment.outcome is Outcome.REFUSED
    assert payment.refusal.startswith("I don’t know this invoice")
    # On a slow machine, the first ones may have given up on Telegram meanwhile.
    assert _unhandled(own_bot) >= STORM - 2 * HANDLED_AT_ONCE


async def test_a_kill_between_storing_and_handling_a_payment_credits_it_once(own_bot: World) -> None:
    await own_bot.process.start(**SELLS)
    ann = own_bot.add_user()
    own_bot.telegram.stars.answer_seconds = PATIENCE
    invoice = await invoice_for(own_bot, ann, "20 pictures")
    held = own_bot.telegram.faults.add(Fault("sendMessage", times=None, until=asyncio.Event()))
    own_bot.telegram.say(ann, "/help")
    await own_bot.wait_until(lambda: held.hits)
    payment = await own_bot.telegram.stars.pay(ann, invoice)
    assert payment.outcome is Outcome.PAID
    await own_bot.process.wait_until(lambda: not own_bot.telegram.waiting())  # acknowledged
    assert (_unhandled(own_bot), own_bot.rows("SELECT id FROM star_charges")) == (2, [])
    await own_bot.process.kill()
    own_bot.telegram.faults.clear()
    await own_bot.process.start(**SELLS)
    await own_bot.wait_for_text(ann, "Thank you! 20 pictures are yours")
    await own_bot.wait_until_handled()
    assert [row["units"] for row in own_bot.rows("SELECT units FROM credit_entries")] == [20]
    assert len([text for text in own_bot.texts(ann) if "Thank you!" in text]) == 1
