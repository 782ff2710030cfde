"""Monthly subscriptions, and those that the bot ends."""

from dataclasses import dataclass
from enum import StrEnum

from core.payments.credits import DAY

PERIOD = 30 * DAY
"""Seconds of a paid period of a subscription. Telegram allows no other (Bot API, createInvoiceLink)."""
GRACE = 2 * DAY
"""Seconds for which the credits of a subscription outlive their paid period, in case its renewal is reported late."""


class SubscriptionState(StrEnum):
    """The state of a subscription, as the update `subscription` names it (Bot API, BotSubscriptionUpdated)."""

    ACTIVE = "active"
    CANCELED = "canceled"
    """It runs until the end of the paid period and is not renewed."""
    FAILED = "failed"
    """A renewal was not paid."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The newest subscription of a user. `expires_at` (Unix seconds) is the end of the paid period.

    `order_id` is the payload of its invoice and `charge_id` its newest charge. `stopped_by_bot` is True if the bot
    canceled it for the user, and so may resume it (Bot API, editUserStarSubscription).
    """

    user_id: int
    order_id: str
    charge_id: str
    units: int
    stars: int
    expires_at: float
    state: SubscriptionState
    stopped_by_bot: bool

    def is_running(self, now: float) -> bool:
        """Return whether its paid period has not ended at a Unix time, and no renewal failed."""
        return self.expires_at > now and self.state is not SubscriptionState.FAILED


@dataclass(frozen=True, slots=True)
class SubscriptionStop:
    """A subscription that the bot cancels at Telegram of its own accord, since `wanted_at` (Unix seconds).

    `charge_id` is its first charge that is known, and `payload` that of all its payments.
    """

    charge_id: str
    user_id: int
    payload: str
    wanted_at: float
