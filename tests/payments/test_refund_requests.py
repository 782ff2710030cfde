"""Requests for refunds reach the admins, once one of them can be reached."""

import pytest

from chat.shop_callbacks import charge_key
from core.payments.refunds import RefundState
from core.reply_target import ReplyTarget
from tests.support.payments_layer import ADMIN, OTHER_ADMIN, Payments

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _asked(payments: Payments, reason: str | None = "blurred <b>") -> str:
    charge = await payments.ledger.buy()
    await payments.ledger.refunds.ask(charge, 7, reason)
    return charge


async def test_a_request_shows_the_payment_and_the_reason_to_each_admin(payments: Payments) -> None:
    charge = await _asked(payments)
    purchase = await payments.ledger.charges.purchase(charge)
    assert purchase is not None
    payments.telegram.blocked_by = {OTHER_ADMIN}
    assert await payments.requests.send(purchase)
    ((chat, text),) = payments.telegram.messages
    title, by, payment, used, reason = text.splitlines()
    assert (chat, title) == (ADMIN, "💳 <b>A refund is asked for</b>")
    assert "tg://user?id=7" in by
    paid_at = round(payments.ledger.clock.now())
    assert payment.startswith(f'Payment: <code>{charge}</code>, 50 ⭐, <tg-time unix="{paid_at}"')
    assert (used, reason) == ("Pictures used: 0 of 20", "Reason: blurred &lt;b&gt;")
    keyboard = payments.telegram.keyboards[0].model_dump_json(exclude_none=True)
    assert charge_key(charge) in keyboard


async def test_a_request_that_reached_nobody_is_sent_again_after_its_time(payments: Payments) -> None:
    charge = await _asked(payments, "x" * 2_000)
    purchase = await payments.ledger.charges.purchase(charge)
    assert purchase is not None
    payments.telegram.blocked_by = {ADMIN, OTHER_ADMIN}
    assert await payments.requests.send(purchase) is False
    payments.telegram.blocked_by = set()
    payments.ledger.clock.advance(119)
    await payments.requests.send_waiting()
    assert payments.telegram.messages == []  # its handler may still send it
    payments.ledger.clock.advance(1)
    for _ in range(2):
        await payments.requests.send_waiting()
    assert [chat for chat, _ in payments.telegram.messages] == [ADMIN, OTHER_ADMIN]
    reason = payments.texts(ADMIN)[0].splitlines()[-1]
    assert 900 < len(reason) <= 1_000 + len("Reason: ")


async def test_a_decision_replaces_the_buttons(payments: Payments) -> None:
    english = payments.translations.for_language("en")
    for decide, words in (
        (payments.ledger.refunds.intend, "Refunded"),
        (payments.ledger.refunds.decline, "Declined"),
    ):
        charge = await _asked(payments, None)
        await decide(charge, str(ADMIN))
        purchase = await payments.ledger.charges.purchase(charge)
        assert purchase is not None
        assert purchase.refund is not None
        assert purchase.refund.state in {RefundState.INTENDED, RefundState.DECLINED}
        await payments.requests.show_decision(
            ReplyTarget(ADMIN, reply_to=9), purchase, "Ann <3\n" + "x" * 99, english
        )
        edit = payments.telegram.edited[-1]
        assert (edit.chat_id, edit.message_id, edit.reply_markup) == (ADMIN, 9, None)
        lines = (edit.text or "").splitlines()
        assert (len(lines), lines[-2]) == (6, "")
        assert words in lines[-1]
        assert "Ann &lt;3 xxx" in lines[-1]
        assert len(lines[-1]) < 90
