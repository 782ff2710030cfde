"""The final message of a request that ended without a picture: its sentence, and the button that tries again."""

from collections.abc import Sequence
from typing import NamedTuple

from aiogram.types import InlineKeyboardMarkup

from chat import keyboards
from chat.captions import one_line
from chat.telegram_files import LARGEST_FILE
from chat.translations import Translator
from core.model import ENDED_WITHOUT_PICTURE, Approval, Failure, Request, State
from generation.allowances import DailyQuota
from generation.conversion import MOST_PIXELS
from storage.moderation_strikes import STRIKES_TO_PAUSE, ModerationStrikes

_TRY_AGAIN = frozenset(
    {
        Failure.TIMEOUT,
        Failure.UNAVAILABLE,
        Failure.UNKNOWN_CREATE,
        Failure.TASK_FAILED,
        Failure.SERVICE_PAUSED,
        Failure.PICTURE_LOST,
        Failure.NOT_SENDABLE,
        Failure.NOT_SENT,
        Failure.NOT_ALLOWED,
        Failure.SOURCE_UNAVAILABLE,
        Failure.NOT_STARTED,
    }
)
"""Failures after which the same request may succeed."""


class EndText(NamedTuple):
    """A sentence in HTML with its buttons."""

    text: str
    keyboard: InlineKeyboardMarkup | None


class EndTexts:
    """Makes the final messages. Each says whether the request counts, and a refusal as unsafe says its consequence."""

    def __init__(self, *, quota: DailyQuota, strikes: ModerationStrikes) -> None:
        self._quota = quota
        self._strikes = strikes

    async def cancelled(self, request: Request, translate: Translator) -> str:
        """Return the sentence about a cancelled request. If its group did not approve it, that is the reason."""
        left = await self._remaining(request, translate)
        if request.approval in {Approval.DECLINED, Approval.UNANSWERED}:
            return translate(f"not-approved-{request.approval}", prompt=one_line(request.prompt), left=left)
        return translate("cancelled", left=left)

    async def failed(self, request: Request, translate: Translator, *, alone: bool = False) -> EndText:
        """Return the sentence about a failure, with a button if the request may succeed in another try.

        That of a request of a batch is about the whole batch, unless it is `alone`.
        """
        text = await self._failure(request, translate)
        if request.batch_id is not None and not alone:
            text = f"{translate('batch-none')} {text}"
        return EndText(text, _keyboard(request, translate))

    async def _failure(self, request: Request, translate: Translator) -> str:
        left = await self._remaining(request, translate)
        text = _sentence(request, translate, left)
        if request.failure is Failure.MODERATED:
            strikes = await self._strikes.count_recent(request.user_id)
            if strikes >= STRIKES_TO_PAUSE:
                text = translate("failed-moderated-pause", left=left) + "\n\n" + translate("unsafe-pause")
            elif strikes == STRIKES_TO_PAUSE - 1:
                text += "\n\n" + translate("unsafe-warning")
        return text

    async def partial(self, batch: Sequence[Request], translate: Translator) -> str:
        """Return the sentences about the pictures of a batch that are missing, or nothing if all came."""
        missing = [one for one in batch if one.state in ENDED_WITHOUT_PICTURE]
        if not missing:
            return ""
        came = translate("batch-partial", came=len(batch) - len(missing), size=len(batch))
        failed = next((one for one in missing if one.state is State.FAILED), None)
        if failed is None:
            return f"{came} {await self.cancelled(missing[0], translate)}"
        return f"{came} {(await self._failure(failed, translate))}"

    async def _remaining(self, request: Request, translate: Translator) -> str:
        if request.credit_lot_id is not None:
            return translate("left-paid")
        remaining = await self._quota.remaining(request.user_id)
        return translate("left-unlimited") if remaining is None else translate("left", left=remaining)


def _keyboard(request: Request, translate: Translator) -> InlineKeyboardMarkup | None:
    """Return the button that tries again, or the other ratios if Telegram refused the picture in this one."""
    if request.failure not in _TRY_AGAIN or request.forget:
        return None
    if request.failure is Failure.NOT_SENDABLE and request.source is None:
        return keyboards.try_other_ratios(translate, request)
    return keyboards.try_again(translate, request)


def _sentence(request: Request, translate: Translator, left: str) -> str:
    if request.failure is Failure.SOURCE_TOO_LARGE:
        limit = int(request.failure_detail or LARGEST_FILE) // 2**20
        return f"{translate('source-too-large', limit=limit)} {left}"
    if request.failure is Failure.SOURCE_TOO_MANY_PIXELS and request.failure_detail is not None:
        megapixels = -(-int(request.failure_detail) // 1_000_000)  # rounded up: more than the limit
        limit = MOST_PIXELS // 1_000_000
        return translate("source-too-many-pixels", megapixels=megapixels, limit=limit, left=left)
    return translate(f"failed-{request.failure}", left=left)
