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
    subject = subject_to_ban(command.args, admin_ids)
    if subject is None:
        text = translate("ban-how")
    else:
        await bans.add(Ban.SUBJECT, subject, cause_of(message, user, clock))
        text = translate("banned", subject=subject)
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
    await _lift(Ban.SUBJECT, message, command, cause_of(message, user, clock), translate, bans, sender)


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
    word = (command.args or "").strip()
    if is_bannable_word(word):
        await bans.add(Ban.WORD, word, cause_of(message, user, clock))
        text = translate("banned", subject=word)
    else:
        text = translate("banword-how")
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
    await _lift(Ban.WORD, message, command, cause_of(message, user, clock), translate, bans, sender)


async def _lift(
    kind: Ban,
    message: Message,
    command: CommandObject,
    cause: AdminCause,
    translate: Translator,
    bans: Bans,
    sender: Sender,
) -> None:
    value = (command.args or "").strip()
    lifted = await bans.lift(kind, value, cause)
    text = translate("unbanned" if lifted else "not-banned", subject=cut(value, LONGEST_WORD))
    await sender.send_text(answer_place(message), text)


def is_bannable_word(word: str) -> bool:
    """Return whether a text has letters or digits, and is short enough for a word or a phrase."""
    return units(word) <= LONGEST_WORD and bool(words_of(word))


def subject_to_ban(args: str | None, admin_ids: Collection[int]) -> str | None:
    """Return the id to ban, or None for anything else and for the id of an admin."""
    given = (args or "").strip()
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
