"""Guards and causes of what the bot's admins do, in private chats. For all others it does not exist."""

from collections.abc import Callable, Collection
from typing import Any

from aiogram import Bot, Router
from aiogram.filters import CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from chat.admin_callbacks import AdminQuestion
from core.clock import Clock
from handlers import origins
from handlers.commands import Command, parse_command
from handlers.filters import (
    IN_PRIVATE,
    by_bot_admin,
    on_message,
    pressed_in_private,
    replies_to_bot,
)
from handlers.identity import UserIdentity
from handlers.user_errors import ButtonExpired
from storage.admin_actions import AdminCause

QUESTION_MARK = "🛠"
"""The start of the question for the argument of a command. The command itself is the code in the question."""


def on_admin_command(router: Router, handler: Callable[..., Any], name: str) -> None:
    """Register the handler of a command of admins, new or edited."""
    on_message(router, handler, Command(name), IN_PRIVATE, by_bot_admin)


def on_admin_answer(router: Router, handler: Callable[..., Any], question: AdminQuestion) -> None:
    """Register the same handler for replies to the question for the argument of its command.

    The router passes only texts of admins in private chats.
    """
    router.message.register(handler, AnswersAdmin(question))


class AnswersAdmin(Filter):
    """Passes replies to the question for the argument of a command. Adds `command`, as if the admin had written it."""

    def __init__(self, question: AdminQuestion) -> None:
        self._name = question.value

    async def __call__(self, message: Message, bot: Bot) -> dict[str, Any] | bool:
        question = message.reply_to_message
        if question is None or not replies_to_bot(message, bot):
            return False
        text = question.text or ""
        codes = [one for one in question.entities or [] if one.type == "code"]
        if not text.startswith(QUESTION_MARK) or not codes:
            return False
        asked = parse_command(codes[-1].extract_from(text))
        if asked is None or asked.command != self._name:
            return False
        args = " ".join(filter(None, (asked.args, (message.text or "").strip())))
        return {"command": CommandObject(prefix="/", command=self._name, args=args)}


async def pressed_by_admin(query: CallbackQuery, admin_ids: Collection[int]) -> dict[str, Any]:
    """Add `place`, that of the pressed message. Raises ButtonExpired for others, and outside of private chats."""
    if query.from_user.id not in admin_ids:
        raise ButtonExpired
    return await pressed_in_private(query)


def cause_of(message: Message, user: UserIdentity, clock: Clock) -> AdminCause:
    """Return the cause of an action that a message asks for. Its edited form is another one."""
    return AdminCause(origins.command_key(message), user.id, clock.now())


def cause_of_press(query: CallbackQuery, clock: Clock) -> AdminCause:
    """Return the cause of an action that a press asks for."""
    return AdminCause(origins.admin_press_key(query), query.from_user.id, clock.now())
