"""The texts of the page in the language of its reader, without markup."""

import html

from chat.captions import strip_html
from chat.translations import Translator

_SIGN_IN = ("title", "sign-in-how", "open-chat", "refused", "not-admin", "lost")
_PAGE = (
    *("sign-out", "skip", "now", "paused", "nothing-open", "failures", "no-failures", "broadcasts"),
    *("no-broadcasts", "users", "find", "switches", "pause-text", "word", "limit", "grant"),
    *("not-done", "not-now"),
)


def sign_in_texts(translate: Translator) -> dict[str, str]:
    """Return the texts that are shown to everybody, by name."""
    return {name: translate.raw(f"admin-page-{name}") for name in _SIGN_IN}


def page_texts(translate: Translator) -> dict[str, str]:
    """Return the texts of the page by name."""
    texts = sign_in_texts(translate) | {name: translate.raw(f"admin-page-{name}") for name in _PAGE}
    return texts | {
        "button-pause": translate.raw("button-admin-pause"),
        "button-resume": translate.raw("button-admin-resume"),
        "button-find": translate.raw("button-admin-find"),
        "button-statistics": translate.raw("button-admin-stats"),
        "button-ban-word": translate.raw("button-admin-banword"),
        "button-unban-word": translate.raw("button-admin-unbanword"),
        "button-limit": translate.raw("button-user-limit"),
        "button-grant": translate.raw("button-user-grant"),
        "button-ban": translate.raw("button-user-ban"),
        "button-ban-sure": translate.raw("button-user-ban-sure"),
        "button-unban": translate.raw("button-user-unban"),
        "statistics": translate.raw("stats-title"),
        "button-stop-broadcast": translate.raw("button-broadcast-stop"),
        "button-cancel": translate.raw("button-cancel"),
    }


def try_again_page(translate: Translator, bot_link: str | None) -> str:
    """Return a page without scripts that asks to sign in again, because the ledger is unavailable."""
    title, why, chat = (
        html.escape(translate.raw(f"admin-page-{name}")) for name in ("title", "no-sign-in", "open-chat")
    )
    button = "" if bot_link is None else f'<p><a class="button" href="{html.escape(bot_link)}">{chat}</a></p>'
    return (
        f'<!doctype html>\n<html lang="{translate.language}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{title}</title>\n<link rel="stylesheet" href="style.css">\n'
        f'<main class="alone"><h1>{title}</h1><p>{why}</p>{button}</main>\n</html>\n'
    )


def plain(text: str) -> str:
    """Return a text of the bot without its markup."""
    return strip_html(text)
