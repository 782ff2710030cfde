"""Oddities that `imagine-bot doctor` finds in a ledger, each with its fix if there is a safe one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

Fix = Callable[[sa.Connection], str]
"""Fixes one oddity inside the caller's transaction, as far as it is still there. Returns what it did."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that no healthy ledger has. `text` names the rows, and says what to do if there is no `fix`."""

    text: str
    fix: Fix | None = None


Check = Callable[[sa.Connection, float], Iterable[Oddity]]
"""Looks at a ledger at a Unix time, and yields what is odd. It only reads."""


def change(statement: sa.Update | sa.Delete | sa.Insert, done: str) -> Fix:
    """Return the fix that executes a statement."""

    def fix(connection: sa.Connection) -> str:
        connection.execute(statement)
        return done

    return fix
