"""/find: a bot admin looks for users by name, username or id. Pictures are not searched: they are their users' own."""

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from chat import admin_keyboards
from chat.captions import one_line
from chat.sender import Sender
from chat.translations import Translator
from handlers.admin_filters import on_admin_command
from handlers.feature_router import FeatureRouter
from handlers.identity import answer_place
from storage.user_summaries import FOUND_USERS, UserSummaries
from storage.users import StoredUser

_LONGEST_WORDS = 64
"""In UTF-16 units. No name at Telegram is longer."""


async def find_command(
    message: Message,
    command: CommandObject,
    translate: Translator,
    user_summaries: UserSummaries,
    sender: Sender,
) -> None:
    """List the users whose name, username or id has the words, as buttons that show their cards."""
    place, words = answer_place(message), one_line(command.args or "", _LONGEST_WORDS)
    if not words:
        await sender.send_text(place, translate("find-how"))
        return
    found = await user_summaries.find(words)
    if not found:
        await sender.send_text(place, translate("find-none", words=words))
        return
    text = translate("find-found", words=words)
    if len(found) > FOUND_USERS:
        text += "\n" + translate("find-more")
    labels = [(user.id, _label(user)) for user in found[:FOUND_USERS]]
    await sender.send_text(place, text, keyboard=admin_keyboards.found_users(labels))


def _label(user: StoredUser) -> str:
    parts = [user.name or "", f"@{user.username}" if user.username else "", str(user.id)]
    return " · ".join(filter(None, parts))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="user search")
    on_admin_command(router, find_command, "find")
    return router
