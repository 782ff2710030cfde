"""The message with a question about requests that are not drawn before its answer, in a chat or an inline message."""

from html import escape

from aiogram.types import InlineKeyboardMarkup

from chat import keyboards
from chat.captions import cut, one_line
from chat.deletion_scheduler import DeletionScheduler
from chat.inline_messages import InlineMessages
from chat.members import Members
from chat.sender import Sender
from chat.translations import Translations, Translator
from core.reply_target import ReplyTarget, is_group
from storage.asked_requests import Question

_PROMPT_UNITS = 3_000
"""Longest description that the admins of a group see: more than one may have, and with all else within a message."""


class QuestionMessage:
    """Sends the questions. Every method raises a subclass of SendError."""

    def __init__(
        self,
        *,
        sender: Sender,
        inline_messages: InlineMessages,
        deletion_scheduler: DeletionScheduler,
        members: Members,
        translations: Translations,
    ) -> None:
        self._sender = sender
        self._inline_messages = inline_messages
        self._deletion_scheduler = deletion_scheduler
        self._members = members
        self._translations = translations

    async def send(self, question: Question) -> int | None:
        """Send a question and return its message id. An inline message becomes the question, and has none.

        If it cannot be edited, the private chat of its user gets the question.
        """
        request = question.first
        translate = self._translations.for_language(request.language)
        if request.waits_for_approval:
            text, keyboard = await self._for_admins(question, translate)
        else:
            text, keyboard = for_owner(question, translate)
        place = request.place
        if place.inline_message_id is not None:
            if await self._inline_messages.edit_text(place, text, keyboard=keyboard):
                return None
            place = ReplyTarget(place.chat_id)
        return await self._sender.send_text(place, text, keyboard=keyboard)

    async def withdraw(self, chat_id: int, message_id: int) -> None:
        """Delete a message that the question replaces, or a question that came too late."""
        await self._deletion_scheduler.schedule(chat_id, message_id, 0.0)

    async def _for_admins(
        self, question: Question, translate: Translator
    ) -> tuple[str, InlineKeyboardMarkup]:
        """Return the question whether to draw requests: the member who asks, the whole description, the number."""
        request, count = question.first, len(question.requests)
        name = await self._members.name(request.place.chat_id, request.user_id)
        shown = escape(name or translate.raw("approval-member"), quote=False)
        if not is_group(request.user_id):
            shown = f'<a href="tg://user?id={request.user_id}">{shown}</a>'
        parts = [translate("approval-prompt", prompt=cut(request.prompt, _PROMPT_UNITS))]
        if count > 1:
            parts.append(translate("approval-count", count=count))
        parts.append(translate("approval-draw" if request.source is None else "approval-change"))
        return f"{shown}: {' '.join(parts)}", keyboards.approval(translate, request, question.version)


def for_owner(question: Question, translate: Translator) -> tuple[str, InlineKeyboardMarkup]:
    """Return the question to an owner whether late requests are still wanted, and its buttons."""
    request = question.first
    prompt, batch = one_line(request.prompt), request.batch_id is not None
    if batch:
        text = translate("still-wanted-batch", prompt=prompt, count=len(question.requests))
    else:
        text = translate("still-wanted", prompt=prompt)
    return text, keyboards.still_wanted(translate, request, batch=batch)
