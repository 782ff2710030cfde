"""Turns a message of a user into a request, a question for its missing part, or a refusal."""

from dataclasses import replace

from aiogram.types import InlineKeyboardMarkup

from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.model import (
    FINAL,
    Accepted,
    AspectRatio,
    GenerationRequest,
    Origin,
    Request,
    SourcePicture,
)
from core.reply_target import is_group
from generation.allowances import Allowances
from generation.engine import Engine
from generation.request_traces import RequestTraces
from handlers import origins
from handlers.access_rules import AccessRules
from handlers.confirmation import Confirmation
from handlers.edited_requests import EditedRequests
from handlers.offers import Refusal, offer_under
from handlers.other_reading import OtherReading
from handlers.outcome import Outcome
from handlers.prompt import ParsedPrompt
from handlers.questions import Questions
from handlers.rejection_texts import RejectionTexts
from handlers.styling import Styling
from handlers.user_errors import PictureHidden
from storage.preferences import Preference, Preferences
from storage.requests import Requests


class GenerationService:
    """Starts generations. Every generation starts through `submit`."""

    def __init__(
        self,
        *,
        engine: Engine,
        access_rules: AccessRules,
        allowances: Allowances,
        requests: Requests,
        preferences: Preferences,
        questions: Questions,
        edited_requests: EditedRequests,
        other_reading: OtherReading,
        rejection_texts: RejectionTexts,
        styling: Styling,
        sender: Sender,
        private_replies: PrivateReplies,
        traces: RequestTraces | None = None,
    ) -> None:
        self._engine = engine
        self._access_rules = access_rules
        self._allowances = allowances
        self._requests = requests
        self._preferences = preferences
        self._questions = questions
        self._edited_requests = edited_requests
        self._other_reading = other_reading
        self._rejection_texts = rejection_texts
        self._styling = styling
        self._sender = sender
        self._private_replies = private_replies
        self._traces = traces

    async def request_or_ask(
        self,
        origin: Origin,
        parsed: ParsedPrompt,
        translate: Translator,
        source: SourcePicture | None = None,
        *,
        answered: SourcePicture | None = None,
        user_name: str = "",
        confirmation: Confirmation = Confirmation.NONE,
        preface: str = "",
        edited: bool = False,
        query_id: str | None = None,
    ) -> Outcome:
        """Start a generation, or ask for a missing prompt or ratio, or about a part that cannot be followed.

        `answered` is the picture that words with a ratio answer: they may be meant to change it, so a question offers
        that, too, and so does a message about words that are drawn. `user_name` is mentioned by a question in a group.
        `preface` stands before a question with buttons. `edited` is True for an edited message: it changes the request
        or replaces the question that an earlier form of the message led to. `query_id` is the press that leads to a
        question or a request; it is answered first. Raises PromptTooLong if the words of a style make the prompt so.
        """
        outcome = None
        new = source is None and answered is None  # the usual style is for new pictures, not for changes
        parsed = await self._styling.apply(origin, parsed, translate, usual=new, changes=source is not None)
        if edited:
            unconfirmed = answered if confirmation is Confirmation.WORDS else None
            if unconfirmed and await self._edited_requests.waits_to_change(origin, unconfirmed):
                source, answered = unconfirmed, None
            followed = await self._edited_requests.follow(origin, parsed, source, translate)
            outcome = (
                await self.submit(followed, translate)
                if isinstance(followed, GenerationRequest)
                else followed
            )
        if outcome is None:
            outcome = await self._start_or_ask(
                origin,
                parsed,
                translate,
                source,
                answered=answered,
                user_name=user_name,
                confirmation=confirmation,
                preface=preface,
                edited=edited,
                query_id=query_id,
            )
        drawn = outcome in {Outcome.STARTED, Outcome.CHANGED}
        if source is not None and parsed.names_shape and drawn:
            await self._private_replies.send(origin.place, origin.user_id, translate("edit-keeps-shape"))
        # A repeated update may have ended before the offer was sent.
        repeated = outcome is Outcome.REPEATED and not edited and confirmation is Confirmation.NONE
        if answered is not None and parsed.is_clear and (drawn or repeated):
            await self._other_reading.offer(origin, parsed, translate, answered)
        return outcome

    async def request_or_ask_about(
        self,
        picture: SourcePicture | None,
        origin: Origin,
        parsed: ParsedPrompt,
        translate: Translator,
        *,
        user_name: str,
        edited: bool,
    ) -> Outcome:
        """Follow words without a command that answer a picture: change it, or ask if they name a ratio.

        An edit of them that adds a ratio while the change waits still changes the picture.
        """
        both = parsed.is_complete
        return await self.request_or_ask(
            origin,
            parsed,
            translate,
            None if both else picture,
            answered=picture if both else None,
            user_name=user_name,
            confirmation=Confirmation.WORDS if both else Confirmation.NONE,
            edited=edited,
        )

    async def ratio_for(self, origin: Origin, given: AspectRatio | None) -> AspectRatio | None:
        """Return the given ratio, or else the one that the group or the user prefers."""
        if given is not None:
            return given
        group = await self._group(origin)
        own = group.ratio if group is not None else None
        return own or (await self._preferences.of(origin.user_id)).ratio

    async def refusal_of(self, origin: Origin, prompt: str, translate: Translator) -> str | None:
        """Return the sentence that would refuse a request now, or None. Nothing is accepted or sent."""
        reason = await self._access_rules.refusal_reason(origin, prompt, translate)
        if reason is not None:
            return reason
        refusal = await self._rejection(origin, translate, 1, queue=True)
        return None if refusal is None else refusal.reason

    async def submit(
        self, request: GenerationRequest, translate: Translator, *, query_id: str | None = None
    ) -> Outcome:
        """Accept a request, or refuse it and tell the user why. First answers the press that asked for it, if any.

        Raises PictureHidden for the change of a hidden picture.
        """
        origin = request.origin
        await self._check_source(request.source)
        allowance = self._allowances.of_user(origin.user_id, await self._group(origin))
        reason = await self._access_rules.refusal_reason(origin, request.prompt, translate)
        answer = offer = None
        if reason is None:
            needs_approval = await self._access_rules.needs_approval(origin)
            answer = await self._engine.submit(replace(request, needs_approval=needs_approval), allowance)
            if not isinstance(answer, Accepted):
                pressed = origins.is_press(origin)
                reason = self._rejection_texts.of_rejection(answer, allowance, translate, pressed=pressed)
                offer = offer_under(answer, allowance, origin, translate)
        if reason is not None:
            return await self._refuse(origin, reason, query_id, offer)
        assert isinstance(answer, Accepted)  # noqa: S101 - without a reason it is
        if self._traces is not None and answer.fresh:
            self._traces.trace_accepted([answer.request, *answer.members])
        if query_id is not None:
            await self._sender.toast(query_id, _toast(answer, translate))
        if request.status_message_id is not None and answer.request.approval is not None:
            await self._remove_answered(request.status_message_id, answer.request)
        return Outcome.STARTED if answer.fresh else Outcome.REPEATED

    async def follow_answer(
        self, request: GenerationRequest, translate: Translator, *, query_id: str | None = None
    ) -> Outcome:
        """Start the generation that an answer to a question asks for, or change the waiting request it is about.

        `status_message_id` of the request is the question. `query_id` is the press that is the answer, if it is one.
        """
        origin = request.origin
        if reason := await self._access_rules.refusal_reason(origin, request.prompt, translate):
            return await self._refuse(origin, reason, query_id)
        if not await self._edited_requests.change(request):
            return await self.submit(request, translate, query_id=query_id)
        if query_id is not None:
            await self._sender.toast(query_id, translate.raw("toast-accepted"))
        return Outcome.CHANGED

    async def _check_source(self, source: SourcePicture | None) -> None:
        """Raise PictureHidden if a picture of the bot was hidden since it was chosen as a source."""
        parent_id = source.parent_id if source is not None else None
        parent = await self._requests.get(parent_id) if parent_id is not None else None
        if parent is not None and parent.hidden_at is not None:
            raise PictureHidden

    async def _start_or_ask(
        self,
        origin: Origin,
        parsed: ParsedPrompt,
        translate: Translator,
        source: SourcePicture | None,
        *,
        answered: SourcePicture | None,
        user_name: str,
        confirmation: Confirmation,
        preface: str,
        edited: bool,
        query_id: str | None,
    ) -> Outcome:
        plain_words = confirmation in {Confirmation.WORDS, Confirmation.COMMAND}
        changes = source is not None and confirmation is not Confirmation.COMMAND
        ratio = None
        if confirmation is not Confirmation.RATIO and (parsed.ratio is not None or not parsed.names_shape):
            ratio = await self.ratio_for(origin, parsed.ratio)
        if parsed.prompt and parsed.is_clear and (changes or (ratio is not None and not plain_words)):
            drawn = ratio if source is None else None
            request = GenerationRequest(origin, parsed.prompt, drawn, source, count=parsed.count)
            if edited:
                return await self._submit_edited(request, translate)
            return await self.submit(request, translate, query_id=query_id)
        if reason := await self._access_rules.refusal_reason(origin, parsed.prompt, translate):
            return await self._refuse(origin, reason, query_id)
        # The buttons keep the words of a user whose queue is full.
        if refusal := await self._rejection(origin, translate, parsed.count, queue=not parsed.prompt):
            return await self._refuse(origin, refusal.reason, query_id, refusal.offer)
        if parsed.prompt:
            asked = await self._questions.ask_choice(
                origin,
                parsed,
                translate,
                source,
                ratio,
                answered=answered,
                plain_words=plain_words,
                preface=preface,
                edited=edited,
            )
            return Outcome.ASKED if asked else Outcome.REPEATED
        if query_id is not None:
            repeated = source is not None and await self._questions.was_just_asked(origin, source)
            await self._sender.toast(query_id, translate.raw("toast-asked") if repeated else None)
            if repeated:
                return Outcome.REPEATED
        asked = await self._questions.ask_prompt(origin, parsed, translate, source, user_name, edited=edited)
        return Outcome.ASKED if asked else Outcome.REPEATED

    async def _submit_edited(self, request: GenerationRequest, translate: Translator) -> Outcome:
        """Accept the request of an edited message. A question with buttons becomes its status message."""
        draft = await self._questions.asked(request.origin)
        if draft is None:
            return await self.submit(request, translate)
        if draft.prompt is not None:
            request = replace(request, status_message_id=draft.question_message_id)
        outcome = await self.submit(request, translate)
        if draft.prompt is None and outcome is Outcome.STARTED:
            await self._questions.remove(draft)
        return outcome

    async def _remove_answered(self, question_id: int, request: Request) -> None:
        """Delete an answered question that is not the status message: the question to the admins is a new message."""
        if question_id != request.status_message_id:
            await self._sender.delete(request.place.chat_id, question_id)

    async def _rejection(
        self, origin: Origin, translate: Translator, count: int, *, queue: bool
    ) -> Refusal | None:
        """Return the sentence that would reject so many requests now, with the offer under it, or None.

        A full queue counts only if `queue` is True.
        """
        allowance = self._allowances.of_user(origin.user_id, await self._group(origin))
        rejection = await self._requests.rejection_of(origin, allowance, count=count, queue=queue)
        if rejection is None:
            return None
        reason = self._rejection_texts.of_rejection(rejection, allowance, translate)
        return Refusal(reason, offer_under(rejection, allowance, origin, translate))

    async def _refuse(
        self,
        origin: Origin,
        reason: str,
        query_id: str | None = None,
        offer: InlineKeyboardMarkup | None = None,
    ) -> Outcome:
        """Send the user the reason: in an alert above the pressed button, or in a private reply to a message.

        An alert has no button, so a reason with an offer is always a message.
        """
        if query_id is not None and offer is None:
            await self._sender.alert(query_id, reason)
            return Outcome.REFUSED
        if query_id is not None:
            await self._sender.toast(query_id)
        await self._private_replies.send(origin.place, origin.user_id, reason, keyboard=offer)
        return Outcome.REFUSED

    async def _group(self, origin: Origin) -> Preference | None:
        chat_id = origin.place.chat_id
        return await self._preferences.of(chat_id) if is_group(chat_id) else None


def _toast(answer: Accepted, translate: Translator) -> str:
    """Return the answer to a press: its request is accepted, waits for an approval, is under way already, or over."""
    if answer.request.waits_for_approval:
        return translate.raw("toast-needs-approval")
    if answer.fresh:
        return translate.raw("toast-accepted")
    if answer.request.state not in FINAL:
        return translate.raw("toast-repeated")
    if origins.draws_example(answer.request.origin):
        return translate("toast-new-buttons", command="help")
    return translate.raw("toast-old")
