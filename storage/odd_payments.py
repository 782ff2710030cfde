"""Sums of payments that disagree: lots and entries, units of requests, charges without what was bought, refunds."""

from collections.abc import Iterator

import sqlalchemy as sa

from core.model import FINAL, State
from core.payments.credits import MovementKind
from core.payments.offers import OrderKind
from core.payments.refunds import RefundState
from storage.credits import give_back
from storage.oddities import Fix, Oddity
from storage.schema import (
    credit_entries,
    credit_lots,
    gift_codes,
    requests,
    star_charges,
    star_orders,
    star_refunds,
    star_subscriptions,
)

_ENTRIES = (
    sa.select(
        credit_entries.c.lot_id,
        sa.func.sum(credit_entries.c.units).label("units"),
        sa.func.min(credit_entries.c.user_id).label("first_user"),
        sa.func.max(credit_entries.c.user_id).label("last_user"),
        sa.func.sum(
            sa.case(
                (
                    credit_entries.c.kind.in_([MovementKind.SPENT.value, MovementKind.GIVEN_BACK.value]),
                    -credit_entries.c.units,
                ),
                else_=0,
            )
        ).label("used"),
    )
    .group_by(credit_entries.c.lot_id)
    .subquery()
)
_LOTS = sa.select(
    credit_lots.c.id,
    credit_lots.c.user_id,
    credit_lots.c.left.label("left_over"),
    _ENTRIES.c.units,
    _ENTRIES.c.first_user,
    _ENTRIES.c.last_user,
).select_from(credit_lots.outerjoin(_ENTRIES, _ENTRIES.c.lot_id == credit_lots.c.id))
_BY_A_PERSON = "compare with Telegram's list of transactions; /grant corrects a balance"


def find_wrong_lots(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield lots that are not the sum of their entries, or that belong to others, and entries without a lot."""
    for row in connection.execute(_LOTS.order_by(credit_lots.c.id)):
        if row.units is None:
            yield Oddity(f"lot {row.id} of user {row.user_id}: it has no entries; {_BY_A_PERSON}")
        elif row.first_user != row.user_id or row.last_user != row.user_id:
            yield Oddity(f"lot {row.id} of user {row.user_id}: entries of another user; {_BY_A_PERSON}")
        elif row.units != row.left_over:
            yield Oddity(
                f"lot {row.id} of user {row.user_id}: {row.left_over} left, but its entries sum up to {row.units}",
                _set_left(row.id),
            )
    without = sa.select(credit_entries.c.lot_id).where(
        credit_entries.c.lot_id.not_in(sa.select(credit_lots.c.id))
    )
    for lot_id in connection.execute(without.distinct()).scalars():
        yield Oddity(f"lot {lot_id}: it has entries and no row; {_BY_A_PERSON}")


def _set_left(lot_id: str) -> Fix:
    """Return the fix of a lot. Its entries are never changed, so they are right."""

    def fix(connection: sa.Connection) -> str:
        entries = sa.select(sa.func.sum(credit_entries.c.units)).where(credit_entries.c.lot_id == lot_id)
        units = int(connection.execute(entries).scalar_one())
        connection.execute(sa.update(credit_lots).where(credit_lots.c.id == lot_id).values(left=units))
        return f"lot {lot_id} has {units} left"

    return fix


def find_wrong_units(connection: sa.Connection, now: float) -> Iterator[Oddity]:
    """Yield requests whose paid unit was not taken, or not given back, or that took one without naming its lot."""
    taken = (
        sa.select(credit_entries.c.request_id, (-sa.func.sum(credit_entries.c.units)).label("units"))
        .where(credit_entries.c.kind.in_([MovementKind.SPENT.value, MovementKind.GIVEN_BACK.value]))
        .group_by(credit_entries.c.request_id)
        .subquery()
    )
    units = sa.func.coalesce(taken.c.units, 0)
    rows = (
        sa.select(requests.c.id, requests.c.state, requests.c.credit_lot_id, units.label("units"))
        .select_from(requests.outerjoin(taken, taken.c.request_id == requests.c.id))
        .where(sa.or_(requests.c.credit_lot_id.is_not(None), units != 0))
        .order_by(requests.c.id)
    )
    ended = {state.value for state in FINAL - {State.DELIVERED}}
    for row in connection.execute(rows):
        due = int(row.credit_lot_id is not None and row.state not in ended)
        if row.units == due:
            continue
        text = f"request {row.id}: {row.state}, with {row.units} paid units taken instead of {due}"
        if row.units == 1 and row.credit_lot_id is not None:
            yield Oddity(text, _give_back(row.credit_lot_id, row.id, now))
        else:
            yield Oddity(f"{text}; {_BY_A_PERSON}")


def _give_back(lot_id: str, request_id: int, now: float) -> Fix:
    def fix(connection: sa.Connection) -> str:
        give_back(connection, lot_id, request_id, now)
        return f"the unit of request {request_id} is given back to lot {lot_id}"

    return fix


def find_wrong_charges(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield charges without their order, their credits or their gift, and rows that name a charge that is missing."""
    lots = sa.select(credit_lots.c.id)
    charges, orders = star_charges.c, star_orders.c
    lot_of = sa.literal("c:").concat(charges.id)
    missing = (
        (
            charges.order_id.is_not(None) & charges.order_id.not_in(sa.select(orders.id)),
            "its order is missing",
        ),
        (
            charges.kind.in_([OrderKind.PACK.value, OrderKind.SUBSCRIPTION.value]) & lot_of.not_in(lots),
            "its credits are missing",
        ),
        (
            (charges.kind == OrderKind.GIFT.value) & charges.id.not_in(sa.select(gift_codes.c.charge_id)),
            "its gift is missing",
        ),
    )
    for condition, text in missing:
        found = sa.select(charges.id, charges.user_id).where(condition).order_by(charges.id)
        for row in connection.execute(found):
            yield Oddity(f"payment {row.id} of user {row.user_id}: {text}; {_BY_A_PERSON}")
    known = sa.select(charges.id)
    for name, column in (
        ("order", (orders.id, orders.charge_id)),
        ("gift", (gift_codes.c.code, gift_codes.c.charge_id)),
        ("subscription of user", (star_subscriptions.c.user_id, star_subscriptions.c.charge_id)),
    ):
        key, charge_id = column
        rows = sa.select(key.label("key"), charge_id.label("charge"))
        for row in connection.execute(rows.where(charge_id.is_not(None), charge_id.not_in(known))):
            # A gift code is a secret: who has it may redeem it.
            which = "" if name == "gift" else f" {row.key}"
            yield Oddity(f"{name}{which}: its payment {row.charge} is missing; {_BY_A_PERSON}")
    redeemed = sa.and_(
        gift_codes.c.redeemed_by.is_not(None), sa.literal("g:").concat(gift_codes.c.code).not_in(lots)
    )
    for row in connection.execute(
        sa.select(gift_codes.c.charge_id, gift_codes.c.redeemed_by).where(redeemed)
    ):
        yield Oddity(
            f"gift of payment {row.charge_id}: user {row.redeemed_by} redeemed it, and its credits are missing;"
            f" {_BY_A_PERSON}"
        )


def find_wrong_refunds(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield refunded charges whose credits were not taken, and gifts that may still be redeemed."""
    returned = star_refunds.c.state.in_([RefundState.INTENDED.value, RefundState.DONE.value])
    gift_lot = sa.literal("g:").concat(gift_codes.c.code)
    lots = (
        star_refunds.outerjoin(gift_codes, gift_codes.c.charge_id == star_refunds.c.charge_id)
        .join(
            credit_lots,
            sa.or_(
                credit_lots.c.id == sa.literal("c:").concat(star_refunds.c.charge_id),
                credit_lots.c.id == gift_lot,
            ),
        )
        .join(_ENTRIES, _ENTRIES.c.lot_id == credit_lots.c.id)
    )
    rows = sa.select(star_refunds.c.charge_id, (_ENTRIES.c.units + _ENTRIES.c.used).label("kept"))
    for row in connection.execute(rows.select_from(lots).where(returned)):
        if row.kept != 0:
            yield Oddity(
                f"payment {row.charge_id}: refunded, but {row.kept} units were not taken back; {_BY_A_PERSON}"
            )
    gifts = star_refunds.join(gift_codes, gift_codes.c.charge_id == star_refunds.c.charge_id)
    usable = sa.and_(returned, gift_codes.c.redeemed_by.is_(None), gift_codes.c.withdrawn_at.is_(None))
    for charge_id in connection.execute(
        sa.select(star_refunds.c.charge_id).select_from(gifts).where(usable)
    ).scalars():
        yield Oddity(
            f"payment {charge_id}: refunded, but its gift may still be redeemed", _withdraw(charge_id)
        )


def _withdraw(charge_id: str) -> Fix:
    def fix(connection: sa.Connection) -> str:
        when = sa.select(sa.func.coalesce(star_refunds.c.done_at, star_refunds.c.decided_at, 0.0)).where(
            star_refunds.c.charge_id == charge_id
        )
        usable = sa.and_(gift_codes.c.charge_id == charge_id, gift_codes.c.redeemed_by.is_(None))
        connection.execute(sa.update(gift_codes).where(usable).values(withdrawn_at=when.scalar_subquery()))
        return f"the gift of payment {charge_id} is withdrawn"

    return fix
