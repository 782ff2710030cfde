"""The words about payments and refunds: what was paid and given, what is taken back, and how to go on."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from chat.translations import Translator
from core.payments.charges import Charge, FoundBy
from core.payments.gifts import Gift
from core.payments.offers import OrderKind
from core.payments.refunds import Purchase, Refund, RefundState
from payments.receipts import Receipts
from tests.support.manual_clock import ManualClock

CLOCK = ManualClock()
ENGLISH = Translator("en")
PACK = Charge(
    id="charge<1",
    user_id=7,
    order_id="order",
    payload="order",
    kind=OrderKind.PACK,
    stars=50,
    units=20,
    language="en",
    paid_at=CLOCK.now(),
    is_renewal=False,
    expires_at=None,
    income=None,
    found_by=FoundBy.UPDATE,
    told_at=None,
)
MONTH = replace(PACK, kind=OrderKind.SUBSCRIPTION, units=300, expires_at=CLOCK.now() + 30 * 86_400)
GIFT = replace(PACK, kind=OrderKind.GIFT)
UNKNOWN = replace(PACK, kind=None, units=0)
REFUND = Refund("charge<1", 7, RefundState.DONE, 1.0, "why", "1", 2.0, 3.0, None, None)
LINK = "https://t.me/imagine_bot?start=gift-code"
SEALED = Gift("code", "charge<1", 7, 20, 1.0)
OPENED = replace(SEALED, redeemed_by=8, redeemed_at=2.0)


def _receipts(contact: str | None = None) -> Receipts:
    return Receipts(clock=CLOCK, contact=contact)


@pytest.mark.parametrize(
    ("charge", "told", "not_told"),
    [
        (PACK, ["20 pictures are", "now: <b>33</b>", "ask again now"], ["renewed", "subscription"]),
        (
            MONTH,
            ["300 pictures are", f'unix="{round(CLOCK.now()) + 30 * 86_400}"', "<b>33</b>", "ask again now"],
            ["🔁"],
        ),
        (replace(MONTH, is_renewal=True), ["🔁", "300 pictures are", "<b>33</b>"], ["ask again now"]),
        (replace(MONTH, expires_at=None), ["✅", "300 pictures are", "<b>33</b>"], ["tg-time"]),
        (UNKNOWN, ["your payment of 50 ⭐ was for", "giving it back"], ["<b>33</b>", "ask again now"]),
    ],
)
def test_a_payment_is_confirmed_with_what_it_gives(
    charge: Charge, told: list[str], not_told: list[str]
) -> None:
    text = _receipts().of_charge(charge, 33, ENGLISH)
    assert [words for words in told if words not in text] == []
    assert [words for words in not_told if words in text] == []
    assert text.endswith("\n\n50 ⭐, payment <code>charge&lt;1</code>. Something wrong? /paysupport")


def test_a_gift_is_confirmed_with_its_link_and_a_button_that_passes_it_on() -> None:
    text, keyboard = _receipts().of_gift(GIFT, LINK, ENGLISH)
    assert "20 pictures" in text
    assert LINK in text
    assert text.endswith("\n\n50 ⭐, payment <code>charge&lt;1</code>. Something wrong? /paysupport")
    assert quote(LINK, safe="") in keyboard.model_dump_json(exclude_none=True)


BACK = "↩️ 50 ⭐ are refunded, and the pictures of that payment are taken back. Paid pictures now: <b>{}</b>."
BELOW, STOPPED = ENGLISH("refunded-below"), ENGLISH("refunded-monthly")
NOTHING = "↩️ 50 ⭐ are refunded."


@pytest.mark.parametrize(
    ("purchase", "balance", "text"),
    [
        (Purchase(PACK, REFUND, 0), 5, BACK.format(5)),
        (Purchase(PACK, REFUND, 0), 0, BACK.format(0)),
        (Purchase(PACK, REFUND, 9), -1, f"{BACK.format(-1)}\n{BELOW}"),
        (Purchase(MONTH, REFUND, 0, stopped=True), 5, f"{BACK.format(5)}\n{STOPPED}"),
        (Purchase(MONTH, REFUND, 0, stopped=True), -1, f"{BACK.format(-1)}\n{BELOW}\n{STOPPED}"),
        (Purchase(PACK, None, 0), 5, BACK.format(5)),
        (Purchase(GIFT, REFUND, 0, SEALED), 5, ENGLISH("refunded-gift", stars=50)),
        (Purchase(GIFT, REFUND, 0, OPENED), 5, NOTHING),
        (Purchase(GIFT, REFUND, 0), 5, NOTHING),
        (Purchase(UNKNOWN, REFUND, 0), 5, NOTHING),
    ],
)
def test_a_refund_says_what_is_taken_back(purchase: Purchase, balance: int, text: str) -> None:
    assert _receipts("@imagine_help").of_refund(purchase, balance, ENGLISH) == text


@pytest.mark.parametrize(
    ("charge", "state", "text"),
    [
        (PACK, RefundState.DECLINED, ENGLISH("paysupport-declined", stars=50)),
        (UNKNOWN, RefundState.DECLINED, ENGLISH("paysupport-declined", stars=50)),
        (PACK, RefundState.REFUSED, ENGLISH("paysupport-refused", stars=50)),
        (UNKNOWN, RefundState.REFUSED, ENGLISH("paysupport-kept", stars=50)),
    ],
)
def test_a_refund_that_is_not_done_names_the_owner_s_address_if_there_is_one(
    charge: Charge, state: RefundState, text: str
) -> None:
    purchase = Purchase(charge, replace(REFUND, state=state), 0, SEALED)
    assert _receipts().of_refund(purchase, 5, ENGLISH) == text
    contact = "You can also write to my owner: a &amp; b"
    assert _receipts("a & b").of_refund(purchase, 5, ENGLISH) == f"{text} {contact}"
