"""Users and Telegram move Stars at the stand-in: payments, chargebacks, lost updates, subscriptions, affiliates."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiogram.types import LabeledPrice, TransactionPartnerOther, TransactionPartnerUser, Update, User
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from playground.chats import Chats
from playground.media import Media
from playground.serve import KEY, served
from playground.star_ledger import FIRST_STARS, MONTH, NANOSTARS, Outcome, StarInvoice
from playground.star_payments import StarPayments
from playground.switches import Switches
from tests.support.process_launcher import DEADLINE
from tests.support.property_tests import examples
from tests.support.shop import KINDS, Shop, refused


async def test_a_user_with_too_few_stars_pays_after_a_top_up(shop: Shop) -> None:
    link = await shop.link(prices=[LabeledPrice(label="x", amount=FIRST_STARS + 1)])
    assert (await shop.telegram.pay(shop.user, link)).outcome is Outcome.TOO_FEW_STARS
    assert await shop.updates() == []
    shop.stars.top_up(shop.user, 1)
    await shop.sell(link)
    assert shop.stars.ledger.balances[shop.user.id] == 0


async def test_a_yes_does_not_make_the_user_pay(shop: Shop) -> None:
    checkout = shop.stars.begin(shop.user, await shop.invoice(), abandons=True)
    await shop.update()
    await shop.bot.answer_pre_checkout_query(checkout.id, ok=True)
    assert (await checkout.outcome()).outcome is Outcome.ABANDONED
    assert (await shop.updates(), shop.telegram.star_transactions) == ([], [])


@pytest.mark.parametrize("named", [True, False])
async def test_a_chargeback_is_only_in_the_transactions(shop: Shop, named: bool) -> None:
    first, second = [await shop.sell(await shop.invoice()) for _ in range(2)]
    await shop.bot.refund_star_payment(shop.user.id, first)
    await shop.updates()
    shop.stars.ledger.nanostars -= 50 * NANOSTARS  # the operator has withdrawn them
    shop.stars.charge_back(second, named=named)
    assert await shop.updates() == []
    assert (await shop.bot.get_my_star_balance()).amount == -50
    taken = (await shop.bot.get_star_transactions(offset=3)).transactions[0]
    assert (taken.amount, taken.id == second) == (50, named)
    assert isinstance(taken.receiver, TransactionPartnerUser if named else TransactionPartnerOther)
    await refused(shop.bot.refund_star_payment(shop.user.id, second), "CHARGE_ALREADY_REFUNDED")


async def test_an_update_can_be_repeated_with_its_id_or_with_a_new_one(shop: Shop) -> None:
    charge_id = await shop.sell(await shop.invoice())
    (update,) = shop.stars.updates_about(charge_id)
    assert update.kind == "successful_payment"
    new = shop.stars.repeat(update)
    again = await shop.update()
    assert (again.update_id, again.message is not None) == (new, True)
    shop.stars.copies = 3
    shop.stars.refund(charge_id)
    refunds = await shop.updates()
    assert len(refunds) == 3
    assert len({one.update_id for one in refunds}) == 1
    assert shop.stars.repeat(update, same_id=True) == update.update_id


async def test_a_pre_checkout_query_waits_for_no_message_on_its_way_to_the_webhook(shop: Shop) -> None:
    posted: asyncio.Queue[str] = asyncio.Queue()
    release = asyncio.Event()

    async def receive(request: web.Request) -> web.Response:
        update = Update.model_validate(await request.json())
        posted.put_nowait(update.event_type)
        if update.event_type == "message":
            await release.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/", receive)
    async with served(app) as address, asyncio.timeout(DEADLINE):
        await shop.bot.set_webhook(address + "/", allowed_updates=KINDS)
        shop.stars.copies = 3
        for _ in range(2):  # the first message blocks the queue of the chat
            checkout = shop.stars.begin(shop.user, await shop.link())
            assert [await posted.get() for _ in range(3)] == ["pre_checkout_query"] * 3
            await shop.bot.answer_pre_checkout_query(checkout.id, ok=True)
            if len(shop.telegram.star_transactions) == 1:
                assert await posted.get() == "message"
        release.set()
        assert [await posted.get() for _ in range(5)] == ["message"] * 5
        await shop.bot.delete_webhook()


async def test_a_bot_that_is_away_for_more_than_a_day_loses_updates_but_no_transaction(shop: Shop) -> None:
    subscription = await shop.subscribe()
    await shop.updates()
    charge = shop.stars.renew(subscription)
    assert charge is not None
    assert shop.telegram.updates.expire() == 1
    assert await shop.updates() == []
    assert [one.id for one in shop.telegram.star_transactions] == [subscription.id, charge.id]
    shop.stars.loses_updates = True
    shop.stars.refund(charge.id)
    shop.stars.loses_updates = False
    shop.stars.refund(subscription.id, reported=False)
    assert await shop.updates() == []
    assert len(shop.telegram.star_transactions) == 4


async def test_switches_of_the_page_lose_and_repeat_updates(shop: Shop) -> None:
    switches, link = Switches(shop.telegram, Media(KEY)), await shop.link()
    switches.flip("lost-payments", on=True)
    for _ in range(2):
        checkout = shop.stars.begin(shop.user, link)
        assert [update.event_type for update in await shop.updates()] == ["pre_checkout_query"]
        await shop.bot.answer_pre_checkout_query(checkout.id, ok=True)
    assert await shop.updates() == []
    switches.flip("lost-payments", on=False)
    switches.flip("repeated-payments", on=True)
    shop.stars.refund(shop.telegram.star_transactions[0].id)
    assert len(await shop.updates()) == 3
    switches.flip("repeated-payments", on=False)
    shop.stars.refund(shop.telegram.star_transactions[1].id)
    assert len(await shop.updates()) == 1


async def test_a_renewal_is_a_payment_without_a_pre_checkout_query(shop: Shop) -> None:
    link = await shop.link(subscription_period=MONTH)
    query_id, outcome = await shop.press_pay(link)
    await shop.bot.answer_pre_checkout_query(query_id, ok=True)
    first_id = (await outcome).charge_id
    subscription = shop.stars.ledger.subscriptions[first_id]
    shop.stars.renew(subscription)
    payments = [update.message.successful_payment for update in await shop.updates() if update.message]
    first, second = (payment for payment in payments if payment is not None)
    assert (first.is_recurring, first.is_first_recurring) == (True, True)
    assert (second.is_recurring, second.is_first_recurring) == (True, None)
    assert first.telegram_payment_charge_id == first_id != second.telegram_payment_charge_id
    assert first.subscription_expiration_date is not None
    assert second.subscription_expiration_date == first.subscription_expiration_date + MONTH
    source = (await shop.bot.get_star_transactions(offset=1)).transactions[0].source
    assert isinstance(source, TransactionPartnerUser)
    assert source.subscription_period == MONTH


async def test_a_user_cancels_and_resumes_and_a_renewal_fails(shop: Shop) -> None:
    subscription = await shop.subscribe()

    async def state() -> str:
        changed = (await shop.update()).subscription
        assert changed is not None
        assert (changed.user.id, changed.invoice_payload) == (shop.user.id, "order-1")
        return changed.state

    shop.stars.cancel(subscription)
    assert await state() == "canceled"
    with pytest.raises(LookupError, match="canceled"):
        shop.stars.renew(subscription)
    shop.stars.resume(subscription)
    assert await state() == "active"
    shop.stars.ledger.balances[shop.user.id] = 49
    assert shop.stars.renew(subscription) is None
    assert await state() == "failed"


async def test_a_subscription_that_the_bot_stopped_is_resumed_only_with_its_permission(shop: Shop) -> None:
    subscription = await shop.subscribe()
    renewal = shop.stars.renew(subscription)
    assert renewal is not None
    await shop.updates()

    def edit(charge_id: str, *, stop: bool) -> Coroutine[Any, Any, bool]:
        return shop.bot.edit_user_star_subscription(shop.user.id, charge_id, is_canceled=stop)

    await refused(edit(renewal.id, stop=True), "CHARGE_ID_INVALID")
    assert await edit(subscription.id, stop=True)
    with pytest.raises(LookupError, match="cannot be switched on"):
        shop.stars.resume(subscription)
    assert await edit(subscription.id, stop=False)
    assert (subscription.state, await shop.updates()) == ("canceled", [])
    shop.stars.resume(subscription)
    assert (await shop.update()).subscription is not None


async def test_the_share_of_an_affiliate_is_taken_off_what_the_bot_gets(shop: Shop) -> None:
    affiliate = shop.telegram.chats.add_user(8)
    shop.stars.refer(shop.user, affiliate, 125)
    charge_id = await shop.sell(await shop.invoice())
    assert await shop.bot.refund_star_payment(shop.user.id, charge_id)
    paid, back = (await shop.bot.get_star_transactions()).transactions
    for entry, partner, amount in ((paid, paid.source, 6), (back, back.receiver, -6)):
        assert (entry.amount, entry.nanostar_amount) == (43, NANOSTARS * 3 // 4)
        assert isinstance(partner, TransactionPartnerUser)
        assert partner.affiliate is not None
        assert (partner.affiliate.commission_per_mille, partner.affiliate.amount) == (125, amount)
    balance = await shop.bot.get_my_star_balance()
    assert (balance.amount, balance.nanostar_amount) == (0, None)


@given(st.lists(st.tuples(st.sampled_from(["pay", "refund", "charge back", "renew"]), st.integers(1, 400))))
@examples(60)
def test_no_star_is_made_or_lost(steps: list[tuple[str, int]]) -> None:
    asyncio.run(_check_sums(steps))


async def _check_sums(steps: list[tuple[str, int]]) -> None:
    chats = Chats()
    users = [chats.add_user(number) for number in (1, 2)]
    stars = StarPayments(chats=chats, queue=lambda _content, _number: 1)
    stars.refer(users[1], users[0], 333)
    taken = 0
    for action, number in steps:
        charges = list(stars.ledger.charges.values())
        open_charges = [charge for charge in charges if not charge.returned]
        do: dict[str, Callable[[], object]] = {
            "pay": lambda: _buy(stars, users[number % 2], number),  # noqa: B023 - called at once
            "refund": lambda: stars.refund(open_charges[0].id),  # noqa: B023
            "charge back": lambda: stars.charge_back(open_charges[0].id, named=number % 2 == 0),  # noqa: B023
            "renew": lambda: stars.renew(next(iter(stars.ledger.subscriptions.values()))),
        }
        if action == "pay" or (open_charges and (action != "renew" or _renewable(stars))):
            taken += open_charges[0].invoice.stars if action == "charge back" else 0
            do[action]()
    shares = sum(
        c.invoice.stars * NANOSTARS - c.nanostars for c in stars.ledger.charges.values() if not c.returned
    )
    users_have = sum(stars.ledger.balances[user.id] for user in users) * NANOSTARS
    assert users_have + stars.ledger.nanostars + shares == (2 * FIRST_STARS - taken) * NANOSTARS
    signed = [
        (1 if entry.source else -1) * (entry.amount * NANOSTARS + (entry.nanostar_amount or 0))
        for entry in stars.ledger.transactions
    ]
    assert sum(signed) == stars.ledger.nanostars


def _renewable(stars: StarPayments) -> bool:
    return any(one.state == "active" for one in list(stars.ledger.subscriptions.values())[:1])


def _buy(stars: StarPayments, user: User, number: int) -> None:
    offer = StarInvoice(
        title="x", description="x", payload="x", stars=number, period=MONTH if number % 3 == 0 else None
    )
    stars.ledger.links["link"] = offer
    stars.answer(stars.begin(user, "link").id, None)
