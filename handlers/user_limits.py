"""/limit: a bot admin gives one user a lasting daily limit."""

import re
from collections.abc import Collection

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from generation.allowances import Allowances
from handlers.admin_filters import cause_of, on_admin_command
from handlers.feature_router import FeatureRouter
from handlers.identity import UserIdentity, answer_place
from storage.controls import Controls

_USER_AND_LIMIT = re.compile(
    r"(\d{1,15})(?:\s+(?:(\d{1,6})|(default|usual|normal|обычный|обычная|padrão|padrao)))?", re.IGNORECASE
)
"""An id, and behind it nothing, a number of pictures a day, or a word for the limit of all users."""


async def limit_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    clock: Clock,
    admin_ids: Collection[int],
    controls: Controls,
    allowances: Allowances,
    sender: Sender,
) -> None:
    """Set, remove or show the daily limit of a user. It holds from the next request on."""
    match = _USER_AND_LIMIT.fullmatch((command.args or "").strip())
    user_id = int(match[1]) if match is not None and match[1].isascii() else 0
    if match is None or not user_id or user_id in admin_ids:
        await sender.send_text(answer_place(message), translate("limit-how"))
        return
    if match[2] or match[3]:
        daily = int(match[2]) if match[2] else None
        await controls.set_limit(cause_of(message, user, clock), user_id, daily)
    await sender.send_text(
        answer_place(message), limit_text(user_id, translate, controls=controls, allowances=allowances)
    )


def limit_text(user_id: int, translate: Translator, *, controls: Controls, allowances: Allowances) -> str:
    """Return the sentence about the daily limit of a user as HTML."""
    own = controls.limit_of(user_id)
    if own is not None:
        return translate("limit-own", id=str(user_id), daily=own)
    return translate("limit-usual", id=str(user_id), daily=allowances.daily)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="user limits")
    on_admin_command(router, limit_command, "limit")
    return router
