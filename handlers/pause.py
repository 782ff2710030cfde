"""/pause and /resume: the bot's admins let no new request in for a while. Accepted requests go on."""

from collections.abc import Sequence

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
from storage.admin_actions import AdminCause
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
    answer = await begin_pause(command.args or "", cause_of(message, user, clock), translate, controls)
    await sender.send_text(answer_place(message), "\n\n".join(answer))


async def resume_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    controls: Controls,
    sender: Sender,
) -> None:
    """End the pause."""
    answer = await end_pause(cause_of(message, user, clock), translate, controls)
    await sender.send_text(answer_place(message), answer)


async def begin_pause(
    given: str, cause: AdminCause, translate: Translator, controls: Controls
) -> Sequence[str]:
    """Begin a pause with the text that an admin gave, once for the cause. Return the answer's paragraphs as HTML."""
    text = given.strip()
    if units(text) > LONGEST_TEXT:
        return [translate("pause-too-long", limit=LONGEST_TEXT)]
    pause = Pause("" if text in _OWN_SENTENCE else text)
    await controls.begin_pause(cause, pause.text)
    return [translate("pause-begun"), pause_text(pause, translate) or ""]


async def end_pause(cause: AdminCause, translate: Translator, controls: Controls) -> str:
    """End the pause, once for the cause. Return the answer, which has no markup."""
    return translate.raw("pause-ended" if await controls.end_pause(cause) else "pause-none")


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="pause")
    on_admin_command(router, pause_command, "pause")
    on_admin_command(router, resume_command, "resume")
    return router
