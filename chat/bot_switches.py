"""The switches of the bot that its owner sets at BotFather."""

from aiogram.types import User


class BotSwitches:
    """Whether the bot answers inline queries, which is off until Telegram says otherwise.

    `address` is the link to the bot, and None before Telegram has named it.
    """

    def __init__(self) -> None:
        self.address: str | None = None
        self.inline = False

    def update(self, me: User) -> None:
        """Take over the name and the switch of the bot from getMe (Bot API, User)."""
        self.address = f"https://t.me/{me.username}" if me.username else None
        self.inline = bool(me.supports_inline_queries)
