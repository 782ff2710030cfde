"""Turns what a person wants into a request, or into the question or the sentence that stands in its way."""

from dataclasses import dataclass

from chat import keyboards
from chat.captions import one_line
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock, utc_day
from core.model import Accepted, AspectRatio, GenerationRequest
from core.reply_target import ReplyTarget
from generation.allowances import Allowances, left
from generation.engine import Engine
from handlers.attachments import SourcePicture
from handlers.prompt import ParsedPrompt
from handlers.rejection_texts import RejectionTexts
from handlers.word_filter import blocked_in
from storage.bans import Ban, Bans
from storage.drafts import Draft, Drafts
from storage.moderation_strikes import ModerationStrikes
from storage.preferences import Preference, Preferences, WhoMayDraw
from storage.quotas import Quotas

UNSAFE_MOST = 3
"""So many prompts held unsafe within an hour are a pause: until the first of them is that long ago."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What is behind a wish: who wants it, the message that is answered, and the key that makes it count once."""

    key: str
    user_id: int
    place: ReplyTarget
    name: str = ""

    @property
    def message_id(self) -> int:
        """The message that caused it."""
        return self.place.reply_to or 0


@dataclass(frozen=True, slots=True)
class GenerationService:
    """Takes orders. Everything that starts a generation goes through `submit`."""

    engine: Engine
    sender: Sender
    private_replies: PrivateReplies
    rejection_texts: RejectionTexts
    members: Members
    drafts: Drafts
    preferences: Preferences
    quotas: Quotas
    allowances: Allowances
    clock: Clock
    bans: Bans
    unsafe: ModerationStrikes

    async def take(
        self,
        cause: Cause,
        generation_request: ParsedPrompt,
        translate: Translator,
        source: SourcePicture | None = None,
        *,
        always_ask: bool = False,
    ) -> bool:
        """Start a generation, or ask for what is missing. False where the same cause had been taken before.

        `always_ask` lets no ratio, named or remembered, stand in for a press.
        """
        ratio = None if always_ask else generation_request.ratio or await self._remembered(cause)
        if generation_request.prompt and (source is not None or ratio is not None):
            drawn_in = ratio if source is None else None
            return await self.submit(
                self.wanted(cause, generation_request.prompt, drawn_in, translate, source), translate
            )
        if refusal_reason := await self.refusal_reason(cause, generation_request.prompt, translate):
            await self.private_replies.say(cause.place, cause.user_id, refusal_reason)
            return True
        if not generation_request.prompt:
            return await self._ask_prompt(cause, generation_request, translate, source)
        return await self._ask_ratio(cause, generation_request, translate)

    async def choose(
        self, draft: Draft, ratio: AspectRatio, question_id: int, translate: Translator, *, press: str
    ) -> None:
        """Start the generation of a draft whose ratio was pressed; the question becomes its status message."""
        wanted = GenerationRequest(
            key=draft.key,
            user_id=draft.user_id,
            chat_id=draft.chat_id,
            thread_id=draft.thread_id,
            message_id=draft.message_id,
            language=translate.language,
            prompt=draft.prompt or "",
            ratio=ratio,
            status_message_id=question_id,
        )
        await self.submit(wanted, translate, press=press)

    async def submit(
        self, wanted: GenerationRequest, translate: Translator, *, press: str | None = None
    ) -> bool:
        """Accept a request and say nothing, or refuse it and say why. A press that caused it is answered first.

        False where the same cause had been accepted before.
        """
        place = ReplyTarget(wanted.chat_id, wanted.thread_id, wanted.message_id)
        group = await self._group(wanted.chat_id)
        refusal_reason = await self.refusal_reason(
            Cause(wanted.key, wanted.user_id, place), wanted.prompt, translate
        )
        allowance = self.allowances.of(wanted.user_id, group)
        answer = None if refusal_reason else await self.engine.submit(wanted, allowance)
        accepted = isinstance(answer, Accepted)
        if press is not None:
            await self.sender.toast(press, translate.raw("toast-accepted" if accepted else "toast-refused"))
        if isinstance(answer, Accepted):
            return answer.fresh
        words = (
            refusal_reason
            if answer is None
            else self.rejection_texts.refused(answer.reason, allowance, translate)
        )
        await self.private_replies.say(place, wanted.user_id, words or "")
        return True

    def wanted(
        self,
        cause: Cause,
        prompt: str,
        ratio: AspectRatio | None,
        translate: Translator,
        source: SourcePicture | None = None,
    ) -> GenerationRequest:
        """Return the request a cause leads to."""
        return GenerationRequest(
            key=cause.key,
            user_id=cause.user_id,
            chat_id=cause.place.chat_id,
            thread_id=cause.place.thread_id,
            message_id=cause.message_id,
            language=translate.language,
            prompt=prompt,
            ratio=ratio,
            source_file_id=source.file_id if source else None,
            parent_id=source.parent_id if source else None,
        )

    async def _group(self, chat_id: int) -> Preference | None:
        return await self.preferences.of(chat_id) if chat_id < 0 else None

    async def _remembered(self, cause: Cause) -> AspectRatio | None:
        group = await self._group(cause.place.chat_id)
        own = group.ratio if group is not None else None
        return own or (await self.preferences.of(cause.user_id)).ratio

    async def refusal_reason(self, cause: Cause, prompt: str, translate: Translator) -> str | None:
        """Return why somebody may not draw this here, or None: a blocked word, a pause, or their group's choice."""
        if blocked_in(prompt, await self.bans.of(Ban.WORD)):
            return translate("word-banned")
        if await self.unsafe.lately(cause.user_id) >= UNSAFE_MOST:
            return translate("unsafe-pause")
        return await self._barred_by_group(cause, translate)

    async def _barred_by_group(self, cause: Cause, translate: Translator) -> str | None:
        group = await self._group(cause.place.chat_id)
        if group is None or group.who is WhoMayDraw.ALL:
            return None
        if group.who is WhoMayDraw.NOBODY:
            return translate("group-nobody")
        if await self.members.is_admin(cause.place.chat_id, cause.user_id):
            return None
        return translate("group-admins-only")

    async def _ask_prompt(
        self,
        cause: Cause,
        generation_request: ParsedPrompt,
        translate: Translator,
        source: SourcePicture | None,
    ) -> bool:
        draft = await self._draft(cause, generation_request, source)
        if draft.question_message_id is not None:
            return False
        if source is None:
            words, placeholder = translate("ask-prompt"), translate.raw("ask-prompt-placeholder")
        elif cause.place.in_group and cause.name:
            # The reply field opens for who is named (Bot API, ForceReply.selective).
            words = translate("ask-change-named", name=cause.name, id=str(cause.user_id))
            placeholder = translate.raw("ask-change-placeholder")
        else:
            words, placeholder = translate("ask-change"), translate.raw("ask-change-placeholder")
        asked = await self.sender.send_text(cause.place, words, keyboard=keyboards.ask(placeholder))
        await self.drafts.set_question(draft.id, asked)
        return True

    async def _ask_ratio(self, cause: Cause, generation_request: ParsedPrompt, translate: Translator) -> bool:
        allowance = self.allowances.of(cause.user_id, await self._group(cause.place.chat_id))
        used = await self.quotas.used(cause.user_id, utc_day(self.clock.wall()))
        if cause.user_id > 0 and left(allowance, used) == 0:
            words = self.rejection_texts.quota_used(allowance, translate)
            await self.private_replies.say(cause.place, cause.user_id, words)
            return True
        draft = await self._draft(cause, generation_request)
        if draft.question_message_id is not None:
            return False
        words = translate("ask-ratio", prompt=one_line(generation_request.prompt))
        asked = await self.sender.send_text(
            cause.place, words, keyboard=keyboards.ratios(translate, draft.id)
        )
        await self.drafts.set_question(draft.id, asked)
        return True

    async def _draft(
        self, cause: Cause, generation_request: ParsedPrompt, source: SourcePicture | None = None
    ) -> Draft:
        return await self.drafts.save(
            key=cause.key,
            user_id=cause.user_id,
            chat_id=cause.place.chat_id,
            thread_id=cause.place.thread_id,
            message_id=cause.message_id,
            prompt=generation_request.prompt or None,
            ratio=generation_request.ratio,
            source_file_id=source.file_id if source else None,
            parent_id=source.parent_id if source else None,
        )
