"""/start with or without a prompt in its link, /help, and the answers to everything that no other feature handles."""

import base64
import binascii

from aiogram import Bot, F, Router
from aiogram.enums import ContentType
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.reply_target import is_group
from handlers import origins
from handlers.attachments import find_answered_picture, find_subject
from handlers.commands import (
    Command,
    is_command,
    is_forwarded,
    is_this_bot,
    named_bot,
    without_mention,
)
from handlers.confirmation import Confirmation
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_GROUP, IN_PRIVATE, on_message
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity, answer_place, place_of
from handlers.misspelt_commands import nearest_command, words_behind
from handlers.prompt import parse_prompt
from handlers.rejection_texts import RATIOS
from handlers.shop import Shop
from handlers.user_errors import ButtonExpired
from storage.preferences import Preferences, WhoMayDraw
from storage.requests import Requests

LONGEST_PAYLOAD = 64
"""Characters of the payload in t.me/bot?start=… (Bot API, deep linking)."""

_UNUSABLE = F.content_type.in_(
    {
        *{ContentType.LOCATION, ContentType.VENUE, ContentType.CONTACT, ContentType.POLL, ContentType.DICE},
        *{ContentType.STORY, ContentType.GAME, ContentType.CHECKLIST, ContentType.RICH_MESSAGE},
        *{ContentType.INVOICE, ContentType.GIVEAWAY, ContentType.GIVEAWAY_WINNERS, ContentType.UNKNOWN},
    }
)
"""Content that a user may send or forward, including any kind that aiogram does not know yet."""


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
        await generation_service.request_or_ask(
            origin,
            parsed,
            translate,
            confirmation=Confirmation.RATIO,
            edited=message.edit_date is not None,
        )
        return
    await sender.send_text(answer_place(message), translate("start"), keyboard=keyboards.examples(translate))


async def help_command(message: Message, translate: Translator, sender: Sender, shop: Shop | None) -> None:
    """Explain the bot, with examples to tap."""
    text = translate("help", ratios=RATIOS)
    if shop is not None:
        text += "\n" + translate("help-shop")
    await sender.send_text(answer_place(message), text, keyboard=keyboards.examples(translate))


async def help_in_group(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    preferences: Preferences,
    private_replies: PrivateReplies,
) -> None:
    """Explain the bot in a group, with the members that may draw."""
    group = await preferences.of(message.chat.id)
    allowed = translate("help-group-all")
    if group.who is WhoMayDraw.ADMINS:
        allowed = translate("group-admins-only")
    elif group.who is WhoMayDraw.NOBODY:
        allowed = translate("group-nobody")
    text = translate("help-group", ratios=RATIOS) + "\n\n" + allowed
    if group.shared_history:
        text += "\n" + translate("help-group-shared")
    await private_replies.send(place_of(message), user.id, text)


async def any_command(
    message: Message, user: UserIdentity, shop: Shop | None
) -> dict[str, str | None] | bool:
    """Pass the user's own texts and captions that start with a slash. Adds `suggestion`, a command like it."""
    text = message.text or message.caption or ""
    if not is_command(text) or is_forwarded(message, user):
        return False
    return {"suggestion": nearest_command(text, in_group=is_group(message.chat.id), sells=shop is not None)}


async def for_this_bot(message: Message, bot: Bot, suggestion: str | None) -> bool:
    """Pass commands that name this bot, and commands without a name that resemble one of this bot."""
    name = named_bot(message.text or message.caption or "")
    return suggestion is not None if name is None else await is_this_bot(name, bot)


async def unknown_command(
    message: Message,
    user: UserIdentity,
    suggestion: str | None,
    translate: Translator,
    bot: Bot,
    requests: Requests,
    private_replies: PrivateReplies,
    generation_service: GenerationService,
) -> None:
    """Suggest the command that the user may have meant, or point to /help. In a private chat, offer to draw the words.

    The edit of a message whose request waits leaves the request as it is.
    """
    edited = message.edit_date is not None
    request = await requests.by_key(origins.message_key(message)) if edited else None
    if request is None and suggestion in {None, "imagine"} and not is_group(message.chat.id):
        parsed = parse_prompt(await without_mention(words_behind(message.text or message.caption or ""), bot))
        if parsed.prompt:
            source = await find_subject(message, parsed, bot.id, requests)
            answered = None
            if source is None:
                answered = await find_answered_picture(message, parsed, bot.id, requests)
            await generation_service.request_or_ask(
                origins.of_message(message, user, translate.language),
                parsed,
                translate,
                source,
                answered=answered,
                confirmation=Confirmation.COMMAND,
                preface=translate("misspelt-imagine" if suggestion else "unknown-command-words"),
                edited=edited,
            )
            return
    if suggestion is None:
        text = translate("unknown-command")
    elif request is None:
        text = translate("misspelt-command", command=suggestion)
    else:
        text = translate("misspelt-edit", command=suggestion)
    await private_replies.send(place_of(message), user.id, text)


async def forwarded_command(message: Message, translate: Translator, sender: Sender) -> None:
    """Explain that the bot does not follow a command that another user wrote."""
    await sender.send_text(place_of(message), translate("forwarded-command"))


async def other_content(message: Message, translate: Translator, sender: Sender) -> None:
    """Name the kinds of messages that the bot accepts."""
    await sender.send_text(place_of(message), translate("unusable"))


async def unknown_button(_query: CallbackQuery) -> None:
    """Answer a button that this version does not know, so that it does not keep spinning."""
    raise ButtonExpired


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="start")
    on_message(router, start_command, Command("start"), IN_PRIVATE)
    on_message(router, help_command, Command("help"), IN_PRIVATE)
    on_message(router, help_in_group, Command("help", "start"))
    return router


def last_router() -> Router:
    """Return the routes for private messages and buttons that no other router handles."""
    router = FeatureRouter(name="otherwise")
    on_message(router, unknown_command, IN_PRIVATE, any_command)
    on_message(router, unknown_command, IN_GROUP, any_command, for_this_bot)
    router.message.register(forwarded_command, IN_PRIVATE, F.text)
    router.message.register(other_content, IN_PRIVATE, _UNUSABLE)
    router.callback_query.register(unknown_button)
    return router
