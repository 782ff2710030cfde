"""Subscriptions: the newest one of each user. Its payments are charges."""

from core.clock import Clock
from core.payments import Subscription, SubscriptionState
from storage.database import Database


class Subscriptions:
    """Every read and write of the table of subscriptions but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of_user(self, user_id: int) -> Subscription | None:
        """Return the newest subscription of a user, running or not, or None."""
        raise NotImplementedError

    async def set_state(self, user_id: int, payload: str, state: SubscriptionState) -> Subscription | None:
        """Store the state that Telegram reports for the subscription of an order (update `subscription`).

        Return the subscription, or None if the payload is not that of the newest one. The update `active` means that
        the user switched it on again, so it is not stopped by the bot any more.
        """
        raise NotImplementedError

    async def set_stopped(self, user_id: int, charge_id: str, *, stopped: bool) -> bool:
        """Record that the bot canceled or resumed a subscription for its user. Return False if it is another one."""
        raise NotImplementedError
