"""Who may draw how much: the operator's limits applied to a person."""

from collections.abc import Collection
from dataclasses import dataclass

from storage.model import Allowance


@dataclass(frozen=True, slots=True)
class Allowances:
    """`daily` pictures a person a UTC day, `concurrency` of them at once, `queue` more waiting. Admins have no day."""

    daily: int
    concurrency: int
    queue: int
    admins: Collection[int] = ()

    def of(self, user_id: int) -> Allowance:
        """Return what this person may have."""
        daily = None if user_id in self.admins else self.daily
        return Allowance(daily=daily, pending=self.concurrency + self.queue)


def left(allowance: Allowance, used: int) -> int | None:
    """Return the pictures left of a day; None without a limit."""
    return None if allowance.daily is None else max(0, allowance.daily - used)
