"""Pictures bought with Telegram Stars: from /buy to the drawn picture, gifts, grants, refunds and subscriptions."""

import asyncio
import io
import json
import zipfile
from typing import Any

import pytest
from aiogram.types import Message, User

from playground import faults
from playground.faults import Fault
from playground.star_ledger import MONTH, Outcome, StarInvoice, Subscription
from tests.support.selling import SELLS, balance_of, choose, choose_refund, invoice_for, invoices, pay
from tests.support.world import ADMIN, World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_pictures_are_bought_where_the_free_ones_end(selling_bot: World) -> None:
    world = selling_bot
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
    assert invoices(world, ann) == []
    world.telegram.press(ann, terms, "I agree")
    await world.wait_until(lambda: invoices(world, ann))
    await world.wait_until_handled()
    assert (world.current(terms).text or "").endswith("✓ You agreed to this.")
    (invoice,) = invoices(world, ann)
    assert invoice.invoice is not None
    assert (invoice.invoice.title, invoice.invoice.total_amount) == ("20 pictures", 50)
    charge = await pay(world, ann, invoice)
    paid = await world.wait_for_text(ann, "Thank you! 20 pictures are yours")
    assert "Paid pictures now: 20." in (paid.text or "")
    assert f"payment {charge}" in (paid.text or "")
    world.telegram.say(ann, "/imagine an owl --ar 1:1")
    await world.wait_for_picture(ann, 2)
    await world.wait_until_closed()
    lines = await balance_of(world, ann)
    assert lines[0] == "Your pictures"
    assert lines[1].startswith("Free today: 0 of 1.")
    assert lines[2] == "Paid: 19."
    assert [line.partition(": ")[2] for line in lines[5:]] == ["−1, drawn", "+20, bought"]
    world.telegram.say(ann, "/quota")
    await world.wait_for_text(ann, "Paid pictures: 19.")


async def test_an_order_is_one_invoice_for_one_user_and_one_payment(selling_bot: World) -> None:
    world = selling_bot
    ann, ben = world.add_user(), world.add_user(name="Ben")
    group = world.add_group(ann)
    world.telegram.say(ann, "/buy", chat_id=group)
    await world.wait_for_ephemeral(group, ann, "Pictures are sold in our private chat only.")
    world.telegram.say(ann, "/start buy")
    shop = await world.wait_for_text(ann, "More pictures")
    world.telegram.press(ann, shop, "50 pictures")
    terms = await world.wait_for_text(ann, "do you agree?")
    for _ in range(2):
        world.telegram.press(ann, terms, "I agree")
    await world.wait_until_handled()
    await world.wait_for_toast(terms, "I’ve sent it already: it’s below.")
    (invoice,) = invoices(world, ann)
    payment = await world.telegram.stars.pay(ben, invoice)
    assert payment.refusal.startswith("This invoice is somebody else’s, so nothing was charged.")
    await pay(world, ann, invoice)
    payment = await world.telegram.stars.pay(ann, invoice)
    assert payment.refusal.startswith("This invoice is paid already, so nothing more was charged.")
    # Each tap under the same message is a purchase of its own once the order before it is paid.
    world.telegram.press(ann, terms, "I agree")
    await world.wait_until(lambda: len(invoices(world, ann)) == 2)
    await pay(world, ann, invoices(world, ann)[-1])
    assert (await balance_of(world, ann))[2] == "Paid: 100."


async def test_a_repeated_payment_changes_nothing_and_says_nothing(selling_bot: World) -> None:
    world = selling_bot
    ann = world.add_user("ru", "Анна")
    invoice = await invoice_for(world, ann, "20 картинок")
    world.telegram.stars.copies = 3
    charge = await pay(world, ann, invoice)
    world.telegram.stars.copies = 1
    await world.wait_for_text(ann, "У вас ещё 20 картинок, они не сгорят.")
    said = len(world.messages_to(ann))
    for update in world.telegram.stars.updates_about(charge):
        world.telegram.stars.repeat(update)
    await world.wait_until_handled()
    assert len(world.messages_to(ann)) == said
    assert (await balance_of(world, ann))[2] == "Оплаченных: 20."


async def test_a_payment_that_nothing_explains_is_given_back(selling_bot: World) -> None:
    world = selling_bot
    ann = world.add_user()
    unknown = StarInvoice(title="?", description="?", payload="of another bot", stars=7)
    charge = world.telegram.stars.renew(Subscription(id="?", user=ann, invoice=unknown, expires_at=0))
    assert charge is not None
    await world.wait_for_text(ann, "I don’t know what your payment of 7 ⭐ was for, so I’m giving it back.")
    await world.wait_for_text(ann, "7 ⭐ are refunded.")
    assert charge.returned
    # What Telegram does not let go back is no secret.
    refusal = faults.telegram(400, "Bad Request: CHARGE_NOT_FOUND")
    world.telegram.faults.add(Fault("refundStarPayment", answer=refusal))
    world.telegram.stars.renew(Subscription(id="?", user=ann, invoice=unknown, expires_at=0))
    await world.wait_for_text(ann, "Telegram did not carry out the refund of 7 ⭐. My owner knows about it.")


async def test_a_gift_is_opened_once(selling_bot: World) -> None:
    world = selling_bot
    ann, ben, eve = (world.add_user(name=name) for name in ("Ann", "Ben", "Eve"))
    await pay(world, ann, await invoice_for(world, ann, "20 pictures", "/gift"))
    ready = await world.wait_for_text(ann, "The gift is ready: 20 pictures")
    assert buttons(ready) == ["↗️ Pass it on"]
    code = (ready.text or "").partition("?start=")[2].split()[0]
    assert (await balance_of(world, ann))[2] == "Paid: 0."
    world.telegram.say(ann, f"/start {code}")
    await world.wait_for_text(ann, "This is your own gift, still unopened.")
    world.telegram.say(ben, f"/start {code}")
    await world.wait_for_text(ben, "20 pictures are a gift to you!")
    await world.wait_for_text(ann, "Your gift was opened: 20 pictures.")
    world.telegram.say(eve, f"/start {code}")
    await world.wait_for_text(eve, "This gift was opened before, and each works once.")
    world.telegram.say(eve, "/start gift_nonsense")
    await world.wait_for_text(eve, "I don’t know this gift.")
    assert (await balance_of(world, ben))[2] == "Paid: 20."


async def test_an_admin_grants_and_refunds(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    world.telegram.say(ann, f"/grant {ann.id} 5")
    await world.wait_for_text(ann, "I don’t know that command.")
    granting = world.telegram.say(olga, f"/grant {ann.id} 5")
    await world.wait_for_text(ann, "My owner gives you 5 pictures.")
    world.telegram.rewrite(granting, f"/grant {ann.id} 50")
    await world.wait_for_text(olga, "This message has given its pictures already; its edit gives none.")
    await world.wait_for_text(olga, f"Given: 5 pictures to {ann.id}. Paid pictures there now: 5.")
    charge = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    for words in ("a fox", "an owl"):  # a free one, and one of the grant or the pack
        count = len(world.pictures(ann))
        world.telegram.say(ann, f"/imagine {words} --ar 1:1")
        await world.wait_for_picture(ann, count + 1)
        await world.wait_until_closed()
    world.telegram.say(olga, "/refund nonsense <b>")
    await world.wait_for_text(olga, "I know no payment nonsense <b>.")
    world.telegram.say(olga, f"/refund {charge}")
    await world.wait_for_text(olga, f"Refunded: 50 ⭐ to {ann.id}, payment {charge}.")
    await world.wait_for_text(ann, "50 ⭐ are refunded, and the pictures of that payment are taken back.")
    world.telegram.say(olga, f"/refund {charge}")
    await world.wait_for_text(olga, "This payment is refunded already.")
    assert world.telegram.stars.ledger.charges[charge].returned
    assert (await balance_of(world, ann))[2] == "Paid: 4."


async def _ask_refund(world: World, user: User, charge_id: str, reason: str) -> Message:
    """Ask for the refund of a payment, and return the admin's message."""
    count = len(world.messages_in(ADMIN))
    world.telegram.say(user, reason, reply_to=await _question(world, user, charge_id))
    await world.wait_until(lambda: len(world.messages_in(ADMIN)) > count)
    await world.wait_until_handled()
    return world.messages_in(ADMIN)[-1]


async def _question(world: World, user: User, charge_id: str) -> Message:
    """Choose a payment at /paysupport, and return the question for the reason."""
    world.telegram.say(user, "/paysupport")
    listed = await world.wait_for_text(user, "Which payment is it about?")
    assert "You can also write to my owner: @imagine_help" in (listed.text or "")
    await world.wait_until_handled()
    choose_refund(world, user, charge_id)
    await world.wait_for_text(user, "🧾 What is wrong with")
    await world.wait_until_handled()
    return world.messages_to(user)[-1]


async def test_a_user_asks_for_a_refund_and_an_admin_decides(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    world.telegram.say(ann, "/paysupport")
    await world.wait_for_text(ann, "You have made no payment here.")
    declined = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    request = await _ask_refund(world, ann, declined, "no <reason>")
    assert (request.text or "").splitlines()[:2] == ["💳 A refund is asked for", f"By: {ann.id}"]
    assert f"Payment: {declined}, 50 ⭐" in (request.text or "")
    assert (request.text or "").splitlines()[3:] == ["Pictures used: 0 of 20", "Reason: no <reason>"]
    await world.wait_for_text(ann, "Thank you. My owner decides about it")
    assert request.reply_markup is not None
    data = request.reply_markup.inline_keyboard[0][0].callback_data or ""
    world.telegram.press(ann, request, "Refund")  # forged
    await world.wait_for_toast(request, "Only the bot’s admins can decide that.")
    world.telegram.press(olga, request, "Decline")
    await world.wait_for_text(ann, "My owner has looked at your payment of 50 ⭐ and does not refund it.")
    await world.wait_until(lambda: "✕ Declined by Olga" in (world.current(request).text or ""))
    world.telegram.press_data(olga, request, data)
    await world.wait_for_toast(request, "This was decided before.")

    refunded = await pay(world, ann, await invoice_for(world, ann, "50 pictures"))
    request = await _ask_refund(world, ann, refunded, "changed my mind")
    refusal = faults.telegram(400, "Bad Request: chat not found")
    world.telegram.faults.add(Fault("editMessageText", answer=refusal))  # the decision cannot be shown
    world.telegram.press(olga, request, "Refund")
    await world.wait_for_text(ann, "110 ⭐ are refunded")
    await world.wait_for_text(olga, f"Refunded: 110 ⭐ to {ann.id}")
    charges = world.telegram.stars.ledger.charges
    assert [charges[one].returned is not None for one in (declined, refunded)] == [False, True]
    assert (await balance_of(world, ann))[2] == "Paid: 20."


async def test_a_reason_is_words_and_its_edit_draws_nothing(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    charge = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    question = await _question(world, ann, charge)
    world.send_photo(ann, jpeg(), reply_to_message=question)
    await world.wait_for_text(ann, "Please say it in words: reply to my question with a text")
    world.telegram.say(ann, "/balance", reply_to=question)
    await world.wait_for_text(ann, "Your pictures")
    world.send_photo(ann, jpeg(), caption="too dark", reply_to_message=question)
    await world.wait_for_text(ann, "Thank you. My owner decides about it")
    (request,) = [text for text in world.texts(olga) if charge in text]
    assert request.endswith("Reason: too dark")
    said = world.telegram.say(ann, "far too dark", reply_to=question)
    await world.wait_for_text(ann, "My owner has this one already")
    world.telegram.rewrite(said, "much too dark")
    await world.wait_until(lambda: len([t for t in world.texts(ann) if "My owner has this one" in t]) == 2)
    await world.wait_until_handled()
    assert world.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id) == []


async def test_a_banned_user_buys_nothing_and_may_ask_for_a_refund(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    invoice = await invoice_for(world, ann, "20 pictures")
    world.telegram.say(olga, f"/ban {ann.id}")
    await world.wait_for_text(olga, f"Blocked: {ann.id}")
    payment = await world.telegram.stars.pay(ann, invoice)
    assert payment.refusal == "My owner has blocked you here, so nothing was charged."
    paid = world.telegram.stars.find(invoice)  # the yes was given before the ban
    charge = world.telegram.stars.renew(Subscription(id="?", user=ann, invoice=paid, expires_at=0))
    assert charge is not None
    await world.wait_for_text(ann, f"payment {charge.id}")
    request = await _ask_refund(world, ann, charge.id, "a fox")
    world.telegram.press(olga, request, "Refund")
    await world.wait_for_text(ann, "50 ⭐ are refunded")
    count = len(world.messages_to(ann))
    world.telegram.say(ann, "/buy")
    await world.wait_until_handled()
    assert len(world.messages_to(ann)) == count
    world.telegram.say(olga, f"/unban {ann.id}")
    await world.wait_until_handled()


async def test_a_grant_speaks_the_language_of_its_user(selling_bot: World) -> None:
    world = selling_bot
    anna, olga = world.add_user("ru", "Анна"), world.add_user(name="Olga", user_id=ADMIN)
    for given, sentence in ((3, "My owner gives you 3 pictures."), (5, "Владелец бота дарит вам 5 картинок")):
        world.telegram.say(olga, f"/grant {anna.id} {given}")
        await world.wait_for_text(anna, sentence)
        if given == 3:  # nothing is known of her yet
            await invoice_for(world, anna, "20 картинок")


async def test_payments_are_in_an_export(selling_bot: World) -> None:
    world = selling_bot
    ann, ben = world.add_user(), world.add_user(name="Ben")
    world.add_user(name="Olga", user_id=ADMIN)
    pack = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    gift = await pay(world, ann, await invoice_for(world, ann, "50 pictures", "/gift"))
    await invoice_for(world, ann, "120 pictures")  # never paid
    code = str(world.rows("SELECT code FROM gift_codes WHERE charge_id = ?", gift)[0]["code"])
    world.telegram.say(ben, f"/start gift_{code}")
    await world.wait_for_text(ben, "50 pictures are a gift to you!")
    await _ask_refund(world, ann, gift, "too dark")
    kept = await _exported_payments(world, ann)
    assert [(one["kind"], one["stars"], one["payment"]) for one in kept["orders"]] == [
        ("pack", 50, pack),
        ("gift", 110, gift),
    ]
    assert {one["id"]: one["pictures"] for one in kept["payments"]} == {pack: 20, gift: 50}
    assert [(one["payment"], one["state"], one["reason"]) for one in kept["refunds"]] == [
        (gift, "asked", "too dark")
    ]
    assert [(one["change"], one["pictures"]) for one in kept["changes"]] == [("bought", 20)]
    assert [(one["code"], one["opened_at"] is None) for one in kept["gifts"]] == [(code, False)]
    assert kept["terms"]["version"] == "1"
    kept = await _exported_payments(world, ben)
    assert [one["pictures"] for one in kept["received_gifts"]] == [50]
    assert (kept["gifts"], kept["payments"]) == ([], [])


async def _exported_payments(world: World, user: User) -> Any:
    """Ask for an export, and return its part about payments."""
    world.telegram.say(user, "/export")
    await world.wait_until(lambda: any(message.document for message in world.messages_to(user)))
    (document,) = [message.document for message in world.messages_to(user) if message.document]
    with zipfile.ZipFile(io.BytesIO(world.telegram.chats.files[document.file_id])) as archive:
        return json.loads(archive.read("imagine.json"))["payments"]


async def test_a_refund_from_outside_goes_below_zero_and_stops_paid_pictures_only(selling_bot: World) -> None:
    world = selling_bot
    ann = world.add_user()
    charge = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    for number in (1, 2):
        world.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
        await world.wait_for_picture(ann, number)
        await world.wait_until_closed()
    world.telegram.stars.refund(charge)
    told = await world.wait_for_text(ann, "50 ⭐ are refunded")
    assert "Paid pictures now: -1." in (told.text or "")
    assert "Some of them had been used" in (told.text or "")
    world.telegram.say(ann, "/imagine an owl --ar 1:1")
    await world.wait_for_text(ann, "You have used your 1 picture for today.")
    assert (await balance_of(world, ann))[2].startswith("Paid: -1. Refunded pictures had been used")


async def _subscribed(world: World, user: User) -> Subscription:
    await choose(world, user, "🔁 300 a month")
    offer = await world.wait_for_text(user, "300 pictures a month for 450 ⭐.")
    await world.wait_until_handled()
    assert offer.reply_markup is not None
    link = offer.reply_markup.inline_keyboard[0][0].url
    assert link is not None
    return world.telegram.stars.ledger.subscriptions[await pay(world, user, link)]


async def test_a_subscription_renews_is_canceled_and_allowed_again(selling_bot: World) -> None:
    world = selling_bot
    ann = world.add_user()
    world.telegram.stars.top_up(ann, 10_000)
    subscription = await _subscribed(world, ann)
    await world.wait_for_text(ann, "Thank you! 300 pictures are yours until")
    world.telegram.say(ann, "/buy")
    await world.wait_until_handled()
    assert len(buttons(world.messages_to(ann)[-1])) == 3
    world.telegram.press_data(ann, world.messages_to(ann)[-1], "bu:subscription:300:450")
    await world.wait_for_toast(world.messages_to(ann)[-1], "You have a subscription already", alert=True)
    world.telegram.stars.renew(subscription)
    await world.wait_for_text(ann, "Your subscription is renewed: 300 pictures are yours until")
    await world.wait_until_handled()
    assert len([text for text in world.texts(ann) if "Thank you!" in text]) == 1

    lines = await balance_of(world, ann)
    assert lines[2] == "Paid: 600."
    assert lines[3].startswith("🔁 Subscription: 300 a month for 450 ⭐, paid until")
    assert lines[3].endswith("Then it renews.")
    shown = world.messages_to(ann)[-1]
    assert buttons(shown) == ["⭐ Buy pictures", "✕ Cancel the subscription"]
    world.telegram.press(ann, shown, "Cancel")
    await world.wait_for_text(ann, "The subscription is not renewed any more.")
    assert (subscription.state, subscription.stopped_by_bot) == ("canceled", True)
    assert (await balance_of(world, ann))[3].endswith("It doesn’t renew.")
    shown = world.messages_to(ann)[-1]
    assert buttons(shown) == ["⭐ Buy pictures", "🔁 Renew it again"]
    world.telegram.press(ann, shown, "Renew")
    await world.wait_for_text(ann, "Only you can switch it on again: in Telegram’s settings")
    assert not subscription.stopped_by_bot
    world.telegram.stars.resume(subscription)
    await world.wait_for_text(ann, "The subscription goes on.")
    world.telegram.stars.fail(subscription)
    await world.wait_for_text(ann, "Telegram could not take 450 ⭐ for your subscription.")


async def test_a_refunded_subscription_is_not_renewed(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    subscription = await _subscribed(world, ann)
    await world.wait_for_text(ann, "Thank you! 300 pictures are yours until")
    later = faults.telegram(500, "Internal Server Error")
    world.telegram.faults.add(Fault("editUserStarSubscription", times=2, answer=later))
    world.telegram.say(olga, f"/refund {subscription.id}")
    await world.wait_for_text(ann, "The subscription is not renewed any more.")
    await world.wait_until(lambda: subscription.stopped_by_bot)
    assert subscription.state == "canceled"
    assert (await _subscribed(world, ann)).state == "active"


async def test_a_monthly_payment_that_nothing_explains_is_given_back_and_not_renewed(
    selling_bot: World,
) -> None:
    world = selling_bot
    ann = world.add_user()
    link = "https://t.me/$monthly"
    unknown = StarInvoice(title="?", description="?", payload="of another bot", stars=7, period=MONTH)
    world.telegram.stars.ledger.links[link] = unknown
    checkout = world.telegram.stars.begin(ann, link)
    world.telegram.stars.answer(checkout.id, None)  # another program's yes
    charge = world.telegram.stars.ledger.charges[(await checkout.outcome()).charge_id]
    assert charge.subscription is not None
    await world.wait_for_text(ann, "7 ⭐ are refunded.")
    await world.wait_until(lambda: charge.subscription and charge.subscription.stopped_by_bot)
    assert charge.returned


async def _kill_inside(world: World, method: str, words: str) -> None:
    """Kill the process inside its next call of a method with these words, which is not carried out."""
    killed = asyncio.Event()
    held = world.telegram.faults.add(Fault(method, until=killed, drop=True, only=words))
    await asyncio.wait_for(held.begun.wait(), 60)
    await world.process.kill()
    killed.set()


async def test_payments_and_refunds_outlive_kills_and_lost_updates(own_bot: World) -> None:
    """The process is killed before a confirmation and inside a refund; then updates get lost for good."""
    world = own_bot
    await world.process.start(**SELLS)
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    invoice = await invoice_for(world, ann, "20 pictures")
    checkout = world.telegram.stars.begin(ann, invoice)
    await _kill_inside(world, "sendMessage", f"chat {ann.id}.")
    charge = (await checkout.outcome()).charge_id
    assert not any("Thank you!" in text for text in world.texts(ann))
    await world.process.start(**SELLS)
    await world.wait_for_text(ann, "Thank you! 20 pictures")
    await world.wait_until_handled()
    assert [row["units"] for row in world.rows("SELECT units FROM credit_entries")] == [20]

    world.telegram.say(olga, f"/refund {charge}")
    await _kill_inside(world, "refundStarPayment", "")
    assert world.rows("SELECT state FROM star_refunds")[0]["state"] == "intended"
    await world.process.start(**SELLS)
    await world.wait_for_text(olga, f"Refunded: 50 ⭐ to {ann.id}")
    await world.wait_for_text(ann, "50 ⭐ are refunded")

    world.telegram.stars.loses_updates = True
    lost = await world.telegram.stars.pay(ann, await invoice_for(world, ann, "50 pictures"))
    assert lost.outcome is Outcome.PAID
    await world.process.kill()
    await world.process.start(**SELLS)
    await world.wait_for_text(ann, "Thank you! 50 pictures are yours")
    await world.wait_for_text(olga, "Telegram’s list has payments or refunds that no update told me about.")
    await world.wait_until(lambda: not world.rows("SELECT 1 FROM star_charges WHERE told_at IS NULL"))
    world.telegram.stars.charge_back(lost.charge_id)
    world.telegram.stars.loses_updates = False
    unnamed = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    await world.wait_for_text(ann, f"payment {unnamed}")
    world.telegram.stars.charge_back(unnamed, named=False)
    await world.process.kill()
    await world.process.start(**SELLS)
    await world.wait_for_text(ann, "110 ⭐ are refunded")
    await world.wait_for_text(
        olga, "Stars have left my balance, and Telegram’s list does not say for which payment"
    )
    assert len([text for text in world.texts(ann) if "Thank you!" in text]) == 3
    rows = world.rows("SELECT sum(units) AS left_over FROM credit_entries")
    assert rows[0]["left_over"] == 20


async def test_a_refund_that_telegram_refuses_gives_the_pictures_back(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    charge = await pay(world, ann, await invoice_for(world, ann, "20 pictures"))
    refusal = faults.telegram(400, "Bad Request: CHARGE_NOT_FOUND")
    world.telegram.faults.add(Fault("refundStarPayment", answer=refusal))
    world.telegram.press(olga, await _ask_refund(world, ann, charge, "?"), "Refund")
    await world.wait_for_text(ann, "Telegram did not carry out the refund of 50 ⭐")
    await world.wait_for_text(olga, f"Telegram refuses to refund 50 ⭐ to {ann.id}, payment {charge}")
    lines = await balance_of(world, ann)
    assert lines[2] == "Paid: 20."
    assert [line.partition(": ")[2] for line in lines[5:]] == [
        "+20, not refunded",
        "−20, refunded",
        "+20, bought",
    ]
    # The answer to the second try is lost: Telegram's list has the refund.
    world.telegram.faults.add(Fault("refundStarPayment", drop=True, after=True))
    world.telegram.say(olga, f"/refund {charge}")
    await world.wait_for_text(olga, f"Refunded: 50 ⭐ to {ann.id}, payment {charge}.")
    assert (await balance_of(world, ann))[2] == "Paid: 0."


async def test_nothing_is_sold_while_the_key_of_the_provider_is_refused(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    invoice = await invoice_for(world, ann, "20 pictures")
    refusal = faults.json({"message": "Invalid token, check your API key"}, 401)
    world.media.faults.add(Fault("create", times=None, answer=refusal))
    world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_for_text(olga, "does not take the bot’s key")
    payment = await world.telegram.stars.pay(ann, invoice)
    assert payment.refusal.startswith("I can’t draw right now, so I take no money either.")
    world.media.faults.clear()
    await world.wait_for_picture(ann)
    await world.wait_until_closed()
    await pay(world, ann, invoice)
    await world.wait_for_text(ann, "Thank you! 20 pictures are yours")


async def test_nothing_is_paid_while_an_admin_pauses_the_bot(selling_bot: World) -> None:
    world = selling_bot
    ann, olga = world.add_user(), world.add_user(name="Olga", user_id=ADMIN)
    invoice = await invoice_for(world, ann, "20 pictures")
    world.telegram.say(olga, "/pause Back at noon")
    await world.wait_for_text(olga, "Paused: I take no new requests")
    try:
        refused = await world.telegram.stars.pay(ann, invoice)
    finally:
        world.telegram.say(olga, "/resume")
        await world.wait_for_text(olga, "I take requests again.")
    assert refused.outcome is Outcome.REFUSED
    await pay(world, ann, invoice)
    assert (await balance_of(world, ann))[2] == "Paid: 20."
