"""The steps of payments during which the end-to-end tests kill the bot: what a user does, and what must follow."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from aiogram.types import Message, User
from aiohttp import web

from playground.faults import Fault
from playground.star_ledger import Checkout, Outcome, Subscription
from tests.support.money import check_money
from tests.support.selling import SELLS, choose, choose_refund, invoices, pay
from tests.support.world import ADMIN, World, buttons

_ALARM = "Telegram’s list has payments or refunds"
"""Reconciliation may be faster than an update that a kill delays."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point of a step: before the commit with this number, or inside a call, before or after it is carried out.

    `to` limits the calls to those about the chat of a user of the step.
    """

    commit: int = 0
    call: str = ""
    to: str = ""
    after: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """A message that a step sends once, by a pattern. A kill repeats it only if it was sent, and not recorded."""

    user: User
    pattern: str

    def count(self, world: World, since: int) -> int:
        """Return the number of these messages after a message id."""
        return sum(m.message_id > since and self.fits(m) for m in world.messages_to(self.user))

    def fits(self, message: Message) -> bool:
        """Return whether a message is one of these."""
        return re.search(self.pattern, message.text or "") is not None


@dataclass
class Step:
    """A step of a payment, of users in a world. It is prepared and done once for each kill."""

    commits: ClassVar[int] = 2
    """The fewest commits of the step: that of the update and that of the change."""
    calls: ClassVar[tuple[str, ...]] = ()
    """The calls in which the bot is killed: `sendMessage ben` is one to the chat of that user of the step."""
    world: World
    ann: User = field(init=False)
    olga: User = field(init=False)

    async def begin(self) -> None:
        """Add the users: Ann has accepted the terms, Olga is the bot's admin."""
        self.ann = self.world.add_user()
        self.olga = self.world.add_user(name="Olga", user_id=ADMIN)
        self.world.telegram.stars.top_up(self.ann, 100_000)
        await choose(self.world, self.ann, "20 pictures")

    async def prepare(self) -> None:
        """Bring the chat into the state before the step. The bot is well."""

    def act(self) -> None:
        """Let the user do the step."""
        raise NotImplementedError

    def is_over(self) -> bool:
        """Return whether everything that follows has followed. Every update is handled."""
        raise NotImplementedError

    def promises(self) -> list[Promise]:
        """Return the messages that follow."""
        raise NotImplementedError

    def killed(self) -> None:
        """Let Telegram and the user note that the bot is away."""

    def act_again(self) -> None:
        """Let the user repeat what nothing followed after the kill. The bot is well again."""

    # The parts of steps

    async def buy(self, label: str = "20 pictures", command: str = "/buy") -> str:
        """Let Ann buy something, and return the charge id once she has the confirmation."""
        charge_id = await pay(self.world, self.ann, await self.invoice(label, command))
        await self.world.wait_for_text(self.ann, f"payment {charge_id}")
        return charge_id

    async def invoice(self, label: str = "20 pictures", command: str = "/buy") -> Message:
        """Let Ann choose an offer, and return the invoice."""
        count = len(invoices(self.world, self.ann))
        await choose(self.world, self.ann, label, command)
        await self.world.wait_until(lambda: len(invoices(self.world, self.ann)) > count)
        return invoices(self.world, self.ann)[-1]

    async def subscribe(self) -> Subscription:
        """Let Ann buy the monthly subscription, and return it once she has the confirmation."""
        count = len(self.world.messages_to(self.ann))
        await choose(self.world, self.ann, "🔁 300 a month")
        offers = self.world.messages_to(self.ann)[count:]
        markups = [offer.reply_markup for offer in offers if "300 pictures a month for" in (offer.text or "")]
        link = markups[-1].inline_keyboard[0][0].url if markups and markups[-1] else None
        charge_id = await pay(self.world, self.ann, link or "")
        await self.world.wait_for_text(self.ann, f"payment {charge_id}")
        return self.world.telegram.stars.ledger.subscriptions[charge_id]

    def told(self, table: str, charge_id: str) -> bool:
        """Return whether the end of a charge or of a refund is told and recorded."""
        key = "id" if table == "star_charges" else "charge_id"
        query = f"SELECT 1 FROM {table} WHERE {key} = ? AND told_at IS NOT NULL"  # noqa: S608 - no input
        return bool(self.world.rows(query, charge_id))


class Paying(Step):
    """Ann pays for a pack."""

    commits = 4  # of the check, of the update, of the credits, of the confirmation
    calls: ClassVar[tuple[str, ...]] = ("answerPreCheckoutQuery", "sendMessage")
    checkout: Checkout
    label, command = "20 pictures", "/buy"

    async def prepare(self) -> None:
        self.bill = await self.invoice(self.label, self.command)

    def act(self) -> None:
        self.checkout = self.world.telegram.stars.begin(self.ann, self.bill)

    def killed(self) -> None:
        self.world.telegram.stars.time_out(self.checkout)

    def act_again(self) -> None:
        if self.checkout.ended.result().outcome is Outcome.TIMED_OUT:
            self.act()

    def is_over(self) -> bool:
        charge_id = self._charge_id()
        return bool(charge_id) and self.told("star_charges", charge_id)

    def promises(self) -> list[Promise]:
        return [Promise(self.ann, f"payment {self._charge_id() or 'that is not made'}")]

    def _charge_id(self) -> str:
        return self.checkout.ended.result().charge_id if self.checkout.ended.done() else ""


class PayingForGift(Paying):
    """Ann pays for a gift. The calls are those of a pack."""

    calls = ()
    command = "/gift"


class Refunding(Step):
    """Olga refunds a charge of Ann's, which ends the subscription that it paid for."""

    commits = 6  # of the two updates, the intent, its end, the end of the subscription, the message
    calls = ("sendMessage olga", "refundStarPayment", "editUserStarSubscription", "sendMessage ann")

    async def prepare(self) -> None:
        self.subscription = await self.subscribe()
        self.charge_id = self.subscription.id

    def act(self) -> None:
        self.world.telegram.say(self.olga, f"/refund {self.charge_id}")

    def is_over(self) -> bool:
        stopped = self.world.rows("SELECT 1 FROM subscription_stops WHERE done_at IS NULL") == []
        ended = self.subscription.stopped_by_bot and stopped
        return ended and self.told("star_refunds", self.charge_id)

    def promises(self) -> list[Promise]:
        charge = re.escape(self.charge_id)
        return [
            Promise(self.ann, "450 ⭐ are refunded, and the pictures of that payment are taken back"),
            Promise(self.olga, f"Refunded: 450 ⭐ to {self.ann.id}, payment {charge}"),
            Promise(self.olga, f"is on its way, payment {charge}|This payment is refunded already"),
        ]


class Deciding(Step):
    """Ann asks for a refund, and Olga declines and grants it in turn."""

    commits = 3  # of the update, of the decision, of the message
    calls = ("editMessageText",)
    refunds = False

    async def prepare(self) -> None:
        self.charge_id, self.refunds = await self.buy(), not self.refunds
        self.world.telegram.say(self.ann, "/paysupport")
        await self.world.wait_until_handled()
        choose_refund(self.world, self.ann, self.charge_id)
        await self.world.wait_until_handled()
        self.world.telegram.say(self.ann, "?", reply_to=self.world.messages_to(self.ann)[-1])
        await self.world.wait_until_handled()
        self.request = self.world.messages_to(self.olga)[-1]

    def act(self) -> None:
        self.world.telegram.press(self.olga, self.request, "Refund" if self.refunds else "Decline")

    def is_over(self) -> bool:
        shown = self.world.current(self.request).text or ""
        return f"{self._decided} by Olga" in shown and self.told("star_refunds", self.charge_id)

    def promises(self) -> list[Promise]:
        if not self.refunds:
            return [Promise(self.ann, "looked at your payment of 50 ⭐ and does not refund it")]
        return [
            Promise(self.ann, "50 ⭐ are refunded, and the pictures of that payment are taken back"),
            Promise(self.olga, f"Refunded: 50 ⭐ to {self.ann.id}, payment {re.escape(self.charge_id)}"),
        ]

    @property
    def _decided(self) -> str:
        return "Refunded" if self.refunds else "Declined"


class RefundingOutside(Step):
    """Telegram reports a refund that the bot did not ask for."""

    calls = ("sendMessage",)

    async def prepare(self) -> None:
        self.charge_id = await self.buy()

    def act(self) -> None:
        self.world.telegram.stars.refund(self.charge_id)

    def is_over(self) -> bool:
        return self.told("star_refunds", self.charge_id)

    def promises(self) -> list[Promise]:
        return [Promise(self.ann, "50 ⭐ are refunded, and the pictures of that payment are taken back")]


class OpeningGift(Step):
    """Ben opens a gift of Ann's."""

    calls = ("sendMessage ann", "sendMessage ben")

    async def prepare(self) -> None:
        charge_id = await self.buy(command="/gift")
        self.code = str(
            self.world.rows("SELECT code FROM gift_codes WHERE charge_id = ?", charge_id)[0]["code"]
        )
        self.ben = self.world.add_user(name="Ben")

    def act(self) -> None:
        self.world.telegram.say(self.ben, f"/start gift_{self.code}")

    def is_over(self) -> bool:
        return bool(self.world.texts(self.ben))

    def promises(self) -> list[Promise]:
        return [
            Promise(self.ben, "20 pictures are a gift to you"),
            Promise(self.ann, "Your gift was opened: 20 pictures"),
        ]


class Granting(Step):
    """Olga gives Ben pictures."""

    calls = ("sendMessage ben", "sendMessage olga")

    async def prepare(self) -> None:
        self.ben = self.world.add_user(name="Ben")

    def act(self) -> None:
        self.world.telegram.say(self.olga, f"/grant {self.ben.id} 5")

    def is_over(self) -> bool:
        return any(f"Given: 5 pictures to {self.ben.id}" in text for text in self.world.texts(self.olga))

    def promises(self) -> list[Promise]:
        return [
            Promise(self.ben, "My owner gives you 5 pictures"),
            Promise(self.olga, f"Given: 5 pictures to {self.ben.id}. Paid pictures there now: 5"),
        ]


class Agreeing(Step):
    """Ben accepts the terms and gets the invoice."""

    calls = ("answerCallbackQuery", "sendInvoice", "editMessageText")

    async def prepare(self) -> None:
        self.ben = self.world.add_user(name="Ben")
        self.world.telegram.say(self.ben, "/buy")
        shop = await self.world.wait_for_text(self.ben, "More pictures")
        self.world.telegram.press(self.ben, shop, "20 pictures")
        self.terms = await self.world.wait_for_text(self.ben, "do you agree?")

    def act(self) -> None:
        self.world.telegram.press(self.ben, self.terms, "I agree")

    def is_over(self) -> bool:
        sent = invoices(self.world, self.ben)
        payloads = {self.world.telegram.stars.find(message).payload for message in sent}
        orders = self.world.rows("SELECT id FROM star_orders WHERE user_id = ?", self.ben.id)
        accepted = self.world.rows("SELECT 1 FROM accepted_terms WHERE user_id = ?", self.ben.id)
        assert len(sent) <= 2
        assert payloads <= {row["id"] for row in orders}
        assert len(orders) <= 1
        shown = (self.world.current(self.terms).text or "").endswith("✓ You agreed to this.")
        return bool(sent and accepted and shown)

    def promises(self) -> list[Promise]:
        return []


class ChangingSubscription(Step):
    """Ann cancels her subscription from the bot, and lets it be switched on again, in turn."""

    calls = ("editUserStarSubscription", "answerCallbackQuery", "sendMessage")
    subscription: Subscription

    async def begin(self) -> None:
        await super().begin()
        self.subscription = await self.subscribe()

    async def prepare(self) -> None:
        if self.subscription.state == "canceled" and not self.subscription.stopped_by_bot:
            self.world.telegram.stars.resume(self.subscription)
            await self.world.wait_for_text(self.ann, "The subscription goes on.")
        self.world.telegram.say(self.ann, "/balance")
        await self.world.wait_until_handled()
        self.shown = self.world.messages_to(self.ann)[-1]
        self.label = buttons(self.shown)[-1]
        self.stops = not self.subscription.stopped_by_bot
        assert self.label == ("✕ Cancel the subscription" if self.stops else "🔁 Renew it again")

    def act(self) -> None:
        self.world.telegram.press(self.ann, self.shown, self.label)

    def is_over(self) -> bool:
        row = self.world.rows(
            "SELECT stopped_by_bot, state FROM star_subscriptions WHERE user_id = ?", self.ann.id
        )[0]
        state = (self.subscription.state, self.subscription.stopped_by_bot)
        stored = (row["state"], bool(row["stopped_by_bot"])) == ("canceled", self.stops)
        return stored and state == ("canceled", self.stops)

    def promises(self) -> list[Promise]:
        words = "is not renewed any more" if self.stops else "Only you can switch it on again"
        return [Promise(self.ann, words)]


class Renewing(Step):
    """Ann’s subscription is renewed, and she cancels it at Telegram.

    The two updates come at once, and the bot is killed before each commit of both.
    """

    commits = 5  # of the updates, of the credits, of the confirmation, of the state, of the end of an update
    subscription: Subscription
    charge_id = ""

    async def begin(self) -> None:
        await super().begin()
        self.subscription = await self.subscribe()

    async def prepare(self) -> None:
        if self.subscription.state == "canceled":
            self.world.telegram.stars.resume(self.subscription)
            await self.world.wait_until_handled()

    def act(self) -> None:
        charge = self.world.telegram.stars.renew(self.subscription)
        self.charge_id = charge.id if charge is not None else ""
        self.world.telegram.stars.cancel(self.subscription)

    def is_over(self) -> bool:
        row = self.world.rows("SELECT state, charge_id FROM star_subscriptions")[0]
        is_newest = (row["state"], row["charge_id"]) == ("canceled", self.charge_id)
        return is_newest and self.told("star_charges", self.charge_id)

    def promises(self) -> list[Promise]:
        return [
            Promise(self.ann, f"payment {re.escape(self.charge_id)}"),
            Promise(self.ann, "The subscription is not renewed any more."),
        ]


STEPS: tuple[type[Step], ...] = (
    Paying,
    PayingForGift,
    Refunding,
    RefundingOutside,
    OpeningGift,
    Granting,
    Agreeing,
    ChangingSubscription,
    Renewing,
    Deciding,
)


async def kill_everywhere(step: Step) -> list[Position]:
    """Kill the bot before each commit of a step and inside each of its calls, and return these points.

    The bot starts once after each kill, goes on, and is killed at the next point of the next time. The last time it
    passes all commits.
    """
    await step.begin()
    killed_at: list[Position] = []
    while await _do(step, position := Position(commit=len(killed_at) + 1)):
        killed_at.append(position)
    for call in step.calls:
        for after in (False, True):
            name, _, to = call.partition(" ")
            position = Position(call=name, to=to, after=after)
            assert await _do(step, position), f"{position} is never reached"
            killed_at.append(position)
    return killed_at


async def _do(step: Step, position: Position) -> bool:
    """Do a step, kill the bot at a point of it, start it again and check. Return False if it is not killed.

    A step may be over just before the point. So the exit code of the process tells whether the bot is killed.
    """
    world = step.world
    await step.prepare()
    await world.wait_until_handled()
    since = max(number for _, number in world.telegram.chats.messages)
    with _armed(step, position):
        step.act()
        await world.process.wait_until(lambda: world.process.ended or _is_over(step))
    if await world.process.stop() == 0:
        _check(step, since, [0] * len(step.promises()), position)
        await world.process.start(**SELLS)
        return False
    step.killed()
    sent = [promise.count(world, since) for promise in step.promises()]
    await world.process.start(**SELLS)
    step.act_again()
    await world.process.wait_until(lambda: _is_over(step))
    _check(step, since, sent, position)
    return True


def _is_over(step: Step) -> bool:
    return step.world.has_handled_all() and step.is_over()


def _check(step: Step, since: int, sent: list[int], position: Position) -> None:
    """Check the sums and the messages. `sent` has the number of each at the kill: one of them may come again."""
    world, promises = step.world, step.promises()
    check_money(world)
    counts = [promise.count(world, since) for promise in promises]
    texts = {user.first_name: world.texts(user)[-4:] for user in (promise.user for promise in promises)}
    assert all(1 <= count <= before + 1 for count, before in zip(counts, sent, strict=True)), (
        position,
        texts,
    )
    for user in [promise.user for promise in promises]:
        for message in world.messages_to(user):
            expected = any(one.user == user and one.fits(message) for one in promises)
            is_other = message.message_id > since and not expected and not message.invoice
            assert not is_other or _ALARM in (message.text or ""), (position, message.text)


@contextmanager
def _armed(step: Step, position: Position) -> Iterator[None]:
    """Let the bot die at a point, once."""
    if position.commit:
        with die_before_commit(step.world, position.commit):
            yield
        return
    only = f"chat {getattr(step, position.to).id}." if position.to else ""
    fault = Fault(position.call, answer=killing(step.world), after=position.after, only=only)
    step.world.telegram.faults.rules.insert(0, fault)
    yield
    step.world.telegram.faults.rules.remove(fault)


@contextmanager
def die_before_commit(world: World, number: int) -> Iterator[None]:
    """Let the bot kill itself before the commit with this number from now on."""
    file = world.folder / "kill-at"
    draft = file.with_suffix(".new")
    draft.write_text(f"commit {number}", encoding="ascii")
    draft.replace(file)
    yield
    file.unlink()


def killing(world: World) -> Callable[[], web.Response]:
    """Return the answer of a fault that kills the bot, which does not receive it."""

    def kill() -> web.Response:
        os.kill(world.process.pid, signal.SIGKILL)
        return web.Response(status=500)

    return kill
