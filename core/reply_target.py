"""The place of an answer in Telegram."""

from dataclasses import dataclass


def is_group(chat_id: int) -> bool:
    """Return whether a chat is a group, supergroup or channel: their ids are negative (Bot API, Chat)."""
    return chat_id < 0


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """A chat, the topic in it, and the message to reply to; or an inline message.

    A user sends an inline message through the bot, in a chat that the bot does not know: it may only edit the message
    (Bot API, ChosenInlineResult). `chat_id` is then the private chat of that user, which keeps the picture.
    """

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None
    inline_message_id: str | None = None

    @property
    def in_group(self) -> bool:
        """Whether other users read the chat, too."""
        return is_group(self.chat_id)

    def require_reply_to(self) -> int:
        """Return the id of the message to reply to. Raises ValueError if there is none."""
        if self.reply_to is None:
            raise ValueError(f"no message to reply to in chat {self.chat_id}")
        return self.reply_to
