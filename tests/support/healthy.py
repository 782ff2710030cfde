"""The checks of `imagine-bot doctor` on a ledger of a test that is over."""

from collections.abc import Collection

import sqlalchemy as sa

from storage.doctor import CHECKS

_OF_THE_FILE = {"schema", "damage"}
"""Checks of things that the bot does not change while it runs."""


def find_oddities(connection: sa.Connection, now: float, *, leave_out: Collection[str] = ()) -> list[str]:
    """Return the texts of everything odd that a bot may have done."""
    return [
        f"{name}: {oddity.text}"
        for name, check in CHECKS
        if name not in {*_OF_THE_FILE, *leave_out}
        for oddity in check(connection, now)
    ]
