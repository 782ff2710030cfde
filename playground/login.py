"""Sign-in to a website with Telegram: the checks of LoginUrl buttons, and the address that such a button opens."""

import hashlib
import hmac
import time
from urllib.parse import urlencode, urlsplit

from aiogram.types import LoginUrl, User


class LoginButtonRefused(Exception):
    """Telegram refuses the button. The text is that of the Bot API."""


def check_button(button: LoginUrl, domain: str | None) -> None:
    """Raise LoginButtonRefused unless the button's address is https and has the domain that is linked to the bot.

    Sources: TDLib, InlineKeyboardButton::get_inline_keyboard_button and LinkManager::check_link; "The url's domain must
    be the same as the domain linked with the bot" (Bot API, LoginUrl), with the error of telegraf/telegraf#793.
    """
    parts = urlsplit(button.url)
    if parts.scheme != "https":
        raise LoginButtonRefused(
            f"inline keyboard button login URL '{button.url}' is invalid: Only HTTPS links are allowed"
        )
    if "." not in (parts.hostname or ""):
        raise LoginButtonRefused(
            f"inline keyboard button login URL '{button.url}' is invalid: Wrong HTTP URL"
        )
    if button.bot_username is not None or domain is None or parts.hostname != domain:
        raise LoginButtonRefused("BOT_DOMAIN_INVALID")


def signed_address(url: str, user: User, token: str, *, at: float | None = None) -> str:
    """Return the address that a press opens after the user's consent: with the user's data, signed by Telegram.

    `at` is the time of the press in Unix seconds, by default now. Fields that a user has not are left out, and `hash`
    is over all others (Telegram Login Widget, Checking authorization; BoShurik/TelegramBotBundle#34).
    """
    given = {
        "id": str(user.id),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "username": user.username,
        "auth_date": str(int(time.time() if at is None else at)),
    }
    fields = {name: value for name, value in given.items() if value}
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hashlib.sha256(token.encode()).digest()
    fields["hash"] = hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields)}"
