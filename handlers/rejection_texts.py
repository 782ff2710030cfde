"""The sentences for what cannot be done as asked: each says what is possible instead. None of it costs anything."""

from dataclasses import dataclass

from chat.captions import one_line
from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.clock import Clock, seconds_to_next_day
from core.model import Allowance, AspectRatio, RejectionReason
from core.reply_target import ReplyTarget
from handlers.attachments import SourceError, TooLarge
from handlers.prompt import LONGEST_PROMPT, PromptError, PromptTooLong, RatioTwice, UnknownFlag, UnknownRatio

RATIOS = ", ".join(AspectRatio)


@dataclass(frozen=True, slots=True)
class RejectionTexts:
    """Says no, to the one person it concerns."""

    private_replies: PrivateReplies
    clock: Clock

    async def prompt(
        self, place: ReplyTarget, user_id: int, error: PromptError, translate: Translator
    ) -> None:
        """Say what is wrong with a prompt and what is possible instead."""
        if isinstance(error, PromptTooLong):
            words = translate("prompt-too-long", length=error.length, limit=LONGEST_PROMPT)
        elif isinstance(error, UnknownRatio) and error.ratio:
            words = translate("ratio-unknown", ratio=one_line(error.ratio), ratios=RATIOS)
        elif isinstance(error, UnknownRatio):
            words = translate("ratio-missing", ratios=RATIOS)
        elif isinstance(error, UnknownFlag):
            words = translate("flag-unknown", flag=one_line(error.flag), ratios=RATIOS)
        else:
            assert isinstance(error, RatioTwice)  # noqa: S101 - the last of PromptError's kinds
            words = translate("ratio-twice")
        await self.private_replies.say(place, user_id, words)

    async def source(
        self, place: ReplyTarget, user_id: int, error: SourceError, translate: Translator
    ) -> None:
        """Say which pictures can be edited."""
        words = translate("source-too-large" if isinstance(error, TooLarge) else "source-unusable")
        await self.private_replies.say(place, user_id, words)

    def refused(self, reason: RejectionReason, allowance: Allowance, translate: Translator) -> str:
        """Return why a request was not accepted."""
        if reason is RejectionReason.LINE_FULL:
            return translate("line-full", pending=allowance.pending)
        if reason is RejectionReason.GROUP_QUOTA_USED:
            renewal = self.renewal(translate)
            return translate("group-quota-used", daily=allowance.group_daily or 0, **{"in": renewal})
        return self.quota_used(allowance, translate)

    def quota_used(self, allowance: Allowance, translate: Translator) -> str:
        """Return that a person's pictures of the day are used up."""
        if not allowance.daily:
            return translate("quota-none")
        return translate("quota-used", daily=allowance.daily, **{"in": self.renewal(translate)})

    def renewal(self, translate: Translator) -> str:
        """Return how long it is until quotas renew, in words: hours, rounded up, or minutes in the last one."""
        seconds = seconds_to_next_day(self.clock.wall())
        if seconds > 3600:
            return translate("in-hours", hours=-int(-seconds // 3600))
        return translate("in-minutes", minutes=max(1, -int(-seconds // 60)))
