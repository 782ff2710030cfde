"""The operator's limits, applied to a user and the group in which the user asks."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.clock import Clock, utc_day
from core.model import Allowance
from storage.preferences import Preference
from storage.quotas import Quotas


def no_own_limit(_user_id: int) -> int | None:
    """Return None: no user has a limit of their own."""
    return None


@dataclass(frozen=True, slots=True)
class Allowances:
    """The operator's limits: `daily` and `group_daily` pictures a UTC day, `concurrency` at once, `queue` more waiting.

    The bot's admins have no daily limit, and neither a group's limit nor its share of a member applies to them. With
    `credits`, users may use paid and granted units after those of their day, and with `sells` they can buy some.
    `limit_of` returns the daily limit that an admin set for a user, or None.
    """

    daily: int
    concurrency: int
    queue: int
    admins: Collection[int] = ()
    group_daily: int = 100
    credits: bool = False
    sells: bool = False
    limit_of: Callable[[int], int | None] = no_own_limit

    def of_user(self, user_id: int, group: Preference | None = None) -> Allowance:
        """Return a user's limits. `group` is the choice of the group they ask in, which can only lower the limit."""
        pending = self.concurrency + self.queue
        if user_id in self.admins:
            return Allowance(daily=None, pending=pending)
        own = self.limit_of(user_id)
        return Allowance(
            daily=self.daily if own is None else own,
            pending=pending,
            group_daily=self.of_group(group),
            member_daily=self.of_member(group),
            credits=self.credits,
            sells=self.sells,
        )

    def of_group(self, group: Preference | None) -> int:
        """Return a group's pictures a UTC day: its own choice, at most the operator's limit."""
        chosen = group.daily if group is not None else None
        return self.group_daily if chosen is None else min(chosen, self.group_daily)

    def of_member(self, group: Preference | None) -> int | None:
        """Return the pictures of a group's UTC day that one member may have. None means all of them."""
        share = group.member_daily if group is not None else None
        return None if share is None else min(share, self.of_group(group))


class DailyQuota:
    """Today's units of users and groups."""

    def __init__(self, *, quotas: Quotas, allowances: Allowances, clock: Clock) -> None:
        self._quotas = quotas
        self._allowances = allowances
        self._clock = clock

    async def used(self, subject_id: int, *, member_of: int | None = None) -> int:
        """Return the units that a user or a group has used today, or a user as a member of the group `member_of`."""
        return await self._quotas.used(subject_id, utc_day(self._clock.wall()), member_of=member_of)

    async def remaining(self, user_id: int) -> int | None:
        """Return the units that a user has left today. None means no limit."""
        daily = self._allowances.of_user(user_id).daily
        return None if daily is None else max(0, daily - await self.used(user_id))
