"""`imagine-bot doctor`: prints the oddities of a ledger for an operator, and mends the safe ones with `--fix`."""

import sys
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from storage.database_errors import DatabaseError
from storage.doctor import CHECKS, Diagnosis, diagnose, fix_each
from storage.odd_workflows import find_lost_workflows
from storage.oddities import Check
from storage.visits import change_alone, look

MOST_LINES = 20
"""Lines that are printed for one check."""


def examine(database_url: str, *, fix: bool, uses_dbos: bool, now: Callable[[], float] = time.time) -> bool:
    """Print the oddities. Return whether the ledger is healthy in the end."""
    more: list[tuple[str, Check]] = [("workflows", find_lost_workflows)] if uses_dbos else []
    try:
        before = look(database_url, lambda connection: diagnose(connection, now(), more))
        _print(before)
        if not before.found:
            print(f"Nothing is odd: {len(CHECKS) + len(more)} checks.")
            return True
        if not fix or not before.fixable:
            _print_end(before, fix=fix)
            return False
        return change_alone(database_url, lambda connection: _fix(connection, now, more))
    except DatabaseError as error:
        print(f"DATABASE_URL: {error}", file=sys.stderr)
        return False


def _fix(connection: sa.Connection, now: Callable[[], float], more: Sequence[tuple[str, Check]]) -> bool:
    """Fix the oddities now that no bot runs, print them, and look again."""
    with connection.begin():
        found = diagnose(connection, now(), more)
    for done in fix_each(connection, found.fixable):
        print(f"fixed  {done}")
    with connection.begin():
        left = diagnose(connection, now(), more)
    if left.found:
        print()
        _print(left)
        _print_end(left, fix=True)
    else:
        print("Nothing is odd any more.")
    return not left.found


def _print(diagnosis: Diagnosis) -> None:
    names = dict.fromkeys(name for name, _ in diagnosis.found)
    for name in names:
        oddities = [oddity for found, oddity in diagnosis.found if found == name]
        for oddity in oddities[:MOST_LINES]:
            print(f"{'odd  ' if oddity.fix is None else 'odd *'}  {name}: {oddity.text}")
        if len(oddities) > MOST_LINES:
            print(f"odd    {name}: and {len(oddities) - MOST_LINES:,} more")


def _print_end(diagnosis: Diagnosis, *, fix: bool) -> None:
    number, fixable = len(diagnosis.found), len(diagnosis.fixable)
    end = f"{number:,} odd, {fixable:,} of them (*) with a safe fix."
    if fixable and not fix:
        end += " Stop the bot and run `imagine-bot doctor --fix`."
    print(end)
