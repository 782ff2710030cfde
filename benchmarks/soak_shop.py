"""Users of a soak who buy pictures: purchases, repeated and lost updates, refunds, gifts and grants at random."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable

from aiogram.types import Message, User

from playground.faults import Fault
from playground.star_ledger import Outcome
from tests.support.selling import invoices
from tests.support.world import ADMIN, World, buttons

PACK = "20 pictures"
PAID_REQUESTS = 2
"""The requests of each shopper beyond the free ones."""
AGREE = "I agree"
FAULT_SHARE, LOST_SHARE, REPEATED_SHARE = 0.2, 0.1, 0.3
LOOK_SECONDS = 1.0
PATIENCE = 900.0
FAULTS: dict[str, Callable[[str], Fault]] = {
    "answerPreCheckoutQuery: no answer": lambda only: Fault("answerPreCheckoutQuery", drop=True, only=only),
    "sendInvoice: sent, and no answer": lambda only: Fault("sendInvoice", drop=True, after=True, only=only),
    "refundStarPayment: connection reset": lambda only: Fault("refundStarPayment", drop=True, only=only),
    "refundStarPayment: done, and no answer": lambda only: Fault(
        "refundStarPayment", drop=True, after=True, only=only
    ),
}


class Shoppers:
    """Shoppers with the faults that `dice` decide. `request` sends a request of a user, and `free` is the daily quota.

    `counts` counts what they did, and `faults` the faults by kind.
    """

    def __init__(
        self, world: World, dice: random.Random, free: int, request: Callable[[User, str], None]
    ) -> None:
        self._world = world
        self._dice = dice
        self._free = free
        self._request = request
        self._numbers = itertools.count()
        self._tasks: list[asyncio.Task[None]] = []
        self._admin = world.add_user(name="Olga", user_id=ADMIN)
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def begin(self) -> None:
        """Let the next user buy and draw, in the background."""
        self._tasks.append(asyncio.create_task(self._shop(next(self._numbers))))

    async def finish(self) -> None:
        """Wait until all have drawn and refunded what they wanted. Raises their errors."""
        await asyncio.gather(*self._tasks)

    async def settle(self) -> None:
        """Wait until every payment and refund is credited, carried out and told. A start has found the lost ones."""
        open_ends = """
            SELECT 1 FROM star_charges WHERE told_at IS NULL
            UNION ALL SELECT 1 FROM star_refunds WHERE told_at IS NULL
            UNION ALL SELECT 1 FROM inbox WHERE payload IS NOT NULL"""
        charges = self._world.telegram.stars.ledger.charges

        def is_settled() -> bool:
            stored = self._world.rows("SELECT count(*) AS n FROM star_charges")[0]["n"]
            done = self._world.rows("SELECT count(*) AS n FROM star_refunds WHERE state = 'done'")[0]["n"]
            returned = sum(charge.returned is not None for charge in charges.values())
            return (stored, done) == (len(charges), returned) and not self._world.rows(open_ends)

        await self._world.process.wait_until(is_settled)

    async def _shop(self, number: int) -> None:
        user = self._world.add_user(name=f"Shopper {number}")
        self._fail(user)
        charge_id = await self._buy(user, "/buy")
        is_lost = self._is_lost(charge_id)
        if not is_lost:
            await self._look(lambda: self._world.rows("SELECT 1 FROM star_charges WHERE id = ?", charge_id))
        for count in range(self._free + (0 if is_lost else PAID_REQUESTS)):
            await self._draw(user, f"bought {number:05} {count}")
        end = self._dice.choice([self._keep, self._refund, self._return, self._give, self._grant])
        await end(user, charge_id)

    async def _draw(self, user: User, prompt: str) -> None:
        """Request a picture, and wait for the end of the request."""
        self._request(user, prompt)
        closed = "SELECT 1 FROM requests WHERE prompt = ? AND closed_at IS NOT NULL"
        await self._look(lambda: self._world.rows(closed, prompt))

    def _fail(self, user: User) -> None:
        """Perhaps let a call about a user fail."""
        if self._dice.random() < FAULT_SHARE:
            kind = self._dice.choice(sorted(FAULTS))
            self.faults[kind] += 1
            only = f"{'chat' if kind.startswith('send') else 'user'} {user.id}."
            self._world.telegram.faults.add(FAULTS[kind](only))

    async def _buy(self, user: User, command: str) -> str:
        """Buy a pack or a gift, and return the charge id. The update about it may be lost, or come again."""
        stars = self._world.telegram.stars
        invoice = await self._invoice(user, command)
        loses = self._dice.random() < LOST_SHARE
        while True:
            stars.loses_updates = loses
            payment = await stars.pay(user, invoice)
            stars.loses_updates = False
            self.counts[payment.outcome.value] += 1
            if payment.outcome is Outcome.PAID:
                break
            await asyncio.sleep(LOOK_SECONDS)
        for update in stars.updates_about(payment.charge_id):
            if self._dice.random() < REPEATED_SHARE:
                self.counts["repeated updates"] += 2
                stars.repeat(update)
                stars.repeat(update, same_id=True)
        self.counts["lost updates"] += self._is_lost(payment.charge_id)
        return payment.charge_id

    async def _invoice(self, user: User, command: str) -> Message:
        """Choose a pack, accept the terms if the bot asks, and return the invoice."""
        world, count, seen = self._world, len(invoices(self._world, user)), len(self._world.messages_to(user))
        world.telegram.say(user, command)
        await self._look(lambda: self._button(user, seen, PACK))
        shown = self._button(user, seen, PACK)
        assert shown is not None
        world.telegram.press(user, shown, PACK)
        await self._look(lambda: len(invoices(world, user)) > count or self._button(user, seen, AGREE))
        if (terms := self._button(user, seen, AGREE)) is not None:
            world.telegram.press(user, terms, AGREE)
            await self._look(lambda: len(invoices(world, user)) > count)
        return invoices(world, user)[-1]

    def _button(self, user: User, since: int, label: str) -> Message | None:
        """Return the first of a user's messages after a number of them that has a button with these words."""
        messages = self._world.messages_to(user)[since:]
        return next((one for one in messages if any(label in text for text in buttons(one))), None)

    def _is_lost(self, charge_id: str) -> bool:
        """Return whether no update reports a payment, so that it is credited after the last start."""
        return not self._world.telegram.stars.updates_about(charge_id)

    async def _look(self, ready: Callable[[], object]) -> None:
        """Wait until a condition holds. Hundreds of shoppers wait at a time, so each looks rarely."""
        async with asyncio.timeout(PATIENCE):
            while not ready():  # noqa: ASYNC110 - the ledger changes without an event
                await asyncio.sleep(LOOK_SECONDS)

    # What follows a purchase

    async def _keep(self, _user: User, _charge_id: str) -> None:
        self.counts["kept"] += 1

    async def _refund(self, _user: User, charge_id: str) -> None:
        """Let the admin refund a payment, if the bot knows it."""
        if self._is_lost(charge_id):
            return
        self._world.telegram.say(self._admin, f"/refund {charge_id}")
        self.counts["refunded by the admin"] += 1

    async def _return(self, _user: User, charge_id: str) -> None:
        """Let Telegram refund a payment, perhaps without a word."""
        self._world.telegram.stars.refund(charge_id, reported=self._dice.random() < 0.7)
        self.counts["refunded outside"] += 1

    async def _give(self, user: User, _charge_id: str) -> None:
        """Let the user buy a gift, and another user open it."""
        charge_id = await self._buy(user, "/gift")
        codes = "SELECT code FROM gift_codes WHERE charge_id = ?"
        if self._is_lost(charge_id):
            return
        await self._look(lambda: self._world.rows(codes, charge_id))
        friend = self._world.add_user(name="Friend")
        self._world.telegram.say(friend, f"/start gift_{self._world.rows(codes, charge_id)[0]['code']}")
        self.counts["gifts opened"] += 1

    async def _grant(self, user: User, _charge_id: str) -> None:
        self._world.telegram.say(self._admin, f"/grant {user.id} 3")
        self.counts["grants"] += 1
