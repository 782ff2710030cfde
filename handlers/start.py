"""/start with or without a prompt in its link, /help, and the answers to everything that no other feature handles."""

import base64
import binascii

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from handlers import origins
from handlers.filters import IN_PRIVATE
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity, place_of
from handlers.prompt import parse_prompt
from handlers.rejection_texts import RATIOS
from handlers.user_errors import ButtonExpired
from storage.preferences import Preferences, WhoMayDraw

LONGEST_PAYLOAD = 64
"""Characters of the payload in t.me/bot?start=… (Bot API, deep linking)."""


def link_to(username: str, prompt: str) -> str:
    """Return a link that opens /imagine with a prompt of at most 48 bytes."""
    payload = base64.urlsafe_b64encode(prompt.encode()).decode().rstrip("=")
    assert len(payload) <= LONGEST_PAYLOAD, prompt  # noqa: S101 - only examples of the texts are linked
    return f"https://t.me/{username}?start={payload}"


def prompt_in(payload: str) -> str | None:
    """Return the prompt in a link's payload, or None if it has none."""
    if not payload or len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        padded = payload + "=" * (-len(payload) % 4)
        prompt = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return prompt.strip() if prompt.isprintable() else None


async def start_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    generation_service: GenerationService,
    sender: Sender,
) -> None:
    """Greet, or ask for the ratio of a link's prompt. A link alone never starts a generation."""
    prompt = prompt_in(command.args or "")
    parsed = parse_prompt(prompt) if prompt else None
    if parsed is not None and parsed.prompt:
        origin = origins.of_message(message, user, translate.language)
        await generation_service.request_or_ask(origin, parsed, translate, always_ask_ratio=True)
        return
    await sender.send_text(place_of(message), translate("start"))


async def help_command(message: Message, translate: Translator, sender: Sender, bot: Bot) -> None:
    """Explain the bot, with examples to tap."""
    username = (await bot.me()).username or ""
    first, second = translate.raw("example-first"), translate.raw("example-second")
    text = translate(
        "help",
        ratios=RATIOS,
        first=first,
        second=second,
        first_link=link_to(username, first),
        second_link=link_to(username, second),
    )
    await sender.send_text(place_of(message), text)


async def help_in_group(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    preferences: Preferences,
    private_replies: PrivateReplies,
) -> None:
    """Explain the bot in a group, with the members that may draw."""
    who = (await preferences.of(message.chat.id)).who
    allowed = translate("help-group-all")
    if who is WhoMayDraw.ADMINS:
        allowed = translate("group-admins-only")
    elif who is WhoMayDraw.NOBODY:
        allowed = translate("group-nobody")
    text = translate("help-group", ratios=RATIOS) + "\n\n" + allowed
    await private_replies.send(place_of(message), user.id, text)


async def unknown_command(message: Message, translate: Translator, sender: Sender) -> None:
    """Point to /help."""
    await sender.send_text(place_of(message), translate("unknown-command"))


async def plain_text(message: Message, translate: Translator, sender: Sender) -> None:
    """Explain how a text becomes a picture."""
    await sender.send_text(place_of(message), translate("hint"))


async def unknown_button(_query: CallbackQuery) -> None:
    """Answer a button that this version does not know, so that it does not keep spinning."""
    raise ButtonExpired


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="start")
    router.message.register(start_command, CommandStart(), IN_PRIVATE)
    router.message.register(help_command, Command("help"), IN_PRIVATE)
    router.message.register(help_in_group, Command("help", "start"))
    return router


def last_router() -> Router:
    """Return the routes for private messages and buttons that no other router handles."""
    router = Router(name="otherwise")
    router.message.register(unknown_command, IN_PRIVATE, F.text.startswith("/"))
    router.message.register(plain_text, IN_PRIVATE, F.text)
    router.callback_query.register(unknown_button)
    return router
