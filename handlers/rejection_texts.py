"""The sentences that reject a request. Each names an alternative."""

import math
from typing import NamedTuple

from chat.translations import Translator
from core.clock import Clock, seconds_to_next_day
from core.model import Allowance, AspectRatio, RejectionReason
from handlers.attachments import Moves, Sound, SourceError, TooLarge
from handlers.prompt import LONGEST_PROMPT, PromptTooLong
from handlers.user_errors import GroupAdminsOnly, NotOwner, UserError

RATIOS = ", ".join(AspectRatio)


class Renewal(NamedTuple):
    """The time at which quotas renew: `at` in Unix seconds, as digits, and `wait`, the time until then in words."""

    at: str
    wait: str


class RejectionTexts:
    """Makes the sentences for errors of users and for rejected requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def of_error(self, error: UserError, translate: Translator) -> str:
        """Return the answer to a user's error: HTML for a message, plain text for a button."""
        if isinstance(error, PromptTooLong):
            text = translate("prompt-too-long", length=error.length, limit=LONGEST_PROMPT)
            return f"{text} {translate('prompt-too-long-style')}" if error.with_style else text
        if isinstance(error, SourceError):
            return self._source_error(error, translate)
        if isinstance(error, NotOwner):
            return translate.raw("toast-not-yours")
        return translate.raw("toast-admins-only" if isinstance(error, GroupAdminsOnly) else "toast-old")

    def of_rejection(self, reason: RejectionReason, allowance: Allowance, translate: Translator) -> str:
        """Return the answer to a request that the ledger rejected."""
        if reason is RejectionReason.QUEUE_FULL:
            return translate("queue-full", pending=allowance.pending)
        if reason is RejectionReason.GROUP_QUOTA_USED:
            at, wait = self.renewal(translate)
            return translate("group-quota-used", daily=allowance.group_daily or 0, at=at, wait=wait)
        return self.quota_used(allowance, translate)

    def quota_used(self, allowance: Allowance, translate: Translator) -> str:
        """Return the sentence for a user without units left today."""
        if not allowance.daily:
            return translate("quota-none")
        at, wait = self.renewal(translate)
        return translate("quota-used", daily=allowance.daily, at=at, wait=wait)

    def renewal(self, translate: Translator) -> Renewal:
        """Return the time at which quotas renew, and the time until then rounded up to minutes."""
        now = self._clock.wall()
        seconds = seconds_to_next_day(now)
        hours, minutes = divmod(max(1, math.ceil(seconds / 60)), 60)
        at = str(round(now + seconds))
        if hours:
            return Renewal(at, translate("span-hours", hours=hours, minutes=minutes))
        return Renewal(at, translate("span-minutes", minutes=minutes))

    @staticmethod
    def _source_error(error: SourceError, translate: Translator) -> str:
        if isinstance(error, TooLarge):
            return translate("source-too-large", limit=error.limit // 2**20)
        if isinstance(error, Sound):
            return translate("unusable")
        return translate("source-moves" if isinstance(error, Moves) else "source-not-a-picture")
