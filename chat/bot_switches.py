"""The switches of the bot that its owner sets at BotFather."""

from aiogram.types import User


class BotSwitches:
    """Whether the bot answers inline queries and guest queries. Both are off until Telegram says otherwise.

    `address` is the link to the bot, and None before Telegram has named it.
    """

    def __init__(self) -> None:
        self.address: str | None = None
        self.inline = False
        self.guest = False

    def update(self, me: User) -> None:
        """Take over what getMe says of the bot (Bot API, User)."""
        self.address = f"https://t.me/{me.username}" if me.username else None
        self.inline = bool(me.supports_inline_queries)
        self.guest = bool(me.supports_guest_queries)
