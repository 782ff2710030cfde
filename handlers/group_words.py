"""/words: the words that a group's admins block in their group."""

import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.captions import units
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.reply_target import ReplyTarget
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, on_message
from handlers.identity import UserIdentity, answer_place
from handlers.user_errors import GroupAdminsOnly
from handlers.word_filter import words_of
from storage.group_words import MOST_WORDS, Blocking, GroupWords

LONGEST_WORD = 64
"""In characters."""
_LISTED_UNITS = 3_500
"""Words in one message, in UTF-16 units: the rest of the 4,096 is for the sentences around them."""
_ADD = re.compile(
    r"(?:\+\s*|(?:add|block|ban|добавить|добавь|запретить|запрети|añadir|añade|agregar|agrega|bloquear|bloquea"
    r"|bloqueie|adicionar|adicione)(?:\s+|$))(.*)",
    re.IGNORECASE | re.DOTALL,
)
_REMOVE = re.compile(
    r"(?:[-–—−]\s*|(?:remove|delete|allow|unblock|удалить|удали|убрать|убери|разрешить|разреши|quitar|quita|eliminar"
    r"|elimina|permitir|permite|remover|remova|apagar|apague|excluir|tirar|tire)(?:\s+|$))(.*)",
    re.IGNORECASE | re.DOTALL,
)


async def words_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    members: Members,
    group_words: GroupWords,
    private_replies: PrivateReplies,
) -> None:
    """Show an admin the words of the group, or block or allow one. Raises GroupAdminsOnly for other members."""
    chat_id, place = message.chat.id, answer_place(message)
    if not await members.is_admin(chat_id, user.id):
        raise GroupAdminsOnly
    args = (command.args or "").strip()
    if not args:
        await _show(chat_id, place, user, translate, group_words, private_replies)
        return
    if added := _ADD.fullmatch(args):
        text = await _block(chat_id, _cleaned(added[1]), translate, group_words)
    elif removed := _REMOVE.fullmatch(args):
        text = await _allow(chat_id, _cleaned(removed[1]), translate, group_words)
    else:
        text = translate("words-how", length=LONGEST_WORD)
    await private_replies.send(place, user.id, text)


async def words_in_private(message: Message, translate: Translator, sender: Sender) -> None:
    """Explain that the command is for groups."""
    await sender.send_text(answer_place(message), translate("words-private"))


async def _show(
    chat_id: int,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    group_words: GroupWords,
    private_replies: PrivateReplies,
) -> None:
    words = await group_words.of(chat_id)
    if not words:
        await private_replies.send(place, user.id, translate("words-none"))
    for listed in _lists(words):
        await private_replies.send(place, user.id, translate("words-list", words=listed))


def _lists(words: tuple[str, ...]) -> list[str]:
    """Return the words, separated by commas, in parts that fit one message each."""
    parts: list[str] = []
    for word in words:
        longer = f"{parts[-1]}, {word}" if parts else word
        if parts and units(longer) <= _LISTED_UNITS:
            parts[-1] = longer
        else:
            parts.append(word)
    return parts


async def _block(chat_id: int, word: str, translate: Translator, group_words: GroupWords) -> str:
    """Block a word and return the answer. A word that is blocked in another spelling is blocked already."""
    if not words_of(word) or len(word) > LONGEST_WORD:
        return translate("words-how", length=LONGEST_WORD)
    if (known := await _known(chat_id, word, group_words)) is not None:
        return translate("words-known", word=known)
    blocking = await group_words.block(chat_id, word)
    if blocking is Blocking.FULL:
        return translate("words-full", limit=MOST_WORDS)
    return translate("words-added" if blocking is Blocking.DONE else "words-known", word=word)


async def _allow(chat_id: int, word: str, translate: Translator, group_words: GroupWords) -> str:
    """Allow a blocked word again, in whichever spelling it is given, and return the answer."""
    if not word or len(word) > LONGEST_WORD:
        return translate("words-how", length=LONGEST_WORD)
    known = await _known(chat_id, word, group_words)
    removed = known is not None and await group_words.allow(chat_id, known)
    return translate("words-removed" if removed else "words-unknown", word=known or word)


async def _known(chat_id: int, word: str, group_words: GroupWords) -> str | None:
    """Return the blocked word with the spelling of a word, or None."""
    spelling = words_of(word)
    return next((one for one in await group_words.of(chat_id) if words_of(one) == spelling), None)


def _cleaned(word: str) -> str:
    """Return a word without quotes around it, with single blanks."""
    return " ".join(word.split()).strip("\"'`«»“”„<>")


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="group-words")
    on_message(router, words_in_private, Command("words"), IN_PRIVATE)
    on_message(router, words_command, Command("words"))
    return router
