"""Where an answer goes, and how a reply to a message is asked for."""

from dataclasses import dataclass

from aiogram.types import ReplyParameters


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """A chat, a topic in it, and the message that is answered."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None

    @property
    def reply(self) -> ReplyParameters | None:
        """An answer to a message that is gone by then is sent all the same."""
        if self.reply_to is None:
            return None
        return ReplyParameters(message_id=self.reply_to, allow_sending_without_reply=True)

    @property
    def in_group(self) -> bool:
        """Whether others read along: groups have negative ids (Bot API, Chat)."""
        return self.chat_id < 0
