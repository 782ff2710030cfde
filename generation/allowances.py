"""Who may draw how much: the operator's limits applied to a person."""

from collections.abc import Collection
from dataclasses import dataclass

from core.model import Allowance
from storage.preferences import Preference


@dataclass(frozen=True, slots=True)
class Allowances:
    """`daily` pictures a person a UTC day, `concurrency` of them at once, `queue` more waiting, `group_daily` a group.

    Admins have no daily limit, nor does a group hold them back.
    """

    daily: int
    concurrency: int
    queue: int
    admins: Collection[int] = ()
    group_daily: int = 100

    def of(self, user_id: int, group: Preference | None = None) -> Allowance:
        """Return what this person may have; `group` is what the group they ask in chose, which can only be less."""
        pending = self.concurrency + self.queue
        if user_id in self.admins:
            return Allowance(daily=None, pending=pending)
        return Allowance(daily=self.daily, pending=pending, group_daily=self.of_group(group))

    def of_group(self, group: Preference | None) -> int:
        """Return the pictures a group may have a day: its own choice, up to what the operator allows."""
        chosen = group.daily if group is not None else None
        return self.group_daily if chosen is None else min(chosen, self.group_daily)


def left(allowance: Allowance, used: int) -> int | None:
    """Return the pictures left of a day; None without a limit."""
    return None if allowance.daily is None else max(0, allowance.daily - used)
