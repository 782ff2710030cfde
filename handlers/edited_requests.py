"""Edits of messages that became requests.

The request is changed while it waits. After it ended without a picture, a form that differs counts as a new message.
"""

from typing import NamedTuple

from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import (
    ENDED_WITHOUT_PICTURE,
    AspectRatio,
    GenerationRequest,
    Origin,
    Request,
    SourcePicture,
    State,
)
from generation.decisions import Decisions
from handlers.access_rules import AccessRules
from handlers.normalising import normalise
from handlers.outcome import Outcome
from handlers.prompt import ParsedPrompt
from handlers.questions import Questions
from handlers.recounting import Recounting
from storage.drafts import Drafts
from storage.requests import Requests


class _Content(NamedTuple):
    prompt: str
    ratio: AspectRatio | None
    source: SourcePicture | None


class EditedRequests:
    """Applies edits of messages to the requests that they became."""

    def __init__(
        self,
        *,
        requests: Requests,
        drafts: Drafts,
        access_rules: AccessRules,
        private_replies: PrivateReplies,
        questions: Questions,
        decisions: Decisions,
        recounting: Recounting,
    ) -> None:
        self._requests = requests
        self._drafts = drafts
        self._access_rules = access_rules
        self._private_replies = private_replies
        self._questions = questions
        self._decisions = decisions
        self._recounting = recounting

    async def follow(
        self, origin: Origin, parsed: ParsedPrompt, source: SourcePicture | None, translate: Translator
    ) -> Outcome | GenerationRequest | None:
        """Apply an edited form of a message to its request. Return None if the form counts as a new message.

        With another number of pictures, the waiting request is cancelled, and the one to submit instead is returned.
        """
        request = await self._requests.by_key(origin.key)
        if request is None:
            return None
        content = _content(request, parsed, source)
        size = await self._requests.size_of(request)
        # As with the shape, a form without words keeps the number. In one with words, no number is one.
        count = parsed.count if parsed.prompt or parsed.count > 1 else size
        again = GenerationRequest(origin, *content, count=count) if count != size else None
        if request.state in ENDED_WITHOUT_PICTURE:
            return await self._follow_ended(request, parsed, content, again)
        if request.state is not State.QUEUED:
            return Outcome.REPEATED
        if parsed.is_clear:
            await self._remove_question(request)
            if _is_same(request, content) and count == size:
                return Outcome.REPEATED
        reason = await self._access_rules.refusal_reason(origin, content.prompt, translate)
        if reason is None and parsed.is_clear and count != size:
            reason = await self._recounting.refusal_reason(origin, count - size, size, translate)
        if reason is not None:
            await self._private_replies.send(origin.place, origin.user_id, reason)
            return Outcome.REFUSED
        if not parsed.is_clear:
            await self._questions.ask_about_edit(request, parsed, translate, *content)
            return Outcome.ASKED
        if again is not None:
            if not await self._recounting.cancel(request):
                return Outcome.REPEATED
            await self.release(request)
            return again
        changed = await self._revise(request, content)
        return Outcome.CHANGED if changed else Outcome.REPEATED

    async def _follow_ended(
        self,
        request: Request,
        parsed: ParsedPrompt,
        content: _Content,
        again: GenerationRequest | None,
    ) -> Outcome | GenerationRequest | None:
        """Let an edit of a request that ended without a picture count as a new message, unless it changes nothing.

        `again` is the request with another number of pictures, if the edit asks for one. It is submitted if the old one
        is cancelled: a process may have ended in between.
        """
        is_same = _asks_for_same(request, content) and again is None
        if parsed.is_clear and (parsed.prompt or parsed.ratio) and is_same:
            return Outcome.REPEATED
        await self.release(request)
        return again if request.state is State.CANCELLED and parsed.is_clear else None

    async def waits_to_change(self, origin: Origin, picture: SourcePicture) -> bool:
        """Return whether the request of a message waits and is the change of a picture."""
        request = await self._requests.by_key(origin.key)
        if request is None or request.state is not State.QUEUED or request.source is None:
            return False
        return request.source.shows_same(picture)

    async def change(self, answer: GenerationRequest) -> bool:
        """Change a waiting request as the answer to the question about an edit says. Return False without one.

        The question from which a request came has become its status message, so an answer to that changes nothing.
        """
        request = await self._requests.by_key(answer.origin.key)
        if request is None or request.state is not State.QUEUED:
            return False
        if answer.status_message_id is None or answer.status_message_id == request.status_message_id:
            return False
        content = _Content(answer.prompt, answer.ratio, answer.source)
        if not _is_same(request, content) and not await self._revise(request, content):
            return False
        await self._remove_question(request)
        return True

    async def _revise(self, request: Request, content: _Content) -> bool:
        """Change a waiting request. The admins of a group decide about each new content, also of an approved one."""
        if request.waits_for_approval or await self._access_rules.needs_approval(request.origin):
            return await self._decisions.ask_anew(request, *content)
        return await self._requests.revise(request.origin.key, *content)

    async def _remove_question(self, request: Request) -> None:
        """Delete the question about an earlier edit, if there is one."""
        draft = await self._drafts.by_key(request.origin.key)
        if draft is None or draft.prompt is None:
            return
        if draft.question_message_id not in {None, request.status_message_id}:
            await self._questions.remove(draft)

    async def release(self, request: Request) -> None:
        """Let the message of a request that ended without a picture count as a new one.

        Its draft is deleted first, because the question may have become the status message, which is deleted.
        """
        await self._drafts.remove(request.origin.key)
        await self._requests.release_key(request.id)


def _content(request: Request, parsed: ParsedPrompt, source: SourcePicture | None) -> _Content:
    """Return the content that a request has after an edit. A part that the edited form lacks stays as it is."""
    prompt = parsed.prompt or request.prompt
    if source is not None:
        return _Content(prompt, None, source)
    if parsed.ratio is not None:
        return _Content(prompt, parsed.ratio, None)
    return _Content(prompt, request.ratio, request.source)


def _is_same(request: Request, content: _Content) -> bool:
    hidden = content.source is not None and content.source.spoiler
    return _asks_for_same(request, content) and hidden == request.spoiler


def _asks_for_same(request: Request, content: _Content) -> bool:
    """Return whether an edit changes nothing that the picture depends on.

    Telegram also reports edits that change nothing which a bot can see (Bot API, Update.edited_message).
    """
    if _visible(request.prompt) != _visible(content.prompt) or request.ratio is not content.ratio:
        return False
    if request.source is None or content.source is None:
        return request.source is content.source
    return request.source.shows_same(content.source)


def _visible(prompt: str) -> str:
    return " ".join(normalise(prompt).folded.split())
