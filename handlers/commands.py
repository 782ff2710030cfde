"""Commands in every spelling: other case, invisible characters, a colon behind them, the bot's name before them."""

import functools
import re
from typing import Any

from aiogram import Bot
from aiogram.filters import CommandObject
from aiogram.types import Message, MessageOriginUser

from chat.menu import ADMIN, GROUP_ADMIN, SHOP, SHOP_ADMIN
from handlers.feature_router import EventFilter
from handlers.identity import UserIdentity
from handlers.normalising import normalise

_SELLING = frozenset({*SHOP, *SHOP_ADMIN, "gift", "terms", "paysupport"})
KNOWN = frozenset(
    {*ADMIN, *GROUP_ADMIN, *_SELLING, "start", "prompt", "favourites", "subscribe", "unsubscribe"}
)
_NAME = re.compile(
    r"""\s*(?:@(?P<before>\w+)[\s,:;]+)?
        /\ ?(?P<name>[A-Za-z0-9_]+)
        (?:@(?P<mention>[A-Za-z0-9_]+))?
        (?:[.!]+|\s*[:,;=])?\s*""",
    re.VERBOSE | re.ASCII,
)
_MENTION_BEHIND = re.compile(r"\s*/+\ ?[^\s@]+@(\w+)")


@functools.lru_cache(maxsize=32)
def parse_command(text: str) -> CommandObject | None:
    """Return the command at the start of a text, its name in small letters, or None.

    Its arguments are the rest of the text without invisible characters, or None without a rest. The latest commands
    are kept, as for `normalise`.
    """
    shown, folded = normalise(text)
    match = _NAME.match(folded)
    if match is None:
        return None
    name, rest = match["name"].lower(), shown[match.end() :].strip()
    unknown = name not in KNOWN
    glued = next((known for known in KNOWN if _is_glued(text, name, known)), None) if unknown else None
    if glued is not None:  # an invisible character is all that separates the command from its arguments
        name, rest = glued, shown[match.start("name") + len(glued) :].strip()
    mention = match["mention"] or match["before"]
    return CommandObject(prefix="/", command=name, mention=mention, args=rest or None)


def is_command(text: str) -> bool:
    """Return whether a text starts with a slash, whichever word follows."""
    return normalise(text).folded.lstrip().startswith("/") or parse_command(text) is not None


def named_bot(text: str) -> str | None:
    """Return the name of the bot that a command at the start of a text names, also one in other letters, or None."""
    command = parse_command(text)
    if command is not None:
        return command.mention
    match = _MENTION_BEHIND.match(normalise(text).folded)
    return match[1] if match else None


async def mentions_bot(text: str, bot: Bot) -> bool:
    """Return whether a text mentions this bot."""
    return "@" in text and (await _mention(bot)).search(normalise(text).shown) is not None


async def without_mention(text: str, bot: Bot) -> str:
    """Return a text without the mentions of this bot, which are no part of a prompt."""
    return (await _mention(bot)).sub("", normalise(text).shown).strip() if "@" in text else text


async def _mention(bot: Bot) -> re.Pattern[str]:
    username = re.escape((await bot.me()).username or "?")
    return re.compile(rf"(?<!\w)@{username}\b[\s,:;.!?]*", re.IGNORECASE)


def is_forwarded(message: Message, user: UserIdentity) -> bool:
    """Return whether a message is a forward of another user's or a chat's words."""
    origin = message.forward_origin
    if origin is None:
        return False
    return not (isinstance(origin, MessageOriginUser) and origin.sender_user.id == user.id)


class Command(EventFilter):
    """Passes messages that start with a command, in a text or a caption. Adds `command`.

    A command that names another bot, or that another user wrote and the user forwards, is none.
    """

    def __init__(self, *names: str) -> None:
        assert KNOWN.issuperset(names), names  # noqa: S101 - a typo in a router
        self._names = names

    def may_pass(self, message: Message) -> bool:
        """Return whether a message starts with one of the commands, from any user and for any bot."""
        return self._find(message) is not None

    async def __call__(self, message: Message, bot: Bot, user: UserIdentity) -> dict[str, Any] | bool:
        command = self._find(message)
        if command is None or is_forwarded(message, user):
            return False
        return {"command": command} if await is_this_bot(command.mention, bot) else False

    def _find(self, message: Message) -> CommandObject | None:
        command = parse_command(message.text or message.caption or "")
        return command if command is not None and command.command in self._names else None


async def is_this_bot(name: str | None, bot: Bot) -> bool:
    """Return whether a name in a command is the one of this bot. A command without a name is for each bot."""
    return name is None or name.lower() == ((await bot.me()).username or "").lower()


def _is_glued(text: str, name: str, known: str) -> bool:
    """Return whether a text has an invisible character right behind a known command."""
    if not name.startswith(known):
        return False
    at = text.lower().find(f"/{known}") + len(known) + 1
    return at > len(known) and at < len(text) and not normalise(text[at]).shown
