"""Gifts: packs that were bought for somebody else."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Gift:
    """A pack that was bought for somebody else, and its code. Times are Unix seconds."""

    code: str
    charge_id: str
    buyer_id: int
    units: int
    created_at: float
    redeemed_by: int | None = None
    redeemed_at: float | None = None
    withdrawn_at: float | None = None


class Redemption(StrEnum):
    """The result of redeeming a gift code."""

    REDEEMED = "redeemed"
    """This message of the user has redeemed it, now or when it was handled before."""
    KNOWN = "known"
    """Another message of the same user has redeemed it before."""
    TAKEN = "taken"
    """Another user has redeemed it."""
    WITHDRAWN = "withdrawn"
    """The gift was refunded before."""
    UNKNOWN = "unknown"
