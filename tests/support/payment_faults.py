"""Faults and defects of payments with the tests that cause them, as docs/failures.md and docs/payments.md have them."""

from typing import NamedTuple

KILLS = "e2e/test_payment_kills.py"
FAULTS = "e2e/test_payment_faults.py"
E2E = "e2e/test_payments.py"
CHARGES = "storage/test_charges.py"
REFUNDS = "storage/test_refunds.py"
STOPS = "storage/test_subscription_stops.py"
RECONCILIATION = "storage/test_reconciliation.py"


class PaymentFault(NamedTuple):
    """A fault: what happens, what follows, and the module and the name of the test that causes it."""

    what: str
    then: str
    module: str
    test: str


PAYMENT_FAULTS = (
    PaymentFault(
        "Pay is pressed under an invoice that is paid, of another user, too old, or with another price",
        "the payment is refused before any Stars move, with a sentence that says why",
        CHARGES,
        "test_a_checkout_is_refused_for_a_reason",
    ),
    PaymentFault(
        "Pay is pressed while the key or the balance of the provider is known to be broken",
        "the same",
        E2E,
        "test_nothing_is_sold_while_the_key_of_the_provider_is_refused",
    ),
    PaymentFault(
        "an invoice is paid on two devices at a time",
        "both payments are credited, each with its confirmation",
        FAULTS,
        "test_two_payments_of_one_order_are_credited_both",
    ),
    PaymentFault(
        "a subscription is paid on two devices at a time, or a second one while the first is being paid",
        "one payment is allowed; the other is refused with a sentence, for a minute or while the first one runs",
        CHARGES,
        "test_of_two_subscriptions_that_are_paid_at_once_one_is_refused",
    ),
    PaymentFault(
        "a user has paid for two subscriptions all the same",
        "both are credited, and the bot cancels the older one at Telegram",
        STOPS,
        "test_of_two_subscriptions_the_older_one_ends",
    ),
    PaymentFault(
        "a banned user presses Pay, or had pressed it before the ban",
        "the payment is refused with a sentence; one that came is credited, and /paysupport answers",
        E2E,
        "test_a_banned_user_buys_nothing_and_may_ask_for_a_refund",
    ),
    PaymentFault(
        "the update about a payment comes again, with its id or a new one, also before the first is handled",
        "nothing changes, and nothing is said",
        FAULTS,
        "test_a_payment_reported_again_and_again_is_credited_once",
    ),
    PaymentFault(
        "`kill -9` before any commit or inside any call of a payment, a renewal, a gift, a refund, the decision about"
        " one, a grant, the terms, or a change of a subscription",
        "the next start goes on; a message that was sent and not recorded comes again, with the same charge",
        KILLS,
        "test_a_kill_anywhere_loses_and_doubles_nothing",
    ),
    PaymentFault(
        "`kill -9` during the comparison with Telegram's list",
        "the next start compares again; nothing is credited or taken twice",
        KILLS,
        "test_a_kill_during_the_comparison_with_telegrams_list_finds_each_payment_once",
    ),
    PaymentFault(
        "the replica that credits a payment is killed, and the other one gets the update again",
        "the other one confirms the payment, credited once",
        FAULTS,
        "test_two_replicas_with_one_payment_credit_it_once",
    ),
    PaymentFault(
        "the disk is full, or the database takes no writes, between Telegram's question and the payment",
        "the payment is not acknowledged and is credited once there is room; until then every Pay is refused",
        FAULTS,
        "test_a_payment_that_the_disk_refuses_is_left_to_telegram_and_credited_later",
    ),
    PaymentFault(
        "the bot is away for more than a day, and Telegram has dropped the updates about renewals and refunds",
        "the next start finds them in Telegram's list, credits or takes the pictures, tells the user, and raises an"
        " alarm",
        FAULTS,
        "test_a_day_away_loses_neither_payments_nor_refunds",
    ),
    PaymentFault(
        "the update about a payment cannot be read",
        "an alarm; it is tried again beside all other updates, and the next comparison with Telegram's list credits it",
        FAULTS,
        "test_a_payment_that_cannot_be_read_is_credited_from_telegrams_list",
    ),
    PaymentFault(
        "prices change between the invoice and the payment",
        "the payment buys what its invoice offers",
        FAULTS,
        "test_prices_that_change_after_the_invoice_change_nothing",
    ),
    PaymentFault(
        "a payment names no order of this bot",
        "it is credited as the pack with the same price, or else given back, with a sentence",
        E2E,
        "test_a_payment_that_nothing_explains_is_given_back",
    ),
    PaymentFault(
        "the process is killed inside a refund, or Telegram's answer is lost",
        "Telegram's list is asked; what is not there is called again",
        E2E,
        "test_payments_and_refunds_outlive_kills_and_lost_updates",
    ),
    PaymentFault(
        "Telegram refuses a refund",
        "the pictures are given back; the admin who decided is told",
        E2E,
        "test_a_refund_that_telegram_refuses_gives_the_pictures_back",
    ),
    PaymentFault(
        "a payment is refunded from outside or charged back",
        "the pictures are taken, below zero if some were used; free pictures go on",
        E2E,
        "test_a_refund_from_outside_goes_below_zero_and_stops_paid_pictures_only",
    ),
    PaymentFault(
        "a payment of a subscription is refunded, or nothing explains it",
        "the bot cancels the subscription at Telegram, until Telegram has answered",
        E2E,
        "test_a_refunded_subscription_is_not_renewed",
    ),
    PaymentFault(
        "a chargeback has an id of its own in Telegram's list",
        "the pictures of the only payment with this user, invoice and price are taken; without one the admins get an"
        " alarm",
        RECONCILIATION,
        "test_a_chargeback_with_an_id_of_its_own_takes_the_credits_of_the_payment_that_it_fits",
    ),
    PaymentFault(
        "two admins decide about a request for a refund at the same time",
        "the first decision counts",
        REFUNDS,
        "test_the_first_decision_of_two_admins_counts",
    ),
    PaymentFault(
        "no admin can be reached when a user asks for a refund",
        "the user is told, and the request is sent again once an hour and at each start",
        KILLS,
        "test_a_kill_during_the_comparison_with_telegrams_list_finds_each_payment_once",
    ),
    PaymentFault(
        "the reason for a refund is a photo, a sticker or a voice message",
        "its caption is the reason; without one the bot asks for words",
        E2E,
        "test_a_reason_is_words_and_its_edit_draws_nothing",
    ),
    PaymentFault(
        "a payment is refunded while a picture that it pays for is drawn",
        "the picture arrives and its unit becomes a debt; the unit of a failed picture is no debt",
        FAULTS,
        "test_a_refund_while_a_picture_is_drawn",
    ),
    PaymentFault(
        "a user blocks the bot before the confirmation",
        "the pictures are credited and stay",
        FAULTS,
        "test_a_user_who_blocks_the_bot_keeps_what_they_paid",
    ),
)


class PaymentDefect(NamedTuple):
    """A defect seen at another bot, the reason why it cannot happen here, and the test that shows it."""

    what: str
    why: str
    module: str
    test: str


PAYMENT_DEFECTS = (
    PaymentDefect(
        "paid, then refused because of the amount",
        "every charge is credited or given back",
        CHARGES,
        "test_a_payment_that_nothing_explains_is_refunded",
    ),
    PaymentDefect(
        "crediting failed, and nothing tries again",
        "the update stays at Telegram or in the inbox until it is credited",
        FAULTS,
        "test_a_payment_that_the_disk_refuses_is_left_to_telegram_and_credited_later",
    ),
    PaymentDefect(
        "crediting fails for good, and the payment is lost",
        "Telegram's list is compared with the ledger",
        FAULTS,
        "test_a_payment_that_cannot_be_read_is_credited_from_telegrams_list",
    ),
    PaymentDefect(
        "no credit because the tariff changed after the invoice",
        "the order keeps units and price",
        FAULTS,
        "test_prices_that_change_after_the_invoice_change_nothing",
    ),
    PaymentDefect(
        "credits first, the payment's row later, no unique charge id",
        "one transaction, keyed by the charge id",
        CHARGES,
        "test_two_replicas_credit_a_payment_once",
    ),
    PaymentDefect(
        "the payment is marked as seen before the commit, so a crash in between loses the credit",
        "an update is handled once its transaction is committed",
        KILLS,
        "test_a_kill_anywhere_loses_and_doubles_nothing",
    ),
    PaymentDefect(
        "the pre-checkout query is always answered with yes",
        "the order is looked at, and the ledger is written",
        E2E,
        "test_an_order_is_one_invoice_for_one_user_and_one_payment",
    ),
    PaymentDefect(
        "a refund leaves the credits",
        "they are taken in the transaction that intends the refund",
        REFUNDS,
        "test_a_refund_takes_the_credits_before_telegram_is_called",
    ),
    PaymentDefect(
        "anyone may report a payment",
        "only Telegram knows the webhook's secret",
        FAULTS,
        "test_a_payment_without_telegrams_secret_is_not_believed",
    ),
    PaymentDefect(
        "a user who blocks the bot loses the balance",
        "credits stay, whoever can be reached",
        FAULTS,
        "test_a_user_who_blocks_the_bot_keeps_what_they_paid",
    ),
    PaymentDefect(
        "a session of an hour ends, and the payment is refused",
        "an order is a row, valid for a day over restarts, and no session",
        CHARGES,
        "test_a_checkout_is_refused_for_a_reason",
    ),
)
