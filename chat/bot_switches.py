"""The switches of the bot that its owner sets at BotFather."""

from aiogram.types import User


class BotSwitches:
    """Whether the bot answers inline queries and guest queries. Both are off until Telegram says otherwise."""

    def __init__(self) -> None:
        self.inline = False
        self.guest = False

    def update(self, me: User) -> None:
        """Take over the switches that getMe names (Bot API, User)."""
        self.inline = bool(me.supports_inline_queries)
        self.guest = bool(me.supports_guest_queries)
