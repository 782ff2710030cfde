"""The sentences that reject a request. Each names an alternative."""

import math
from typing import NamedTuple

from chat.translations import Translator
from core.clock import Clock, seconds_to_next_day
from core.model import MOST_AT_ONCE, Allowance, AspectRatio, Rejection, RejectionReason
from handlers.attachments import Moves, Sound, SourceError, TooLarge
from handlers.count_flag import CountRefused
from handlers.prompt import LONGEST_PROMPT, PromptTooLong
from handlers.user_errors import GroupAdminsOnly, NoSharedHistory, NotOwner, PictureHidden, UserError

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
        if isinstance(error, CountRefused):
            return translate("count-refused", most=MOST_AT_ONCE)
        if isinstance(error, SourceError):
            return self._source_error(error, translate)
        if isinstance(error, NoSharedHistory):
            return translate("history-not-shared")
        if isinstance(error, NotOwner):
            return translate.raw("toast-not-yours")
        if isinstance(error, PictureHidden):
            return translate.raw("picture-hidden")
        return translate.raw("toast-admins-only" if isinstance(error, GroupAdminsOnly) else "toast-old")

    def of_rejection(
        self, rejection: Rejection, allowance: Allowance, translate: Translator, *, pressed: bool = False
    ) -> str:
        """Return the answer to a request that the ledger rejected. A batch may be too large for what is left.

        `pressed` is True if a button alone asked for it: its user has written no `--n`.
        """
        reason = rejection.reason
        if rejection.left:
            if reason is RejectionReason.MEMBER_SHARE_USED and not pressed:
                at, wait = self.renewal(translate)
                return translate("too-many-member-share-used", left=rejection.left, at=at, wait=wait)
            return (_pressed_too_many if pressed else _too_many)(rejection, allowance, translate)
        if reason is RejectionReason.QUEUE_FULL:
            return translate("queue-full", pending=allowance.pending)
        if reason is RejectionReason.GROUP_QUOTA_USED:
            at, wait = self.renewal(translate)
            return translate("group-quota-used", daily=allowance.group_daily or 0, at=at, wait=wait)
        if reason is RejectionReason.MEMBER_SHARE_USED:
            at, wait = self.renewal(translate)
            return translate("member-share-used", daily=allowance.member_daily or 0, at=at, wait=wait)
        return self.quota_used(allowance, translate)

    def quota_used(self, allowance: Allowance, translate: Translator) -> str:
        """Return the sentence for a user without units left today."""
        if not allowance.daily:
            return translate("quota-paid-only" if allowance.sells else "quota-none")
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


def _too_many(rejection: Rejection, allowance: Allowance, translate: Translator) -> str:
    """Return the answer to a text that asks for more pictures than are left, though some are."""
    left = rejection.left
    if rejection.reason is RejectionReason.QUEUE_FULL:
        return translate("too-many-queue-full", left=left, pending=allowance.pending)
    if rejection.reason is RejectionReason.GROUP_QUOTA_USED:
        return translate("too-many-group-quota-used", left=left)
    return translate("too-many-quota-used", left=left)


def _pressed_too_many(rejection: Rejection, allowance: Allowance, translate: Translator) -> str:
    """Return the same answer to a press, such as one on ×4."""
    left = rejection.left
    if rejection.reason is RejectionReason.QUEUE_FULL:
        return translate("too-many-pressed-queue-full", left=left, pending=allowance.pending)
    if rejection.reason is RejectionReason.GROUP_QUOTA_USED:
        return translate("too-many-pressed-group-quota-used", left=left)
    if rejection.reason is RejectionReason.MEMBER_SHARE_USED:
        return translate("too-many-pressed-member-share-used", left=left)
    return translate("too-many-pressed-quota-used", left=left)
