"""Oddities that `imagine-bot doctor` finds in a ledger, each with its repair if there is a safe one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

Repair = Callable[[sa.Connection], str]
"""Repairs one oddity inside the caller's transaction, as far as it is still there. Returns what it did."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that no healthy ledger has. `text` names the rows, and says what to do if there is no `repair`."""

    text: str
    repair: Repair | None = None


Check = Callable[[sa.Connection, float], Iterable[Oddity]]
"""Looks at a ledger at a Unix time, and yields what is odd. It only reads."""


def change(statement: sa.Update | sa.Delete | sa.Insert, done: str) -> Repair:
    """Return the repair that executes a statement."""

    def repair(connection: sa.Connection) -> str:
        connection.execute(statement)
        return done

    return repair
