"""/start with or without a link's prompt, /help, and a friendly word where nothing else fits."""

import base64
import binascii

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from handlers.generation_service import GenerationService
from handlers.identity import IN_PRIVATE, UserIdentity, place_of
from handlers.imagine import cause_of
from handlers.prompt import PromptError, read
from handlers.rejection_texts import RATIOS
from storage.preferences import Preferences, WhoMayDraw

LONGEST_PAYLOAD = 64
"""Characters Telegram passes on from t.me/bot?start=… (Bot API, deep linking)."""


def link_to(username: str, prompt: str) -> str:
    """Return a link that opens /imagine with this prompt; at most 48 bytes of it fit."""
    payload = base64.urlsafe_b64encode(prompt.encode()).decode().rstrip("=")
    assert len(payload) <= LONGEST_PAYLOAD, prompt  # noqa: S101 - the texts' own examples
    return f"https://t.me/{username}?start={payload}"


def prompt_in(payload: str) -> str | None:
    """Return the prompt of a link's payload; None for what is none."""
    if not payload or len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        padded = payload + "=" * (-len(payload) % 4)
        prompt = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return prompt.strip() if prompt.isprintable() else None


async def start(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    generation_service: GenerationService,
    sender: Sender,
    translate: Translator,
) -> None:
    """Greet, or open /imagine with the prompt of a link: drawn once a shape is pressed, never by the link alone."""
    prompt = prompt_in(command.args or "")
    if prompt:
        try:
            generation_request = read(prompt)
        except PromptError as error:
            await generation_service.rejection_texts.prompt(place_of(message), user.id, error, translate)
            return
        if generation_request.prompt:
            await generation_service.take(
                cause_of(message, user), generation_request, translate, always_ask=True
            )
            return
    await sender.send_text(place_of(message), translate("start"))


async def help_(message: Message, sender: Sender, translate: Translator, bot: Bot) -> None:
    """Show what the bot can do, with examples to tap."""
    username = (await bot.me()).username or ""
    first, second = translate.raw("example-first"), translate.raw("example-second")
    words = translate(
        "help",
        ratios=RATIOS,
        first=first,
        second=second,
        first_link=link_to(username, first),
        second_link=link_to(username, second),
    )
    await sender.send_text(place_of(message), words)


async def help_group(
    message: Message,
    user: UserIdentity,
    preferences: Preferences,
    private_replies: PrivateReplies,
    translate: Translator,
) -> None:
    """Show what this group may do."""
    who = (await preferences.of(message.chat.id)).who
    allowed = translate("help-group-all")
    if who is WhoMayDraw.ADMINS:
        allowed = translate("group-admins-only")
    elif who is WhoMayDraw.NOBODY:
        allowed = translate("group-nobody")
    words = translate("help-group", ratios=RATIOS) + "\n\n" + allowed
    await private_replies.say(place_of(message), user.id, words)


async def unknown_command(message: Message, sender: Sender, translate: Translator) -> None:
    """Point to /help."""
    await sender.send_text(place_of(message), translate("unknown-command"))


async def plain_text(message: Message, sender: Sender, translate: Translator) -> None:
    """Say how a text becomes a picture."""
    await sender.send_text(place_of(message), translate("hint"))


async def unknown_button(query: CallbackQuery, sender: Sender, translate: Translator) -> None:
    """Answer a button this version does not know, so it does not spin."""
    await sender.toast(query.id, translate.raw("toast-old"))


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="start")
    router.message.register(start, CommandStart(), IN_PRIVATE)
    router.message.register(help_, Command("help"), IN_PRIVATE)
    router.message.register(help_group, Command("help", "start"))
    return router


def last_router() -> Router:
    """Return the routes asked after all others. A group is left in peace."""
    router = Router(name="otherwise")
    router.message.register(unknown_command, IN_PRIVATE, F.text.startswith("/"))
    router.message.register(plain_text, IN_PRIVATE, F.text)
    router.callback_query.register(unknown_button)
    return router
