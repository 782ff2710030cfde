"""`kill -9` at every point of every step of a payment: before each commit and inside each call.

After each kill, the sums of Telegram and of the ledger agree to the unit, and each message that was promised is there;
it is repeated only if it was sent before the kill.
"""

import itertools

import pytest
from aiogram.types import User

from playground.faults import Fault, telegram
from tests.support.money import check_money
from tests.support.payment_kills import (
    STEPS,
    OpeningGift,
    Paying,
    Refunding,
    Step,
    die_before_commit,
    kill_everywhere,
)
from tests.support.selling import SELLS, choose_refund, invoice_for, pay
from tests.support.world import ADMIN, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.long(30)]

ON_BOTH = {Paying, Refunding, OpeningGift}
"""The steps whose units of work wait for locks, which the two databases do in different ways."""


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_a_kill_anywhere_loses_and_doubles_nothing(own_bot: World, step: type[Step]) -> None:
    if own_bot.process.settings["DATABASE_URL"].startswith("postgresql:") and step not in ON_BOTH:
        pytest.skip("the same units of work as on SQLite")
    await own_bot.process.start(**SELLS)
    killed_at = await kill_everywhere(step(own_bot))
    assert sum(bool(position.commit) for position in killed_at) >= step.commits
    assert not own_bot.process.tracebacks


async def ask_in_vain(world: World, user: User) -> str:
    """Let a user ask for a refund while the admin cannot be reached, and return the id of the charge."""
    charge_id = await pay(world, user, await invoice_for(world, user, "20 pictures"))
    world.telegram.say(user, "/paysupport")
    await world.wait_until_handled()
    choose_refund(world, user, charge_id)
    await world.wait_until_handled()
    refusal = telegram(403, "Forbidden: bot was blocked by the user")
    world.telegram.faults.add(Fault("sendMessage", answer=refusal, only=f"chat {ADMIN}."))
    world.telegram.say(user, "too dark", reply_to=world.messages_to(user)[-1])
    await world.wait_for_text(user, "I’ve kept this, but I can’t reach my owner right now.")
    return charge_id


async def test_a_kill_during_the_comparison_with_telegrams_list_finds_each_payment_once(
    own_bot: World,
) -> None:
    """The bot is killed before each commit of a start, and started again, until one passes all of them."""
    world, clock = own_bot, own_bot.folder / "clock"
    clock.write_text("0", encoding="ascii")
    world.process.clock = clock
    await world.process.start(**SELLS)
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    refunded = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    await world.wait_for_text(ann, f"payment {refunded}")
    asked = await ask_in_vain(world, ann)
    world.telegram.stars.loses_updates = True
    found = [
        (await world.telegram.stars.pay(ann, await invoice_for(world, ann, label))).charge_id
        for label in ("50 pictures", "120 pictures")
    ]
    world.telegram.stars.charge_back(refunded)
    await world.process.kill()

    def is_over() -> bool:
        told = world.rows("SELECT 1 FROM star_charges WHERE told_at IS NOT NULL")
        done = world.rows("SELECT 1 FROM star_refunds WHERE told_at IS NOT NULL")
        return len(told) == 4 and len(done) == 1

    def has_alarm() -> bool:
        return any("Telegram’s list has payments or refunds" in text for text in world.texts(olga))

    def has_request() -> bool:
        shown = [text for text in world.texts(olga) if "A refund is asked for" in text]
        return any(asked in text and "Reason: too dark" in text for text in shown)

    kills = 0
    for number in itertools.count(1):
        with die_before_commit(world, number):
            await world.process.start(until=None, **SELLS)
            await world.process.wait_until(lambda: world.process.ended or is_over())
        if not world.process.ended:
            break
        kills += 1
        await world.process.kill()
    assert kills >= 5
    check_money(world)
    await world.process.kill()
    # A kill may have cut off an alarm, and those of a kind come once an hour.
    clock.write_text("3700", encoding="ascii")
    await world.process.start(**SELLS)
    await world.wait_until(lambda: has_alarm() and has_request())
    texts = world.texts(ann)
    receipts = [sum(f"payment {charge}" in text for text in texts) for charge in found]
    assert all(1 <= count <= 2 for count in receipts)
    assert 1 <= sum("50 ⭐ are refunded" in text for text in texts) <= 2
