"""Returns of whole charges: their states, and the results of asking for them and of deciding."""

from dataclasses import dataclass
from enum import StrEnum

from core.payments.charges import Charge, FoundBy
from core.payments.gifts import Gift


class RefundState(StrEnum):
    """The state of a refund. It only moves down this list, except from `refused` and `declined` to `intended`."""

    ASKED = "asked"
    DECLINED = "declined"
    INTENDED = "intended"
    """Decided, and the credits are taken. `refundStarPayment` is called until its outcome is known."""
    REFUSED = "refused"
    """Telegram refused the refund, and the credits are restored."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Refund:
    """The return of a whole charge. Times are Unix seconds. `user_id` is the payer.

    `found_by` is set for a refund that came from outside. `decided_by` is the name or id of an admin, None for the
    bot's own decision.
    """

    charge_id: str
    user_id: int
    state: RefundState
    asked_at: float | None
    reason: str | None
    decided_by: str | None
    decided_at: float | None
    done_at: float | None
    found_by: FoundBy | None
    told_at: float | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """A charge with its refund, if there is one. `used` is the number of its units that were used.

    `stopped` is True if the bot ends the subscription of the charge.
    """

    charge: Charge
    refund: Refund | None
    used: int
    gift: Gift | None = None
    stopped: bool = False


class Asking(StrEnum):
    """The result of a user's request for a refund."""

    ASKED = "asked"
    KNOWN = "known"
    """There is a refund of the charge already, in the state that it has."""
    NOT_YOURS = "not-yours"
    """The user has no such charge."""


class Intending(StrEnum):
    """The result of a decision to refund a charge."""

    INTENDED = "intended"
    UNDER_WAY = "under-way"
    """The refund was intended before. Its outcome is not known yet."""
    DONE = "done"
    """The charge was refunded before."""
    NOT_ASKED = "not-asked"
    """The decision is about a request for a refund, and the charge has none that waits for one."""
    UNKNOWN_CHARGE = "unknown-charge"


class OutsideRefund(StrEnum):
    """The result of a refund that Telegram reports, by `refunded_payment` or in the list of transactions."""

    FOUND = "found"
    """It came from outside: the bot did not intend it. The credits are taken now."""
    CONFIRMED = "confirmed"
    """The bot intended it, and it is done now."""
    KNOWN = "known"
