"""Users add the bot to a group, remove it, block it and unblock it."""

import time
from typing import Any

from aiogram.types import User

from playground.chats import BOT
from playground.telegram import Telegram, dump


def add_bot(telegram: Telegram, chat_id: int, by: User) -> None:
    """Add the bot to a group, or unblock it in a private chat."""
    if chat_id not in telegram.chats.blocked:
        return
    telegram.chats.blocked.discard(chat_id)
    _report(telegram, chat_id, by, "left" if chat_id < 0 else "kicked", "member")
    if chat_id < 0:
        telegram.send(by, chat_id=chat_id, new_chat_members=[BOT])
    telegram.chats.note_membership(chat_id)


def remove_bot(telegram: Telegram, chat_id: int, by: User) -> None:
    """Remove the bot from a group, or block it in a private chat.

    A removed bot gets no more updates about the group, not even the message that it was removed.
    """
    if chat_id in telegram.chats.blocked:
        return
    telegram.chats.blocked.add(chat_id)
    telegram.chats.may_change_info.discard(chat_id)
    _report(telegram, chat_id, by, "member", "left" if chat_id < 0 else "kicked")
    if chat_id < 0:
        telegram.chats.add(chat_id, by, left_chat_member=BOT)
    telegram.chats.note_membership(chat_id)


def _report(telegram: Telegram, chat_id: int, by: User, old: str, new: str) -> None:
    """Queue the update about a change of the bot's status (Bot API, ChatMemberUpdated)."""

    def member(status: str) -> dict[str, Any]:
        rights = {"until_date": 0} if status == "kicked" else {}
        return rights | {"status": status, "user": BOT.model_dump(mode="json", exclude_none=True)}

    telegram.queue_update(
        {
            "my_chat_member": {
                "chat": telegram.chats.chats[chat_id].model_dump(mode="json", exclude_none=True),
                "from": dump(by),
                "date": int(time.time()),
                "old_chat_member": member(old),
                "new_chat_member": member(new),
            }
        }
    )
