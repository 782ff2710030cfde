"""Compares the ledger of payments with what Telegram's stand-in knows: charges, refunds, credits, requests."""

import re
from collections import Counter
from dataclasses import dataclass, field

from playground.star_ledger import Charge
from tests.support.ledger import Row
from tests.support.world import World

GIVING = ("bought", "renewed", "received", "taken_back", "restored")
"""The movements by which payments and refunds change the credits of users."""
_RESERVED = {"queued", "submitting", "running", "ready", "delivering", "delivered"}
"""States of a request that has taken its unit and not given it back."""


@dataclass(slots=True)
class Money:
    """The sums of one bot, in Stars or units, and everything that disagrees.

    `paid` and `refunded` are sums of Telegram's list, `recorded` and `returned` those of the ledger. `due` are units
    of the invoices that were paid and not refunded, `given` the units that users got for them, used or not, with those
    of unopened gifts. `granted` units cost nothing, `lost` ones have expired. `spent` are those of ledger entries,
    `taken` those of requests that are drawn or delivered. `unconfirmed` and `confirmed_again` count charges.
    """

    charges: int = 0
    refunds: int = 0
    paid: int = 0
    recorded: int = 0
    refunded: int = 0
    returned: int = 0
    due: int = 0
    given: int = 0
    unopened: int = 0
    granted: int = 0
    spent: int = 0
    taken: int = 0
    unconfirmed: int = 0
    confirmed_again: int = 0
    lost: int = 0
    balance: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def expected_balance(self) -> int:
        """The balance of all users that follows from what was given, granted, spent and lost."""
        return self.given - self.unopened + self.granted - self.spent - self.lost


def count_money(world: World) -> Money:
    """Compare the ledger with the stand-in. Every update is handled, no refund is on its way, no affiliate exists."""
    money, stars = Money(), world.telegram.stars.ledger
    units = Counter({str(row["kind"]): int(row["units"]) for row in world.rows(_BY_KIND)})
    money.charges, money.refunds = len(stars.charges), sum(bool(c.returned) for c in stars.charges.values())
    money.paid = sum(one.amount for one in world.telegram.star_transactions if one.source)
    money.refunded = sum(one.amount for one in world.telegram.star_transactions if one.receiver)
    money.granted = units["granted"]
    money.spent = -units["spent"] - units["given_back"]
    money.lost = -units["expired"]
    money.balance = sum(int(row["left_over"]) for row in world.rows(_LOTS))
    _compare_charges(world, money)
    _compare_lots(world, money)
    _compare_requests(world, money)
    _count_confirmations(world, money)
    _expect(money, "the Stars recorded", money.recorded, money.paid)
    _expect(money, "the Stars returned", money.returned, money.refunded)
    _expect(money, "the units given", money.given, money.due)
    _expect(money, "the balance", money.balance, money.expected_balance)
    return money


def check_money(world: World) -> Money:
    """Assert that nothing disagrees, and return the sums."""
    money = count_money(world)
    assert money.problems == []
    return money


def units_of(charge: Charge) -> int:
    """Return the units that the title of an invoice names, in any language."""
    number = re.search(r"\d+", charge.invoice.title)
    return 0 if number is None else int(number[0])


_BY_KIND = "SELECT kind, sum(units) AS units FROM credit_entries GROUP BY kind"
_LOTS = 'SELECT id, user_id, "left" AS left_over FROM credit_lots'
_CHARGES = """
SELECT c.id, c.user_id, c.stars, c.kind, c.units, c.told_at, r.state, r.told_at AS refund_told_at, g.code,
       g.redeemed_by, g.withdrawn_at
FROM star_charges c
LEFT JOIN star_refunds r ON r.charge_id = c.id
LEFT JOIN gift_codes g ON g.charge_id = c.id"""
_ENTRIES = "SELECT lot_id, user_id, kind, units, request_id FROM credit_entries"


def _compare_charges(world: World, money: Money) -> None:
    """Compare each charge with Telegram's, and the credits that it gave with its invoice."""
    known = {str(row["id"]): row for row in world.rows(_CHARGES)}
    charges = world.telegram.stars.ledger.charges
    _expect(money, "the ids of charges", sorted(known), sorted(charges))
    given: Counter[str] = Counter()
    for entry in world.rows(_ENTRIES):
        given[entry["lot_id"]] += entry["units"] if entry["kind"] in GIVING else 0
    for charge_id, row in known.items():
        charge = charges.get(charge_id)
        if charge is None:
            continue
        is_unopened = row["code"] is not None and row["redeemed_by"] is row["withdrawn_at"] is None
        unopened = row["units"] if is_unopened else 0
        got = given[f"c:{charge_id}"] + given[f"g:{row['code']}"] + unopened
        due = 0 if charge.returned else units_of(charge)
        money.recorded += row["stars"]
        money.returned += row["stars"] if row["state"] == "done" else 0
        money.unopened, money.given, money.due = money.unopened + unopened, money.given + got, money.due + due
        _expect(money, f"units of {charge_id}", got, due)
        _expect(money, f"refund of {charge_id}", row["state"] == "done", charge.returned is not None)
        _expect(money, f"the payer of {charge_id}", row["user_id"], charge.user.id)
        _expect(money, f"the price of {charge_id}", row["stars"], charge.invoice.stars)
        _expect(money, f"{charge_id} told", _is_told(row), True)


def _is_told(row: Row) -> bool:
    """Return whether the user knows of a charge and of the end of its refund. None is under way."""
    ended = row["state"] in {"done", "refused", "declined"}
    return (
        row["told_at"] is not None
        and row["state"] != "intended"
        and ended == (row["refund_told_at"] is not None)
    )


def _compare_lots(world: World, money: Money) -> None:
    """Compare each lot with the sum of its entries, which all belong to the user of the lot."""
    sums: Counter[str] = Counter()
    users: dict[str, set[int]] = {}
    for entry in world.rows(_ENTRIES):
        sums[entry["lot_id"]] += entry["units"]
        users.setdefault(entry["lot_id"], set()).add(entry["user_id"])
    lots = world.rows(_LOTS)
    _expect(money, "the lots", sorted(str(lot["id"]) for lot in lots), sorted(sums))
    for lot in lots:
        _expect(money, f"left of {lot['id']}", lot["left_over"], sums[lot["id"]])
        _expect(money, f"users of {lot['id']}", users.get(lot["id"]), {lot["user_id"]})


def _compare_requests(world: World, money: Money) -> None:
    """Compare the units that each request has taken with its state."""
    taken: Counter[int] = Counter()
    for entry in world.rows(_ENTRIES):
        if entry["request_id"] is not None and entry["kind"] in {"spent", "given_back"}:
            taken[entry["request_id"]] -= entry["units"]
    for row in world.rows("SELECT id, state, credit_lot_id FROM requests"):
        due = int(row["credit_lot_id"] is not None and row["state"] in _RESERVED)
        money.taken += due
        _expect(money, f"units of request {row['id']}", taken[row["id"]], due)


def _count_confirmations(world: World, money: Money) -> None:
    """Count the confirmations of each charge that its user has seen. Those who blocked the bot see none."""
    for charge in world.telegram.stars.ledger.charges.values():
        shown = sum(f"payment {charge.id}" in text for text in world.texts(charge.user))
        money.unconfirmed += shown == 0
        money.confirmed_again += shown > 1


def _expect(money: Money, what: str, found: object, expected: object) -> None:
    if found != expected:
        money.problems.append(f"{what}: {found} instead of {expected}")
