"""Links that open the bot."""

from urllib.parse import quote

from aiogram import Bot

BUY = "buy"
"""The payload of the link that shows what can be bought."""
GIFT = "gift_"
"""The start of the payload of a link that opens a gift. Its code follows."""


async def bot_address(bot: Bot) -> str:
    """Return the link to the bot. The first call asks Telegram for its name."""
    return f"https://t.me/{(await bot.me()).username or ''}"


def request_link(address: str, request_id: int) -> str:
    """Return the link that shows its owner a request again (Bot API, deep linking). `address` is that of the bot."""
    return f"{address}?start=r{request_id}"


def buy_link(address: str) -> str:
    """Return the link that shows what can be bought. `address` is that of the bot."""
    return f"{address}?start={BUY}"


def gift_link(address: str, code: str) -> str:
    """Return the link that opens a gift. `address` is that of the bot."""
    return f"{address}?start={GIFT}{code}"


def share_link(link: str) -> str:
    """Return the link that lets a user choose a chat for another link (core.telegram.org/api/links, share)."""
    return f"https://t.me/share/url?url={quote(link, safe='')}"
