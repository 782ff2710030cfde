"""Turns what a person wants into a request, or into the question or the sentence that stands in its way."""

from dataclasses import dataclass

from chat import keyboards
from chat.captions import one_line
from chat.sender import Place, Sender
from chat.texts import Texts
from generation.allowances import Allowances, left
from generation.engine import Engine
from handlers.prompt import (
    LONGEST_PROMPT,
    PromptError,
    PromptTooLong,
    RatioTwice,
    UnknownFlag,
    UnknownRatio,
    Wish,
)
from storage.clock import Clock, seconds_to_next_day, utc_day
from storage.drafts import Draft, Drafts
from storage.model import Accepted, Allowance, AspectRatio, GenerationRequest, Refusal
from storage.preferences import Preferences
from storage.quotas import Quotas

RATIOS = ", ".join(AspectRatio)


@dataclass(frozen=True, slots=True)
class Cause:
    """The message behind a wish: who wrote it, where, and the key that makes it count once."""

    key: str
    user_id: int
    place: Place
    message_id: int


@dataclass(frozen=True, slots=True)
class Orders:
    """Takes orders. Everything that starts a generation goes through `submit`."""

    engine: Engine
    sender: Sender
    drafts: Drafts
    preferences: Preferences
    quotas: Quotas
    allowances: Allowances
    clock: Clock

    async def take(self, cause: Cause, wish: Wish, texts: Texts) -> None:
        """Start a generation, or ask for what is missing."""
        if not wish.prompt:
            await self._ask_prompt(cause, wish, texts)
            return
        ratio = wish.ratio or await self.preferences.ratio(cause.user_id)
        if ratio is None:
            await self._ask_ratio(cause, wish, texts)
            return
        wanted = GenerationRequest(
            key=cause.key,
            user_id=cause.user_id,
            chat_id=cause.place.chat_id,
            thread_id=cause.place.thread_id,
            message_id=cause.message_id,
            language=texts.language,
            prompt=wish.prompt,
            ratio=ratio,
        )
        await self.submit(wanted, texts)

    async def choose(
        self, draft: Draft, ratio: AspectRatio, question_id: int, texts: Texts, *, press: str
    ) -> None:
        """Start the generation of a draft whose ratio was pressed; the question becomes its status message."""
        wanted = GenerationRequest(
            key=draft.key,
            user_id=draft.user_id,
            chat_id=draft.chat_id,
            thread_id=draft.thread_id,
            message_id=draft.message_id,
            language=texts.language,
            prompt=draft.prompt or "",
            ratio=ratio,
            status_message_id=question_id,
        )
        await self.submit(wanted, texts, press=press)

    async def submit(self, wanted: GenerationRequest, texts: Texts, *, press: str | None = None) -> None:
        """Accept a request and say nothing, or refuse it and say why. A press that caused it is answered first."""
        allowance = self.allowances.of(wanted.user_id)
        answer = await self.engine.submit(wanted, allowance)
        accepted = isinstance(answer, Accepted)
        if press is not None:
            await self.sender.toast(press, texts.raw("toast-accepted" if accepted else "toast-refused"))
        if isinstance(answer, Accepted):
            return
        if answer.reason is Refusal.LINE_FULL:
            words = texts("line-full", pending=allowance.pending)
        else:
            words = self._quota_used(allowance, texts)
        await self.sender.text(Place(wanted.chat_id, wanted.thread_id, wanted.message_id), words)

    async def refuse(self, place: Place, error: PromptError, texts: Texts) -> None:
        """Say what is wrong with a prompt and what is possible instead."""
        if isinstance(error, PromptTooLong):
            words = texts("prompt-too-long", length=error.length, limit=LONGEST_PROMPT)
        elif isinstance(error, UnknownRatio) and error.ratio:
            words = texts("ratio-unknown", ratio=one_line(error.ratio), ratios=RATIOS)
        elif isinstance(error, UnknownRatio):
            words = texts("ratio-missing", ratios=RATIOS)
        elif isinstance(error, UnknownFlag):
            words = texts("flag-unknown", flag=one_line(error.flag), ratios=RATIOS)
        else:
            assert isinstance(error, RatioTwice)  # noqa: S101 - the last of PromptError's kinds
            words = texts("ratio-twice")
        await self.sender.text(place, words)

    def renewal(self, texts: Texts) -> str:
        """Return how long it is until quotas renew, in words: hours, rounded up, or minutes in the last one."""
        seconds = seconds_to_next_day(self.clock.now())
        if seconds > 3600:
            return texts("in-hours", hours=-int(-seconds // 3600))
        return texts("in-minutes", minutes=max(1, -int(-seconds // 60)))

    async def _ask_prompt(self, cause: Cause, wish: Wish, texts: Texts) -> None:
        draft = await self._draft(cause, wish)
        if draft.question_message_id is None:
            keyboard = keyboards.ask(texts.raw("ask-prompt-placeholder"))
            asked = await self.sender.text(cause.place, texts("ask-prompt"), keyboard=keyboard)
            await self.drafts.set_question(draft.id, asked)

    async def _ask_ratio(self, cause: Cause, wish: Wish, texts: Texts) -> None:
        allowance = self.allowances.of(cause.user_id)
        used = await self.quotas.used(cause.user_id, utc_day(self.clock.now()))
        if left(allowance, used) == 0:
            await self.sender.text(cause.place, self._quota_used(allowance, texts))
            return
        draft = await self._draft(cause, wish)
        if draft.question_message_id is None:
            words = texts("ask-ratio", prompt=one_line(wish.prompt))
            asked = await self.sender.text(cause.place, words, keyboard=keyboards.ratios(texts, draft.id))
            await self.drafts.set_question(draft.id, asked)

    async def _draft(self, cause: Cause, wish: Wish) -> Draft:
        return await self.drafts.save(
            key=cause.key,
            user_id=cause.user_id,
            chat_id=cause.place.chat_id,
            thread_id=cause.place.thread_id,
            message_id=cause.message_id,
            prompt=wish.prompt or None,
            ratio=wish.ratio,
        )

    def _quota_used(self, allowance: Allowance, texts: Texts) -> str:
        if not allowance.daily:
            return texts("quota-none")
        return texts("quota-used", daily=allowance.daily, **{"in": self.renewal(texts)})
