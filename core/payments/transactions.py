"""Entries of Telegram's list of Star transactions, and the result of comparing them with the ledger."""

from dataclasses import dataclass
from enum import StrEnum

from core.payments.charges import Credited
from core.payments.refunds import Refund


class TransactionKind(StrEnum):
    """The meaning of an entry in Telegram's list of Star transactions."""

    PAYMENT = "payment"
    """A user paid an invoice of the bot."""
    REFUND = "refund"
    """A payment went back to its user. It has the id of the payment; a chargeback may have one of its own."""
    DEDUCTION = "deduction"
    """Stars left the bot, and Telegram does not say to whom: a chargeback may look like this."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One entry of Telegram's list (Bot API, StarTransaction). `at` is in Unix seconds.

    `stars` is its amount, which is without an affiliate's share. `price` is the amount that the user paid, `user_id`
    the partner and `payload` that of the invoice. All three are None in entries of the kinds DEDUCTION and OTHER.
    """

    id: str
    kind: TransactionKind
    stars: int
    at: float
    user_id: int | None = None
    price: int | None = None
    payload: str | None = None
    is_subscription: bool = False


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page of the list of transactions after it was compared with the ledger.

    `credited` are the charges and `refunded` the refunds that the ledger did not know, `deducted` the returns of Stars
    that fit no payment. `next_offset` is the offset of the page to read next, None after the last one. `restarted` is
    True if the list is not the remembered one, so that all of it is read again.
    """

    credited: tuple[Credited, ...]
    refunded: tuple[Refund, ...]
    next_offset: int | None
    restarted: bool = False
    deducted: tuple[Transaction, ...] = ()
