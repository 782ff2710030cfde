"""Credits: lots, their entries, and balances."""

from dataclasses import dataclass
from enum import StrEnum

DAY = 86_400.0


class LotSource(StrEnum):
    """The origin of a lot."""

    PACK = "pack"
    SUBSCRIPTION = "subscription"
    GIFT = "gift"
    GRANT = "grant"


class MovementKind(StrEnum):
    """The kind of an entry. Only `spent`, `taken_back` and `expired` have units below zero."""

    BOUGHT = "bought"
    RENEWED = "renewed"
    GRANTED = "granted"
    RECEIVED = "received"
    """A gift code was redeemed."""
    GIVEN_BACK = "given_back"
    SPENT = "spent"
    TAKEN_BACK = "taken_back"
    """A refund took the units that were left, and as many below zero as were used."""
    RESTORED = "restored"
    """Telegram refused the refund that took the units."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of a user's credits, never changed. `at` is in Unix seconds, `units` are signed."""

    lot_id: str
    kind: MovementKind
    units: int
    at: float
    request_id: int | None


@dataclass(frozen=True, slots=True)
class Lot:
    """The credits of one cause. Times are Unix seconds. `left` is the sum of its entries and may be below zero.

    A lot without `expires_at` does not expire.
    """

    id: str
    user_id: int
    source: LotSource
    units: int
    left: int
    created_at: float
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The sum of `left` of a user's lots, and those with units in the order in which they are used.

    A lot that has expired counts only if it is below zero. `lots` are without those of which nothing is left.
    """

    units: int
    lots: tuple[Lot, ...]

    @property
    def spendable(self) -> int:
        """The number of pictures that the credits pay for: none if the balance is below zero."""
        return max(0, self.units)
