"""Looks for oddities in a whole ledger, and fixes those that can be fixed safely, each in one transaction.

Both are functions of a connection (storage.visits).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from storage import odd_payments, odd_requests, odd_rows
from storage.oddities import Check, Oddity

CHECKS: tuple[tuple[str, Check], ...] = (
    ("schema", odd_rows.find_wrong_schema),
    ("damage", odd_rows.find_damage),
    ("values", odd_requests.find_unknown_values),
    ("states", odd_requests.find_impossible_states),
    ("deleted requests", odd_requests.find_undeleted),
    ("open requests", odd_requests.find_long_open),
    ("batches", odd_requests.find_open_without_batch),
    ("quotas", odd_requests.find_low_counters),
    ("lots of credits", odd_payments.find_wrong_lots),
    ("paid requests", odd_payments.find_wrong_units),
    ("payments", odd_payments.find_wrong_charges),
    ("refunds", odd_payments.find_wrong_refunds),
    ("orphans", odd_rows.find_orphans),
    ("waiting rows", odd_rows.find_waiting_rows),
)
"""All checks by the name that is printed. A failed check of the schema ends the others."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The oddities that one look found, each with the name of its check, in the order of the checks."""

    found: Sequence[tuple[str, Oddity]]

    @property
    def fixable(self) -> list[Oddity]:
        """The oddities that have a safe fix."""
        return [oddity for _, oddity in self.found if oddity.fix is not None]


def diagnose(connection: sa.Connection, now: float, more: Sequence[tuple[str, Check]] = ()) -> Diagnosis:
    """Run all checks at a Unix time, and `more` ones, in the transaction of a connection."""
    found: list[tuple[str, Oddity]] = []
    for name, check in (*CHECKS, *more):
        found += [(name, oddity) for oddity in check(connection, now)]
        if name == "schema" and any(oddity.fix is None for _, oddity in found):
            break  # the other checks would fail
    return Diagnosis(found)


def fix_each(connection: sa.Connection, oddities: Sequence[Oddity]) -> Iterator[str]:
    """Fix oddities, each in a transaction of its own, and yield what was done."""
    for oddity in oddities:
        if oddity.fix is not None:
            with connection.begin():
                done = oddity.fix(connection)
            yield done
