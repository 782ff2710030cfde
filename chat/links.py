"""Links that open the bot."""

from aiogram import Bot


async def bot_address(bot: Bot) -> str:
    """Return the link to the bot. The first call asks Telegram for its name."""
    return f"https://t.me/{(await bot.me()).username or ''}"


def request_link(address: str, request_id: int) -> str:
    """Return the link that shows its owner a request again (Bot API, deep linking). `address` is that of the bot."""
    return f"{address}?start=r{request_id}"
