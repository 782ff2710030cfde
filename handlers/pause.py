"""/pause and /resume: the bot's admins let no new request in for a while. What is accepted goes on."""

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.captions import units
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from handlers.access_rules import pause_text
from handlers.admin_filters import cause_of, on_admin_command
from handlers.feature_router import FeatureRouter
from handlers.identity import UserIdentity, answer_place
from storage.controls import Controls, Pause

LONGEST_TEXT = 500
"""In UTF-16 units."""
_OWN_SENTENCE = frozenset({"", "."})
"""Texts of an admin that leave the sentence to the bot, which has it in each language."""


async def pause_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    controls: Controls,
    sender: Sender,
) -> None:
    """Begin a pause, or change the text of the one that lasts. Without a text, users see the bot's own sentence."""
    place, text = answer_place(message), (command.args or "").strip()
    if units(text) > LONGEST_TEXT:
        await sender.send_text(place, translate("pause-too-long", limit=LONGEST_TEXT))
        return
    pause = Pause("" if text in _OWN_SENTENCE else text)
    await controls.begin_pause(cause_of(message, user, clock), pause.text)
    seen = pause_text(pause, translate) or ""
    await sender.send_text(place, "\n\n".join([translate("pause-begun"), seen]))


async def resume_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    controls: Controls,
    sender: Sender,
) -> None:
    """End the pause."""
    ended = await controls.end_pause(cause_of(message, user, clock))
    await sender.send_text(answer_place(message), translate("pause-ended" if ended else "pause-none"))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="pause")
    on_admin_command(router, pause_command, "pause")
    on_admin_command(router, resume_command, "resume")
    return router
