"""The end of an open question without an answer: another command, or a bare yes or no.

In a private chat words without a reply answer the last question, unless the user has asked for something else since.
A bare no declines every question, also the one of /forget; neither yes nor no is a description, so none is drawn.
"""

import re

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import Draft
from handlers import origins
from handlers.commands import is_command, is_forwarded, mentions_bot, without_mention
from handlers.filters import IN_PRIVATE, not_a_command, on_message, question_answered
from handlers.identity import UserIdentity, place_of
from handlers.normalising import normalise
from storage.drafts import Drafts
from storage.requests import Requests

_NO = frozenset(
    {
        *{"no", "nope", "no thanks", "no thank you", "cancel", "never mind", "nevermind", "keep it"},
        *{"нет", "нет спасибо", "не надо", "не нужно", "отмена", "отменить", "отмени", "оставить", "оставь"},
    }
)
_YES = frozenset(
    {
        *{"yes", "yep", "yes please", "sure", "ok", "okay", "delete it all"},
        *{"да", "да удалить", "конечно", "ок", "хорошо", "удалить", "удалить всё", "удалить все", "удали"},
    }
)


def is_bare_answer(text: str) -> bool:
    """Return whether a text says yes or no and nothing else."""
    return _words(text) in _NO | _YES


async def own_command(message: Message, user: UserIdentity, requests: Requests) -> bool:
    """Pass commands that the user wrote, except edits of a message that became a request."""
    if not is_command(message.text or message.caption or "") or is_forwarded(message, user):
        return False
    return message.edit_date is None or await requests.by_key(origins.message_key(message)) is None


async def command_sent(message: Message, user: UserIdentity, drafts: Drafts) -> None:
    """End the question that is open, and leave the command to its handler.

    A repeated update of the command that led to the question does not end it.
    """
    draft = await drafts.open_question(user.id, message.chat.id)
    if draft is not None and draft.origin.key != origins.message_key(message):
        await drafts.supersede(draft.id)
    raise SkipHandler


async def bare_answer(
    message: Message, user: UserIdentity, bot: Bot, drafts: Drafts, requests: Requests
) -> dict[str, Draft | bool | None] | bool:
    """Pass a bare yes or no, in a group if it answers a question or mentions the bot. Adds `draft` and `declines`."""
    text = message.text or ""
    words = _words(await without_mention(text, bot))
    if words not in _NO | _YES or is_forwarded(message, user):
        return False
    if message.edit_date is not None and await requests.by_key(origins.message_key(message)) is not None:
        return False
    draft = await question_answered(message, user, drafts)
    if draft is None and message.chat.type != "private" and not await mentions_bot(text, bot):
        return False
    return {"draft": draft, "declines": words in _NO}


async def bare_answer_given(
    message: Message,
    user: UserIdentity,
    draft: Draft | None,
    declines: bool,
    translate: Translator,
    drafts: Drafts,
    private_replies: PrivateReplies,
) -> None:
    """Draw nothing. A no ends the question, and an edit of it may still answer."""
    if draft is not None:
        await drafts.add_answer(draft.id, message.chat.id, message.message_id)
        if declines:
            await drafts.supersede(draft.id)
    text = translate("declined" if declines else "agreed")
    await private_replies.send(place_of(message), user.id, text)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalise(text).folded.casefold()))


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="question end")
    on_message(router, command_sent, IN_PRIVATE, own_command)
    on_message(router, bare_answer_given, not_a_command, bare_answer)
    return router
