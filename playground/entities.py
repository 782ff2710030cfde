"""Parses Telegram's HTML as strictly as the Bot API does. Offsets and lengths are in UTF-16 units."""

import re
from html.parser import HTMLParser
from typing import Any

from aiogram.types import MessageEntity

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-time": "date_time",
}
_TIME_FORMAT = re.compile("r|w?[dD]?[tT]?")
"""Bot API, "Date-time entity formatting"."""


class EntitiesError(ValueError):
    """The text cannot be parsed. The message has the Bot API's wording."""


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[MessageEntity] = []
        self._open: list[tuple[str, int, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TYPES:
            raise EntitiesError(f'Unsupported start tag "{tag}" at byte offset {self.getpos()[1]}')
        self._open.append((tag, units(self.text), dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise EntitiesError(f'Unexpected end tag at byte offset {self.getpos()[1]}: "{tag}"')
        name, start, attributes = self._open.pop()
        length = units(self.text) - start
        if length:
            more = _time(attributes) if name == "tg-time" else {"url": attributes.get("href")}
            self.entities.append(MessageEntity(type=_TYPES[name], offset=start, length=length, **more))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise EntitiesError(f'Unsupported start tag "!--{data[:10]}"')

    def finish(self) -> None:
        self.close()
        if self._open:
            tag = self._open[-1][0]
            raise EntitiesError(f'Can\'t find end tag corresponding to start tag "{tag}"')


def _time(attributes: dict[str, str | None]) -> dict[str, Any]:
    """Return the fields of a date_time entity (Bot API, MessageEntity)."""
    unix, form = attributes.get("unix") or "", attributes.get("format") or ""
    if not unix.isdecimal() or _TIME_FORMAT.fullmatch(form) is None:
        raise EntitiesError('Tag "tg-time" has an invalid attribute')  # the words are a guess
    return {"unix_time": int(unix), "date_time_format": form or None}


def parse(text: str, parse_mode: str | None) -> tuple[str, list[MessageEntity]]:
    """Return the plain text and its entities. Raises EntitiesError for input that the Bot API rejects."""
    if not parse_mode:
        return text.strip(), []
    if parse_mode.upper() != "HTML":
        raise EntitiesError(f"Unsupported parse_mode {parse_mode}")
    parser = _Parser()
    parser.feed(text)
    parser.finish()
    return parser.text.strip(), parser.entities
