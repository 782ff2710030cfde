"""/ban, /unban, /banword and /unbanword: for the bot's admins, in private."""

from collections.abc import Collection

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.sender import Sender
from chat.translations import Translator
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_bot_admin, on_message
from handlers.identity import answer_place
from handlers.word_filter import words_of
from storage.bans import Ban, Bans


async def ban(
    message: Message,
    command: CommandObject,
    translate: Translator,
    bans: Bans,
    admin_ids: Collection[int],
    sender: Sender,
) -> None:
    """Ban a user or a chat. The bot ignores all their updates."""
    subject = _subject_to_ban(command.args, admin_ids)
    text = await _add(Ban.SUBJECT, subject, translate, bans) if subject else translate("ban-how")
    await sender.send_text(answer_place(message), text)


async def unban(
    message: Message, command: CommandObject, translate: Translator, bans: Bans, sender: Sender
) -> None:
    """Lift the ban of a user or a chat."""
    await _lift(Ban.SUBJECT, message, command, translate, bans, sender)


async def ban_word(
    message: Message, command: CommandObject, translate: Translator, bans: Bans, sender: Sender
) -> None:
    """Ban a word in all its disguises."""
    word = (command.args or "").strip()
    text = await _add(Ban.WORD, word, translate, bans) if words_of(word) else translate("banword-how")
    await sender.send_text(answer_place(message), text)


async def unban_word(
    message: Message, command: CommandObject, translate: Translator, bans: Bans, sender: Sender
) -> None:
    """Lift the ban of a word."""
    await _lift(Ban.WORD, message, command, translate, bans, sender)


async def _add(kind: Ban, value: str, translate: Translator, bans: Bans) -> str:
    """Add a ban and return the sentence that confirms it."""
    await bans.add(kind, value)
    return translate("banned", subject=value)


async def _lift(
    kind: Ban, message: Message, command: CommandObject, translate: Translator, bans: Bans, sender: Sender
) -> None:
    value = (command.args or "").strip()
    lifted = await bans.lift(kind, value)
    text = translate("unbanned", subject=value) if lifted else translate("not-banned", subject=value)
    await sender.send_text(answer_place(message), text)


def _subject_to_ban(args: str | None, admin_ids: Collection[int]) -> str | None:
    """Return the id to ban, or None for anything else and for the id of an admin."""
    given = (args or "").strip()
    digits = given.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or int(given) in admin_ids:
        return None
    return str(int(given))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="moderation")
    for name, handler in (("ban", ban), ("unban", unban), ("banword", ban_word), ("unbanword", unban_word)):
        on_message(router, handler, Command(name), IN_PRIVATE, by_bot_admin)
    return router
