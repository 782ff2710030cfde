"""/ban, /unban, /banword and /unbanword: for the bot's admins, in private."""

from collections.abc import Collection

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from chat.sender import Sender
from chat.translations import Translator
from handlers.identity import IN_PRIVATE, UserIdentity, place_of
from handlers.word_filter import plain
from storage.bans import Ban, Bans


class Moderation:
    """Blocks people and chats by id, and words."""

    def __init__(self, bans: Bans, sender: Sender, admins: Collection[int]) -> None:
        self._bans = bans
        self._sender = sender
        self._admins = admins

    def by_admin(self, _message: Message, user: UserIdentity) -> bool:
        """Filter: sent by one of the bot's admins. To anybody else the commands do not exist."""
        return user.id in self._admins

    async def ban(self, message: Message, command: CommandObject, translate: Translator) -> None:
        """Block a person or a chat: nothing of theirs is answered any more."""
        subject = _subject(command.args, self._admins)
        if subject is None:
            await self._sender.send_text(place_of(message), translate("ban-how"))
            return
        await self._bans.add(Ban.SUBJECT, subject)
        await self._sender.send_text(place_of(message), translate("banned", subject=subject))

    async def unban(self, message: Message, command: CommandObject, translate: Translator) -> None:
        """Let them in again."""
        subject = (command.args or "").strip()
        lifted = await self._bans.lift(Ban.SUBJECT, subject)
        words = translate("unbanned", subject=subject) if lifted else translate("not-banned", subject=subject)
        await self._sender.send_text(place_of(message), words)

    async def ban_word(self, message: Message, command: CommandObject, translate: Translator) -> None:
        """Block a word, however it is disguised."""
        word = (command.args or "").strip()
        if not plain(word):
            await self._sender.send_text(place_of(message), translate("banword-how"))
            return
        await self._bans.add(Ban.WORD, word)
        await self._sender.send_text(place_of(message), translate("banned", subject=word))

    async def unban_word(self, message: Message, command: CommandObject, translate: Translator) -> None:
        """Allow a word again."""
        word = (command.args or "").strip()
        lifted = await self._bans.lift(Ban.WORD, word)
        words = translate("unbanned", subject=word) if lifted else translate("not-banned", subject=word)
        await self._sender.send_text(place_of(message), words)


def _subject(args: str | None, admins: Collection[int]) -> str | None:
    """Return the id of whom to block; None for what is no id, or an admin's own."""
    given = (args or "").strip()
    digits = given.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or int(given) in admins:
        return None
    return str(int(given))


def router(moderation: Moderation) -> Router:
    """Return the routes of this feature."""
    router = Router(name="moderation")
    for name, handler in (
        ("ban", moderation.ban),
        ("unban", moderation.unban),
        ("banword", moderation.ban_word),
        ("unbanword", moderation.unban_word),
    ):
        router.message.register(handler, Command(name), IN_PRIVATE, moderation.by_admin)
    return router
