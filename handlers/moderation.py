"""/ban, /unban, /banword and /unbanword: for the bot's admins, in private."""

from collections.abc import Collection

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.captions import cut, units
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from handlers.admin_filters import cause_of, on_admin_command
from handlers.feature_router import FeatureRouter
from handlers.identity import UserIdentity, answer_place
from handlers.word_filter import words_of
from storage.admin_actions import AdminCause
from storage.bans import Ban, Bans

LONGEST_WORD = 100
"""In UTF-16 units, for a word or a phrase that the bot's admins ban."""
_ID_DIGITS = 18
"""Ids of users and chats have fewer (Bot API, User and Chat), and the ledger has room for these."""


async def ban(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    bans: Bans,
    admin_ids: Collection[int],
    sender: Sender,
) -> None:
    """Ban a user or a chat. The bot ignores all their updates."""
    cause = cause_of(message, user, clock)
    text = await add_subject(command.args or "", cause, translate, bans=bans, admin_ids=admin_ids)
    await sender.send_text(answer_place(message), text)


async def unban(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    bans: Bans,
    sender: Sender,
) -> None:
    """Lift the ban of a user or a chat."""
    text = await lift(Ban.SUBJECT, command.args or "", cause_of(message, user, clock), translate, bans)
    await sender.send_text(answer_place(message), text)


async def ban_word(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    bans: Bans,
    sender: Sender,
) -> None:
    """Ban a word in all its disguises."""
    text = await add_word(command.args or "", cause_of(message, user, clock), translate, bans)
    await sender.send_text(answer_place(message), text)


async def unban_word(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    bans: Bans,
    sender: Sender,
) -> None:
    """Lift the ban of a word."""
    text = await lift(Ban.WORD, command.args or "", cause_of(message, user, clock), translate, bans)
    await sender.send_text(answer_place(message), text)


async def add_subject(
    given: str, cause: AdminCause, translate: Translator, *, bans: Bans, admin_ids: Collection[int]
) -> str:
    """Ban the user or chat whose id an admin gave, once for the cause. Return the answer as HTML."""
    subject = subject_to_ban(given, admin_ids)
    if subject is None:
        return translate("ban-how")
    await bans.add(Ban.SUBJECT, subject, cause)
    return translate("banned", subject=subject)


async def add_word(given: str, cause: AdminCause, translate: Translator, bans: Bans) -> str:
    """Ban a word or a phrase that an admin gave, once for the cause. Return the answer as HTML."""
    word = given.strip()
    if units(word) > LONGEST_WORD or not words_of(word):
        return translate("banword-how")
    await bans.add(Ban.WORD, word, cause)
    return translate("banned", subject=word)


async def lift(kind: Ban, given: str, cause: AdminCause, translate: Translator, bans: Bans) -> str:
    """Lift the ban of a subject or a word that an admin gave, once for the cause. Return the answer as HTML."""
    value = given.strip()
    lifted = await bans.lift(kind, value, cause)
    return translate("unbanned" if lifted else "not-banned", subject=cut(value, LONGEST_WORD))


def subject_to_ban(given: str, admin_ids: Collection[int]) -> str | None:
    """Return the id to ban, or None for anything else and for the id of an admin."""
    given = given.strip()
    digits = given.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _ID_DIGITS) or int(given) in admin_ids:
        return None
    return str(int(given))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="moderation")
    for name, handler in (("ban", ban), ("unban", unban), ("banword", ban_word), ("unbanword", unban_word)):
        on_admin_command(router, handler, name)
    return router
