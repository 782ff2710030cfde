"""The units of a request: reserved in the transaction that accepts it, given back in the one that ends it.

A request needs a unit of its user's day, or a credit of the user, and in a group units of the group and its member.
"""

from typing import NamedTuple

import sqlalchemy as sa

from core.model import Allowance, Origin, Rejection, RejectionReason, Request
from core.reply_target import is_group
from storage import credits as credit_lots
from storage import quotas
from storage.quotas import Counter

Limits = list[tuple[Counter, int | None]]


class Demand(NamedTuple):
    """So many requests of an origin at a time: `day` is the UTC day, `now` in Unix seconds."""

    origin: Origin
    allowance: Allowance
    size: int
    day: str
    now: float

    @property
    def limits(self) -> Limits:
        """The counters that the requests need units of, with the daily limit of each. That of the user is first."""
        daily = {
            RejectionReason.QUOTA_USED: self.allowance.daily,
            RejectionReason.GROUP_QUOTA_USED: self.allowance.group_daily,
            RejectionReason.MEMBER_SHARE_USED: self.allowance.member_daily,
        }
        counters = quotas.counters_of(self.origin.user_id, self.origin.place.chat_id)
        return [(counter, daily[self.reason(counter)]) for counter in counters]

    def reason(self, counter: Counter) -> RejectionReason:
        """Return the reason of a rejection because of an exhausted counter."""
        if counter.member_of is not None:
            return RejectionReason.MEMBER_SHARE_USED
        group = counter.subject_id == self.origin.place.chat_id and is_group(counter.subject_id)
        return RejectionReason.GROUP_QUOTA_USED if group else RejectionReason.QUOTA_USED

    def takes_credits(self, reason: RejectionReason) -> bool:
        """Return whether credits may stand for missing units. Groups and channels have none."""
        is_user = self.origin.user_id > 0
        return reason is RejectionReason.QUOTA_USED and self.allowance.credits and is_user


def reserve(connection: sa.Connection, demand: Demand) -> list[str | None] | Rejection:
    """Reserve the units of requests, inside a unit of work that holds the user's lock, or none of them.

    Return the lot that pays for each request, None for those that the user's day pays for. These are the first.
    """
    limits, size = demand.limits, demand.size
    exhausted = quotas.reserve_all(connection, limits, demand.day, size)
    if exhausted is None:
        return [None] * size
    left = quotas.units_left(connection, exhausted, demand.day, dict(limits)[exhausted])
    reason = demand.reason(exhausted)
    if not demand.takes_credits(reason):
        return Rejection(reason, left)
    balance = credit_lots.balance_of(connection, demand.origin.user_id, demand.now, lock=True)
    paid = credit_lots.plan_spending(balance, size - left)
    if paid is None:
        return Rejection(reason, left + balance.spendable)
    (own, daily), *others = limits
    if left:
        quotas.reserve(connection, own, demand.day, daily, left)  # the user's lock has kept them
    exhausted = quotas.reserve_all(connection, others, demand.day, size)
    if exhausted is None:
        return [None] * left + [*paid]
    if left:
        quotas.refund(connection, own, demand.day, left)
    left = quotas.units_left(connection, exhausted, demand.day, dict(limits)[exhausted])
    return Rejection(demand.reason(exhausted), left)


def rejection(connection: sa.Connection, demand: Demand) -> Rejection | None:
    """Return the rejection of requests because of a daily limit as it would be now, or None."""
    for counter, daily in demand.limits:
        left, reason = quotas.units_left(connection, counter, demand.day, daily), demand.reason(counter)
        if left < demand.size and demand.takes_credits(reason):
            left += credit_lots.balance_of(connection, demand.origin.user_id, demand.now).spendable
        if left < demand.size:
            return Rejection(reason, left)
    return None


def give_back(connection: sa.Connection, request: Request, now: float) -> None:
    """Give the units of a request that ends without a picture back, inside the unit of work that ends it.

    `request` is the row as stored now: the group may have got a new id since the caller read it.
    """
    is_paid = request.credit_lot_id is not None
    counters = quotas.counters_of(request.user_id, request.place.chat_id)
    for counter in counters[1:] if is_paid else counters:
        quotas.refund(connection, counter, request.quota_day)
    if request.credit_lot_id is not None:
        credit_lots.give_back(connection, request.credit_lot_id, request.id, now)
