"""Prompts shortened to Telegram's limits, which count UTF-16 units after the HTML is parsed."""

import html
import re

CAPTION_UNITS = 1_024
"""Bot API, sendPhoto: a caption has up to 1,024 characters after entities parsing."""
COPY_UNITS = 256
"""Longest text that a button copies (Bot API, CopyTextButton)."""
TOAST_UNITS = 200
"""Bot API, answerCallbackQuery: a text of 0-200 characters."""
ELLIPSIS = "…"


def units(text: str) -> int:
    """Return the length in UTF-16 units: a character beyond the basic plane counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> str:
    """Return the text within `limit` UTF-16 units, ending in an ellipsis if it was cut."""
    if units(text) <= limit:
        return text
    units_left = limit - units(ELLIPSIS)
    end = 0
    for character in text:
        units_left -= 2 if character > "\uffff" else 1
        if units_left < 0:
            break
        end += 1
    return text[:end].rstrip() + ELLIPSIS


def cut_start(text: str, limit: int) -> str:
    """Return the end of the text within `limit` UTF-16 units, after an ellipsis if it was cut."""
    return cut(text[::-1], limit)[::-1]


def caption(prompt: str, below: str = "") -> str:
    """Return a prompt as the HTML caption of its picture, and the HTML `below` it in a paragraph of its own."""
    end = f"\n\n{below}" if below else ""
    return html.escape(cut(prompt, CAPTION_UNITS - units(strip_html(end))), quote=False) + end


def strip_html(text: str) -> str:
    """Return an HTML text without its markup. Prompts are escaped, so everything that looks like a tag is one."""
    return html.unescape(re.sub(r"</?[a-z][^<>]*>", "", text))


def without_times(text: str) -> str:
    """Return an HTML text without the tags that show a time in the reader's own clock. The time in words stays."""
    return re.sub(r"</?tg-time[^<>]*>", "", text)


def one_line(prompt: str, limit: int = 60) -> str:
    """Return the start of a prompt on one line, not escaped: the translator escapes its arguments."""
    return cut(" ".join(prompt.split()), limit)
